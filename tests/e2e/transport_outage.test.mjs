// Redis goes away and comes back while stock clients talk: stopped, killed,
// emptied, frozen. Meanwhile a request is answered 503 with Retry-After (or 400,
// where its session was lost); no process ends, no descriptor stays behind, all
// clients come back by themselves and events flow again.
//
// TORTURE=1: 20 times and 5 freezes, of 5 s each. `make torture` does that.

import assert from 'node:assert/strict';
import { subscribe } from 'node:diagnostics_channel';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { client, request, RS } from '../harness/polling.mjs';
import { connected, disconnect, socket } from '../harness/sio.mjs';
import { start } from '../harness/stack.mjs';
import { main, run, sleep, test, until } from '../harness/tap.mjs';

const LONG = Boolean(process.env.TORTURE);
// Patient with pongs, an outage may be long, but soon done with a poll of a client that gave up when one
// process was ahead of the other, which lighttpd 1.4.69 does not notice during a
// connection's first request: the next ping answers it.
const STEADY = { DIRECTOR_PING_INTERVAL_MS: '4000', DIRECTOR_PING_TIMEOUT_MS: '60000', DIRECTOR_CONNECT_TIMEOUT_MS: '60000' };
const CLIENTS = LONG ? 50 : 20;
// The stock client's own back-off goes up to 5 s, which takes its time.
const OPTIONS = LONG ? {} : { reconnectionDelay: 100, reconnectionDelayMax: 500 };
const BACK_MS = 20000;
const ANSWER_MS = 2000; // of a request while Redis is away
const PROBE_MS = 50;
const PAUSE_MS = LONG ? 200 : 20; // of a client between two events

// ---- words --------------------------------------------------------------------

const apps = (stack) => stack.apps.map((name) => stack.pid(name));
const descriptors = (stack) => apps(stack).map((pid) => readdirSync(`/proc/${pid}/fd`).length);
const isReady = async (stack) => (await request(`${stack.url}/readyz`)).status === 200;

// Every answer that this process gets to a request of the transport.
class Answers {
  constructor(stack) {
    this.bad = [];
    this.count = { 200: 0, 400: 0, 503: 0 };
    subscribe('http.client.response.finish', ({ request: req, response: res }) => {
      if (req.path.startsWith('/socket.io/') && req.getHeader('host') === `127.0.0.1:${stack.port}`) this.note(req, res);
    });
  }

  note(req, { statusCode, headers }) {
    if (statusCode in this.count) this.count[statusCode]++;
    else this.bad.push(`${req.method}: ${statusCode}`);
    if (statusCode === 503 && !(Number(headers['retry-after']) >= 1)) this.bad.push(`${req.method}: 503 without Retry-After`);
  }
}

// Stock clients in one room that talk without a pause.
class Crowd {
  constructor(stack) {
    this.acks = Array(CLIENTS).fill(0);
    this.heard = Array.from({ length: CLIENTS }, () => new Set());
    this.all = Array.from({ length: CLIENTS }, (_, i) => this.member(stack, i));
  }

  member(stack, i) {
    const s = socket(stack, '/', OPTIONS);
    s.on('connect', () => s.emit('join', 'crowd', () => {}));
    s.on('room-msg', (mark) => this.heard[i].add(mark));
    this.talk(s, i);
    return s;
  }

  async talk(s, i) {
    while (!this.over) {
      const got = await s.timeout(1000).emitWithAck('message-with-ack', i).catch(() => null);
      if (got !== null) this.acks[i] += got === i ? 1 : NaN;
      await sleep(PAUSE_MS);
    }
  }

  // Each gets acks again, and what another one says to the room.
  async flows(mark) {
    await Promise.all(this.all.map((s) => connected(s, BACK_MS)));
    const before = [...this.acks];
    await until(() => this.acks.every((n, i) => n > before[i]), { ms: BACK_MS, what: 'an ack for each' });
    await until(() => {
      // Again, as some may not have joined yet; by another one each time.
      this.all[this.turn = ((this.turn ?? 0) + 1) % CLIENTS].emit('to-room', 'crowd', mark);
      return this.heard.every((marks) => marks.has(mark));
    }, { ms: BACK_MS, step: 100, what: 'what was said to the room' });
  }

  async end() {
    this.over = true;
    await disconnect(...this.all);
  }
}

