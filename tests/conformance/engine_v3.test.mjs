// Engine.IO 3 (EIO=3) at the same addresses: /engine.io/ echoes, /socket.io/ is
// Socket.IO as its clients of version 2 speak it. The letters are those of
// ../shared/reference/polling-protocol.md.

import assert from 'node:assert/strict';
import { client, request } from '../harness/polling.mjs';
import { start } from '../harness/stack.mjs';
import { main, run, sleep, test } from '../harness/tap.mjs';
import {
  CALM, MAX_PAYLOAD, closes, echoes, gone, hold, isOk, refused, released, works,
} from './words.mjs';

const TEXT_TYPE = 'text/plain; charset=UTF-8';
const BINARY_TYPE = 'application/octet-stream';
const INTERVAL = 300;
const TIMEOUT = 200;

const [calm, suite] = [{}, {}];

const v3 = (stack, path, query) => client(stack, path, { version: 3, query });

// `query` {b64: 1}: a client that takes no binary answers.
async function open(stack = calm, query = {}) {
  const c = v3(stack, '/engine.io/', query);
  await c.handshake();
  return c;
}

// A Socket.IO 2 session of `/`: what came first is in `first`.
async function joined(stack = calm, query = {}) {
  const c = v3(stack, '/socket.io/', query);
  await c.handshake();
  c.first.push(...await c.take(2 - c.first.length));
  return c;
}

const text = (packets) => packets.map((p) => `${p.length}:${p}`).join('');

// G4: a text as it is, bytes as a binary message.
function frame(packet) {
  const binary = typeof packet !== 'string';
  const data = binary ? Buffer.from([4, ...packet]) : Buffer.from(packet);
  const digits = Buffer.from([...String(data.length)].map(Number));
  return Buffer.concat([Buffer.from([binary ? 1 : 0]), digits, Buffer.from([255]), data]);
}
const frames = (packets) => Buffer.concat(packets.map(frame));

const postBinary = (c, body) => c.post(body, { headers: { 'Content-Type': BINARY_TYPE } });

// ---- B: the handshake ------------------------------------------------------------------

function handshake() {
  test('B2 the answer is framed, its keys in order', async () => {
    for (const query of [{}, { b64: 1 }]) {
      const c = await open(suite, query);
      assert.equal(c.answer.headers['content-type'], TEXT_TYPE);
      assert.equal(c.answer.headers['cache-control'], 'no-store');
      const packet = `0{"sid":"${c.sid}","upgrades":[],"pingInterval":300,"pingTimeout":200,"maxPayload":1000000}`;
      assert.equal(c.answer.body, `${packet.length}:${packet}`);
      assert.match(c.sid, /^[A-Za-z0-9_-]{20}$/);
    }
  });

  const ERRORS = [
    ['no transport', 'EIO=3', 'GET', 0, 'Transport unknown'],
    ['another transport', 'EIO=3&transport=abc', 'GET', 0, 'Transport unknown'],
    ['websocket', 'EIO=3&transport=websocket', 'GET', 0, 'Transport unknown'],
    ['an unknown sid', 'EIO=3&transport=polling&sid=aaaaaaaaaaaaaaaaaaaa', 'GET', 1, 'Session ID unknown'],
    ['POST', 'EIO=3&transport=polling', 'POST', 2, 'Bad handshake method'],
    ['EIO=3.0', 'EIO=3.0&transport=polling', 'GET', 5, 'Unsupported protocol version'],
    ['EIO=33', 'EIO=33&transport=polling', 'GET', 5, 'Unsupported protocol version'],
  ];
  for (const path of ['/engine.io/', '/socket.io/'])
    for (const [name, query, method, code, message] of ERRORS)
      test(`A4 ${path} ${name}: code ${code}`, () =>
        refused(request(`${calm.url}${path}?${query}`, { method }), code, message));

  test('A6 a session knows its version, and b64, without being told again', async () => {
    const c = await open(calm, { b64: 1 });
    await isOk(c.post('10:b4AQIDBA==', { query: { EIO: 4, b64: '' } }));
    assert.equal((await c.get({ query: { EIO: 4, b64: '' } })).body, '10:b4AQIDBA==');
    const four = client(calm, '/engine.io/');
    await four.handshake();
    await isOk(four.post(['4x'], { query: { EIO: 3, b64: 1 } }));
    assert.equal((await four.get({ query: { EIO: 3, b64: 1 } })).body, '4x');
  });

  test('H4 a j parameter does no harm', async () => {
    const c = await open(calm, { j: '0', b64: 1 });
    assert.equal(c.answer.headers['content-type'], TEXT_TYPE);
    await echoes(c, ['4hello']);
  });
}

