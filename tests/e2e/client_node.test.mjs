// The stock socket.io-client in Node, with its default options, against
// director.fcgi and the echo server: both directions, many at once, and what
// it sees when a process or Redis goes away and comes back.

import assert from 'node:assert/strict';
import { client, request } from '../harness/polling.mjs';
import { held } from '../harness/redis.mjs';
import { connect, connected, disconnect, io, once, socket } from '../harness/sio.mjs';
import { start } from '../harness/stack.mjs';
import { main, run, sleep, test, until, within } from '../harness/tap.mjs';

const CALM = { DIRECTOR_PING_INTERVAL_MS: '25000', DIRECTOR_PING_TIMEOUT_MS: '20000', DIRECTOR_CONNECT_TIMEOUT_MS: '45000' };
// Back-off of the stock client (up to 1.5 s, 3 s, 5 s) and the restart.
const BACK_MS = 20000;
// A second at most, with room for a busy machine; a client waits longer by itself.
const SOON_MS = 5000;

// ---- both directions ---------------------------------------------------------

function talking(echo, director) {
  test('echo: auth, events with their arguments, acks', async () => {
    const s = socket(echo, '/', { auth: { token: 'é' } });
    const [auth] = await once(s, 'auth');
    assert.deepEqual(auth, { token: 'é' });
    const args = [1, '2', { 3: [true, null] }, [], 1.5, 'é😀', ''];
    s.emit('message', ...args);
    assert.deepEqual(await once(s, 'message-back'), args);
    assert.deepEqual(await s.timeout(5000).emitWithAck('message-with-ack', { a: [1] }), { a: [1] });
    disconnect(s);
  });

  test('echo: the server asks, the client acks', async () => {
    const s = await connect(echo);
    s.on('question', (n, reply) => reply(n * 2, 'twice'));
    for (const n of [1, 2, 21]) {
      s.emit('ask-me', n);
      assert.deepEqual(await once(s, 'answer'), [n * 2, 'twice']);
    }
    disconnect(s);
  });

  test('echo: two namespaces on one connection', async () => {
    const root = io(`${echo.url}/`, { forceNew: true });
    const custom = root.io.socket('/custom', { auth: { for: 'custom' } });
    const auth = once(custom, 'auth');
    await Promise.all([connected(root), connected(custom)]);
    assert.deepEqual(await auth, [{ for: 'custom' }]);
    assert.notEqual(root.id, custom.id);
    custom.disconnect();
    assert.equal(await root.timeout(5000).emitWithAck('message-with-ack', 1), 1);
    custom.connect();
    await connected(custom);
    disconnect(root, custom);
  });

  test('echo: an unknown namespace is refused', async () => {
    const s = socket(echo, '/nope');
    const [error] = await once(s, 'connect_error');
    assert.equal(error.message, 'Invalid namespace');
    disconnect(s);
  });

  test('echo: kicked out of the namespace, and back', async () => {
    const s = await connect(echo);
    s.emit('kick');
    assert.equal((await once(s, 'disconnect'))[0], 'io server disconnect');
    s.connect();
    await connected(s);
    s.emit('kick-close');
    assert.equal((await once(s, 'disconnect'))[0], 'io server disconnect');
    disconnect(s);
  });

  test('echo: a burst of 900 events keeps its order', async () => {
    const s = await connect(echo);
    const seen = [];
    const all = new Promise((done) => s.on('message-back', (n) => seen.push(n) === 900 && done()));
    for (let i = 0; i < 900; i++) s.emit('message', i);
    await within(10000, all, 'the last one');
    assert.deepEqual(seen, Array.from({ length: 900 }, (_, i) => i));
    disconnect(s);
  });

  test('echo: a message of 900 KB there and back', async () => {
    const s = await connect(echo);
    const text = 'é😀a'.repeat(120000);
    assert.equal(await s.timeout(10000).emitWithAck('message-with-ack', text), text);
    disconnect(s);
  });

  test('echo: rooms and broadcast reach other clients', async () => {
    const [a, b] = [await connect(echo), await connect(echo)];
    assert.equal(await a.timeout(5000).emitWithAck('join', 'stock'), 'joined');
    const heard = once(a, 'room-msg');
    b.emit('to-room', 'stock', { hello: 1 });
    assert.deepEqual(await heard, [{ hello: 1 }]);
    const all = once(a, 'broadcast-msg');
    b.emit('broadcast', 'every', 'body');
    assert.deepEqual(await all, ['every', 'body']);
    assert.equal(await a.timeout(5000).emitWithAck('leave', 'stock'), 'left');
    disconnect(a, b);
  });

  test('director: the namespaces / and /chat, left and joined again', async () => {
    const root = io(`${director.url}/`, { forceNew: true });
    const chat = root.io.socket('/chat');
    await Promise.all([connected(root), connected(chat)]);
    const before = chat.id;
    chat.disconnect();
    await connected(root);
    chat.connect();
    await connected(chat);
    assert.notEqual(chat.id, before);
    disconnect(root, chat);
  });
}

// ---- many -----------------------------------------------------------------------

