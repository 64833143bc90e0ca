// REST: each address, its exact shapes, its refusals. What bad bodies do is in
// rest_bad.test.mjs.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, start } from '../harness/stack.mjs';
import { main, test } from '../harness/tap.mjs';
import {
  Chat, JSON_TYPE, OUTPUT_TYPES, addVideo, ask, assertProblem, chatMessage, extract, get, metric,
  textContent, until, wire,
} from './lib_app.mjs';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[47][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(?:\d{3})?Z$/; // as precise as the store
const SAMPLE = readFileSync(join(ROOT, 'samples/pitch.vtt'), 'utf8');
const VIDEO_KEYS = ['id', 'video_id', 'collection_id', 'metadata', 'created_at'];
const MEDIA_KEYS = [
  'id', 'name', 'collection_id', 'description', 'stream_url', 'external_url', 'player_url',
  'thumbnail_url', 'length', 'type',
];
const SESSION_KEYS = [
  'session_id', 'video_id', 'collection_id', 'created_at', 'updated_at', 'name', 'metadata',
];
const MESSAGE_KEYS = [
  'session_id', 'conv_id', 'msg_id', 'msg_type', 'agents', 'actions', 'content', 'status',
  'created_at', 'updated_at', 'metadata', 'rev',
];
const LOCAL = 'http://localhost:3123';
const FOREIGN = 'http://pages.example';

let stack;
let base;

async function good(path, headers) {
  const answer = await get(base, path, headers);
  assert.equal(answer.status, 200, `${path}: ${answer.text.slice(0, 300)}`);
  assert.equal(answer.headers['content-type'], JSON_TYPE);
  assert.equal(answer.headers['cache-control'], answer.headers.etag ? 'no-cache, private' : 'no-store');
  return answer.json;
}

const keys = (object) => Object.keys(object).sort();
const same = (object, wanted) => assert.deepEqual(keys(object), [...wanted].sort());

// ---- What the Director page asks when it starts ---------------------------------

test('boot: config/check has the three keys, all true', async () => {
  assert.deepEqual(await good('/config/check'),
    { db_configured: true, llm_configured: true, videodb_configured: true });
});

test('boot: agents with name, description and parameters', async () => {
  const agents = await good('/agent');
  assert.deepEqual(agents.map((one) => one.name).sort(), ['compare_pitches', 'index', 'sales_prompt_extractor',
    'search', 'stream_video', 'summarize_video', 'transcription', 'upload']);
  for (const one of agents) {
    same(one, ['name', 'description', 'parameters']);
    assert.match(one.description, /^[A-Z].+\.$/);
    assert.equal(one.parameters.type, 'object');
    for (const key of one.parameters.required) assert.ok(key in one.parameters.properties, key);
    for (const property of Object.values(one.parameters.properties)) assert.match(property.type, /^(string|integer|boolean)$/);
  }
});

test('boot: no sessions is an empty array', async () => {
  assert.deepEqual(await good('/session'), []);
});

test('boot: the first collection is not called default', async () => {
  const list = await good('/videodb/collection');
  assert.ok(list.length >= 1);
  same(list[0], ['id', 'name', 'description']);
  assert.notEqual(list[0].id, 'default');
  assert.ok(list[0].id && list[0].name);
});

test('boot: default stands for the first collection', async () => {
  const [{ id }] = await good('/videodb/collection');
  for (const kind of ['', '/video', '/audio', '/image'])
    assert.deepEqual(await good(`/videodb/collection/default${kind}`),
      await good(`/videodb/collection/${id}${kind}`), kind);
  assert.deepEqual(await good('/videodb/collection/default/audio'), []);
  assert.deepEqual(await good('/videodb/collection/default/image'), []);
});

test('boot: the sample is the first video', async () => {
  const [{ id: collection }] = await good('/videodb/collection');
  const list = await good('/videodb/collection/default/video');
  assert.equal(list.length, 1);
  same(list[0], MEDIA_KEYS);
  assert.equal(list[0].collection_id, collection);
  assert.equal(list[0].type, 'video');
  assert.ok(list[0].name && list[0].id);
  assert.equal(list[0].stream_url, null);
  const { full_text: text } = await good(`/api/v1/videos/${list[0].id}/transcript`);
  assert.equal(text, SAMPLE);
});

test('a slash at the end of agent, session and collection is one answer', async () => {
  for (const path of ['/agent', '/session', '/videodb/collection']) {
    const [bare, slash] = [await get(base, path), await get(base, `${path}/`)];
    assert.equal(slash.status, 200, path);
    assert.equal(slash.text, bare.text);
  }
});

test('collection video: the media object without type', async () => {
  const [one] = await good('/videodb/collection/default/video');
  for (const collection of ['default', one.collection_id]) {
    const media = await good(`/videodb/collection/${collection}/video/${one.id}`);
    const { type, ...rest } = one;
    assert.equal(type, 'video');
    assert.deepEqual(media, rest);
  }
});

test('collection and its videos: unknown ones are 404', async () => {
  const { id } = await addVideo(base, 'elsewhere');
  for (const path of [
    '/videodb/collection/nope', '/videodb/collection/nope/video', '/videodb/collection/nope/audio',
    '/videodb/collection/nope/image', '/videodb/collection/default/video/nope',
    `/videodb/collection/nope/video/${id}`,
  ]) assertProblem(await get(base, path), 404, 'not-found');
});

// ---- Videos -----------------------------------------------------------------------

test('POST videos: 201, the row, Location', async () => {
  const made = await ask(base, 'POST', '/api/v1/videos', {
    json: { video_id: 'v-post', collection_id: 'c-team', metadata: { name: 'Größe ✓', n: 1.5 } },
  });
  assert.equal(made.status, 201, made.text);
  assert.equal(made.headers['content-type'], JSON_TYPE);
  same(made.json, VIDEO_KEYS);
  assert.match(made.json.id, UUID);
  assert.match(made.json.created_at, TIME);
  assert.equal(made.json.video_id, 'v-post');
  assert.equal(made.json.collection_id, 'c-team');
  assert.deepEqual(made.json.metadata, { name: 'Größe ✓', n: 1.5 });
  assert.equal(made.headers.location, `/api/v1/videos/${made.json.id}`);
  assert.deepEqual(await good(made.headers.location), made.json);
  assert.deepEqual(await good('/api/v1/videos/v-post'), made.json);
  assert.ok((await good('/videodb/collection')).some((one) => one.id === 'c-team'));
});

test('POST videos: an empty object is enough', async () => {
  for (const json of [{}, { video_id: null, collection_id: null, metadata: null }]) {
    const made = await ask(base, 'POST', '/api/v1/videos', { json });
    assert.equal(made.status, 201, made.text);
    assert.ok(made.json.video_id.length > 8);
    assert.equal(made.json.collection_id, (await good('/videodb/collection'))[0].id);
    assert.deepEqual(made.json.metadata, {});
  }
});

test('POST videos: the alias default is the first collection', async () => {
  const made = await ask(base, 'POST', '/api/v1/videos', { json: { collection_id: 'default' } });
  assert.equal(made.json.collection_id, (await good('/videodb/collection'))[0].id);
});

test('POST videos: a taken video_id is 409', async () => {
  const before = await good('/api/v1/videos');
  const json = { video_id: 'v-post', collection_id: 'c-new', metadata: { name: 'second' } };
  assertProblem(await ask(base, 'POST', '/api/v1/videos', { json }), 409, 'conflict', 'video_id');
  assert.deepEqual(await good('/api/v1/videos'), before);
  assert.ok(!(await good('/videodb/collection')).some((one) => one.id === 'c-new'),
    'nothing is left of a refused request');
});

test('GET videos: an array of rows, newest first, limit and collection', async () => {
  const list = await good('/api/v1/videos');
  for (const row of list) same(row, VIDEO_KEYS);
  const times = list.map((row) => row.created_at);
  assert.deepEqual(times, [...times].sort().reverse());
  assert.equal((await good('/api/v1/videos?limit=2')).length, 2);
  assert.deepEqual(await good('/api/v1/videos?limit=2'), list.slice(0, 2));
  const team = await good('/api/v1/videos?collection_id=eq.c-team');
  assert.deepEqual(team.map((row) => row.video_id), ['v-post']);
  assert.deepEqual(await good('/api/v1/videos?collection_id=eq.nope'), []);
  for (const bad of ['-1', 'x', '', '1e3', '99999999999999999999'])
    assertProblem(await get(base, `/api/v1/videos?limit=${bad}`), 400, 'bad-request', 'limit');
});

test('unknown videos are 404 everywhere', async () => {
  for (const end of ['', '/transcript', '/outputs'])
    assertProblem(await get(base, `/api/v1/videos/nope${end}`), 404, 'not-found');
  assertProblem(
    await ask(base, 'PUT', '/api/v1/videos/nope/transcript', { body: 'A: b', type: 'text/plain' }),
    404, 'not-found');
  assertProblem(await get(base, '/api/v1/nope'), 404, 'not-found');
  assertProblem(await get(base, '/api/v1/videos/'), 404, 'not-found');
});

// ---- Transcripts and outputs ----------------------------------------------------------

const SRT = '1\n00:00:01,000 --> 00:00:02,500\nAnna: Hello Ben\n\n2\n00:00:03,000 --> 00:00:04,000\nBen: Hello\n';
const UPLOADS = [
  ['vtt', 'text/vtt', 'WEBVTT\n\n00:01.000 --> 00:02.000\n<v Ann>Hi\n', 1],
  ['vtt', 'text/vtt; charset=utf-8', '\ufeffWEBVTT\r\n\r\n00:01.000 --> 00:02.000\r\nHi\r\n', 1],
  ['srt', 'application/x-subrip', SRT, 2],
  ['srt', 'text/srt', SRT, 2],
  ['text', 'text/plain', 'Anna: Hello Ben.\nBen: Hello Anna.\nAnna: How are you?\n', 3],
  ['srt', 'text/plain', SRT, 2],
  ['text', 'text/plain;charset=UTF-8', 'Anna: Grüße 🙂', 1],
];

for (const [format, type, body, cues] of UPLOADS)
  test(`PUT transcript: ${type}, read as ${format}`, async () => {
    const video = await addVideo(base, 'upload');
    const path = `/api/v1/videos/${video.id}/transcript`;
    assertProblem(await get(base, path), 404, 'not-found');
    const put = await ask(base, 'PUT', path, { body, type });
    assert.equal(put.status, 201, put.text);
    same(put.json, ['id', 'video_id', 'full_text', 'metadata', 'created_at']);
    assert.match(put.json.id, UUID);
    assert.match(put.json.created_at, TIME);
    assert.equal(put.json.video_id, video.id);
    assert.equal(put.json.full_text, body);
    assert.equal(put.json.metadata.format, format);
    assert.equal(put.json.metadata.cues, cues);
    assert.deepEqual(await good(path), put.json);
    assert.deepEqual(await good(`/api/v1/videos/${video.video_id}/transcript`), put.json);
  });

test('PUT transcript: JSON with metadata, and again is 200', async () => {
  const video = await addVideo(base, 'json upload');
  const path = `/api/v1/videos/${video.id}/transcript`;
  const first = await ask(base, 'PUT', path,
    { json: { full_text: 'Anna: One.', metadata: { language: 'en' } } });
  assert.equal(first.status, 201, first.text);
  assert.equal(first.json.full_text, 'Anna: One.');
  assert.equal(first.json.metadata.language, 'en');
  const second = await ask(base, 'PUT', path, { json: { full_text: 'Anna: Two.' } });
  assert.equal(second.status, 200, second.text);
  assert.equal((await good(path)).full_text, 'Anna: Two.');
  assert.equal((await good(path)).metadata.language, undefined);
});

test('PUT transcript: what is no transcript is 400 and changes nothing', async () => {
  const video = await addVideo(base, 'bad uploads', 'Anna: Stays.', 'text/plain');
  const path = `/api/v1/videos/${video.id}/transcript`;
  const before = await good(path);
  const bad = [
    ['', 'text/vtt'], [' \n\t', 'text/plain'], ['WEBVTT\n', 'text/vtt'],
    ['Anna: \0', 'text/plain'], [Buffer.from('Anna: \xff', 'latin1'), 'text/plain'],
    [Buffer.from('Anna: \xed\xa0\x80', 'latin1'), 'text/vtt'],
  ];
  for (const [body, type] of bad)
    assertProblem(await ask(base, 'PUT', path, { body, type }), 400, 'bad-request', 'full_text');
  const json = [
    [{}, 'full_text'], [{ full_text: 1 }, 'full_text'], [{ full_text: '' }, 'full_text'],
    [{ full_text: null }, 'full_text'], [{ full_text: 'A: b', metadata: [] }, 'metadata'],
    [{ full_text: 'A: b', language: 'en' }, 'language'],
  ];
  for (const [value, field] of json)
    assertProblem(await ask(base, 'PUT', path, { json: value }), 400, 'bad-request', field);
  assert.deepEqual(await good(path), before);
});

test('outputs: none, then the four with the columns of the table', async () => {
  const video = await addVideo(base, 'outputs', SAMPLE);
  const path = `/api/v1/videos/${video.id}/outputs`;
  assert.deepEqual(await good(path), []);
  const chat = await Chat.open(base);
  const end = await chat.run(extract(video));
  chat.close();
  assert.equal(end.status, 'success', JSON.stringify(end.content).slice(0, 300));
  const rows = await good(path);
  assert.deepEqual(rows.map((row) => row.output_type).sort(), OUTPUT_TYPES);
  for (const row of rows) {
    same(row, ['id', 'video_id', 'output_type', 'content', 'metadata', 'created_at']);
    assert.match(row.id, UUID);
    assert.match(row.created_at, TIME);
    assert.equal(row.video_id, video.id);
    assert.equal(typeof row.content, 'string');
    assert.equal(row.metadata.engine, 'offline');
  }
  assert.deepEqual(await good(`/api/v1/videos/${video.video_id}/outputs`), rows);
});

// ---- Sessions -----------------------------------------------------------------------------

test('session: list, get, delete', async () => {
  const chat = await Chat.open(base);
  const first = chatMessage({ content: textContent('What can you do for us?') });
  const second = chatMessage({ session_id: 'session_two-2', video_id: 'v-post', collection_id: 'c-team' });
  await chat.run(first);
  await chat.run(second);
  chat.close();
  const list = await good('/session');
  const row = list.find((one) => one.session_id === first.session_id);
  for (const one of list) same(one, SESSION_KEYS);
  assert.equal(row.name, 'What can you do for us?');
  for (const key of ['created_at', 'updated_at'])
    assert.ok(Number.isInteger(row[key]) && Math.abs(row[key] - Date.now() / 1000) < 600, `${key} in seconds`);
  const { conversation, ...session } = await good(`/session/${first.session_id}`);
  assert.deepEqual(session, row);
  assert.deepEqual(conversation.map((one) => one.msg_type), ['input', 'output']);
  for (const one of conversation) same(one, MESSAGE_KEYS);
  const two = await good('/session/session_two-2');
  assert.equal(two.video_id, 'v-post');
  assert.equal(two.collection_id, 'c-team');
  const gone = await ask(base, 'DELETE', '/session/session_two-2', { headers: { 'Content-Type': JSON_TYPE } });
  assert.equal(gone.status, 200, gone.text);
  assert.equal(typeof gone.json.message, 'string');
  assertProblem(await get(base, '/session/session_two-2'), 404, 'not-found');
  assertProblem(await ask(base, 'DELETE', '/session/session_two-2'), 404, 'not-found');
  assert.ok(!(await good('/session')).some((one) => one.session_id === 'session_two-2'));
  assert.equal((await good('/session')).length, list.length - 1);
});

test('session: an id of another shape is 404', async () => {
  for (const id of ['short', 'x'.repeat(65), 'a.b.c.d.e.f', 'with%20blank', '%E2%9C%93%E2%9C%93%E2%9C%93'])
    for (const method of ['GET', 'DELETE'])
      assertProblem(await ask(base, method, `/session/${id}`), 404, 'not-found', 'session_id');
});

// ---- Methods, media types, sizes --------------------------------------------------------------

const VIDEO = '/api/v1/videos/m-sample-pitch';
const ALLOWED = [
  ['/config/check', 'GET'], ['/agent', 'GET'], ['/session', 'GET'],
  ['/session/12345678', 'GET DELETE'], ['/videodb/collection', 'GET POST'],
  ['/videodb/collection/default', 'GET DELETE'], ['/videodb/collection/default/video', 'GET'],
  ['/videodb/collection/default/audio', 'GET'], ['/videodb/collection/default/image', 'GET'],
  ['/videodb/collection/default/video/x', 'GET DELETE'], ['/api/v1/videos', 'GET POST'], [VIDEO, 'GET PATCH DELETE'],
  [`${VIDEO}/transcript`, 'GET POST PUT'], [`${VIDEO}/outputs`, 'GET'], ['/healthz', 'GET'],
  ['/readyz', 'GET'], ['/metrics', 'GET'],
  ['/videodb/collection/default/upload', 'POST'], ['/videodb/collection/default/audio/x', 'GET DELETE'],
  ['/videodb/collection/default/image/x', 'GET DELETE'],
  ['/videodb/collection/default/audio/x/generate_url', 'GET'],
  ['/videodb/collection/default/image/x/generate_url', 'GET'],
];

for (const [path, methods] of ALLOWED)
  test(`405 with Allow: ${path}`, async () => {
    const allow = [...methods.split(' '), ...(/GET/.test(methods) ? ['HEAD'] : []), 'OPTIONS'].sort();
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND', 'GET']) {
      if (allow.includes(method)) continue;
      const answer = await ask(base, method, path, /^(GET|DELETE)$/.test(method) ? {} : { body: 'x', type: 'text/x-none' });
      assertProblem(answer, 405, 'method-not-allowed');
      assert.deepEqual(answer.headers.allow.split(/, */).sort(), allow, method);
    }
  });

