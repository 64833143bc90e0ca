// Bad input: whatever is sent, the answer is a 4xx with a reason, nothing of
// it is kept, and the log has one line a request and none of its content.
//
// SEED=N repeats the random part of another run.

import assert from 'node:assert/strict';
import { randomSource } from '../harness/random.mjs';
import { start } from '../harness/stack.mjs';
import { main, test } from '../harness/tap.mjs';
import { JSON_TYPE, addVideo, ask, assertProblem, get, until, wire } from './lib_app.mjs';

const VIDEOS = '/api/v1/videos';
// Is in everything that is sent, and must not be in any log.
const MARK = 'quokka7';
const MUTATIONS = 1000;

let stack;
let base;
let target; // a video whose transcript is put and must survive
let before; // all videos at the start
const accepted = []; // the rows of every 201
const ids = []; // X-Request-Id of every request that got one back

let serial = 0;

/** A request with an id of its own; what was created is written down. */
async function send(method, path, options = {}) {
  const id = `bad-${++serial}-`;
  const headers = { 'X-Request-Id': id, Cookie: `note=${MARK}`, ...options.headers };
  const answer = await ask(base, method, path, { ...options, headers });
  if (answer.headers['x-request-id']) {
    assert.equal(answer.headers['x-request-id'], id);
    ids.push(id);
  }
  assert.ok(answer.status < 500, `${answer.status} for ${method} ${path} ${String(options.body).slice(0, 200)}: ${answer.text}`);
  if (answer.status === 201 && method === 'POST') accepted.push(...[answer.json].flat());
  return answer;
}

const post = (body, type = JSON_TYPE) => send('POST', VIDEOS, { body, type });
const put = (body, type) => send('PUT', `${VIDEOS}/${target.id}/transcript`, { body, type });
const latin1 = (text) => Buffer.from(text, 'latin1');

// ---- Bodies that are not what they should be ---------------------------------------

const NOT_JSON = [
  ['empty', ''],
  ['white space', ' \t\r\n '],
  ['a word', MARK],
  ['cut off', `{"metadata":{"name":"${MARK}`],
  ['something behind it', `{"video_id":"${MARK}"}{}`],
  ['a comma too many', '{"metadata":{},}'],
  ['single quotes', `{'metadata':{}}`],
  ['a comment', '{/* no */"metadata":{}}'],
  ['NaN', '{"metadata":{"n":NaN}}'],
  ['Infinity', '{"metadata":{"n":-Infinity}}'],
  ['a hexadecimal number', '{"metadata":{"n":0x10}}'],
  ['a leading zero', '{"metadata":{"n":01}}'],
  ['a plus sign', '{"metadata":{"n":+1}}'],
  ['a bare point', '{"metadata":{"n":1.}}'],
  ['no digit before the point', '{"metadata":{"n":.5}}'],
  ['a raw newline in a string', '{"metadata":{"n":"a\nb"}}'],
  ['a raw tab in a string', '{"metadata":{"n":"a\tb"}}'],
  ['an unknown escape', '{"metadata":{"n":"\\x41"}}'],
  ['a NUL byte', `{"metadata":{"n":"${MARK}\0"}}`],
  ['a NUL byte behind it', '{"metadata":{}}\0'],
  ['\\u0000', `{"metadata":{"n":"${MARK}\\u0000"}}`],
  ['\\u0000 in a key', '{"metadata":{"a\\u0000b":1}}'],
  ['\\u0000 in an id', '{"video_id":"a\\u0000b"}'],
  ['a lone high surrogate', '{"metadata":{"n":"\\ud800"}}'],
  ['a lone low surrogate', '{"metadata":{"n":"\\udc00x"}}'],
  ['surrogates the wrong way round', '{"metadata":{"n":"\\udc00\\ud800"}}'],
  ['invalid UTF-8', latin1('{"metadata":{"n":"\xff"}}')],
  ['overlong UTF-8', latin1('{"metadata":{"n":"\xc0\xaf"}}')],
  ['a surrogate as UTF-8', latin1('{"metadata":{"n":"\xed\xa0\x80"}}')],
  ['UTF-8 cut off', latin1('{"metadata":{"n":"\xe2\x82"}}')],
  ['UTF-16', Buffer.from('{"metadata":{}}', 'utf16le')],
  ['100,000 arrays in each other', '['.repeat(100000)],
  ['100,000 arrays, closed', `{"metadata":{"n":${'['.repeat(100000)}${']'.repeat(100000)}}}`],
  ['100,000 objects in each other', '{"a":'.repeat(100000)],
  ['a million empty arrays', `{"metadata":{"n":[${'[],'.repeat(300000)}[]]}}`],
  ['a string', `"${MARK}"`],
  ['null', 'null'],
  ['a number', '1'],
];

