// Engine.IO 4 without Socket.IO: /engine.io/ echoes every message. The letters are
// those of ../shared/reference/polling-protocol.md; what is the same for
// /socket.io/ is in polling.test.mjs.

import assert from 'node:assert/strict';
import { client, request, RS } from '../harness/polling.mjs';
import { start } from '../harness/stack.mjs';
import { main, run, sleep, test } from '../harness/tap.mjs';
import {
  CALM, MAX_PAYLOAD, closes, echoes, gone, hold, isOk, refused, released,
} from './words.mjs';

const TEXT_TYPE = 'text/plain; charset=UTF-8';
const INTERVAL = 300;
const TIMEOUT = 200;

const [calm, suite] = [{}, {}];

async function open(stack = calm) {
  const c = client(stack, '/engine.io/');
  await c.handshake();
  return c;
}

const base64 = (bytes) => `b${Buffer.from(bytes).toString('base64')}`;

// ---- A, B: requests and the handshake ---------------------------------------------

function handshake() {
  test('B1 the answer, keys in order; no namespace is joined', async () => {
    const c = await open(suite);
    assert.equal(c.answer.headers['content-type'], TEXT_TYPE);
    assert.equal(c.answer.headers['cache-control'], 'no-store');
    assert.equal(c.answer.body,
      `0{"sid":"${c.sid}","upgrades":[],"pingInterval":300,"pingTimeout":200,"maxPayload":1000000}`);
    assert.match(c.sid, /^[A-Za-z0-9_-]{20}$/);
  });

  test('A1 the path with and without the slash, 404 below', async () => {
    const status = async (path) => (await request(`${calm.url}${path}?EIO=4&transport=polling`)).status;
    assert.deepEqual(await Promise.all(['/engine.io/', '/engine.io', '/engine.io/x', '/engine.iox', '/engine'].map(status)),
      [200, 200, 404, 404, 404]);
  });

  const ERRORS = [
    ['no transport', 'EIO=4', 'GET', 0, 'Transport unknown'],
    ['websocket', 'EIO=4&transport=websocket', 'GET', 0, 'Transport unknown'],
    ['an unknown sid', 'EIO=4&transport=polling&sid=aaaaaaaaaaaaaaaaaaaa', 'GET', 1, 'Session ID unknown'],
    ['an unknown sid, POST', 'EIO=4&transport=polling&sid=aaaaaaaaaaaaaaaaaaaa', 'POST', 1, 'Session ID unknown'],
    ['POST', 'EIO=4&transport=polling', 'POST', 2, 'Bad handshake method'],
    ['DELETE', 'EIO=4&transport=polling', 'DELETE', 2, 'Bad handshake method'],
    ['no EIO', 'transport=polling', 'GET', 5, 'Unsupported protocol version'],
    ['EIO=abc', 'EIO=abc&transport=polling', 'GET', 5, 'Unsupported protocol version'],
    ['EIO=2', 'EIO=2&transport=polling', 'GET', 5, 'Unsupported protocol version'],
    ['EIO=03', 'EIO=03&transport=polling', 'GET', 5, 'Unsupported protocol version'],
    ['EIO=5', 'EIO=5&transport=polling', 'GET', 5, 'Unsupported protocol version'],
  ];
  for (const [name, query, method, code, message] of ERRORS)
    test(`A3 A4 ${name}: code ${code}`, () =>
      refused(request(`${calm.url}/engine.io/?${query}`, { method, body: method === 'POST' ? '4x' : undefined }), code, message));

  test('A7 other methods with a sid: 405, the session is untouched', async () => {
    const c = await open();
    await isOk(c.post(['4waits']));
    for (const method of ['HEAD', 'PUT', 'DELETE', 'PATCH']) {
      const body = method === 'PUT' || method === 'PATCH' ? '4x' : undefined;
      const res = await request(c.url(), { method, body, agent: c.posts });
      assert.equal(res.status, 405, method);
      assert.equal(res.headers.allow, 'GET, POST, OPTIONS');
    }
    assert.deepEqual(await c.packets(), ['4waits']);
  });

  test('F4 preflight', async () => {
    const c = await open();
    const res = await request(c.url(), { method: 'OPTIONS', headers: { Origin: 'http://x.example', 'Access-Control-Request-Method': 'POST' } });
    assert.equal(res.status, 204);
    assert.equal(res.headers['access-control-allow-origin'], '*');
    await echoes(c, ['4after']);
  });

  // EIO is only looked at in the handshake: a session knows its version.
  test('A6 a later request may say another EIO, or none', async () => {
    const c = await open();
    for (const EIO of ['3', 'abc', '']) {
      await isOk(c.post(['4x'], { query: { EIO } }));
      assert.equal((await c.get({ query: { EIO } })).body, '4x');
    }
  });

  test('a session belongs to its path', async () => {
    const raw = await open();
    const sio = await client(calm).open();
    for (const [c, path] of [[raw, '/socket.io/'], [sio, '/engine.io/']]) {
      const foreign = client(calm, path);
      foreign.sid = c.sid;
      for (const res of [foreign.get(), foreign.post(['4x'])]) await refused(res, 1, 'Session ID unknown');
    }
    await echoes(raw, ['4untouched']);
    await echoes(sio, ['421["message-with-ack"]'], ['431[]']);
  });
}

