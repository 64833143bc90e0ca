// Two unrelated installations share a Redis and do not see each other: rooms and
// events of the same name, sessions, conversations, jobs and figures. One
// installation is told apart by REDIS_PREFIX, or else by its store's uuid.

import assert from 'node:assert/strict';
import { client } from '../harness/polling.mjs';
import { redis } from '../harness/redis.mjs';
import { start } from '../harness/stack.mjs';
import { main, run, test, until } from '../harness/tap.mjs';
import { Chat, addVideo, extract, history, metric } from './lib_app.mjs';

const CALM = { DIRECTOR_PING_INTERVAL_MS: '25000', DIRECTOR_PING_TIMEOUT_MS: '20000', DIRECTOR_CONNECT_TIMEOUT_MS: '45000' };
const UNKNOWN_SID = '{"code":1,"message":"Session ID unknown"}';
const TRANSCRIPT = 'WEBVTT\n\n00:00.000 --> 00:04.000\nIt saves you an hour every day, for ten dollars.\n';

async function isUnknown(c, body) {
  for (const res of [await c.get(), await c.post(body)])
    assert.deepEqual([res.status, res.body], [400, UNKNOWN_SID]);
}

// The same client at another installation.
const elsewhere = (stack, c) => Object.assign(client(stack), { sid: c.sid });

async function ack(c, event, ...args) {
  assert.equal((await c.post(`427${JSON.stringify([event, ...args])}`)).status, 200);
  const packets = await c.packets();
  assert.match(packets.at(-1), /^437\[/);
  return packets.slice(0, -1);
}

function transport(here, there) {
  test('a session of one is unknown to the other, and takes no harm', async () => {
    for (const [own, other] of [[here, there], [there, here]]) {
      const c = await client(own).open();
      await isUnknown(elsewhere(other, c), '42["message",1]');
      await isUnknown(elsewhere(other, c), '1');
      assert.deepEqual(await ack(c, 'message-with-ack'), []);
    }
  });

  test('a room, an event and a broadcast of the same name stay at home', async () => {
    const [a, b] = [await client(here).open(), await client(there).open()];
    for (const c of [a, b]) assert.deepEqual(await ack(c, 'join', 'common'), []);
    for (const [own, c, far] of [[here, a, b], [there, b, a]]) {
      const sender = await client(own).open();
      assert.equal((await sender.post(['42["to-room","common",1]', '42["broadcast",2]'])).status, 200);
      assert.deepEqual(await ack(c, 'message-with-ack'), ['42["room-msg",1]', '42["broadcast-msg",2]']);
      assert.deepEqual(await ack(far, 'message-with-ack'), []);
    }
  });
}

// `idle` has no worker: what is queued there only another one's could take.
function product(owner, idle, busy) {
  test('the keys of the two begin with their stores\' uuids', async () => {
    const open = [await client(idle).open(), await client(busy).open()];
    const keys = (await redis(owner, 'KEYS', '*')).filter((key) => !/^\{(echo|other)[:}]/.test(key));
    const prefixes = new Set(keys.map((key) => /^\{(director-[0-9a-f-]{13})[:}]/.exec(key)?.[1]));
    assert.equal(prefixes.size, 2, keys.join(', '));
    assert.ok(!prefixes.has(undefined), keys.join(', '));
    for (const c of open) assert.equal((await c.post('1')).status, 200);
  });

  test('a conversation and its job of the same name: nothing is heard or taken', async () => {
    const session_id = 'the-same-session';
    const [far, near] = await Promise.all([idle, busy].map((s) => Chat.open(s.url, { auth: { session_id } })));
    const queued = () => metric(idle.url, 'director_jobs{state="queued"}');
    const done = () => metric(busy.url, 'director_jobs_total{result="success"}');
    const before = await queued();
    const message = { session_id, conv_id: 'the-same', msg_id: 'the-same-message' };
    const waits = await far.send(extract(await addVideo(idle.url, 'idle', TRANSCRIPT), message));
    assert.equal(waits.status, 'accepted');
    // Accepted there, and yet not known here.
    for (let i = 0; i < 3; i++) {
      const more = i === 0 ? message : { session_id };
      assert.equal((await near.run(extract(await addVideo(busy.url, 'busy', TRANSCRIPT), more))).status, 'success');
    }
    await until(async () => (await done()) >= 3, { what: 'the figure' });
    assert.equal(await queued(), before + 1);
    assert.ok(far.events.every((event) => event.msg_id === waits.msg_id && event.status === 'progress'));
    assert.ok(near.events.every((event) => event.msg_id !== waits.msg_id));
    assert.equal((await history(idle.url, session_id)).length, 2);
    assert.equal((await history(busy.url, session_id)).length, 6);
    far.close();
    near.close();
  });

  test('figures: sessions, held polls and requests are counted apart', async () => {
    const names = ['director_sessions', 'director_parked_polls', 'director_jobs_total{result="success"}'];
    const figures = () => Promise.all(names.map((name) => metric(idle.url, name)));
    const none = () => metric(busy.url, 'director_sessions').then((n) => n === 0);
    await until(none, { what: 'no session' });
    await until(async () => (await figures()).slice(0, 2).every((n) => n === 0), { what: 'nobody' });
    const before = await figures();
    const crowd = await Promise.all(Array.from({ length: 8 }, () => Chat.open(busy.url)));
    await until(async () => (await metric(busy.url, 'director_parked_polls')) === crowd.length, { what: 'the held polls' });
    assert.equal(await metric(busy.url, 'director_sessions'), crowd.length);
    assert.deepEqual(await figures(), before);
    for (const chat of crowd) chat.close();
  });
}

main(async () => {
  const first = await start({ app: 'echo', env: CALM });
  const { REDIS_URL: url } = first.environment('director.fcgi');
  const [second, idle, busy] = await Promise.all([
    start({ app: 'echo', env: { ...CALM, REDIS_PREFIX: 'other' }, redis: url }),
    start({ app: 'director', worker: false, redis: url }),
    start({ app: 'director', redis: url }),
  ]);
  transport(first, second);
  product(first, idle, busy);
  await run(1);
});