// ---- G: framing -------------------------------------------------------------------------

const ONE_TO_FOUR = 'b4AQIDBA==';

// Text framing in and out: [name, packets, the answer byte for byte].
const ECHOES = [
  ['a text', ['4hello'], '6:4hello'],
  ['several texts', ['4test1', '4test2', '4test3'], '6:4test16:4test26:4test3'],
  ['an empty text', ['4'], '1:4'],
  ['digits and colons inside', ['46:4hello', '4:'], '9:46:4hello2:4:'],
  ['a separator of version 4', ['4a\x1e4b'], '5:4a\x1e4b'],
  ['two bytes are one unit', ['4é', '4x'], '2:4é2:4x'],
  ['three bytes are one unit', ['4€€', '4x'], '3:4€€2:4x'],
  ['four bytes are two units', ['4😀', '4x'], '3:4😀2:4x'],
  ['all widths', ['4aé€😀a', '4😀😀'], '7:4aé€😀a5:4😀😀'],
  ['a byte order mark as data', ['4\ufeff'], '2:4\ufeff'],
  ['more than nine', [`4${'a'.repeat(12)}`, `4${'b'.repeat(100)}`], `13:4${'a'.repeat(12)}101:4${'b'.repeat(100)}`],
];

// b64 set: binary in text framing.
const IN_BASE64 = [
  ['a text and a binary message', ['4hello', ONE_TO_FOUR], `6:4hello10:${ONE_TO_FOUR}`],
  ['a binary message alone', [ONE_TO_FOUR], `10:${ONE_TO_FOUR}`],
  ['an empty binary message', ['b4'], '2:b4'],
  ['mixed', ['b4/w==', '4a', 'b4AAEC', '4😀'], '6:b4/w==2:4a6:b4AAEC3:4😀'],
];

// [name, packets as frame() takes them]: the whole payload comes back as octets
// where one of them is binary.
const IN_OCTETS = [
  ['a text and a binary message', ['4hello', [1, 2, 3, 4]]],
  ['a binary message alone', [[0xff, 0, 0x1e]]],
  ['an empty binary message', [[]]],
  ['lengths in bytes', ['4é😀', [1], '4€']],
  ['two and three digits', [`4${'a'.repeat(10)}`, Buffer.alloc(99, 255), `4${'é'.repeat(60)}`]],
  ['length bytes and marks inside', [[255, 0, 1, 255], '4\0\x01']],
];