test('HEAD is GET without a body', async () => {
  for (const path of ['/agent', '/api/v1/videos', `${VIDEO}/transcript`, '/healthz', '/api/v1/videos/nope']) {
    const [head, full] = [await ask(base, 'HEAD', path), await get(base, path)];
    assert.equal(head.status, full.status, path);
    assert.equal(head.text, '');
    for (const name of ['content-type', 'content-length']) assert.equal(head.headers[name], full.headers[name], name);
  }
});

test('415: a media type that the address does not take', async () => {
  const body = '{}';
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x',
    'application/jsonx', 'application/', '', ', application/json'])
    assertProblem(await ask(base, 'POST', '/api/v1/videos', { body, headers: type ? { 'Content-Type': type } : {} }),
      415, 'media-type', 'Content-Type');
  for (const type of ['text/html', 'application/octet-stream', 'video/mp4'])
    assertProblem(await ask(base, 'PUT', `${VIDEO}/transcript`, { body, type }), 415, 'media-type', 'Content-Type');
  const made = await ask(base, 'POST', '/api/v1/videos', { body, type: 'Application/JSON ; charset="utf-8"' });
  assert.equal(made.status, 201, made.text);
});

/** JSON of exactly `bytes` bytes. */
function jsonOf(bytes, build) {
  const rest = bytes - build('').length;
  return build('x'.repeat(rest));
}

