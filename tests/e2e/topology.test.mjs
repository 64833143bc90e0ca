// Two processes that share the sessions of all clients: what one of them knows
// the other knows, what one of them may not do the other prevents, and the one
// that is left goes on. Each case over two processes and over two installations
// (stack.mjs), of which each can be asked by itself.

import assert from 'node:assert/strict';
import { agent, client, request } from '../harness/polling.mjs';
import { held, redis, sessionKey } from '../harness/redis.mjs';
import { start } from '../harness/stack.mjs';
import { main, run, test, until, within } from '../harness/tap.mjs';

const CALM = { DIRECTOR_PING_INTERVAL_MS: '25000', DIRECTOR_PING_TIMEOUT_MS: '20000', DIRECTOR_CONNECT_TIMEOUT_MS: '45000' };
const UNKNOWN_SID = '{"code":1,"message":"Session ID unknown"}';
const ROUNDS = 20;

// ---- words --------------------------------------------------------------------

const processOf = (res) => res.headers['x-request-id'].replace(/-\d+$/, '');

// A client of `stack` by way of one member only.
const at = (stack, i, c) => Object.assign(client(stack.members[i]), { sid: c.sid });
const both = (stack, c) => stack.members.map((_, i) => at(stack, i, c));

async function hold(stack, c) {
  const poll = await c.hold();
  await held(stack, c.sid);
  return poll;
}

async function isAnswer(res, status, body) {
  const got = await within(5000, res, 'the answer');
  assert.deepEqual([got.status, got.body], [status, body]);
}

async function unknown(stack, c) {
  for (const there of both(stack, c))
    for (const res of [there.get(), there.post('3')]) await isAnswer(res, 400, UNKNOWN_SID);
}

async function works(c, mark) {
  await isAnswer(c.post(`421["message-with-ack",${mark}]`), 200, 'ok');
  assert.deepEqual(await c.packets(), [`431[${mark}]`]);
}

// ---- turns ----------------------------------------------------------------------

function turns(name, stack) {
  test(`${name}: requests of one connection, of many and of clients at once go here and there in turn`, async () => {
    const kept = agent();
    const seen = [];
    for (let i = 0; i < 40; i++)
      seen.push(processOf(await request(`${stack.url}/healthz`, { agent: i % 4 < 2 ? kept : undefined })));
    assert.notEqual(seen[0], seen[1]);
    seen.forEach((process, i) => assert.equal(process, seen[i % 2]));
    const crowd = await Promise.all(Array.from({ length: 40 }, () => request(`${stack.url}/healthz`)));
    assert.equal(crowd.filter((res) => processOf(res) === seen[0]).length, 20);
  });

  test(`${name}: the members are the two processes`, async () => {
    const [first, second] = await Promise.all(stack.members.map((m) => request(`${m.url}/healthz`)));
    assert.notEqual(processOf(first), processOf(second));
    assert.equal(processOf(await request(`${stack.members[0].url}/healthz`)), processOf(first));
  });
}

// ---- overlaps -------------------------------------------------------------------

function overlaps(name, stack) {
  for (const [first, second] of [[0, 1], [1, 0]])
    test(`${name}: a GET of process ${second} while process ${first} holds one: 1, 400, gone`, async () => {
      const c = await client(stack).open();
      const poll = await hold(stack, at(stack, first, c));
      assert.equal((await at(stack, second, c).get()).status, 400);
      await isAnswer(poll.answer, 200, '1');
      await unknown(stack, c);
    });

  test(`${name}: two GETs at the same time: one gets 1, one 400`, async () => {
    for (let i = 0; i < ROUNDS; i++) {
      const c = await client(stack).open();
      const answers = await Promise.all(both(stack, c).map((there) => there.get()));
      const [ended, refused] = answers.sort((a, b) => a.status - b.status);
      assert.deepEqual([ended.status, ended.body, refused.status], [200, '1', 400]);
      await unknown(stack, c);
    }
  });

  test(`${name}: a POST of one process while the other handles one: both 400, gone`, async () => {
    // Each question asks Redis: together they take long enough to be met.
    const slow = Array(4000).fill('42["ask-me",1]');
    for (let tries = 0; tries < 10; tries++) {
      const c = await client(stack).open();
      const [here, there] = both(stack, c);
      const first = here.post(slow);
      first.catch(() => {});
      await until(() => redis(stack, 'HEXISTS', sessionKey(c.sid), 'post'), { step: 1, what: 'the first POST' });
      const second = await there.post('42["message",2]');
      const { status } = await first;
      if (second.status === 200) continue; // the first was through already
      assert.deepEqual([status, second.status, second.body], [400, 400, '']);
      await unknown(stack, c);
      return;
    }
    throw new Error('no two POSTs ever met');
  });

  test(`${name}: two POSTs at the same time: each is handled once, or the session ends`, async () => {
    for (let i = 0; i < ROUNDS; i++) {
      const c = await client(stack).open();
      const answers = await Promise.all(both(stack, c).map((there, n) => there.post(`42${n}["message-with-ack",${n}]`)));
      const statuses = answers.map((res) => res.status);
      assert.ok(statuses.every((s) => s === 200 || s === 400), String(statuses));
      if (statuses.includes(400)) await unknown(stack, c);
      else assert.deepEqual((await c.packets()).sort(), ['430[0]', '431[1]']);
    }
  });
}

// ---- one is gone ----------------------------------------------------------------

// While `body` runs there is no process in `member`, and nobody starts one.
async function without(member, body) {
  const supervisor = member.supervisor();
  const old = member.pid('director.fcgi');
  process.kill(supervisor, 'SIGSTOP');
  try {
    member.kill('director.fcgi');
    await body();
  } finally {
    process.kill(supervisor, 'SIGCONT');
  }
  await member.replaced('director.fcgi', old);
}

function gone(name, stack) {
  for (const [dead, left] of [[0, 1], [1, 0]])
    test(`${name}: kill -9 of process ${dead}, the other answers GET and POST of all sessions`, async () => {
      const open = () => client(stack).open();
      const [idle, waiting, mine, theirs] = await Promise.all([open(), open(), open(), open()]);
      const there = (c) => at(stack, left, c);
      await isAnswer(at(stack, dead, waiting).post('428["message-with-ack","queued"]'), 200, 'ok');
      const kept = await hold(stack, there(mine));
      await hold(stack, at(stack, dead, theirs));
      await without(stack.members[dead], async () => {
        await works(there(idle), 1);
        assert.deepEqual(await there(waiting).packets(), ['438["queued"]']);
        await works(there(waiting), 2);
        // Its own polls hear of nothing.
        await isAnswer(there(mine).post('429["message-with-ack"]'), 200, 'ok');
        await isAnswer(kept.answer, 200, '439[]');
        // The dead process's poll cannot be answered any more: POSTs are, and
        // the next GET is the second one.
        await isAnswer(there(theirs).post('3'), 200, 'ok');
        assert.equal((await there(theirs).get()).status, 400);
        await isAnswer(there(theirs).post('3'), 400, UNKNOWN_SID);
        await works(await client(stack.members[left]).open(), 3);
      });
      for (const c of [idle, waiting, mine]) for (const one of both(stack, c)) await works(one, 4);
    });
}

main(async () => {
  const TOPOLOGIES = ['two', 'stacks'];
  const stacks = await Promise.all(TOPOLOGIES.map((topology) => start({ app: 'echo', env: CALM, topology })));
  for (const group of [turns, overlaps, gone]) {
    TOPOLOGIES.forEach((name, i) => group(name, stacks[i]));
    await run(1);
  }
});