function framing() {
  for (const [name, packets, body] of ECHOES)
    test(`G1 ${name}`, async () => {
      const c = await open();
      await isOk(c.post(packets));
      const res = await c.get();
      assert.equal(res.headers['content-type'], TEXT_TYPE);
      assert.equal(res.body, body);
    });

  for (const [name, packets, body] of IN_BASE64)
    test(`G3 b64: ${name}`, async () => {
      for (const b64 of ['1', 'true']) {
        const c = await open(calm, { b64 });
        await isOk(c.post(packets));
        const res = await c.get();
        assert.equal(res.headers['content-type'], TEXT_TYPE);
        assert.equal(res.body, body);
      }
    });

  for (const [name, packets] of IN_OCTETS)
    test(`G4 G5 octets: ${name}`, async () => {
      const c = await open();
      await isOk(postBinary(c, frames(packets)));
      const res = await c.get();
      assert.equal(res.headers['content-type'], BINARY_TYPE);
      assert.equal(res.raw.toString('hex'), frames(packets).toString('hex'));
    });

  test('G3 G5 base64 in, octets out', async () => {
    const c = await open();
    await isOk(c.post(['4hello', ONE_TO_FOUR]));
    const res = await c.get();
    assert.equal(res.headers['content-type'], BINARY_TYPE);
    assert.deepEqual([...res.raw], [0, 6, 255, 52, 104, 101, 108, 108, 111, 1, 5, 255, 4, 1, 2, 3, 4]);
  });

  test('G4 G5 octets in, base64 out with b64', async () => {
    const c = await open(calm, { b64: 1 });
    await isOk(postBinary(c, frames(['4hello', [1, 2, 3, 4]])));
    const res = await c.get();
    assert.equal(res.headers['content-type'], TEXT_TYPE);
    assert.equal(res.body, '6:4hello10:b4AQIDBA==');
  });

  test('G5 octets in without a binary packet: text out', async () => {
    const c = await open();
    await isOk(postBinary(c, frames(['4hello', '4é'])));
    const res = await c.get();
    assert.equal(res.headers['content-type'], TEXT_TYPE);
    assert.equal(res.body, '6:4hello2:4é');
  });

  test('G5 each answer has the framing its packets need', async () => {
    const c = await open();
    for (const [packets, type] of [[['4a'], TEXT_TYPE], [['4a', 'b4AQ=='], BINARY_TYPE], [['4b'], TEXT_TYPE]]) {
      await isOk(c.post(packets));
      const res = await c.get();
      assert.equal(res.headers['content-type'], type);
      assert.deepEqual(c.framing.decode(res), packets);
    }
  });

  test('G5 a held poll is answered in octets too', async () => {
    const c = await open();
    const poll = await hold(calm, c);
    await isOk(postBinary(c, frame([1, 2])));
    const res = await poll.answer;
    assert.equal(res.headers['content-type'], BINARY_TYPE);
    assert.deepEqual([...res.raw], [1, 3, 255, 4, 1, 2]);
    assert.equal(Number(res.headers['content-length']), res.raw.length);
  });

  // G6: exactly this type, D4: all else is text.
  test('G6 another type is text framing', async () => {
    for (const type of ['application/octet-stream; x=y', 'application/json', 'text/plain', '']) {
      const c = await open();
      await isOk(c.post('6:4hello', { headers: { 'Content-Type': type } }));
      assert.equal((await c.get()).body, '6:4hello', type);
    }
  });

  test('G2 empty packets are skipped', async () => {
    const c = await open();
    await isOk(c.post('0:6:4hello0:'));
    assert.equal((await c.get()).body, '6:4hello');
  });

  test('D2 exactly maxPayload, in units of two bytes', async () => {
    const c = await open();
    const message = `4${'é'.repeat((MAX_PAYLOAD - 8) / 2)}`;
    const body = `${message.length}:${message}`;
    assert.equal(Buffer.byteLength(body), MAX_PAYLOAD);
    await isOk(c.post(body));
    assert.ok((await c.get()).body === body);
    assert.equal((await c.post(`${body}x`)).status, 413);
    await echoes(c, ['4after']);
  });

  test('D2 a megabyte of octets', async () => {
    const c = await open();
    const body = frame(Buffer.alloc(MAX_PAYLOAD - 9, 7));
    assert.equal(body.length, MAX_PAYLOAD);
    await isOk(postBinary(c, body));
    assert.ok((await c.get()).raw.equals(body));
    assert.equal((await postBinary(c, Buffer.concat([body, Buffer.from([0])]))).status, 413);
    await echoes(c, ['4after']);
  });

  test('D9 order over many POSTs of both framings', async () => {
    const c = await open();
    for (let i = 0; i < 40; i += 2) {
      await isOk(c.post([`4${i}`]));
      await isOk(postBinary(c, frame([i + 1])));
    }
    assert.deepEqual(await c.take(40), Array.from({ length: 40 }, (_, i) =>
      (i % 2 ? `b4${Buffer.from([i]).toString('base64')}` : `4${i}`)));
  });
}