for (const [name, body] of NOT_JSON)
  test(`not acceptable JSON: ${name}`, async () => {
    assertProblem(await post(body), 400, 'bad-request', 'body');
    assertProblem(await put(body, JSON_TYPE), 400, 'bad-request', 'body');
  });

test('not acceptable rows: an array with anything but objects', async () => {
  for (const body of ['[[]]', `[{},"${MARK}"]`, '[null]', '[{"metadata":{}},1]'])
    assertProblem(await post(body), 400, 'bad-request', /^\[(\{.*\},|)/.exec(body)[1] ? '1.body' : '0.body');
  assertProblem(await put('[]', JSON_TYPE), 400, 'bad-request', 'body');
});

const nested = (levels) => `${'['.repeat(levels)}${']'.repeat(levels)}`;

test('nesting: 64 levels are taken, 65 are not', async () => {
  // Two levels are the body and metadata.
  assert.equal((await post(`{"metadata":{"n":${nested(62)}}}`)).status, 201);
  assertProblem(await post(`{"metadata":{"n":${nested(63)}}}`), 400, 'bad-request', 'body');
  const objects = (levels) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
  assert.equal((await post(`{"metadata":${objects(63)}}`)).status, 201);
  assertProblem(await post(`{"metadata":${objects(64)}}`), 400, 'bad-request', 'body');
});

const WRONG = [
  ['video_id', 1], ['video_id', true], ['video_id', []], ['video_id', {}], ['video_id', ''],
  ['video_id', ' '], ['video_id', 'a b'], ['video_id', 'a/b'], ['video_id', 'ä'], ['video_id', '\n'],
  ['video_id', '\u007f'], ['video_id', '.'], ['video_id', '..'], ['video_id', 'x'.repeat(129)], ['video_id', 'x'.repeat(100000)],
  ['collection_id', 1], ['collection_id', ''], ['collection_id', '../..'], ['collection_id', 'x'.repeat(129)],
  ['metadata', 1], ['metadata', MARK], ['metadata', []], ['metadata', true],
];

for (const [key, value] of WRONG)
  test(`wrong value: ${key} = ${JSON.stringify(value).slice(0, 20)}`, async () => {
    assertProblem(await post(JSON.stringify({ metadata: { n: MARK }, [key]: value })), 400, 'bad-request', key);
  });

test('unknown fields are named', async () => {
  for (const name of ['id', 'created_at', 'name', '', '__proto__', 'Video_id', 'x'.repeat(5000)]) {
    const answer = await post(`{${JSON.stringify(name)}:"${MARK}"}`);
    assert.equal(answer.status, 400, answer.text);
    assert.ok(name.startsWith(answer.json.field ?? ''), answer.text);
  }
  assertProblem(await post(`{"extra":"${MARK}","metadata":{}}`), 400, 'bad-request', 'extra');
});

test('of members of one name the last counts', async () => {
  const made = await post('{"video_id":"dup-1","video_id":"dup-2","metadata":{"a":1,"a":2}}');
  assert.equal(made.status, 201, made.text);
  assert.equal(made.json.video_id, 'dup-2');
  assert.deepEqual(made.json.metadata, { a: 2 });
  assertProblem(await post('{"metadata":{},"metadata":1}'), 400, 'bad-request', 'metadata');
});

// Digits and exponent: 1E5 is 100000, which is how jsonb keeps it.
function decimal(text) {
  const [, sign, whole, part = '', exponent = '0'] = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text);
  const digits = (whole + part).replace(/^0+/, '');
  const kept = digits.replace(/0+$/, '');
  return `${sign}${kept}e${kept && Number(exponent) - part.length + digits.length - kept.length}`;
}