const bigVideo = (bytes) => jsonOf(bytes, (fill) => `{"metadata":{"name":"${fill}"}}`);

for (const chunked of [false, true])
  test(`413: a video above 1 MB${chunked ? ', chunked' : ''}`, async () => {
    const fits = await ask(base, 'POST', '/api/v1/videos', { body: bigVideo(1000000), type: JSON_TYPE, chunked });
    assert.equal(fits.status, 201, fits.text.slice(0, 200));
    const before = (await good('/api/v1/videos')).length;
    for (const bytes of [1000001, 5000000])
      assertProblem(await ask(base, 'POST', '/api/v1/videos', { body: bigVideo(bytes), type: JSON_TYPE, chunked }),
        413, 'too-large');
    assert.equal((await good('/api/v1/videos')).length, before);
  });

for (const chunked of [false, true])
  test(`413: a transcript above 10 MB${chunked ? ', chunked' : ''}`, async () => {
    const video = await addVideo(base, 'large');
    const path = `/api/v1/videos/${video.id}/transcript`;
    const line = 'Anna: This is one long talk about very little, and still it goes on and on.\n';
    const text = (bytes) => line.repeat(Math.ceil(bytes / line.length)).slice(0, bytes);
    assertProblem(await ask(base, 'PUT', path, { body: text(10000001), type: 'text/plain', chunked }), 413, 'too-large');
    const put = await ask(base, 'PUT', path, { body: text(2000000), type: 'text/plain', chunked });
    assert.equal(put.status, 201, put.text.slice(0, 200));
  });

