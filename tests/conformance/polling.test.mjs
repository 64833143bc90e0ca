// The transport over raw HTTP, rule by rule: the letters are those of
// ../shared/reference/polling-protocol.md. Four echo servers, each with its own
// clock:
//
//   calm    long heartbeats: rules that have nothing to do with time
//   two     the same with two processes, in every topology
//   steady  pings every 300 ms, patient with pongs: a loaded machine is late
//   suite   300/200/1000, the figures of the official protocol suites

import assert from 'node:assert/strict';
import http from 'node:http';
import { connect as tcp } from 'node:net';
import { client, request, RS } from '../harness/polling.mjs';
import { held, redis, sessionKey } from '../harness/redis.mjs';
import { start } from '../harness/stack.mjs';
import { main, run, sleep, test, until, within } from '../harness/tap.mjs';
import {
  BAD_REQUEST, CALM, MAX_PAYLOAD, UNKNOWN_SID, gone, hold, isOk, refused, released, works,
} from './words.mjs';

const TEXT_TYPE = 'text/plain; charset=UTF-8';

const STEADY = { DIRECTOR_PING_INTERVAL_MS: '300', DIRECTOR_PING_TIMEOUT_MS: '8000', DIRECTOR_CONNECT_TIMEOUT_MS: '1000' };
const INTERVAL = 300;
const TIMEOUT = 200;

const [calm, two, steady, suite] = [{}, {}, {}, {}];

// ---- words ------------------------------------------------------------------

const open = (stack = calm, auth) => client(stack).open(auth);

// ---- A: routing and request checks -------------------------------------------

function routing() {
  const at = (path, options) => request(calm.url + path, options);
  const QUERY = 'EIO=4&transport=polling';

  test('A1 path with and without the slash, 404 below', async () => {
    assert.equal((await at(`/socket.io/?${QUERY}`)).status, 200);
    assert.equal((await at(`/socket.io?${QUERY}`)).status, 200);
    assert.equal((await at(`/socket.io/x?${QUERY}`)).status, 404);
    assert.equal((await at(`/socket.io//?${QUERY}`)).status, 404);
    assert.equal((await at(`/socket.iox?${QUERY}`)).status, 404);
  });

  test('A2 query: decoded, last one wins, order and unknown ones do not matter', async () => {
    for (const q of ['transport=polling&EIO=4', 'EIO=4&transport=poll%69ng&t=abc', 'a=%&%zz=1&&=&EIO=4&transport=polling',
      'EIO=3&transport=nope&EIO=4&transport=polling', 'EIO=4&transport=polling&sid=', 'EIO=4&transport=polling&b64=1&j=0'])
      assert.equal((await at(`/socket.io/?${q}`)).status, 200, q);
    await refused(at('/socket.io/?EIO=4&transport=polling&transport=nope'), 0, 'Transport unknown');
    await refused(at('/socket.io/?EIO=4&Transport=polling'), 0, 'Transport unknown');
    await refused(at('/socket.io/?eio=4&transport=polling'), 5, 'Unsupported protocol version');
  });

  const ERRORS = [
    ['no transport', 'EIO=4', {}, 0, 'Transport unknown'],
    ['empty transport', 'EIO=4&transport=', {}, 0, 'Transport unknown'],
    ['websocket', 'EIO=4&transport=websocket', {}, 0, 'Transport unknown'],
    ['webtransport', 'EIO=4&transport=webtransport', {}, 0, 'Transport unknown'],
    ['prototype name', 'EIO=4&transport=__proto__', {}, 0, 'Transport unknown'],
    ['sid unknown', `${QUERY}&sid=aaaaaaaaaaaaaaaaaaaa`, {}, 1, 'Session ID unknown'],
    ['sid short', `${QUERY}&sid=a`, {}, 1, 'Session ID unknown'],
    ['sid of a prototype', `${QUERY}&sid=__proto__`, {}, 1, 'Session ID unknown'],
    ['sid long', `${QUERY}&sid=${'a'.repeat(3000)}`, {}, 1, 'Session ID unknown'],
    ['sid with a key inside', `${QUERY}&sid=}:e:*`, {}, 1, 'Session ID unknown'],
    ['sid unknown, POST', `${QUERY}&sid=aaaaaaaaaaaaaaaaaaaa`, { method: 'POST', body: '3' }, 1, 'Session ID unknown'],
    ['POST', QUERY, { method: 'POST', body: '40' }, 2, 'Bad handshake method'],
    ['PUT', QUERY, { method: 'PUT', body: 'x' }, 2, 'Bad handshake method'],
    ['DELETE', QUERY, { method: 'DELETE' }, 2, 'Bad handshake method'],
    ['PATCH', QUERY, { method: 'PATCH', body: 'x' }, 2, 'Bad handshake method'],
    ['no EIO', 'transport=polling', {}, 5, 'Unsupported protocol version'],
    ['EIO=abc', 'EIO=abc&transport=polling', {}, 5, 'Unsupported protocol version'],
    ['EIO=04', 'EIO=04&transport=polling', {}, 5, 'Unsupported protocol version'],
    ['EIO=5', 'EIO=5&transport=polling', {}, 5, 'Unsupported protocol version'],
    // A3: which of two faults is named.
    ['transport before sid', 'EIO=4&transport=x&sid=nope', {}, 0, 'Transport unknown'],
    ['transport before method', 'EIO=4&transport=x', { method: 'POST', body: '' }, 0, 'Transport unknown'],
    ['sid before version', 'EIO=9&transport=polling&sid=nope', {}, 1, 'Session ID unknown'],
    ['sid before method', 'EIO=4&transport=polling&sid=nope', { method: 'PUT', body: '' }, 1, 'Session ID unknown'],
    ['method before version', 'EIO=9&transport=polling', { method: 'POST', body: '' }, 2, 'Bad handshake method'],
  ];
  for (const [name, query, options, code, message] of ERRORS)
    test(`A3 A4 ${name}: code ${code}`, () => refused(at(`/socket.io/?${query}`, options), code, message));

  test('A4 HEAD without sid: 400 and no body', async () => {
    const res = await at(`/socket.io/?${QUERY}`, { method: 'HEAD' });
    assert.equal(res.status, 400);
    assert.equal(res.body, '');
  });

  test('A7 other methods with a sid: 405, the session is untouched', async () => {
    const c = await open();
    await isOk(c.post('42["message","waits"]'));
    for (const method of ['HEAD', 'PUT', 'DELETE', 'PATCH']) {
      const body = method === 'HEAD' || method === 'DELETE' ? undefined : '1';
      const res = await request(c.url(), { method, body, agent: c.posts });
      assert.equal(res.status, 405, method);
      assert.equal(res.headers.allow, 'GET, POST, OPTIONS');
      assert.equal(res.body, '');
    }
    assert.deepEqual(await c.packets(), ['42["message-back","waits"]']);
    await works(c);
  });

  test('A8 A9 sids: 20 characters, all different, never the Socket.IO ones', async () => {
    const all = await Promise.all(Array.from({ length: 20 }, () => open()));
    const sids = new Set(all.flatMap((c) => [c.sid, c.ssid]));
    assert.equal(sids.size, 40);
    for (const sid of sids) assert.match(sid, /^[A-Za-z0-9_-]{20}$/);
    const [c] = all;
    await refused(request(c.url({ sid: c.sid.slice(0, 19) })), 1, 'Session ID unknown');
    // lighttpd refuses a NUL in an address by itself.
    assert.equal((await request(c.url({ sid: `${c.sid}\0` }))).status, 400);
    assert.equal((await request(c.url({ transport: 'polling\0' }))).status, 400);
    await refused(request(c.url({ sid: c.ssid })), 1, 'Session ID unknown');
    await works(c);
  });
}