function many(echo) {
  test('200 clients at once: all connect, each gets its own acks', { timeout: 30000 }, async () => {
    const all = await Promise.all(Array.from({ length: 200 }, () => connect(echo)));
    assert.equal(new Set(all.map((s) => s.id)).size, 200);
    for (let round = 0; round < 3; round++) {
      const acks = await Promise.all(all.map((s, i) => s.timeout(20000).emitWithAck('message-with-ack', `${round}.${i}`)));
      acks.forEach((ack, i) => assert.equal(ack, `${round}.${i}`));
    }
    disconnect(...all);
  });

  test('soak: 50 clients for 5 s, every ack exactly once and in order', async () => {
    const all = await Promise.all(Array.from({ length: 50 }, () => connect(echo)));
    const end = Date.now() + 5000;
    const lost = [];
    await Promise.all(all.map(async (s) => {
      const acked = [];
      const waiting = [];
      s.on('disconnect', (reason) => lost.push(reason));
      for (let n = 0; Date.now() < end; n++) {
        waiting.push(new Promise((done) => s.emit('message-with-ack', n, (got) => { acked.push(got); done(); })));
        // Two in flight: some share a POST.
        if (waiting.length === 2) await within(10000, waiting.shift(), 'an ack');
      }
      await within(10000, Promise.all(waiting), 'the last acks');
      assert.ok(acked.length > 2);
      acked.forEach((n, i) => assert.equal(n, i));
    }));
    assert.deepEqual(lost, []);
    disconnect(...all);
  });
}

// ---- what goes away and comes back ------------------------------------------------

// There and back: the namespace / is joined on the same connection. A client
// that has not noticed yet that its session is gone, notices by this.
async function roundTrip(s) {
  const root = s.io.socket('/');
  root.connect();
  await connected(root, BACK_MS);
  root.disconnect();
  await connected(s, BACK_MS);
}

const DOOMED = 'doomed'; // the prefix of its keys

function killing(director, echo) {
  test('director.fcgi is killed: every client comes back by itself', { timeout: 40000 }, async () => {
    const all = await Promise.all(Array.from({ length: 20 }, () => connect(director, '/chat')));
    let left = 0;
    for (const s of all) s.on('disconnect', () => left++);
    for (const s of all) await held(director, s.io.engine.id, DOOMED);
    const old = director.kill('director.fcgi');
    await director.replaced('director.fcgi', old);
    await until(() => left > 0, { what: 'a client that notices' });
    await Promise.all(all.map(roundTrip));
    disconnect(...all);
  });

  test('echo.fcgi is killed in the middle of emitting: acks go on afterwards', { timeout: 40000 }, async () => {
    const s = await connect(echo);
    let stop = false;
    const acked = [];
    const writer = (async () => {
      for (let n = 0; !stop; n++) {
        // At most once: what was under way at the kill may be lost.
        const got = await s.timeout(500).emitWithAck('message-with-ack', n).catch(() => null);
        if (got !== null) acked.push(got);
      }
    })();
    for (let kills = 0; kills < 2; kills++) {
      const from = acked.length;
      await until(() => acked.length > from + 20, { ms: BACK_MS, what: 'acks' });
      const old = echo.kill('director.fcgi');
      await echo.replaced('director.fcgi', old);
    }
    const from = acked.length;
    await until(() => acked.length > from + 20, { ms: BACK_MS, what: 'acks' });
    stop = true;
    await writer;
    acked.forEach((n, i) => i && assert.ok(n > acked[i - 1], 'an ack twice or out of order'));
    disconnect(s);
  });
}

// Raw clients that poll and post without a pause, and note every status.
class Load {
  constructor() {
    this.statuses = new Map();
    this.sent = [];
    this.stop = false;
  }

  note(what, res) {
    const key = `${what} ${res.status}${res.status === 200 ? '' : ` ${res.body}`}`;
    this.statuses.set(key, (this.statuses.get(key) ?? 0) + 1);
    return res.status === 200;
  }

  // `size`: bytes that each event carries along.
  async one(stack, size, i) {
    this.sent[i] = 0;
    const c = await client(stack).open();
    const filler = 'a'.repeat(size);
    const post = (n) => c.post(`42${n}["message-with-ack",${n},"${filler}"]`);
    const acked = [];
    let sent = 0;
    let total = -1;
    const reader = (async () => {
      for (;;) {
        const res = await c.get();
        if (!this.note('GET', res)) return;
        for (const p of res.body.split('\x1e')) if (p.startsWith('43')) acked.push(JSON.parse(p.slice(p.indexOf('[')))[0]);
        if (acked.length === total) return;
      }
    })();
    reader.catch(() => {}); // awaited below, unless a POST fails before
    while (!this.stop) {
      if (!this.note('POST', await post(sent))) break;
      this.sent[i] = ++sent;
      // More acks than an outbox takes are not left waiting.
      while (size && sent - acked.length > 4 && !this.stop) await sleep(5);
    }
    // One more, that releases the poll.
    total = sent + 1;
    if (this.note('POST', await post(sent))) sent++;
    assert.deepEqual(this.bad(), []);
    await within(10000, reader, 'the last ack');
    assert.deepEqual(acked, Array.from({ length: sent }, (_, i) => i));
  }