const head = (length) => 'POST /api/v1/videos HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n'
  + `Content-Type: ${JSON_TYPE}\r\nContent-Length: ${length}\r\n\r\n`;

test('413: a length nobody could mean ends at the web server', async () => {
  assert.match(await wire(base, `${head(20000000)}{}`), /^HTTP\/1\.1 413 /);
  assert.match(await wire(base, `${head('99999999999999999999')}{}`), /^HTTP\/1\.1 4(00|13) /);
  assert.match(await wire(base, `${head(-1)}{}`), /^HTTP\/1\.1 400 /);
  assert.match(await wire(base, `${head('2, 3')}{}`), /^HTTP\/1\.1 400 /);
});

test('a Content-Length shorter than the body cuts it there', async () => {
  const before = await good('/api/v1/videos');
  const text = await wire(base, `${head(5)}{"metadata":{}}`);
  assert.match(text, /^HTTP\/1\.1 400 /);
  assert.equal(text.split('HTTP/1.1 ').length, 2, 'one answer');
  assert.deepEqual(await good('/api/v1/videos'), before);
});

test('a body where none is taken is 400, an empty one is fine', async () => {
  const options = { body: '{}', type: JSON_TYPE };
  assertProblem(await ask(base, 'DELETE', '/session/12345678', options), 400, 'bad-request');
  assertProblem(await ask(base, 'DELETE', '/session/12345678', { ...options, body: '' }), 404, 'not-found');
  assert.equal((await ask(base, 'GET', '/agent', { ...options, body: '' })).status, 200);
});