// ---- D: messages ------------------------------------------------------------------

// Byte for byte back: [name, packets].
const ECHOES = [
  ['a text', ['4hello']],
  ['several texts', ['4test1', '4test2', '4test3']],
  ['an empty text', ['4']],
  ['empty ones among others', ['4', '4a', '4', '4']],
  ['a binary message', [base64([1, 2, 3, 4])]],
  ['an empty binary message', ['b']],
  ['text and binary, mixed', ['4a', base64([0]), '4b', 'b', base64([0xff, 0, 0x1e]), '4']],
  ['every byte', [base64(Array.from({ length: 256 }, (_, i) => i))]],
  ['one, two and three bytes of padding', [base64([1]), base64([1, 2]), base64([1, 2, 3])]],
  ['beyond ASCII', ['4é', '4€', '4😀', '4\u2028\ufeff\uffff']],
  ['what Socket.IO would take for a packet', ['40', '42["message"]', '41', '44{}', '4']],
  ['digits, a colon, control characters but 0x1E', ['412:34', '4\x01\x02\x1f\x7f', '4a\r\n\tb', '4"\\"']],
  ['types inside the data', ['42probe', '4b4AQID', '4bAQID']],
];

function messages() {
  for (const [name, packets] of ECHOES)
    test(`C2 E1 E9 echo: ${name}`, async () => {
      const c = await open();
      await isOk(c.post(packets));
      const res = await c.get();
      assert.equal(res.headers['content-type'], TEXT_TYPE);
      assert.equal(Number(res.headers['content-length']), res.raw.length);
      assert.equal(res.body, packets.join(RS));
    });

  test('a NUL in a text is no end of it', async () => {
    const c = await open();
    await echoes(c, ['4a\0b', '4\0']);
  });

  // E10: padding may be missing, what comes back has it.
  test('E10 base64 without padding', async () => {
    const c = await open();
    await echoes(c, ['bAQ', 'bAQI', 'bAQID'], ['bAQ==', 'bAQI=', 'bAQID']);
  });

  test('C1 a held poll gets what a POST brings, the rest waits', async () => {
    const c = await open();
    const all = ['4a', 'bAQID', '4b'];
    const poll = await hold(calm, c);
    await isOk(c.post(all));
    const first = (await poll.answer).body.split(RS);
    assert.deepEqual([...first, ...await c.take(all.length - first.length)], all);
  });

  test('D9 order over many POSTs, text and binary', async () => {
    const c = await open();
    const all = Array.from({ length: 100 }, (_, i) => (i % 3 ? `4${i}` : base64([i])));
    for (let i = 0; i < all.length; i += 5) await isOk(c.post(all.slice(i, i + 5)));
    assert.deepEqual(await c.take(all.length), all);
  });

  test('D9 order with a reader beside the writer', async () => {
    const c = await open();
    const all = Array.from({ length: 150 }, (_, i) => (i % 3 ? `4${i}` : base64([i])));
    const [seen] = await Promise.all([c.take(all.length), (async () => {
      for (let i = 0; i < all.length; i += 3) await isOk(c.post(all.slice(i, i + 3)));
    })()]);
    assert.deepEqual(seen, all);
  });

  const LARGE = [
    ['text of exactly maxPayload', () => `4${'a'.repeat(MAX_PAYLOAD - 1)}`],
    ['characters of two bytes', () => `4${'é'.repeat((MAX_PAYLOAD - 2) / 2)}a`],
    ['binary of nearly maxPayload', () => base64(Buffer.alloc(749997, 7))],
  ];
  for (const [name, packet] of LARGE)
    test(`D2 ${name}`, async () => {
      const c = await open();
      const text = packet();
      assert.ok(Buffer.byteLength(text) <= MAX_PAYLOAD && Buffer.byteLength(text) > MAX_PAYLOAD - 10);
      await isOk(c.post(text));
      const res = await c.get();
      assert.equal(res.body.length, text.length);
      assert.ok(res.body === text);
    });

  test('D2 a byte more: 413, nothing is echoed, the session lives', async () => {
    const c = await open();
    const poll = await hold(calm, c);
    for (const body of [`4${'a'.repeat(MAX_PAYLOAD)}`, ['4first', base64(Buffer.alloc(750000))]]) {
      const res = await c.post(body);
      assert.equal(res.status, 413);
      assert.equal(res.body, '');
    }
    await isOk(c.post(['4still there']));
    await released(poll, '4still there');
  });

  test('D4 octet-stream is refused', async () => {
    const c = await open();
    await closes(calm, c, () => c.post('4x', { headers: { 'Content-Type': 'application/octet-stream' } }), { status: 400 });
  });
}