// What a request gets while Redis is away. A poll of `idle` is not made: of one
// that Redis had begun with, nobody could tell.
async function probes(stack, idle, ms) {
  for (const end = Date.now() + ms; Date.now() < end; await sleep(PROBE_MS)) {
    const answers = await Promise.all([client(stack).get(), idle.post('3')]);
    for (const res of answers) {
      assert.equal(res.status, 503, res.body);
      assert.ok(res.ms < ANSWER_MS, `after ${res.ms} ms`);
    }
  }
}

// ---- outages --------------------------------------------------------------------

// Redis ends, by `signal`, and is started again `ms` later; `between` first.
async function stopped(stack, ms, signal, during, between = () => {}) {
  const supervisor = stack.supervisor();
  const old = stack.pid('redis');
  process.kill(supervisor, 'SIGSTOP');
  try {
    stack.kill('redis', signal);
    const closed = async () => (await client(stack).get()).status === 503;
    await until(closed, { what: 'its end' });
    await during(ms);
    between();
  } finally {
    process.kill(supervisor, 'SIGCONT');
  }
  await stack.replaced('redis', old);
}

async function frozen(stack, ms, during) {
  stack.kill('redis', 'SIGSTOP');
  try {
    await during(ms);
  } finally {
    stack.kill('redis', 'SIGCONT');
  }
}

const forget = (stack) => rmSync(join(stack.var, 'redis', 'appendonlydir'), { recursive: true });

// `kept`: sessions outlive it. `outage(during)` calls during(ms) while it lasts.
const KINDS = {
  stopped: { kept: true, outage: (stack, ms, during) => stopped(stack, ms, 'SIGTERM', during) },
  killed: { kept: true, outage: (stack, ms, during) => stopped(stack, ms, 'SIGKILL', during) },
  emptied: { kept: false, outage: (stack, ms, during) => stopped(stack, ms, 'SIGTERM', during, () => forget(stack)) },
  frozen: { kept: true, outage: frozen },
};

async function endure(stack, crowd, kind, ms, mark) {
  const { kept, outage } = KINDS[kind];
  const [idle, waiting] = await Promise.all([client(stack).open(), client(stack).open()]);
  assert.equal((await waiting.post('42["message","before"]')).status, 200);
  await outage(stack, ms, (lasts) => probes(stack, idle, lasts));
  await until(() => isReady(stack), { what: 'readiness' });
  await crowd.flows(mark);
  // Who asked for nothing meanwhile goes on where it was, or knows at once.
  const { status, body } = await waiting.get();
  if (kept) assert.deepEqual([status, body.split(RS)[0]], [200, '42["message-back","before"]']);
  else assert.deepEqual([status, body], [400, '{"code":1,"message":"Session ID unknown"}']);
  await waiting.post('1');
}

// What is open in each process with nobody there any more.
async function settled(stack) {
  let now = descriptors(stack);
  await until(async () => {
    const last = now;
    await sleep(300);
    now = descriptors(stack);
    return String(now) === String(last);
  }, { what: 'calm descriptors' });
  return now;
}

function outages(stack, name, kinds, ms) {
  test(name, { timeout: kinds.length * (ms + 2 * BACK_MS) }, async () => {
    const answers = new Answers(stack);
    const pids = apps(stack);
    const early = new Crowd(stack);
    await early.flows('early');
    await early.end();
    const before = await settled(stack);
    const crowd = new Crowd(stack);
    await crowd.flows('begin');
    for (const [i, kind] of kinds.entries()) {
      await endure(stack, crowd, kind, ms, `${kind} ${i}`);
      assert.deepEqual(answers.bad, []);
      assert.deepEqual(apps(stack), pids);
    }
    await crowd.end();
    assert.ok(crowd.acks.every((n) => n > kinds.length), String(crowd.acks));
    await until(() => descriptors(stack).every((n, i) => n <= before[i]), { what: `no more descriptors than ${before}` });
    assert.deepEqual(apps(stack), pids);
    assert.doesNotMatch(stack.said, /director\.fcgi .*ended/);
    console.log(`# ${name}: answers ${JSON.stringify(answers.count)}, descriptors ${before} before, ${descriptors(stack)} after`);
  });
}

main(async () => {
  const [away, cold] = await Promise.all([start({ app: 'echo', env: STEADY }), start({ app: 'echo', env: STEADY })]);
  const KINDS_OF_ENDS = ['stopped', 'killed', 'emptied'];
  const ends = LONG ? Array.from({ length: 20 }, (_, i) => KINDS_OF_ENDS[i % 3]) : KINDS_OF_ENDS;
  outages(away, `Redis away, ${ends.length} times`, ends, LONG ? 5000 : 1000);
  outages(cold, 'Redis frozen', Array(LONG ? 5 : 1).fill('frozen'), 5000);
  await run(2);
});