// ---- B: handshake -------------------------------------------------------------

function handshake() {
  test('B1 B3 the answer, keys in order', async () => {
    const res = await client(suite).get();
    assert.equal(res.status, 200);
    assert.equal(res.headers['content-type'], TEXT_TYPE);
    assert.equal(res.headers['cache-control'], 'no-store');
    assert.equal(Number(res.headers['content-length']), res.raw.length);
    assert.equal(res.headers['set-cookie'], undefined);
    const sid = JSON.parse(res.body.slice(1)).sid;
    assert.equal(res.body,
      `0{"sid":"${sid}","upgrades":[],"pingInterval":300,"pingTimeout":200,"maxPayload":1000000}`);
  });

  test('A5 a sid of the client is not adopted', async () => {
    const c = client(calm);
    const { sid } = await c.handshake({ query: { sid: '' } });
    assert.match(sid, /^[A-Za-z0-9_-]{20}$/);
  });
}

// ---- C: poll -------------------------------------------------------------------

function polls() {
  test('C1 C2 all that is queued at once, in order', async () => {
    const c = await open();
    await isOk(c.post(['42["message",1]', '42["message","é😀"]', '421["message-with-ack"]']));
    const res = await c.get();
    assert.equal(res.headers['content-type'], TEXT_TYPE);
    assert.equal(res.headers['cache-control'], 'no-store');
    assert.equal(Number(res.headers['content-length']), res.raw.length);
    assert.equal(res.body, ['42["message-back",1]', '42["message-back","é😀"]', '431[]'].join(RS));
  });

  test('C1 a poll is held until there is something, then answered at once', async () => {
    const c = await open();
    const poll = await hold(calm, c);
    const none = Symbol('none');
    assert.equal(await Promise.race([poll.answer, sleep(150).then(() => none)]), none);
    await isOk(c.post('42["message",7]'));
    const res = await released(poll, '42["message-back",7]');
    assert.equal(res.headers['content-type'], TEXT_TYPE);
    assert.equal(res.headers['cache-control'], 'no-store');
    assert.equal(res.headers['access-control-allow-origin'], '*');
  });

  test('M1 200 rounds of poll and post, on two connections, none lost', async () => {
    const c = await open();
    const seen = [];
    const reader = (async () => {
      while (seen.length < 200) seen.push(...await c.packets());
    })();
    for (let i = 0; i < 200; i++) await isOk(c.post(`42${i}["message-with-ack",${i}]`));
    await within(5000, reader, 'the last ack');
    assert.deepEqual(seen, Array.from({ length: 200 }, (_, i) => `43${i}[${i}]`));
  });

  test('C5 a second GET: the first gets 1, the second 400, the sid is gone', async () => {
    const c = await open();
    const first = await hold(calm, c);
    const second = await c.get();
    assert.equal(second.status, 400);
    await released(first, '1');
    await gone(c);
  });

  test('C6 an aborted GET: the session ends at once', async () => {
    const c = await open();
    // On a connection that has had a request before: lighttpd 1.4.69 does not
    // watch the client during the first one.
    const abort = new AbortController();
    const poll = assert.rejects(c.get({ signal: abort.signal }));
    await held(calm, c.sid);
    abort.abort();
    await poll;
    const started = Date.now();
    await until(async () => !(await redis(calm, 'EXISTS', sessionKey(c.sid))), { ms: 1000, step: 5, what: 'the end' });
    assert.ok(Date.now() - started < 1000);
    await gone(c);
  });

  test('C6 the next GET comes before the abort is noticed: still 400', async () => {
    for (let i = 0; i < 10; i++) {
      const c = await open();
      const abort = new AbortController();
      const poll = assert.rejects(c.get({ signal: abort.signal }));
      await held(calm, c.sid);
      const [res] = await Promise.all([c.get(), Promise.resolve().then(() => abort.abort())]);
      await poll;
      assert.equal(res.status, 400);
      await gone(c);
    }
  });

  test('C7 K8 what was queued before the server closed is still delivered', async () => {
    const c = await open();
    await isOk(c.post(['42["message","last"]', '42["kick-close"]', '42["message","ignored"]']));
    assert.deepEqual(await c.packets(), ['42["message-back","last"]', '41']);
    assert.deepEqual(await c.packets(), ['1']);
    await gone(c);
  });

  test('C8 the server closes with a GET held', async () => {
    const c = await open();
    const poll = await hold(calm, c);
    await isOk(c.post('42["kick-close"]'));
    // Not in one payload: the stock client acts on the 1 before it acts on 41.
    await released(poll, '41');
    assert.deepEqual(await c.packets(), ['1']);
    await gone(c);
  });
}