test('numbers keep their value or their text', async () => {
  const numbers = [
    '0', '9007199254740993', '9223372036854775807', '-9223372036854775808', '1e400', '-1e400', '1e-400',
    '123456789012345678901234567890', '0.1', '1.0', '1E5', '3.141592653589793238462643383279502884197',
    `1${'0'.repeat(400)}`,
  ];
  for (const number of numbers) {
    const answer = await post(`{"metadata":{"n":${number}}}`);
    assert.equal(answer.status, 201, `${number}: ${answer.text}`);
    const again = await get(base, answer.headers.location);
    assert.equal(decimal(/"metadata": ?\{"n": ?([^}]+)\}/.exec(again.text)[1]), decimal(number), `${number} became ${again.text}`);
  }
  const long = await post(`{"metadata":{"n":${'9'.repeat(100000)}}}`);
  assert.ok([201, 400].includes(long.status), long.text.slice(0, 200));
});

// PostgreSQL would write them out, 131,072 digits each, whenever a row is read.
test('numbers that are long only when written out are refused', async () => {
  const many = `[${Array(3000).fill('1e131071')}]`;
  for (const metadata of [`{"n":${many}}`, '{"n":1e1001}', '{"n":-1e-999999}', `{"n":[${Array(1001).fill('1e1000')}]}`]) {
    assertProblem(await post(`{"metadata":${metadata}}`), 400, 'bad-request', 'body');
  }
  assertProblem(await get(base, `${VIDEOS}?metadata-%3En=eq.1e131071`), 400, 'bad-request', 'metadata->n');
});

// What PostgreSQL's numeric has room for; either store takes the same.
test('numbers have 131,072 digits before the point and 16,383 behind it', async () => {
  const digits = (whole, fraction = 0) => `-${'9'.repeat(whole)}${fraction ? `.${'0'.repeat(fraction - 1)}1` : ''}`;
  for (const good of [digits(131072), digits(130072, 1000) + 'e1000', digits(1, 16383), digits(1, 15383) + 'e-1000']) {
    const answer = await post(`{"metadata":{"n":${good}}}`);
    assert.equal(answer.status, 201, answer.text.slice(0, 300));
    assert.equal((await get(base, answer.headers.location)).status, 200);
  }
  for (const bad of [digits(131073), digits(130073) + 'e1000', digits(1, 16384), digits(1, 15384) + 'e-1000', digits(200000), digits(1, 200000)]) {
    const answer = await post(`{"metadata":{"n":${bad}}}`);
    assertProblem(answer, 400, 'bad-request', 'body');
    assert.match(answer.json.detail, /too many digits/);
  }
});

test('numbers in training data are bounded as all others', async () => {
  const send_ = (number, more = {}) => ask(base, 'POST', '/api/v1/outputs', { json: {
    video_id: target.id, output_type: 'training_data', content: `{"examples":[{"input":"a","output":"b","n":${number}}]}`, ...more } });
  for (const bad of ['1e999999', '-1e-1001', '9'.repeat(131073)]) {
    const answer = await send_(bad);
    assertProblem(answer, 400, 'bad-request', 'content');
    assert.match(answer.json.detail, /too many digits/);
    const note = await send_(bad, { output_type: 'note' });
    assert.equal(note.status, 201, 'other types are text');
    assertProblem(await ask(base, 'PATCH', note.headers.location, { json: { output_type: 'training_data' } }), 400, 'bad-request', 'content');
    assert.equal((await ask(base, 'DELETE', note.headers.location)).status, 204);
  }
  const good = await send_('1e1000');
  assert.equal(good.status, 201, good.text);
  const { json } = await get(base, `/api/v1/training-data?video_id=eq.${target.id}`);
  assert.deepEqual(json.map(({ input, output }) => [input, output]), [['a', 'b']]);
  assert.equal((await ask(base, 'DELETE', good.headers.location)).status, 204);
});

