// The stock clients as they come: socket.io-client 4 (of www/) and 2 (EIO=3),
// with Buffers, acks, namespaces, and recovery, which they do by themselves.
// What they do when the server goes away is in ../e2e/client_node.test.mjs.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { connect, connected, disconnect, once, socket } from '../harness/sio.mjs';
import { start } from '../harness/stack.mjs';
import { cleanup, main, run, sleep, test, until, within } from '../harness/tap.mjs';
import { CALM } from './words.mjs';

const io2 = createRequire(import.meta.url)('socket.io-client-2');

// Back soon.
const EAGER = { reconnectionDelay: 10, reconnectionDelayMax: 20 };
const LARGE = 300000;

const [plain, short, recovering] = [{}, {}, {}];

// ---- both versions -----------------------------------------------------------------------

const old = new Set();
cleanup(() => { for (const s of old) s.close(); });

function socket2(stack, nsp = '/', options = {}) {
  const s = io2(stack.url + nsp, { forceNew: true, ...EAGER, ...options });
  old.add(s);
  return s;
}

// How a version opens a socket, and waits for an ack.
const VERSIONS = {
  4: {
    open: (stack, nsp, options) => connect(stack, nsp, { ...EAGER, ...options }),
    ask: (s, ...args) => s.timeout(5000).emitWithAck(...args),
  },
  2: {
    open: async (stack, nsp, options) => {
      const s = socket2(stack, nsp, options);
      await once(s, 'connect');
      return s;
    },
    ask: (s, ...args) => within(5000, new Promise((done) => s.emit(...args, done)), 'the ack'),
  },
};

const bytes = (n) => Buffer.from(Array.from({ length: n }, (_, i) => i & 255));

// [name, arguments]: they come back as they are.
const ECHOES = [
  ['JSON', [1, '2', { 3: [true, null] }, [], 1.5, 'é😀\u2028', '']],
  ['a Buffer', [bytes(3)]],
  ['every byte', [bytes(256)]],
  ['an empty Buffer', [Buffer.alloc(0)]],
  ['Buffers in all places', ['x', { a: bytes(5), b: [bytes(1), { c: bytes(2) }] }, bytes(9)]],
  ['ten Buffers', Array.from({ length: 10 }, (_, i) => bytes(i))],
  ['the same Buffer twice', (() => { const b = bytes(4); return [b, { b }]; })()],
  ['a large Buffer', [Buffer.alloc(LARGE, 7)]],
  ['a large text', ['é'.repeat(LARGE)]],
  ['what looks like a placeholder', [{ _placeholder: true, num: 0 }]],
];

// Version 2 hands out ArrayBuffers in some places: compared as bytes.
function plainly(value) {
  if (Buffer.isBuffer(value) || value instanceof ArrayBuffer || ArrayBuffer.isView(value))
    return `bytes ${Buffer.from(value.buffer ?? value, value.byteOffset ?? 0, value.byteLength).toString('base64')}`;
  if (Array.isArray(value)) return value.map(plainly);
  if (value && typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, plainly(v)]));
  return value;
}
const alike = (got, wanted) => assert.deepEqual(plainly(got), plainly(wanted));

function both(version, { open, ask }) {
  const name = (text) => `socket.io-client ${version}: ${text}`;

  for (const [what, args] of ECHOES)
    test(name(`${what}, as an event, an ack, and asked back`), async () => {
      const s = await open(plain);
      s.emit('message', ...args);
      alike(await once(s, 'message-back'), args);
      alike(await ask(s, 'message-with-ack', ...args), args[0]);
      s.once('question', (...all) => all.pop()(...all));
      s.emit('ask-me', ...args);
      alike(await once(s, 'answer'), args);
      disconnect(s);
    });

  test(name('many acks at once, each to its question'), async () => {
    const s = await open(plain);
    const answers = await Promise.all(Array.from({ length: 100 }, (_, i) => ask(s, 'message-with-ack', i % 3 ? i : bytes(i))));
    alike(answers, Array.from({ length: 100 }, (_, i) => (i % 3 ? i : bytes(i))));
    disconnect(s);
  });

  test(name('many events at once, text and Buffers, in order'), async () => {
    const s = await open(plain);
    const all = Array.from({ length: 120 }, (_, i) => (i % 2 ? i : bytes(i)));
    const got = [];
    s.on('message-back', (x) => got.push(x));
    for (const x of all) s.emit('message', x);
    await until(() => got.length === all.length, { what: 'all of them' });
    alike(got, all);
    disconnect(s);
  });

  test(name('rooms'), async () => {
    const [a, b] = [await open(plain), await open(plain)];
    const room = `clients${version}`;
    for (const s of [a, b]) assert.equal(await ask(s, 'join', room), 'joined');
    const heard = [a, b].map((s) => once(s, 'room-msg'));
    a.emit('to-room', room, 1, bytes(8));
    for (const event of heard) alike(await event, [1, bytes(8)]);
    assert.equal(await ask(b, 'leave', room), 'left');
    b.once('room-msg', () => assert.fail('left, and still there'));
    a.emit('to-room', room, 2);
    await once(a, 'room-msg');
    assert.equal(await ask(b, 'message-with-ack', 'end'), 'end');
    disconnect(a, b);
  });

  test(name('heartbeats: it stays, and its answers count'), async () => {
    const s = await open(short);
    s.once('disconnect', (why) => assert.fail(`disconnected: ${why}`));
    await sleep(1500);
    assert.equal(await ask(s, 'message-with-ack', 1), 1);
    s.off('disconnect');
    disconnect(s);
  });

  test(name('kicked, and closed'), async () => {
    for (const how of ['kick', 'kick-close']) {
      const s = await open(plain);
      s.emit(how);
      assert.equal((await once(s, 'disconnect'))[0], 'io server disconnect');
      disconnect(s);
    }
  });
}