// ---- D: data --------------------------------------------------------------------

// One request written by hand: the beginning of the answer.
function raw(stack, text) {
  return new Promise((done, fail) => {
    const socket = tcp(stack.port, '127.0.0.1', () => socket.write(text));
    let got = '';
    socket.setEncoding('latin1');
    socket.setTimeout(5000, () => socket.destroy(new Error('no answer')));
    socket.on('data', (d) => {
      got += d;
      if (got.includes('\r\n')) socket.destroy();
    });
    socket.on('error', fail);
    socket.on('close', () => done(got));
  });
}

function data() {
  test('D1 the answer to a POST', async () => {
    const res = await isOk((await open()).post('3'));
    assert.equal(res.headers['content-type'], 'text/html');
    assert.equal(res.headers['content-length'], '2');
    assert.equal(res.headers['cache-control'], 'no-store');
    assert.equal(res.headers['access-control-allow-origin'], '*');
  });

  const event = (size) => {
    const frame = '42["message-with-ack",""]';
    return frame.replace('""', `"${'a'.repeat(size - frame.length)}"`).replace('42[', '42[');
  };

  test('D2 exactly maxPayload is taken', async () => {
    const c = await open();
    const body = event(MAX_PAYLOAD);
    assert.equal(body.length, MAX_PAYLOAD);
    await isOk(c.post(body));
    await works(c);
  });

  test('D2 a byte more: 413, nothing is dispatched, the session lives', async () => {
    const c = await open();
    const res = await c.post(`${event(MAX_PAYLOAD - 20)}${RS}42["message","over"]`.padEnd(MAX_PAYLOAD + 1, ' '));
    assert.equal(res.status, 413);
    assert.equal(res.body, '');
    await works(c);
  });

  test('D2 counted in bytes, not in characters', async () => {
    const c = await open();
    const res = await c.post(`42["message","${'é'.repeat(500000)}"]`);
    assert.equal(res.status, 413);
    await works(c);
  });

  test('D2 chunked bodies count the same', async () => {
    const c = await open();
    const chunked = (body) => new Promise((done, fail) => {
      const req = http.request(c.url(), { method: 'POST', headers: { 'Transfer-Encoding': 'chunked' } },
        (res) => { res.resume(); res.on('end', () => done(res.statusCode)); });
      req.on('error', fail);
      req.write(body.slice(0, 10));
      req.end(body.slice(10));
    });
    assert.equal(await chunked('420["message-with-ack"]'), 200);
    assert.deepEqual(await c.packets(), ['430[]']);
    assert.equal(await chunked('4'.repeat(MAX_PAYLOAD + 1)), 413);
    await works(c);
  });

  test('D2 far too large, by its announced length alone', async () => {
    const c = await open();
    const head = `POST ${new URL(c.url()).pathname}${new URL(c.url()).search} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n`;
    const got = await raw(calm, `${head}Content-Length: 99999999999\r\n\r\n42[`);
    assert.match(got, /^HTTP\/1.1 413 /);
    await works(c);
  });

  test('D3 a POST while another runs: 400 for the second, the session ends', async () => {
    // Each question asks Redis: together they take long enough to be met.
    const slow = Array(4000).fill('42["ask-me",1]');
    for (let tries = 0; tries < 10; tries++) {
      const c = await open();
      let through = false; // on a slow machine before anybody has looked
      const first = c.post(slow).finally(() => { through = true; });
      first.catch(() => {});
      const runs = async () => through || redis(calm, 'HEXISTS', sessionKey(c.sid), 'post');
      await until(runs, { step: 1, what: 'the first POST' });
      const second = await request(c.url(), { method: 'POST', body: '42["message",2]' });
      const one = await first;
      if (second.status === 200) continue; // the first was through already
      assert.equal(second.status, 400);
      assert.equal(second.body, '');
      assert.equal(one.status, 400);
      await gone(c);
      return;
    }
    throw new Error('no two POSTs ever met');
  });

  test('D3 GET and POST together are the normal case', async () => {
    const c = await open();
    const poll = await hold(calm, c);
    await isOk(c.post('3'));
    await isOk(c.post('42["message",1]'));
    await released(poll, '42["message-back",1]');
  });

  test('D4 octet-stream is refused in version 4', async () => {
    const c = await open();
    const res = await c.post('3', { headers: { 'Content-Type': 'application/octet-stream' } });
    assert.equal(res.status, 400);
    await gone(c);
  });

  test('D4 any other type, or none, is text', async () => {
    for (const type of ['application/json', 'application/octet-stream; x=y', 'nonsense', '']) {
      const c = await open();
      await isOk(c.post('42["message",1]', { headers: { 'Content-Type': type } }));
      assert.deepEqual(await c.packets(), ['42["message-back",1]'], type);
    }
  });

  test('D5 a body that breaks off is not dispatched', async () => {
    const c = await open();
    const target = `${new URL(c.url()).pathname}${new URL(c.url()).search}`;
    const socket = tcp(calm.port, '127.0.0.1');
    socket.on('error', () => {});
    await new Promise((done) => socket.write(
      `POST ${target} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\n42["message","half"]`, done));
    socket.destroy();
    await works(c, 'nothing came before');
  });

  const GARBAGE = [
    ['an empty body', ''],
    ['an unknown type', 'x'],
    ['a digit too high', '7'],
    ['an empty packet behind', `42["message",1]${RS}`],
    ['an empty packet in front', `${RS}42["message",1]`],
    ['a byte order mark', '\ufeff42["message",1]'],
    ['invalid UTF-8', Buffer.from([0x34, 0x32, 0x5b, 0x22, 0x6d, 0xff, 0x22, 0x5d])],
    ['a cut UTF-8 sequence', Buffer.concat([Buffer.from('42["message","'), Buffer.from([0xf0, 0x9f])])],
    ['a surrogate in UTF-8', Buffer.from([0x34, 0x32, 0x22, 0xed, 0xa0, 0x80, 0x22])],
    ['an overlong form', Buffer.from([0x34, 0xc0, 0x80])],
    ['base64 that is none', 'bA*=='],
  ];
  for (const [name, body] of GARBAGE)
    test(`D6 D7 D8 ${name}: 400 code 3, a held GET gets 1`, async () => {
      const c = await open();
      const poll = await hold(calm, c);
      const res = await c.post(body);
      assert.equal(res.status, 400);
      assert.equal(res.body, BAD_REQUEST);
      await released(poll, '1');
      await gone(c);
    });

  test('D6 what stood before the invalid packet was dispatched', async () => {
    const [c, other] = [await open(), await open()];
    await isOk(other.post('420["join","d6"]'));
    assert.deepEqual(await other.packets(), ['430["joined"]']);
    const res = await c.post(['42["to-room","d6","first"]', 'x', '42["to-room","d6","second"]']);
    assert.equal(res.status, 400);
    assert.deepEqual(await other.packets(), ['42["room-msg","first"]']);
    await works(other);
    await gone(c);
  });

  const NOT_SOCKET_IO = [
    ['no type', '4'], ['a letter', '4abc'], ['a type too high', '47'], ['an object as event', '42{}'],
    ['an empty array', '42[]'], ['no payload', '42'], ['a name that is no text', '42[{}]'], ['a null name', '42[null]'],
    ['broken JSON', '42["message"'], ['two values', '42["a"]["b"]'], ['text before', '42abc["message"]'],
    ['a raw control character', '42["message","a\x01"]'], ['a NUL', '42["message","a\0b"]'],
    ['an escaped NUL', '42["message","\\u0000"]'], ['half a surrogate pair', '42["message","\\ud800"]'],
    ['NaN', '42["message",NaN]'], ['an ack that is no array', '430{}'], ['an ack without payload', '430'],
    ['CONNECT with an array', '40/custom,[]'], ['CONNECT with null', '40/custom,null'], ['CONNECT with a text', '40/custom,"x"'],
    ['DISCONNECT with payload', '41[1]'], ['CONNECT_ERROR', '44{"message":"x"}'], ['CONNECT_ERROR of another', '44/custom,"x"'],
    ['an id beyond 2^53', '429007199254740992["message-with-ack"]'], ['an id of 400 digits', `42${'9'.repeat(400)}["message-with-ack"]`],
    ['a negative id', '42-1["message-with-ack"]'],
    ['reserved connect', '42["connect"]'], ['reserved connect_error', '42["connect_error",1]'],
    ['reserved disconnect', '42["disconnect"]'], ['reserved disconnecting', '42["disconnecting"]'],
    ['reserved newListener', '42["newListener"]'], ['reserved removeListener', '42["removeListener"]'],
    ['reserved by an escape', '42["\\u0063onnect"]'],
    ['attachments without a count', '45-["message",{"_placeholder":true,"num":0}]'],
    ['attachments, too many', '4511-["message"]'], ['attachments, none', '450-["message"]'],
    ['a binary message without header', 'bAQID'],
    ['65 levels', `42["message",${'['.repeat(64)}${']'.repeat(64)}]`],
    ['100,000 levels', `42["message",${'['.repeat(100000)}${']'.repeat(100000)}]`],
    ['100,000 levels of objects', `42["message",${'{"a":'.repeat(100000)}1${'}'.repeat(100000)}]`],
    ['100,000 open brackets', `42${'['.repeat(100000)}`],
  ];
  for (const [name, body] of NOT_SOCKET_IO)
    test(`D7 J ${name}: 200 ok, then the session is gone`, async () => {
      const c = await open();
      const poll = await hold(calm, c);
      await isOk(c.post(body));
      await released(poll, '1');
      await gone(c);
    });

  test('D6 thousands of packets in one POST', async () => {
    const c = await open();
    const many = Array(9000).fill('42["nobody listens",1]');
    await isOk(c.post([...many, '420["message-with-ack","end"]']));
    assert.deepEqual(await c.packets(), ['430["end"]']);
    const more = Array(900).fill(0).map((_, i) => `42["message",${i}]`);
    await isOk(c.post(more));
    const got = [];
    while (got.length < more.length) got.push(...await c.packets());
    assert.deepEqual(got, more.map((p) => p.replace('message', 'message-back')));
    await works(c);
  });

  test('D9 order over many POSTs', async () => {
    const c = await open();
    for (let i = 0; i < 50; i += 2) await isOk(c.post([`42["message",${i}]`, `42["message",${i + 1}]`]));
    assert.deepEqual(await c.packets(), Array.from({ length: 50 }, (_, i) => `42["message-back",${i}]`));
  });

  test('outbox: 1,000 packets wait, more close the session', async () => {
    const c = await open();
    for (let i = 0; i < 10; i++) await isOk(c.post(Array(100).fill('42["message",1]')));
    const over = await c.post('42["message",1]');
    assert.equal(over.status, 400);
    await gone(c);
  });

  test('outbox: 2 MB wait, more close the session; one answer has at most 1 MB', async () => {
    const big = `42["message","${'a'.repeat(600000)}"]`;
    const c = await open();
    for (let i = 0; i < 3; i++) await isOk(c.post(big));
    for (let i = 0; i < 3; i++) assert.equal((await c.packets()).length, 1);
    await works(c);
    for (let i = 0; i < 3; i++) await isOk(c.post(big));
    assert.equal((await c.post(big)).status, 400);
    await gone(c);
  });

  test('outbox: an overflow of another socket releases its held GET', async () => {
    const [c, other] = [await open(), await open()];
    await isOk(other.post('420["join","flood"]'));
    await other.packets();
    // Nobody polls for `other`.
    for (let i = 0; i < 11; i++) await isOk(c.post(Array(100).fill('42["to-room","flood",1]')));
    await gone(other);
    await works(c);
  });
}