test('what is no JSON is told with its place', async () => {
  for (const [body, place] of [['', /^Line 1, column 1 \(the end\)\.$/], ['{"metadata":', /^Line 1, column 13 \(the end\)\.$/],
    ['{\n  "metadata": {\n    "ä": 1,\n  }\n}', /^Line 4, column 3 \(byte 34 of 36\)\.$/],
    [Buffer.concat([Buffer.from('{\n"a":"é'), latin1('\xff"}')]), /^Line 2, column 7 \(byte 10 of 12\)\.$/],
    ['{"metadata":{"n":1e1001}}', /^Line 1, column 18 \(byte 18 of 25\)\.$/]]) {
    for (const answer of [await post(body), await put(body, JSON_TYPE), await send('PATCH', `${VIDEOS}/${target.id}`, { body, type: JSON_TYPE }),
      await send('POST', '/api/v1/search', { body, type: JSON_TYPE }), await send('POST', '/videodb/collection', { body, type: JSON_TYPE }),
      await send('POST', '/videodb/collection/default/upload', { body, type: JSON_TYPE })]) {
      assertProblem(answer, 400, 'bad-request', 'body');
      assert.match(answer.json.details, place);
    }
  }
});

test('strange but good text comes back as it was', async () => {
  const text = '\u0001\u001f\u007f\u0080\u2028\u2029\ufeff\ufffe\uffff😀 </script> %00 \' " \\ / ; DROP TABLE videos; --';
  const made = await post(JSON.stringify({ metadata: { [text]: text, '': {}, __proto__x: null } }));
  assert.equal(made.status, 201, made.text);
  assert.deepEqual((await get(base, made.headers.location)).json.metadata, { [text]: text, '': {}, __proto__x: null });
});

test('ids as long as allowed work in every address', async () => {
  for (const id of ['x'.repeat(128), '%2e%2e', '...', '?&=#+;', '!"$\'()*,:<>@[\\]^`{|}~']) {
    const made = await post(JSON.stringify({ video_id: id }));
    assert.equal(made.status, 201, `${id}: ${made.text}`);
    const path = `${VIDEOS}/${encodeURIComponent(id).replace(/\./g, '%2e')}`;
    const found = await send('GET', path);
    assert.equal(found.status, 200, `${path}: ${found.text}`);
    assert.equal(found.json.video_id, id);
    assertProblem(await post(JSON.stringify({ video_id: id })), 409, 'conflict', 'video_id');
  }
});

// ---- Addresses ---------------------------------------------------------------------------

const PATHS = [
  '/api/v1/videos/%2f', '/api/v1/videos%2fm-sample-pitch', '/api/v1/videos/a%2Fb', '/api/v1/videos/%00',
  '/api/v1/videos/a%00b', '/api/v1/videos/..', '/api/v1/videos/../../../etc/passwd',
  '/api/v1/videos/%2e%2e/%2e%2e/etc/passwd', '/api/v1/videos/..%5c..', '//api/v1/videos', '/api//v1/videos',
  '/api/v1/videos//', '/api/v1/videos//transcript', '/api/v1/./videos', '/api/v1/videos/.', '/api/v1/videos/%ff',
  '/api/v1/videos/%c0%af', '/api/v1/videos/%ed%a0%80', '/api/v1/videos/%', '/api/v1/videos/%zz',
  '/api/v1/videos/%e2%82', '/api/v1/videos/x/', '/api/v1/videos/%0d%0aX-Evil:%201', '/API/V1/VIDEOS', '/api/v1/videos;x=1',
  `/api/v1/videos/${'x'.repeat(4000)}`, `/api/v1/videos/${'%41'.repeat(1500)}`, '/session/..%2f..%2fetc%2fpasswd',
  '/session/%00%00%00%00%00%00%00%00', '/session/../session', '/videodb/collection/%2e%2e', '/videodb/collection//video',
  '/videodb/collection/default/video/%00', '/videodb', '/videodb/collection/default/nope', '/agent//', '/agent/x',
  '/config/check/', '/config/check%00', '/healthz/', '/metrics/../nope', '/socket.io/../metrics/x',
  '/api/v1/videos/\x01', '/api/v1/videos/a b', '/api/v1/videos/\xff', '/api/v1/videos/"<script>',
  'http://evil.example/api/v1/nope', '*', 'api/v1/videos', '/%', `/${'a/'.repeat(3000)}`,
];