function version4() {
  test('socket.io-client 4: no answer within the time-out of an ack', async () => {
    const s = await connect(plain);
    s.on('question', () => {});
    await assert.rejects(s.timeout(100).emitWithAck('ask-me', 1), /timed out/);
    s.emit('ask-within', 100, 1);
    assert.deepEqual(await once(s, 'no-answer'), []);
    disconnect(s);
  });

  test('socket.io-client 4: refused by a middleware, then let in', async () => {
    const s = socket(plain, '/guarded', { ...EAGER, auth: { token: 'wrong' } });
    const [error] = await once(s, 'connect_error');
    assert.equal(error.message, 'not authorized');
    assert.deepEqual(error.data, { code: 401 });
    assert.equal(s.active, false);
    s.auth = { token: 'secret' };
    const auth = once(s, 'auth');
    s.connect();
    assert.deepEqual(await auth, [{ token: 'secret' }]);
    disconnect(s);
  });

  test('socket.io-client 4: volatile events while it listens', async () => {
    const s = await connect(plain);
    // Dropped when no poll is held just then: one of many is.
    const heard = once(s, 'volatile-msg');
    let over = false;
    void heard.then(() => { over = true; });
    while (!over) { s.emit('volatile', 'x', bytes(2)); await sleep(30); }
    alike(await heard, ['x', bytes(2)]);
    disconnect(s);
  });
}

function version2() {
  test('socket.io-client 2: namespaces with a query, on one connection', async () => {
    const root = socket2(plain);
    const custom = root.io.socket('/custom', { query: 'token=a%20b&n=1' });
    const [auth] = await once(custom, 'auth');
    assert.deepEqual({ token: auth.token, n: auth.n }, { token: 'a b', n: '1' });
    custom.close();
    assert.equal(await VERSIONS[2].ask(root, 'message-with-ack', 1), 1);
    disconnect(root);
  });

  test('socket.io-client 2: unknown and guarded namespaces', async () => {
    const nope = socket2(plain, '/nope');
    const [unknown] = await once(nope, 'error');
    assert.deepEqual(unknown, { message: 'Invalid namespace' });
    const guarded = socket2(plain, '/guarded');
    assert.deepEqual(await once(guarded, 'error'), [{ code: 401 }]);
    disconnect(nope, guarded, await VERSIONS[2].open(plain, '/guarded?token=secret'));
  });

  test('socket.io-client 2: the close of the connection is noticed, it comes back', async () => {
    const s = await VERSIONS[2].open(plain);
    const { id } = s;
    s.io.engine.close();
    await once(s, 'connect');
    assert.notEqual(s.id, id);
    assert.equal(await VERSIONS[2].ask(s, 'message-with-ack', 1), 1);
    disconnect(s);
  });

  test('socket.io-client 2 and 4 in one room', async () => {
    const [a, b] = [await VERSIONS[2].open(plain), await connect(plain)];
    for (const [s, { ask }] of [[a, VERSIONS[2]], [b, VERSIONS[4]]]) assert.equal(await ask(s, 'join', 'mixed'), 'joined');
    for (const sender of [a, b]) {
      const heard = [a, b].map((s) => once(s, 'room-msg'));
      sender.emit('to-room', 'mixed', { x: bytes(6) }, 'é😀');
      for (const event of heard) alike(await event, [{ x: bytes(6) }, 'é😀']);
    }
    disconnect(a, b);
  });
}