// ---- E: packets and heartbeat ----------------------------------------------------

function packets() {
  test('E2 open, upgrade and noop of a client are ignored', async () => {
    const c = await open();
    await isOk(c.post(['0', '5', '6', '0{"a":1}', '5probe', '6x']));
    await works(c);
  });

  test('E2 a ping of the client closes', async () => {
    const c = await open();
    const poll = await hold(calm, c);
    await isOk(c.post('2'));
    await released(poll, '1');
    await gone(c);
  });

  test('E2 pongs at any time, with or without data', async () => {
    const c = await open();
    await isOk(c.post(['3', '3', '3probe']));
    await works(c);
  });

  test('E3 the client closes: a held GET gets a noop, the rest is not dispatched', async () => {
    const [c, other] = [await open(), await open()];
    await isOk(other.post('420["join","e3"]'));
    await other.packets();
    const poll = await hold(calm, c);
    await isOk(c.post(['1', '42["to-room","e3","too late"]']));
    await released(poll, '6');
    await gone(c);
    await works(other);
  });

  test('E3 the client closes without a GET: gone at once', async () => {
    const c = await open();
    await isOk(c.post('1'));
    await gone(c);
  });

  test('M14 leaving and closing in one POST', async () => {
    const c = await open();
    const poll = await hold(calm, c);
    await isOk(c.post(['41', '1']));
    await released(poll, '6');
    await gone(c);
  });
}