// ---- D6, E2: what closes ---------------------------------------------------------------

const GARBAGE = [
  ['an empty body', ''], ['an unknown type', 'abc'], ['a digit too high', '7'], ['a letter', 'x4'],
  ['an empty packet behind', `4a${RS}`], ['an empty packet in front', `${RS}4a`], ['two separators', `4a${RS}${RS}4b`],
  ['a separator alone', RS], ['a blank in front', ' 4a'], ['an upper-case B', 'BAQID'],
  ['base64 with a blank', 'bAQ ID'], ['the url alphabet', 'b-_-_'], ['base64 of five', 'bAQIDB'.slice(0, 6)],
  ['padding in the middle', 'bAQ==AQID'], ['too much padding', 'bAQID='], ['padding alone', 'b='],
  ['invalid UTF-8', Buffer.from([0x34, 0xff])], ['a cut sequence', Buffer.from([0x34, 0xe2, 0x82])],
  ['a byte order mark', Buffer.from('\ufeff4a')], ['a NUL in front', Buffer.from('\x004a')],
  ['a ping', '2', 200], ['a ping with data', '2probe', 200],
];

function closing() {
  for (const [name, body, status = 400] of GARBAGE)
    test(`D6 D7 E2 ${name}: closed`, async () => {
      const c = await open();
      await closes(calm, c, () => c.post(body), { status });
    });

  test('E2 open, upgrade, noop and pong are not echoed', async () => {
    const c = await open();
    await echoes(c, ['0', '5', '6', '3', '3probe', '0{}', '6x', '4a'], ['4a']);
  });

  test('E3 the client closes: a held GET gets a noop', async () => {
    const c = await open();
    await closes(calm, c, () => c.post(['1', '4too late']), { bye: '6' });
  });

  test('C5 a second GET: the first gets 1, the second 400', async () => {
    const c = await open();
    const poll = await hold(calm, c);
    assert.equal((await c.get({ agent: c.posts })).status, 400);
    await released(poll, '1');
    await gone(c);
  });

  test('C6 a cancelled GET: the next one is 400', async () => {
    const c = await open();
    const abort = new AbortController();
    const poll = c.get({ signal: abort.signal });
    poll.catch(() => {});
    await sleep(5);
    abort.abort();
    await assert.rejects(poll);
    assert.equal((await c.get()).status, 400);
    await gone(c);
  });
}

// ---- E: the heartbeat --------------------------------------------------------------------

function heartbeat() {
  test('E6 no poll, no pong: 400 exactly 500 ms after the handshake', async () => {
    const c = await open(suite);
    await sleep(INTERVAL + TIMEOUT);
    assert.equal((await c.post(['3'])).status, 400);
    await gone(c);
  });

  // K6 is Socket.IO's: nothing is to be joined here. 1,000 ms go by.
  test('E4 pings and pongs, and no connectTimeout', async () => {
    const c = await open(suite);
    for (let i = 0; i < 4; i++) {
      const res = await c.get();
      assert.equal(res.status, 200);
      assert.equal(res.body, '2');
      await isOk(c.post(['3']));
    }
    await echoes(c, ['4alive']);
  });
}

main(async () => {
  const stacks = await Promise.all([start({ app: 'echo', env: CALM }), start({ app: 'echo' })]);
  [calm, suite].forEach((place, i) => Object.setPrototypeOf(place, stacks[i]));
  for (const group of [handshake, messages, closing]) group();
  await run(8);
  heartbeat();
  await run(2);
});