// ---- Origins and hosts ----------------------------------------------------------------------------

for (const origin of [LOCAL, 'http://localhost:8080', 'http://127.0.0.1:5173', 'http://localhost'])
  test(`CORS: ${origin} may read and write, with credentials`, async () => {
    const read = await get(base, '/agent', { Origin: origin });
    const wrote = await ask(base, 'POST', '/api/v1/videos', { json: {}, headers: { Origin: origin } });
    assert.equal(wrote.status, 201, wrote.text);
    for (const { headers } of [read, wrote]) {
      assert.equal(headers['access-control-allow-origin'], origin);
      assert.equal(headers['access-control-allow-credentials'], 'true');
      assert.match(headers.vary, /\bOrigin\b/);
    }
  });

test('CORS: errors can be read too', async () => {
  const answer = await get(base, '/api/v1/videos/nope', { Origin: LOCAL });
  assertProblem(answer, 404, 'not-found');
  assert.equal(answer.headers['access-control-allow-origin'], LOCAL);
});

const STRANGERS = [
  FOREIGN, 'https://localhost:3123', 'http://localhost.evil.example', 'http://127.0.0.1.evil.example:80',
  'http://localhost:1@evil.example', 'null', 'file://', 'http://[::2]:80',
];
for (const origin of STRANGERS)
  test(`CORS: ${origin} may not write, nor read in a browser`, async () => {
    const before = await good('/api/v1/videos');
    const headers = { Origin: origin };
    const read = await get(base, '/agent', headers);
    assert.equal(read.status, 200);
    assert.equal(read.headers['access-control-allow-origin'], undefined);
    assert.match(read.headers.vary ?? '', /\bOrigin\b/);
    const refused = [
      await ask(base, 'POST', '/api/v1/videos', { json: {}, headers }),
      await ask(base, 'PUT', `${VIDEO}/transcript`, { body: 'A: b', type: 'text/plain', headers }),
      await ask(base, 'DELETE', '/session/12345678', { headers }),
    ];
    for (const answer of refused) {
      assertProblem(answer, 403, 'forbidden', 'Origin');
      assert.equal(answer.headers['access-control-allow-origin'], undefined);
    }
    const open = await get(base, '/socket.io/?EIO=4&transport=polling', headers);
    assert.equal(open.status, 403, open.text);
    assert.deepEqual(await good('/api/v1/videos'), before);
  });