// A case with a clock of its own that a loaded machine may spoil: `body` gets
// late(), to be called when the test itself was too slow to tell; then again.
async function punctual(body, tries = 8) {
  class Late extends Error {}
  for (let i = 1; ; i++) {
    try {
      return await body(() => { throw new Late(`too slow to tell, ${tries} times`); });
    } catch (error) {
      if (!(error instanceof Late) || i === tries) throw error;
    }
  }
}

function heartbeat() {
  test('E6 exactly 500 ms after the handshake: 400', async () => {
    for (let i = 0; i < 3; i++) {
      const c = client(suite);
      await c.handshake();
      await sleep(INTERVAL + TIMEOUT);
      const res = await c.get();
      assert.equal(res.status, 400);
      assert.equal(res.body, UNKNOWN_SID);
    }
  });

  test('E4 E6 the ping comes 300 ms after the handshake, no earlier', () => punctual(async (late) => {
    const c = client(suite);
    const before = performance.now();
    await c.handshake();
    const after = performance.now();
    const got = await c.get();
    const now = performance.now();
    if (got.status !== 200 || now - before > INTERVAL + TIMEOUT / 2) late();
    assert.equal(got.body, '2');
    assert.ok(now - before >= INTERVAL - 2, `${now - before} ms`);
    assert.ok(now - after < INTERVAL + TIMEOUT / 2);
  }));

  test('E7 no pong: a held GET gets 1 at 500 ms, a late pong 400', () => punctual(async (late) => {
    const c = client(suite);
    const started = performance.now();
    await c.handshake();
    const ping = await c.get();
    if (ping.status !== 200) late();
    assert.equal(ping.body, '2');
    if (performance.now() - started > INTERVAL + TIMEOUT / 2) late();
    const end = await c.get();
    const took = performance.now() - started;
    if (end.status !== 200) late();
    assert.equal(end.body, '1');
    assert.ok(took >= INTERVAL + TIMEOUT - 2, `${took} ms`);
    if (took > INTERVAL + 2 * TIMEOUT) late();
    await gone(c);
  }));

  test('E4 the clock runs with no GET there to carry the ping', async () => {
    const c = await open(steady);
    // The ping is queued though nobody polls.
    await until(async () => (await redis(steady, 'LLEN', sessionKey(c.sid, 'o'))) === 1, { ms: 5000, what: 'the ping' });
    assert.deepEqual(await c.packets(), ['2']);
    await isOk(c.post('3'));
    await works(c);
  });

  test('E4 E8 a ping 300 ms after each pong, one at a time', async () => {
    const c = await open(steady);
    let pong = 0;
    for (let i = 0; i < 5; i++) {
      assert.deepEqual(await c.packets(), ['2']);
      if (i > 0) assert.ok(performance.now() - pong >= INTERVAL - 2, 'too early');
      pong = performance.now();
      await isOk(c.post('3'));
    }
    // No pong: nothing more comes.
    assert.deepEqual(await c.packets(), ['2']);
    const poll = await hold(steady, c);
    const none = Symbol('none');
    assert.equal(await Promise.race([poll.answer, sleep(2 * INTERVAL).then(() => none)]), none);
    await isOk(c.post('3'));
    await released(poll, '2');
  });

  test('E4 an unsolicited pong puts the ping off', () => punctual(async (late) => {
    const c = await open(steady);
    const poll = await c.hold();
    let last = performance.now();
    poll.answer.then(() => { poll.over = true; });
    await until(async () => poll.over || redis(steady, 'HEXISTS', sessionKey(c.sid), 'lt'), { step: 2 });
    for (let i = 0; i < 5; i++) {
      await sleep(INTERVAL / 3);
      if (poll.over) late();
      const pong = performance.now();
      await isOk(c.post('3'));
      if (performance.now() - last > INTERVAL - 50) late();
      last = pong;
    }
    await released(poll, '2');
    assert.ok(performance.now() - last >= INTERVAL - 2);
  }));

  test('E4 other traffic does not count as a pong', async () => {
    const c = client(suite);
    const end = performance.now() + INTERVAL + TIMEOUT;
    await c.handshake();
    let res = await c.post('40');
    while (res.status === 200 && performance.now() < end + 3000) {
      await sleep(50);
      res = await c.post('42["nobody listens"]');
    }
    assert.equal(res.status, 400);
    assert.ok(performance.now() >= end - 2);
  });

  test('K6 no CONNECT within connectTimeout: closed, whatever the heartbeat', async () => {
    const c = client(steady);
    const started = performance.now();
    await c.handshake();
    const seen = [];
    for (;;) {
      const res = await c.get();
      if (res.status !== 200) break;
      seen.push(res.body);
      if (res.body === '1') break;
      await c.post('3');
    }
    const took = performance.now() - started;
    assert.ok(took >= 998, `${took} ms`);
    // The pong may have been on its way at that moment: then no GET was held.
    assert.match(seen.at(-1), /^[12]$/);
    await gone(c);
  });

  test('K6 after a CONNECT the timeout is over for good', async () => {
    const c = await open(steady);
    const started = performance.now();
    await isOk(c.post('41'));
    while (performance.now() - started < 1300) {
      assert.deepEqual(await c.packets(), ['2']);
      await isOk(c.post('3'));
    }
  });
}

