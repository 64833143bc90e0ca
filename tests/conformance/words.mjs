// What the protocol suites say again and again.

import assert from 'node:assert/strict';
import { held } from '../harness/redis.mjs';
import { within } from '../harness/tap.mjs';

export const UNKNOWN_SID = '{"code":1,"message":"Session ID unknown"}';
export const BAD_REQUEST = '{"code":3,"message":"Bad request"}';
export const MAX_PAYLOAD = 1000000;

// Heartbeats that no case is slow enough to meet.
export const CALM = {
  DIRECTOR_PING_INTERVAL_MS: '25000',
  DIRECTOR_PING_TIMEOUT_MS: '20000',
  DIRECTOR_CONNECT_TIMEOUT_MS: '45000',
};

// The session is unknown to GET and POST.
export async function gone(c) {
  for (const res of [await c.get(), await c.post('3')]) {
    assert.equal(res.status, 400);
    assert.equal(res.body, UNKNOWN_SID);
  }
}

export async function isOk(res) {
  const got = await res;
  assert.equal(got.status, 200, got.body);
  assert.equal(got.body, 'ok');
  return got;
}

// A poll that its process holds.
export async function hold(stack, c) {
  const poll = await c.hold();
  await held(stack, c.sid);
  return poll;
}

// A held poll: answered with `body`.
export async function released(poll, body, ms = 2000) {
  const res = await within(ms, poll.answer, 'the held poll');
  assert.equal(res.status, 200);
  assert.equal(res.body, body);
  return res;
}

// An error of A4, byte for byte.
export async function refused(res, code, message, status = 400) {
  const got = await res;
  assert.equal(got.status, status);
  assert.equal(got.body, JSON.stringify({ code, message }));
  assert.equal(got.headers['content-type'], 'application/json');
  assert.equal(got.headers['cache-control'], 'no-store');
  assert.equal(got.headers['access-control-allow-origin'], '*');
}

// Both directions work; a whole payload came.
export async function echoes(c, packets, back = packets) {
  await isOk(c.post(packets));
  assert.deepEqual(await c.packets(), back);
}

// The Socket.IO session of `/` works.
export const works = (c, mark = 'still there') =>
  echoes(c, [`4277${JSON.stringify(['message-with-ack', mark])}`], [`4377${JSON.stringify([mark])}`]);

// Something the server does not take: answered 200 or 400 as said, the session
// is over, and a poll held meanwhile was told.
export async function closes(stack, c, post, { status = 200, bye = '1' } = {}) {
  const poll = await hold(stack, c);
  const res = await post(c);
  assert.equal(res.status, status, res.body);
  assert.equal(res.body, status === 200 ? 'ok' : BAD_REQUEST);
  await released(poll, bye);
  await gone(c);
}