test('CORS: a handshake from an allowed origin', async () => {
  const open = await get(base, '/socket.io/?EIO=4&transport=polling', { Origin: LOCAL });
  assert.equal(open.status, 200);
  assert.equal(open.headers['access-control-allow-origin'], LOCAL);
  assert.equal(open.headers['access-control-allow-credentials'], 'true');
  const { sid } = JSON.parse(open.text.slice(1));
  const url = `/socket.io/?EIO=4&transport=polling&sid=${sid}`;
  assert.equal((await ask(base, 'POST', url, { body: '1', headers: { Origin: LOCAL } })).status, 200);
});

for (const [path, method, wanted] of [
  ['/api/v1/videos', 'POST', 'GET, HEAD, POST, OPTIONS'], ['/session/12345678', 'DELETE', 'GET, HEAD, DELETE, OPTIONS'],
  [`${VIDEO}/transcript`, 'PUT', 'GET, HEAD, POST, PUT, OPTIONS'], ['/config/check', 'GET', 'GET, HEAD, OPTIONS'],
  ['/videodb/collection', 'POST', 'GET, HEAD, POST, OPTIONS'],
])
  test(`preflight: ${method} ${path}`, async () => {
    const headers = {
      'Access-Control-Request-Method': method, 'Access-Control-Request-Headers': 'content-type,accept',
    };
    const yes = await ask(base, 'OPTIONS', path, { headers: { ...headers, Origin: LOCAL } });
    assert.equal(yes.status, 204, yes.text);
    assert.equal(yes.text, '');
    assert.equal(yes.headers['access-control-allow-origin'], LOCAL);
    assert.equal(yes.headers['access-control-allow-credentials'], 'true');
    assert.equal(yes.headers['access-control-allow-methods'], wanted);
    assert.equal(yes.headers['access-control-allow-headers'], 'content-type,accept');
    const no = await ask(base, 'OPTIONS', path, { headers: { ...headers, Origin: FOREIGN } });
    for (const name of Object.keys(no.headers)) assert.ok(!name.startsWith('access-control-allow'), name);
  });