for (const [i, path] of PATHS.entries())
  test(`address ${i}: ${path.slice(0, 50).replace(/[^ -~]/g, '.')}`, async () => {
    const id = `path-${i}-`;
    const text = await wire(base,
      latin1(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: ${id}\r\nConnection: close\r\n\r\n`));
    const status = Number(/^HTTP\/1\.[01] (\d{3}) /.exec(text)?.[1]);
    assert.ok(status >= 400 && status < 500, text.slice(0, 300));
    assert.ok(!/^x-evil:/im.test(text.split('\r\n\r\n')[0]), text.slice(0, 300));
    assert.ok(!text.includes('root:'));
    if (text.includes(id)) ids.push(id);
  });

const QUERIES = [
  ['limit=%00', 'limit'], ['limit=1%00', 'limit'], ['limit=+1', 'limit'], ['limit=1.5', 'limit'], ['limit=%ff', 'limit'],
  ['limit=0x10', 'limit'], ['collection_id=%00', 'collection_id'], ['collection_id=a%00b', 'collection_id'],
  ['collection_id=%ff', 'collection_id'], ['collection_id=%ed%a0%80', 'collection_id'],
];

// Where bytes are encoded that are no text, the web server may be the one to say no.
for (const [query, field] of QUERIES)
  test(`query: ${query}`, async () => {
    const answer = await send('GET', `${VIDEOS}?${query}`);
    assert.equal(answer.status, 400, answer.text);
    if (answer.headers['x-request-id']) assertProblem(answer, 400, 'bad-request', field);
  });

test('query: nothing that is not known is left out in silence', async () => {
  for (const query of ['', '&', '&&&'])
    assert.equal((await send('GET', `${VIDEOS}?${query}`)).status, 200, query);
  for (const [query, field] of [['note=eq.x', 'note'], [`limit=1&note=${MARK}`, 'note'], [`x=${'y'.repeat(8000)}`, 'x']])
    assertProblem(await send('GET', `${VIDEOS}?${query}`), 400, 'bad-request', field);
  for (const query of ['=', '=x', '%zz', 'a%00=1', '%ff=1', 'video_id', 'video_id=', `video_id=${MARK}`])
    assert.equal((await send('GET', `${VIDEOS}?${query}`)).status, 400, query);
});

// ---- What comes over the socket ---------------------------------------------------------------

const PACKETS = [
  '42/chat,["chat",{', '42/chat,["chat"', '42/chat,[]', '42/chat,{}', '42/chat,[null]', '42/chat,[1,{}]',
  '42/chat,["chat",NaN]', `42/chat,["chat",${nested(100000)}]`, `42/chat,["chat",${'['.repeat(100000)}`,
  `42/chat,["chat",${'{"a":'.repeat(100000)}`,
  `42/chat,["chat",{"content":[{"type":"text","text":"${MARK}\\u0000"}]}]`, `42/chat,["chat","${MARK}\0"]`,
  latin1('42/chat,["chat","\xff"]'), latin1('42/chat,["chat","\xed\xa0\x80"]'), '42/chat,["chat","\\ud800"]',
  '42/chat,9999999999999999999999["chat",{}]', '42/chat,1["disconnect"]', '42/chat,1["connect",{}]',
  '42/nope,["chat",{}]', '4', '49', '4x', '', '42', '45/chat,1-["chat",{"_placeholder":true,"num":0}]',
  '459999999999-/chat,["chat"]', 'bAAAA', 'b%%%', '43/chat,0[]', '44/chat,{}', '40/chat,[1]',
  `40/${'n'.repeat(5000)},`, '\x1e', '2\x1e2', `42/chat,["chat",${'[],'.repeat(300000)}[]]`,
  `42/chat,["${MARK}${'x'.repeat(900000)}"]`,
  `42/chat,["chat",${'x'.repeat(1000100)}]`,
];

for (const [i, packet] of PACKETS.entries())
  test(`packet ${i}: ${packet.toString().slice(0, 40).replace(/[^ -~]/g, '.')}`, async () => {
    const open = await send('GET', '/socket.io/?EIO=4&transport=polling');
    const { sid } = JSON.parse(open.text.slice(1));
    const url = `/socket.io/?EIO=4&transport=polling&sid=${sid}`;
    assert.equal((await send('POST', url, { body: '40/chat,' })).text, 'ok');
    const posted = await send('POST', url, { body: packet, type: 'text/plain;charset=UTF-8' });
    assert.ok([200, 400, 413].includes(posted.status), `${posted.status}: ${posted.text}`);
    // Open or closed, the session answers: nothing hangs on it.
    await send('POST', url, { body: '1' });
    assert.equal((await get(base, '/session')).text, '[]', 'no chat came of it');
  });

// ---- Chance ----------------------------------------------------------------------------------

const TOKENS = ['{', '}', '[', ']', '"', ':', ',', '\\', '\\u0000', '\\ud800', '\0', '\xff', '\xc3', '-', '1e999', 'null',
  'true', '\r\n\r\n', '-->', '<v ', 'WEBVTT', '00:00:', '&lt;', ' ', '../', '%'];

function mutate(bytes, random) {
  let text = bytes.toString('latin1');
  for (let n = 1 + random(4); n > 0; n--) {
    const at = random(text.length + 1);
    const token = TOKENS[random(TOKENS.length)];
    const cut = random(8);
    switch (random(6)) {
      case 0: text = text.slice(0, at) + token + text.slice(at); break;
      case 1: text = text.slice(0, at) + text.slice(at + 1 + cut); break;
      case 2: text = text.slice(0, at) + String.fromCharCode(random(256)) + text.slice(at + 1); break;
      case 3: text = text.slice(0, at); break;
      case 4: text = text.slice(0, at) + text.slice(at, at + 20).repeat(2 + cut * 20) + text.slice(at); break;
      default: text = text.slice(0, at) + token + text.slice(at + cut); break;
    }
  }
  return latin1(text);
}

const SEEDS = [
  ['POST', VIDEOS, JSON_TYPE, JSON.stringify({
    video_id: `${MARK}-v`, collection_id: 'c-main', metadata: { name: `${MARK} ✓`, tags: [1, 2.5, null, { a: true }] },
  })],
  ['POST', VIDEOS, JSON_TYPE, `{"metadata":{"name":"${MARK}","length":12.5}}`],
  ['PUT', 'transcript', JSON_TYPE, JSON.stringify({
    full_text: `Anna: ${MARK} one.\nBen: Two "2".`, metadata: { language: 'en' },
  })],
  ['PUT', 'transcript', 'text/vtt', 'WEBVTT\n\nNOTE x\n\n1\n00:00:01.000 --> 00:00:02.000 align:start\n'
    + `<v Ann>Hi &amp; ${MARK}\n\n00:03.000 --> 00:04.000\n<c.b><i>you</i></c>\n`],
  ['PUT', 'transcript', 'application/x-subrip',
    `1\n00:00:01,000 --> 00:00:02,000\nAnn: ${MARK}\n\n2\n00:00:03,000 --> 00:00:04,000\nBen: Yes\n`],
  ['PUT', 'transcript', 'text/plain', `Ann: ${MARK} hello\nBen: yes\n`],
];

test(`${MUTATIONS} mutations of good requests`, async () => {
  const seed = Number(process.env.SEED ?? Date.now() % 2 ** 32);
  const random = randomSource(seed);
  const victim = await addVideo(base, 'mutations');
  accepted.push(victim);
  const path = `${VIDEOS}/${victim.id}/transcript`;
  const counts = {};
  let kept; // of the transcript: what the last accepted PUT answered
  const one = async () => {
    const [method, where, type, body] = SEEDS[random(SEEDS.length)];
    const bytes = mutate(Buffer.from(body), random);
    const address = where === 'transcript' ? path : where;
    const answer = await send(method, address, { body: bytes, type, chunked: random(4) === 0 });
    counts[answer.status] = (counts[answer.status] ?? 0) + 1;
    if (method === 'PUT' && answer.status < 300) kept = answer.json;
    if (answer.status >= 400) {
      assert.equal(answer.headers['content-type'], 'application/problem+json', answer.text);
      assert.ok([400, 409, 413].includes(answer.status), `${answer.status}: ${answer.text}`);
      assert.ok(answer.json.detail && answer.json.type);
    }
  };
  try {
    // Uploads of one transcript are one after the other; who won is then known.
    for (let n = 0; n < MUTATIONS; n++) await one();
    assert.deepEqual((await get(base, path)).json, kept);
  } catch (error) {
    error.message = `SEED=${seed}: ${error.message}`;
    throw error;
  }
  console.log(`# SEED=${seed} ${JSON.stringify(counts)}`);
}, { timeout: 60000 });

test('heads: odd headers and methods', async () => {
  const POST = `POST ${VIDEOS} HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${JSON_TYPE}\r\n`;
  const heads = [
    `BREW ${VIDEOS} HTTP/1.1\r\nHost: localhost\r\n`,
    `${'X'.repeat(500)} ${VIDEOS} HTTP/1.1\r\nHost: localhost\r\n`,
    `get ${VIDEOS} HTTP/1.1\r\nHost: localhost\r\n`,
    `TRACE ${VIDEOS} HTTP/1.1\r\nHost: localhost\r\n`,
    `CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\n`,
    `GET ${VIDEOS} HTTP/1.1\r\nHost: localhost\r\nHost: localhost:1\r\n`,
    `GET ${VIDEOS} HTTP/1.1\r\n`,
    `GET ${VIDEOS} HTTP/9.9\r\nHost: localhost\r\n`,
    `GET ${VIDEOS} HTTP/1.1\r\nHost: localhost\r\nX: ${'y'.repeat(20000)}\r\n`,
    `${POST}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n`,
    `${POST}Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n`,
    `${POST}Transfer-Encoding: gzip\r\n`,
    `${POST}`,
    `GET ${VIDEOS}/%0 HTTP/1.1\r\nHost: localhost\r\nCookie: director_visitor=${'\x01'.repeat(22)}\r\n`,
  ];
  for (const head of heads) {
    const text = await wire(base, latin1(`${head}Connection: close\r\n\r\n`));
    assert.match(text, /^HTTP\/1\.[01] [45]\d\d /, head.slice(0, 80));
    assert.ok(/^HTTP\/1\.[01] (4\d\d|501|505) /.test(text), `${head.slice(0, 80)}: ${text.slice(0, 200)}`);
  }
});

// ---- Afterwards ------------------------------------------------------------------------------------

const byId = (a, b) => (a.id < b.id ? -1 : 1);

test('afterwards: what was accepted is there, and nothing else', async () => {
  const now = (await get(base, `${VIDEOS}?limit=1000`)).json;
  assert.deepEqual([...now].sort(byId), [...before, ...accepted].sort(byId));
});

test('afterwards: a refused transcript changed nothing', async () => {
  const { json } = await get(base, `${VIDEOS}/${target.id}/transcript`);
  assert.equal(json.full_text, 'Anna: This stays.');
});

test('afterwards: one log line a request, key=value, no content', async () => {
  const wanted = new Set(ids);
  const form = new RegExp('^time=\\S+ level=\\w+ msg=request id=\\S+(?: sid=\\S+)? method=[A-Z]+ '
    + 'route=(?:-|/\\S*) status=\\d{3} ms=\\d+(?: error=[\\w-]+)?$');
  await until('the last line', () => stack.log('director.fcgi').includes(`id=${ids[ids.length - 1]} `));
  const seen = new Map();
  for (const line of stack.log('director.fcgi').trimEnd().split('\n')) {
    assert.match(line, /^time=\d{4}-\d\d-\d\dT[\d:.]+Z level=\w+ msg=/, line);
    const id = / msg=request id=(\S+) /.exec(line)?.[1];
    if (!wanted.has(id)) continue;
    assert.match(line, form);
    seen.set(id, (seen.get(id) ?? 0) + 1);
  }
  for (const id of ids) assert.equal(seen.get(id), 1, `lines of ${id}`);
  for (const name of ['director.fcgi', 'worker', 'lighttpd', 'redis'])
    assert.ok(!stack.log(name).includes(MARK), `${name}.log has content`);
});

main(async () => {
  stack = await start();
  base = stack.url;
  target = await addVideo(base, 'target', 'Anna: This stays.', 'text/plain');
  before = (await get(base, VIDEOS)).json;
});