  bad() {
    return [...this.statuses.keys()].filter((k) => !/^(GET|POST) 200$/.test(k));
  }
}

function restarting(one, two, large) {
  const rolling = (name, stack, parts, size = 0) => test(`${name}: no status but 200, no event lost`, { timeout: 40000 }, async () => {
    const load = new Load();
    const failed = Promise.all(Array.from({ length: 12 }, (_, i) => load.one(stack, size, i)));
    failed.catch(() => {});
    const idle = await client(stack).open();
    for (const part of parts) {
      await sleep(200); // under load
      const old = stack.pid(part);
      const held = idle.get();
      const told = performance.now();
      stack.kill(part, 'SIGTERM');
      await Promise.race([stack.replaced(part, old), failed]);
      assert.ok(performance.now() - told < 4000, 'too slow to stop');
      // Not when another process holds it, or it came after the TERM.
      const over = await Promise.race([held, sleep(100).then(() => null)]);
      if (!over) await idle.post('42["message",1]');
      const { status, body } = await held;
      assert.equal(status, 200);
      assert.match(body, /^(6|42\["message-back",1\])$/);
    }
    await Promise.race([failed, until(() => load.sent.every((n) => n > 2), { ms: 20000, what: 'three events of each' })]);
    load.stop = true;
    await failed;
    assert.deepEqual(load.bad(), []);
  });

  rolling('TERM of a process under load', one, ['director.fcgi', 'director.fcgi', 'director.fcgi']);
  rolling('TERM under load, large bodies', large, ['director.fcgi', 'director.fcgi'], 300000);
  rolling('TERM of two processes in turn under load', two, [...two.apps, ...two.apps, ...two.apps]);
}

// Each of them gets an ack, sooner or later.
async function acksAgain(all) {
  const acks = await Promise.all(all.map(async (s, i) => {
    for (;;) {
      const got = await s.timeout(1000).emitWithAck('message-with-ack', i).catch(() => null);
      if (got !== null) return got;
    }
  }));
  assert.deepEqual(acks, all.map((_, i) => i));
}

function redisGone(director, echo, frozen) {
  test('Redis away: 503 with Retry-After; back: the clients too', { timeout: 40000 }, async () => {
    const all = await Promise.all(Array.from({ length: 10 }, () => connect(echo)));
    const raw = await client(echo).open();
    const supervisor = echo.supervisor();
    process.kill(supervisor, 'SIGSTOP'); // or Redis would be back too soon to see
    try {
      echo.kill('redis');
      for (const res of [await client(echo).get(), await raw.post('3'), await raw.get(), await request(`${echo.url}/readyz`)]) {
        assert.equal(res.status, 503);
        assert.ok(Number(res.headers['retry-after']) >= 1, 'no Retry-After');
        assert.ok(res.ms < SOON_MS, `after ${res.ms} ms`);
      }
      assert.equal((await request(`${echo.url}/healthz`)).status, 200);
      for (const s of all) s.emit('message', 'into the void');
    } finally {
      process.kill(supervisor, 'SIGCONT');
    }
    await until(async () => (await request(`${echo.url}/readyz`)).status === 200, { what: 'readiness' });
    await acksAgain(all);
    disconnect(...all);
  });

  test('Redis frozen for 2 s: 503 soon, then the clients go on or come back', { timeout: 40000 }, async () => {
    const all = await Promise.all(Array.from({ length: 10 }, () => connect(frozen)));
    frozen.kill('redis', 'SIGSTOP');
    try {
      const end = Date.now() + 2000;
      while (Date.now() < end) {
        const res = await client(frozen).get();
        assert.equal(res.status, 503);
        assert.ok(res.ms < SOON_MS, `after ${res.ms} ms`);
        for (const s of all) if (s.connected) s.emit('message', 'into the cold');
        await sleep(100);
      }
    } finally {
      frozen.kill('redis', 'SIGCONT');
    }
    await acksAgain(all);
    disconnect(...all);
  });

  test('director: Redis is killed and started again, /chat comes back', { timeout: 40000 }, async () => {
    const s = await connect(director, '/chat');
    const old = director.kill('redis');
    await director.replaced('redis', old);
    await until(async () => (await request(`${director.url}/readyz`)).status === 200, { what: 'readiness' });
    const other = await connect(director, '/chat');
    await connected(s, BACK_MS);
    disconnect(s, other);
  });
}

main(async () => {
  const calm = () => start({ app: 'echo', env: CALM });
  const product = (prefix) => start({ app: 'director', worker: false, env: { REDIS_PREFIX: prefix } });
  const [director, doomed, echo, killed, one, two, redisless, large, frozen] = await Promise.all([
    product('calm'), product(DOOMED),
    calm(), calm(), calm(),
    start({ app: 'echo', env: CALM, processes: 2 }),
    calm(), calm(), calm(),
  ]);
  talking(echo, director);
  await run(4);
  // These mostly wait, on stacks of their own.
  killing(doomed, killed);
  restarting(one, two, large);
  redisGone(director, redisless, frozen);
  await run(4);
  many(echo);
  await run(1);
});