// ---- F: CORS, I: other transports ---------------------------------------------------

function cors() {
  test('F1 F2 any origin is allowed here, on errors too', async () => {
    const headers = { Origin: 'http://elsewhere.example' };
    const res = await client(calm).get({ headers });
    assert.equal(res.status, 200);
    assert.equal(res.headers['access-control-allow-origin'], '*');
    assert.equal(res.headers['access-control-allow-credentials'], undefined);
    await refused(request(`${calm.url}/socket.io/?EIO=4`, { headers }), 0, 'Transport unknown');
  });

  test('F4 preflight: 204, no session is touched', async () => {
    const c = await open();
    const headers = { Origin: 'http://elsewhere.example', 'Access-Control-Request-Method': 'POST',
      'Access-Control-Request-Headers': 'x-one,content-type' };
    for (const url of [c.url(), c.url({ sid: 'nope' }), `${calm.url}/socket.io/`]) {
      const res = await request(url, { method: 'OPTIONS', headers });
      assert.equal(res.status, 204);
      assert.equal(res.body, '');
      assert.equal(res.headers['access-control-allow-origin'], '*');
      const methods = res.headers['access-control-allow-methods'].split(', ').filter((m) => m !== 'OPTIONS');
      assert.deepEqual(methods, ['GET', 'POST']);
      assert.equal(res.headers['access-control-allow-headers'], 'x-one,content-type');
      assert.match(res.headers.vary, /Access-Control-Request-Headers/);
    }
    await works(c);
  });

  test('A3 a control byte in Origin: code 3', async () => {
    const got = await raw(calm, 'GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: 127.0.0.1\r\n' +
      'Connection: close\r\nOrigin: http://a\x01b\r\n\r\n');
    assert.match(got, /^HTTP\/1.1 400 /);
  });

  test('a foreign Host is refused on loopback', async () => {
    const res = await client(calm).get({ headers: { Host: 'evil.example' } });
    assert.equal(res.status, 403);
  });

  test('I2 I3 upgrades are refused, the polling session is unaffected', async () => {
    const c = await open();
    const headers = { Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==' };
    for (const h of [headers, {}]) {
      await refused(request(c.url({ transport: 'websocket' }), { headers: h }), 0, 'Transport unknown');
      await refused(request(c.url({ transport: 'websocket', sid: '' }), { headers: h }), 0, 'Transport unknown');
    }
    await works(c);
  });
}

// ---- J, K: Socket.IO -----------------------------------------------------------------

function socketIo() {
  test('K2 CONNECT: sid alone, before what the handler emits; auth {} when absent', async () => {
    const c = client(calm);
    await c.handshake();
    await isOk(c.post('40'));
    const [connect, auth] = await c.packets();
    assert.match(connect, /^40\{"sid":"[A-Za-z0-9_-]{20}"\}$/);
    assert.equal(auth, '42["auth",{}]');
  });

  test('K2 the auth payload reaches the handler', async () => {
    const c = await open(calm, { token: 'é', n: [1, { a: null }] });
    assert.deepEqual(c.first, ['42["auth",{"token":"é","n":[1,{"a":null}]}]']);
  });

  test('K4 unknown namespace: refused by the byte, the connection stays', async () => {
    const c = await open();
    for (const nsp of ['/random', '/Custom', '/custom/', '/custom?a=b', '/é', `/${'x'.repeat(3000)}`]) {
      await isOk(c.post(`40${nsp},{"a":1}`));
      assert.deepEqual(await c.packets(), [`44${nsp},{"message":"Invalid namespace"}`]);
    }
    await isOk(c.post('40/random'));
    assert.deepEqual(await c.packets(), ['44/random,{"message":"Invalid namespace"}']);
    await works(c);
  });

  test('J2 K2 another namespace: a sid of its own, without a comma too', async () => {
    for (const form of ['40/custom', '40/custom,', '40/custom,{}']) {
      const c = await open();
      await isOk(c.post(form));
      const [connect, auth] = await c.packets();
      const m = /^40\/custom,\{"sid":"([A-Za-z0-9_-]{20})"\}$/.exec(connect);
      assert.ok(m, connect);
      assert.notEqual(m[1], c.ssid);
      assert.equal(auth, '42/custom,["auth",{}]');
    }
  });

  test('K1 nothing is connected without CONNECT', async () => {
    for (const body of ['42["message"]', '430[]', '41', '42/custom,["message"]', '42/random,["message"]']) {
      const c = client(calm);
      await c.handshake();
      await isOk(c.post(body));
      await gone(c);
    }
  });

  test('K5 CONNECT twice, or a packet for a namespace not joined: closed', async () => {
    for (const body of ['40', '42/custom,["message"]', '43/custom,0[]', '41/custom,', '42/random,["x"]']) {
      const c = await open();
      const poll = await hold(calm, c);
      await isOk(c.post(body));
      await released(poll, '1');
      await gone(c);
    }
  });

  test('K7 DISCONNECT leaves one namespace; what follows it in the batch is ignored', async () => {
    const c = await open();
    await isOk(c.post('40/custom'));
    await c.packets();
    await isOk(c.post(['41/custom,', '42/custom,["message",1]', '420["message-with-ack"]']));
    assert.deepEqual(await c.packets(), ['430[]']);
    await isOk(c.post('42/custom,["message",1]'));
    await gone(c);
  });

  test('K7 a namespace can be joined again', async () => {
    const c = await open();
    await isOk(c.post(['41', '40{"again":1}']));
    const [connect, auth] = await c.packets();
    assert.notEqual(JSON.parse(connect.slice(2)).sid, c.ssid);
    assert.equal(auth, '42["auth",{"again":1}]');
    await works(c);
  });

  test('K8 the server disconnects a namespace: 41, the connection stays', async () => {
    const c = await open();
    await isOk(c.post('40/custom'));
    await c.packets();
    await isOk(c.post(['42["kick"]', '42["message","ignored"]']));
    assert.deepEqual(await c.packets(), ['41']);
    await isOk(c.post('40'));
    assert.match((await c.packets())[0], /^40\{/);
  });

  test('K8 a hard disconnect says 41 to each namespace', async () => {
    const c = await open();
    await isOk(c.post('40/custom'));
    await c.packets();
    const poll = await hold(calm, c);
    await isOk(c.post('42["kick-close"]'));
    const res = await within(2000, poll.answer);
    assert.deepEqual(res.body.split(RS).sort(), ['41', '41/custom,']);
    assert.deepEqual(await c.packets(), ['1']);
    await gone(c);
  });

  test('J11 an echo keeps the bytes', async () => {
    const c = await open();
    for (const args of ['1,"2",{"3":[true]}', 'null,false,"",[],{}', '"\\u2028\\"\\\\/\\n\\u0001"', '"é😀\\u001e"',
      '1.50,1e3,-0.0,100000000000000000000', '9007199254740993,0.1'])
    {
      await isOk(c.post(`42["message",${args}]`));
      const [got] = await c.packets();
      const json = (text) => JSON.parse(text.slice(2)).slice(1);
      assert.deepEqual(json(got), json(`42["message",${args}]`), args);
    }
    await isOk(c.post('42["message",1,"2",{"3":[true]}]'));
    assert.deepEqual(await c.packets(), ['42["message-back",1,"2",{"3":[true]}]']);
  });

  test('J3 64 levels are taken', async () => {
    const c = await open();
    await isOk(c.post(`42["message",${'['.repeat(63)}${']'.repeat(63)}]`));
    assert.deepEqual(await c.packets(), [`42["message-back",${'['.repeat(63)}${']'.repeat(63)}]`]);
  });

  test('J3 a number as the name, an unknown event: nothing happens', async () => {
    const c = await open();
    await isOk(c.post(['42[5,1]', '42["nobody listens"]', '4212["nobody listens"]', '42["toString"]', '42["__proto__"]']));
    await works(c);
  });

  test('J5 K9 acks: ids up to 2^53-1, one answer each', async () => {
    const c = await open();
    for (const id of ['0', '1', '4294967296', '9007199254740991']) {
      await isOk(c.post(`42${id}["message-with-ack",${id},"x"]`));
      assert.deepEqual(await c.packets(), [`43${id}[${id},"x"]`]);
    }
    await isOk(c.post('42["message-with-ack"]'));
    await works(c);
  });

  test('K10 acks of the client: counted from 0, once, unknown ones ignored', async () => {
    const c = await open();
    await isOk(c.post(['42["ask-me","a",1]', '42["ask-me"]']));
    assert.deepEqual(await c.packets(), ['420["question","a",1]', '421["question"]']);
    await isOk(c.post(['431["one"]', '430[{"z":0}]', '430["again"]', '4399[]', '439007199254740991[]']));
    assert.deepEqual(await c.packets(), ['42["answer","one"]', '42["answer",{"z":0}]']);
    await works(c);
  });

  test('K13 rooms: join, leave, to all in it, to all others', async () => {
    const [a, b, c] = [await open(), await open(), await open()];
    for (const x of [a, b]) {
      await isOk(x.post('420["join","k13"]'));
      assert.deepEqual(await x.packets(), ['430["joined"]']);
    }
    await isOk(c.post('42["to-room","k13",1,"é"]'));
    for (const x of [a, b]) assert.deepEqual(await x.packets(), ['42["room-msg",1,"é"]']);
    await isOk(b.post('421["leave","k13"]'));
    assert.deepEqual(await b.packets(), ['431["left"]']);
    await isOk(c.post('42["to-room","k13",2]'));
    assert.deepEqual(await a.packets(), ['42["room-msg",2]']);
    await works(b);
    // Leaving the namespace leaves its rooms.
    await isOk(a.post(['41', '40']));
    await a.packets();
    await isOk(c.post('42["to-room","k13",3]'));
    await works(a);
  });
}

// Alone on its server, as it counts everybody.
function broadcast() {
  test('K13 broadcast reaches all others, each once', async () => {
    const all = await Promise.all(Array.from({ length: 5 }, () => open(two)));
    await isOk(all[0].post('42["broadcast","hello"]'));
    for (const c of all.slice(1)) assert.deepEqual(await c.packets(), ['42["broadcast-msg","hello"]']);
    await works(all[0]);
  });
}

// ---- two processes ----------------------------------------------------------------------

const processOf = (res) => res.headers['x-request-id'].split(/-(?=\d+$)/)[0];

function processes() {
  // Processes take turns: without this GET and POST would stay in step.
  const outOfStep = async () => Math.random() < 0.5 && request(`${two.url}/healthz`);

  test('two processes: each answers any GET and POST of any session', async () => {
    const c = await open(two);
    const pairs = new Set();
    for (let i = 0; i < 400 && pairs.size < 4; i++) {
      await outOfStep();
      const poll = await c.hold();
      const holder = await held(two, c.sid);
      await outOfStep();
      const post = await isOk(c.post(`42${i}["message-with-ack",${i}]`));
      const res = await released(poll, `43${i}[${i}]`);
      assert.equal(processOf(res), holder);
      pairs.add(`${holder} ${processOf(post)}`);
    }
    assert.equal(pairs.size, 4, [...pairs].join(', '));
  });

  test('two processes: C5 across them', async () => {
    for (let i = 0, crossed = 0; crossed < 3; i++) {
      if (i === 200) throw new Error('the second GET always met the first');
      const c = await open(two);
      const first = await c.hold();
      const holder = await held(two, c.sid);
      const second = await c.get();
      assert.equal(second.status, 400);
      await released(first, '1');
      await gone(c);
      if (processOf(second) !== holder) crossed++;
    }
  });

  // Polls that both processes hold: whose turn it is the web server decides.
  async function heldByBoth(least, first = () => {}) {
    const polls = [];
    const processes = () => new Set(polls.map((p) => p.holder)).size;
    while (polls.length < least || (processes() < 2 && polls.length < 100)) {
      const c = await open(two);
      await first(c);
      await outOfStep();
      const poll = await c.hold();
      polls.push({ c, poll, holder: await held(two, c.sid) });
    }
    assert.equal(processes(), 2);
    return polls;
  }

  test('two processes: an emit reaches polls held by both', async () => {
    const polls = await heldByBoth(16, async (c) => {
      await isOk(c.post('420["join","both"]'));
      await c.packets();
    });
    const sender = await open(two);
    await isOk(sender.post('42["to-room","both","hear"]'));
    for (const { poll } of polls) await released(poll, '42["room-msg","hear"]');
  });

  test('two processes: kill -9 of one, the other goes on', async () => {
    const polls = await heldByBoth(12);
    const old = two.pid('director.fcgi');
    // Which of the names is the first process's? The one whose polls break.
    two.kill('director.fcgi');
    const broken = [];
    const whole = [];
    await Promise.all(polls.map(async (p) => {
      const res = await Promise.race([p.poll.answer.catch((error) => ({ status: 0, error })), sleep(400).then(() => null)]);
      (res ? broken : whole).push({ ...p, res });
    }));
    assert.ok(broken.length > 0 && whole.length > 0, `${broken.length} broken, ${whole.length} whole`);
    assert.equal(new Set(broken.map((b) => b.holder)).size, 1);
    assert.equal(new Set(whole.map((b) => b.holder)).size, 1);
    for (const { res } of broken) assert.notEqual(res.status, 200);
    // Sessions whose poll was held by the other one have lost nothing.
    for (const { c, poll } of whole) {
      await isOk(c.post('425["message-with-ack"]'));
      await released(poll, '435[]');
    }
    // The others are closed by their next GET (C5) and begin anew.
    for (const { c } of broken) {
      assert.equal((await c.get()).status, 400);
      await works(await open(two));
    }
    await two.replaced('director.fcgi', old);
    await works(await open(two));
  });
}

// ---- hostile requests -------------------------------------------------------------------

function hostile() {
  test('a thousand sessions that vanish without a word do no harm', async () => {
    await Promise.all(Array.from({ length: 20 }, async () => {
      const c = client(steady);
      for (let i = 0; i < 50; i++) {
        c.sid = undefined;
        await c.handshake();
      }
    }));
    await works(await open(calm));
    // They are swept away: nothing of them stays.
    await until(async () => (await redis(steady, 'KEYS', '*:e:*')).length <= 10, { ms: 8000, step: 100, what: 'the sweep' });
  });
}

main(async () => {
  const stacks = await Promise.all([
    start({ app: 'echo', env: CALM }),
    start({ app: 'echo', env: CALM, processes: 2 }),
    start({ app: 'echo', env: STEADY }),
    start({ app: 'echo' }),
  ]);
  [calm, two, steady, suite].forEach((place, i) => Object.setPrototypeOf(place, stacks[i]));
  for (const group of [routing, handshake, polls, data, packets, cors, socketIo]) group();
  await run(8);
  heartbeat();
  await run(12);
  broadcast();
  processes();
  await run(1);
  hostile();
  await run(1);
});