for (const host of ['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example:8080', '8.8.8.8', '[::2]', 'local host'])
  test(`a foreign Host is refused: ${host}`, async () => {
    const answers = [
      await get(base, '/agent', { Host: host }),
      await ask(base, 'POST', '/api/v1/videos', { json: {}, headers: { Host: host } }),
      await get(base, '/socket.io/?EIO=4&transport=polling', { Host: host }),
      await get(base, '/', { Host: host }),
    ];
    for (const answer of answers) assert.ok([400, 403].includes(answer.status), `${answer.status} ${answer.text}`);
  });

test('the names of this machine are taken as Host', async () => {
  for (const host of ['localhost', 'LOCALHOST:1234', '127.0.0.1', '127.1.2.3:80', '[::1]:80'])
    for (const path of ['/agent', '/'])
      assert.equal((await get(base, path, { Host: host })).status, 200, `${host} ${path}`);
});

// ---- Ids, health, figures ----------------------------------------------------------------------------

test('X-Request-Id is echoed, a harmful one replaced', async () => {
  for (const id of ['abc', 'A-1_2.3~:', 'x'.repeat(64)])
    assert.equal((await get(base, '/agent', { 'X-Request-Id': id })).headers['x-request-id'], id);
  for (const id of ['x'.repeat(65), 'two words', 'quo"te', 'caf\xe9']) {
    const { headers } = await get(base, '/agent', { 'X-Request-Id': id });
    assert.match(headers['x-request-id'], /^[\w-]{6,64}$/);
  }
  assert.equal((await get(base, '/nope/nope', {})).headers['x-request-id'], undefined, 'static files have none');
  assert.ok((await get(base, '/api/v1/nope', {})).headers['x-request-id']);
});

test('traceparent: a good one is echoed and logged, another is ignored', async () => {
  const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
  const good_one = `00-${trace}-00f067aa0ba902b7-01`;
  const echoed = async (path, traceparent) => (await get(base, path, { traceparent })).headers.traceparent;
  assert.equal(await echoed('/agent', good_one), good_one);
  const open = await get(base, '/socket.io/?EIO=4&transport=polling', { traceparent: good_one });
  assert.equal(open.headers.traceparent, good_one, 'also of a request that is parked');
  const { sid } = JSON.parse(open.text.slice(1));
  await ask(base, 'POST', `/socket.io/?EIO=4&transport=polling&sid=${sid}`, { body: '1' });
  for (const bad of [`00-${trace}-0000000000000000-01`, good_one.toUpperCase(), `${good_one}-x`, `ff${good_one.slice(2)}`])
    assert.equal(await echoed('/agent', bad), undefined, bad);
  const lines = () => stack.log('director.fcgi').split('\n').filter((line) => line.includes(`trace_id=${trace}`));
  await until('two lines', () => lines().length === 2);
});

test('the visitor cookie: given once, HttpOnly, SameSite=Lax', async () => {
  const [cookie] = (await get(base, '/agent')).headers['set-cookie'];
  assert.match(cookie, /^director_visitor=[A-Za-z0-9_-]{22}; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax$/);
  const again = await get(base, '/agent', { Cookie: `a=b; ${cookie.split(';')[0]}; c=d` });
  assert.equal(again.headers['set-cookie'], undefined);
  const forged = await get(base, '/agent', { Cookie: 'director_visitor=../../etc/passwd' });
  assert.match(forged.headers['set-cookie'][0], /^director_visitor=[A-Za-z0-9_-]{22};/);
});

test('the visitor cookie: not with rows that are the same for everybody', async () => {
  for (const path of ['/api/v1/videos', '/api/v1/collections/c-main', '/api/v1/outputs?limit=1'])
    assert.equal((await get(base, path)).headers['set-cookie'], undefined, path);
  for (const path of ['/api/v1/sessions', '/api/v1/jobs', '/session'])
    assert.ok((await get(base, path)).headers['set-cookie'], path);
  // Its Idempotency-Keys are the visitor's.
  assert.ok((await ask(base, 'POST', '/api/v1/videos', { json: {} })).headers['set-cookie']);
});