// ---- recovery ------------------------------------------------------------------------------

// A client in a room of its own that writes down what it hears, less the offsets,
// which it shows too.
let rooms = 0;
async function listener() {
  const s = await connect(recovering, '/', EAGER);
  const room = `room${++rooms}`;
  assert.equal(await VERSIONS[4].ask(s, 'join', room), 'joined');
  const heard = [];
  s.on('room-msg', (...args) => heard.push(args.slice(0, -1)));
  return { s, room, heard };
}

function recovery() {
  const { ask } = VERSIONS[4];

  const LOSSES = [
    ['its engine closes', (s) => s.io.engine.close()],
    // Nothing is said to the server: it is still open there.
    ['its transport breaks', (s) => s.io.engine.transport.onError('broken')],
  ];
  for (const [name, lose] of LOSSES)
    for (const seen of [true, false])
      test(`socket.io-client 4: ${name}, ${seen ? 'events were seen' : 'nothing was seen'}: recovered`, async () => {
        const { s, room, heard } = await listener();
        const other = await connect(recovering);
        assert.equal(s.recovered, false);
        if (seen) {
          other.emit('to-room', room, 'seen');
          await until(() => heard.length === 1);
        }
        const { id } = s;
        const away = once(s, 'disconnect');
        lose(s);
        await away;
        const back = once(s, 'connect');
        for (let i = 0; i < 3; i++) other.emit('to-room', room, i, bytes(i));
        await ask(other, 'message-with-ack', 1);
        await back;
        assert.equal(s.recovered, true);
        assert.equal(s.id, id);
        other.emit('to-room', room, 'after');
        const wanted = [...(seen ? [['seen']] : []), [0, bytes(0)], [1, bytes(1)], [2, bytes(2)], ['after']];
        await until(() => heard.length >= wanted.length, { what: 'what was missed' });
        alike(heard, wanted);
        disconnect(s, other);
      });

  test('socket.io-client 4: again and again, none lost, none twice, in order', async () => {
    const { s, room, heard } = await listener();
    const other = await connect(recovering);
    const N = 80;
    const sending = (async () => {
      for (let i = 0; i < N; i++) {
        other.emit('to-room', room, i);
        await sleep(15);
      }
    })();
    for (let i = 0; i < 6; i++) {
      await sleep(80);
      const back = once(s, 'connect');
      LOSSES[i % 2][1](s);
      await back;
      assert.equal(s.recovered, true);
    }
    await sending;
    await until(() => heard.length >= N, { what: 'all of them' });
    assert.deepEqual(heard, Array.from({ length: N }, (_, i) => [i]));
    disconnect(s, other);
  });

  test('socket.io-client 4: left by itself: not recovered', async () => {
    const { s } = await listener();
    const { id } = s;
    s.disconnect().connect();
    await connected(s);
    assert.equal(s.recovered, false);
    assert.notEqual(s.id, id);
    disconnect(s);
  });

  test('socket.io-client 4: two namespaces of one connection, both recovered', async () => {
    const { s } = await listener();
    const custom = s.io.socket('/custom', {});
    await connected(custom);
    const ids = [s.id, custom.id];
    const back = [s, custom].map((x) => once(x, 'connect'));
    s.io.engine.transport.onError('broken');
    await Promise.all(back);
    assert.deepEqual([s.recovered, custom.recovered], [true, true]);
    assert.deepEqual([s.id, custom.id], ids);
    disconnect(s, custom);
  });

  test('socket.io-client 4: what it emits while away arrives, acks too', async () => {
    const { s } = await listener();
    const back = once(s, 'connect');
    s.io.engine.transport.onError('broken');
    const answer = ask(s, 'message-with-ack', 'sent while away');
    await back;
    assert.equal(await answer, 'sent while away');
    disconnect(s);
  });
}

main(async () => {
  const stacks = await Promise.all([
    start({ app: 'echo', env: CALM, processes: 2 }),
    start({ app: 'echo', env: { DIRECTOR_PING_INTERVAL_MS: '300', DIRECTOR_PING_TIMEOUT_MS: '1000' } }),
    start({ app: 'echo', env: { ...CALM, RECOVERY: '1' }, processes: 2 }),
  ]);
  [plain, short, recovering].forEach((place, i) => Object.setPrototypeOf(place, stacks[i]));
  for (const [version, words] of Object.entries(VERSIONS)) both(version, words);
  for (const group of [version4, version2, recovery]) group();
  await run(8);
});