const TEXT_GARBAGE = [
  ['no frame', 'abc'], ['nothing', ''], ['a length alone', '6'], ['a colon alone', ':'], ['no length', ':4hello'],
  ['too long a length', '7:4hello'], ['too short a length', '5:4hello'], ['a rest', '6:4hello1'], ['a leading zero', '06:4hello'],
  ['a fraction', '6.0:4hello'], ['an exponent', '6e0:4hello'], ['a sign', '+6:4hello'], ['a negative', '-1:4'], ['a blank', ' 6:4hello'],
  ['bytes instead of units', '3:4é'], ['characters instead of units', '2:4😀'], ['half a surrogate pair', '2:4😀1:4'],
  ['a length of 400 digits', `${'9'.repeat(400)}:4`], ['2^64 + 6', '18446744073709551622:4hello'], ['2^32 + 6', '4294967302:4hello'],
  ['an unknown type', '1:7'], ['a letter', '1:x'], ['b without a type', '1:b'], ['b with an unknown type', '3:b9x'],
  ['base64 that is none', '4:b4*='], ['a payload of version 4', '4hello\x1e4x'], ['the first is good', '2:4a3:4'],
  ['invalid UTF-8', Buffer.from([0x32, 0x3a, 0x34, 0xff])],
  // E2: in version 3 the server's pong is not the client's to send.
  ['a pong', '1:3', 200], ['a pong with data', '6:3probe', 200],
];

const OCTET_GARBAGE = [
  ['nothing', []], ['text framing', [...Buffer.from('6:4hello')]], ['a wrong kind', [2, 1, 255, 52]], ['no length', [0, 255, 52]],
  ['no end of the length', [0, 6]], ['no data', [0, 6, 255]], ['cut', [0, 6, 255, 52, 104]], ['a rest', [0, 1, 255, 52, 0]],
  ['ASCII digits', [0, 54, 255, 52, 104, 101, 108, 108, 111]], ['a digit of ten', [0, 10, 255, ...Array(10).fill(52)]],
  ['a length of 400 digits', [0, ...Array(400).fill(9), 255, 52]], ['2^32 + 1', [0, 4, 2, 9, 4, 9, 6, 7, 2, 9, 7, 255, 52]],
  ['a binary ASCII type', [1, 2, 255, 52, 1]], ['a binary packet without a type', [1, 0, 255]], ['an unknown type', [0, 1, 255, 55]],
  ['invalid UTF-8', [0, 2, 255, 52, 255]],
];