test('healthz and readyz', async () => {
  assert.deepEqual(await good('/healthz'), { status: 'alive' });
  assert.deepEqual(await good('/readyz'), { status: 'ready' });
});

/** Prometheus text as families; fails on anything that is not its grammar. */
function parseMetrics(text) {
  const families = {};
  assert.ok(text.endsWith('\n'));
  for (const line of text.trimEnd().split('\n')) {
    const meta = /^# (HELP|TYPE) ([a-zA-Z_:][\w:]*) (.+)$/.exec(line);
    if (meta) {
      const family = (families[meta[2]] ??= { samples: {} });
      assert.equal(family[meta[1]], undefined, `${meta[1]} twice: ${line}`);
      assert.deepEqual(family.samples, {}, `${line} after its samples`);
      family[meta[1]] = meta[3];
      continue;
    }
    const sample = /^([a-zA-Z_:][\w:]*)(\{(?:[a-zA-Z_]\w*="[^"\\\n]*",?)+\})? (-?\d+(?:\.\d+)?)$/.exec(line);
    assert.ok(sample, `not Prometheus text: ${line}`);
    const family = families[sample[1]];
    assert.ok(family?.TYPE && family.HELP, `${sample[1]} has no TYPE or HELP before it`);
    assert.equal(family.samples[sample[2] ?? ''], undefined, `twice: ${line}`);
    family.samples[sample[2] ?? ''] = Number(sample[3]);
  }
  return families;
}

test('metrics: Prometheus text with all that is to be counted', async () => {
  const answer = await get(base, '/metrics');
  assert.equal(answer.status, 200);
  assert.match(answer.headers['content-type'], /^text\/plain; version=0\.0\.4/);
  const families = parseMetrics(answer.text);
  const types = Object.fromEntries(Object.entries(families).map(([name, family]) => [name, family.TYPE]));
  for (const name of ['requests', 'polls', 'sessions_opened', 'sessions_closed', 'events', 'jobs', 'errors'])
    assert.equal(types[`director_${name}_total`], 'counter', name);
  for (const name of ['sessions', 'parked_polls', 'jobs']) assert.equal(types[`director_${name}`], 'gauge', name);
  for (const type of ['bad-request', 'forbidden', 'not-found', 'method-not-allowed', 'conflict', 'too-large',
    'media-type', 'unavailable', 'internal'])
    assert.ok(`{type="${type}"}` in families.director_errors_total.samples, type);
});

test('metrics: figures move with what happens', async () => {
  const ok = 'director_requests_total{status="2xx"}';
  const missing = 'director_errors_total{type="not-found"}';
  const jobs = 'director_jobs_total{result="success"}';
  const [okBefore, missingBefore, jobsBefore] = [await metric(base, ok), await metric(base, missing), await metric(base, jobs)];
  const chat = await Chat.open(base);
  await until('a session and its poll', async () =>
    await metric(base, 'director_sessions') === 1 && await metric(base, 'director_parked_polls') === 1);
  await chat.run(chatMessage());
  chat.close();
  for (let i = 0; i < 5; i++) await get(base, '/api/v1/videos/nope');
  await until('the counters', async () => await metric(base, missing) >= missingBefore + 5
    && await metric(base, ok) > okBefore && await metric(base, jobs) > jobsBefore);
  await until('the session to go', async () =>
    await metric(base, 'director_sessions') === 0 && await metric(base, 'director_parked_polls') === 0);
});

test('nothing that was refused here was the fault of the server', async () => {
  for (const type of ['internal', 'stale', 'unavailable'])
    assert.equal(await metric(base, `director_errors_total{type="${type}"}`), 0, type);
});

test('Redis stalls: the store goes on, the rest says 503', async () => {
  stack.kill('redis', 'SIGSTOP');
  try {
    assert.equal((await get(base, '/api/v1/videos')).status, 200);
    assert.equal((await get(base, '/healthz')).status, 200);
    for (const path of ['/readyz', '/socket.io/?EIO=4&transport=polling']) {
      const { status, headers, json, text } = await get(base, path);
      assert.equal(status, 503, text);
      assert.equal(headers['content-type'], 'application/problem+json');
      assert.equal(json.type, '/problems/unavailable');
      assert.ok(Number(headers['retry-after']) >= 1);
    }
  } finally {
    stack.kill('redis', 'SIGCONT');
  }
  await until('readyz', async () => (await get(base, '/readyz')).status === 200);
});

main(async () => {
  stack = await start();
  base = stack.url;
});