function closing() {
  for (const [name, body, status = 400] of TEXT_GARBAGE)
    test(`G2 G7 E2 text, ${name}: closed`, async () => {
      const c = await open();
      await closes(calm, c, () => c.post(body), { status, bye: '1:1' });
    });

  for (const [name, bytes] of OCTET_GARBAGE)
    test(`G4 G7 octets, ${name}: closed`, async () => {
      const c = await open();
      await closes(calm, c, () => postBinary(c, Buffer.from(bytes)), { status: 400, bye: '1:1' });
    });

  test('E3 the client closes: a held GET gets a noop', async () => {
    const c = await open();
    await closes(calm, c, () => c.post(['1', '4too late']), { bye: '1:6' });
  });

  test('C5 a second GET: the first gets 1:1, the second 400', async () => {
    const c = await open();
    const poll = await hold(calm, c);
    assert.equal((await c.get({ agent: c.posts })).status, 400);
    await released(poll, '1:1');
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

// ---- E: the heartbeat, which is the client's --------------------------------------------

function heartbeat() {
  test('E2 a ping is answered, with or without data', async () => {
    const c = await open();
    for (const ping of ['2', '2probe', '2']) {
      await isOk(c.post([ping]));
      assert.equal((await c.get()).body, '1:3');
    }
    const poll = await hold(calm, c);
    await isOk(c.post(['4a', '2', '4b']));
    const first = c.framing.decode(await poll.answer);
    assert.deepEqual([...first, ...await c.take(3 - first.length)], ['4a', '3', '4b']);
  });

  test('E2 a ping in octets', async () => {
    const c = await open();
    await isOk(postBinary(c, frames(['2', [9]])));
    assert.deepEqual(await c.take(2), ['3', 'b4CQ==']);
  });

  test('E5 E6 no ping: 400 exactly 500 ms after the handshake', async () => {
    for (const method of ['get', 'post']) {
      const c = await open(suite);
      await sleep(INTERVAL + TIMEOUT);
      assert.equal((await c[method]('1:2')).status, 400);
      await gone(c);
    }
  });

  test('E5 a held poll gets 1:1, not a ping', async () => {
    const c = await open(suite);
    const started = performance.now();
    const res = await c.get();
    assert.equal(res.status, 200);
    assert.equal(res.body, '1:1');
    assert.ok(performance.now() - started > INTERVAL + TIMEOUT - 50);
    await gone(c);
  });

  test('E5 pings keep it, other traffic does not', async () => {
    const c = await open(suite);
    for (let i = 0; i < 4; i++) {
      await sleep(INTERVAL - 50);
      await isOk(c.post(['2']));
      assert.equal((await c.get()).body, '1:3');
    }
    const end = performance.now() + INTERVAL + TIMEOUT;
    let status = 200;
    while (status === 200 && performance.now() < end + 3000) {
      await sleep(40);
      ({ status } = await c.post(['4x']));
    }
    assert.equal(status, 400);
    assert.ok(performance.now() > end - 100);
  });
}

// ---- J, K: Socket.IO 2 -------------------------------------------------------------------

const EVENT = '451-["message",{"_placeholder":true,"num":0}]';
const BACK = '451-["message-back",{"_placeholder":true,"num":0}]';

function socketIo() {
  test('K1 B5 / is joined without being asked: 40 alone, then what the handler emits', async () => {
    assert.deepEqual((await joined()).first, ['40', '42["auth",{}]']);
  });

  test('K1 connectTimeout does not end it: / is joined', async () => {
    const c = await joined(suite);
    for (let i = 0; i < 5; i++) {
      await isOk(c.post(['2']));
      assert.deepEqual(await c.packets(), ['3']);
      await sleep(INTERVAL - 50);
    }
    await works(c);
  });

  test('J K9 events and acks', async () => {
    const c = await joined();
    await works(c);
    await echoes(c, ['42["message",1,"2",{"3":[true]},"é😀"]'], ['42["message-back",1,"2",{"3":[true]},"é😀"]']);
    await echoes(c, ['42["ask-me","a"]'], ['420["question","a"]']);
    await echoes(c, ['430["b"]'], ['42["answer","b"]']);
  });

  const NAMESPACES = [
    ['without a query', '40/custom', '40/custom', '{}'],
    ['with a comma', '40/custom,', '40/custom', '{}'],
    ['its query is the auth payload', '40/custom?token=abc&x=%C3%A9+1,', '40/custom', '{"token":"abc","x":"é 1"}'],
    ['a query without a comma', '40/custom?token=abc', '40/custom', '{"token":"abc"}'],
    ['an empty query', '40/custom?,', '40/custom', '{}'],
  ];
  for (const [name, packet, connect, auth] of NAMESPACES)
    test(`K4 a namespace ${name}`, async () => {
      const c = await joined();
      await isOk(c.post([packet]));
      const got = await c.take(2);
      assert.equal(got[0].replace(/,$/, ''), connect);
      assert.deepEqual(JSON.parse(got[1].replace('42/custom,', '')), ['auth', JSON.parse(auth)]);
    });

  test('K1 K4 unknown namespaces', async () => {
    const c = await joined();
    for (const nsp of ['/nope', '/nope?a=b,']) await echoes(c, [`40${nsp}`], ['44/nope,{"message":"Invalid namespace"}']);
    await works(c);
  });

  // As the reference server has it: the error's data where there is some.
  test('K3 refused by a middleware, then let in', async () => {
    const c = await joined();
    await echoes(c, ['40/guarded?token=wrong'], ['44/guarded,{"code":401}']);
    await isOk(c.post(['40/guarded?token=secret,']));
    assert.match((await c.packets())[0], /^40\/guarded,?$/);
    await works(c);
  });

  test('K7 leaving one namespace', async () => {
    const c = await joined();
    await isOk(c.post(['40/custom']));
    await c.take(2);
    await isOk(c.post(['41/custom,']));
    await works(c);
    await closes(calm, c, () => c.post(['42/custom,["message"]']), { bye: '1:1' });
  });

  test('K8 kicked: 41; closed: 41 and 1:1', async () => {
    const c = await joined();
    await echoes(c, ['42["kick"]'], ['41']);
    await isOk(c.post(['40/custom']));
    assert.equal((await c.take(2)).length, 2);
    const d = await joined();
    await echoes(d, ['42["kick-close"]'], ['41']);
    assert.deepEqual(await d.packets(), ['1']);
    await gone(d);
  });

  test('J6 what is not Socket.IO closes', async () => {
    for (const body of ['4abc', '42{}', '47', '42abc["x"]']) {
      const c = await joined();
      await closes(calm, c, () => c.post([body]), { bye: '1:1' });
    }
  });

  test('J7 a binary event in octets, both ways', async () => {
    const c = await joined();
    await isOk(postBinary(c, frames([EVENT, [1, 2, 3]])));
    const res = await c.get();
    assert.equal(res.headers['content-type'], BINARY_TYPE);
    assert.equal(res.raw.toString('hex'), frames([BACK, [1, 2, 3]]).toString('hex'));
  });

  test('J7 a binary event in base64, both ways', async () => {
    const c = await joined(calm, { b64: 1 });
    await isOk(c.post([EVENT, 'b4AQID']));
    const res = await c.get();
    assert.equal(res.headers['content-type'], TEXT_TYPE);
    assert.equal(res.body, `${text([BACK])}6:b4AQID`);
  });

  test('J7 M19 header and attachment in two POSTs, a ping between', async () => {
    const c = await joined();
    await isOk(c.post([EVENT]));
    await isOk(c.post(['2']));
    assert.deepEqual(await c.packets(), ['3']);
    await isOk(postBinary(c, frame([7])));
    assert.deepEqual(await c.take(2), [BACK, 'b4Bw==']);
  });

  test('K13 rooms reach both versions, each in its framing', async () => {
    const old = await joined();
    const now = await client(calm).open();
    for (const c of [old, now]) await echoes(c, ['420["join","both"]'], ['430["joined"]']);
    await isOk(now.post(['451-["to-room","both","é😀",{"_placeholder":true,"num":0}]', 'b/w==']));
    const event = '451-["room-msg","é😀",{"_placeholder":true,"num":0}]';
    assert.deepEqual(await now.take(2), [event, 'b/w==']);
    assert.deepEqual(await old.take(2), [event, 'b4/w==']);
  });
}

main(async () => {
  const stacks = await Promise.all([start({ app: 'echo', env: CALM }), start({ app: 'echo' })]);
  [calm, suite].forEach((place, i) => Object.setPrototypeOf(place, stacks[i]));
  for (const group of [handshake, framing, closing, socketIo]) group();
  await run(8);
  heartbeat();
  await run(3);
});
