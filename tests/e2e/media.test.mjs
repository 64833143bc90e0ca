// The Director page's collections and media: made, uploaded, shown, deleted, with
// the bodies that chat-vue reads.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { start } from '../harness/stack.mjs';
import { main, test } from '../harness/tap.mjs';
import { Chat, ask, assertProblem, get, until } from './lib_app.mjs';

const LIMIT = 20000000; // of an upload, in this test
const FIRST = '/videodb/collection/default';
const VIDEO_KEYS = ['id', 'collection_id', 'stream_url', 'player_url', 'name', 'description', 'thumbnail_url', 'length'];

let stack;
let base;
let events;

const keys = (object) => Object.keys(object).sort();
const files = () => readdirSync(join(stack.var, 'media'));

async function good(path) {
  const answer = await get(base, path);
  assert.equal(answer.status, 200, `${path}: ${answer.text.slice(0, 300)}`);
  return answer.json;
}

// A form as browsers send it.
async function upload(path, name, type, bytes, field = 'file') {
  const form = new FormData();
  form.append('note', 'a field that nobody reads');
  form.append(field, new Blob([bytes], { type }), name);
  const response = await fetch(`${base}${path}/upload`, { method: 'POST', body: form });
  const text = await response.text();
  return { status: response.status, headers: Object.fromEntries(response.headers), text, json: JSON.parse(text) };
}

async function collection(name = 'Calls') {
  const made = await ask(base, 'POST', '/videodb/collection', { json: { name, description: ' ' } });
  assert.equal(made.status, 201, made.text);
  return made.json.data.collection;
}

const told = (update, id) => until(`news of ${update}`, () =>
  events.some((e) => e.event_type === 'update_data' && e.update === update && e.collection_id === id));

test('a collection is made and deleted', async () => {
  const made = await ask(base, 'POST', '/videodb/collection', { json: { name: 'Calls', description: 'of May' } });
  assert.equal(made.status, 201, made.text);
  const { message, data } = made.json;
  assert.equal(typeof message, 'string');
  assert.equal(data.success, true);
  assert.deepEqual({ ...data.collection, id: '' }, { id: '', name: 'Calls', description: 'of May' });
  assert.equal(made.headers.location, `/videodb/collection/${data.collection.id}`);
  assert.deepEqual(await good(made.headers.location), data.collection);
  const list = await good('/videodb/collection');
  assert.notEqual(list[0].id, data.collection.id, 'the default one stays the first');
  assert.deepEqual(list.at(-1), data.collection);
  await told('collections');
  events.length = 0;
  const gone = await ask(base, 'DELETE', made.headers.location);
  assert.equal(gone.status, 200);
  assert.equal(gone.json.success, true);
  await told('collections');
  assertProblem(await get(base, made.headers.location), 404, 'not-found');
  assertProblem(await ask(base, 'DELETE', made.headers.location), 404, 'not-found');
});

test('a collection needs a name and a description', async () => {
  for (const json of [{}, { name: 'a' }, { description: 'a' }, { name: '', description: 'a' }, { name: 7, description: 'a' }])
    assertProblem(await ask(base, 'POST', '/videodb/collection', { json }), 400, 'bad-request',
      json.name === 'a' ? 'description' : 'name');
  const long = { name: 'ü'.repeat(201), description: ' ' };
  assertProblem(await ask(base, 'POST', '/videodb/collection', { json: long }), 400, 'bad-request', 'name');
  const { name } = await collection('<img src=x onerror=alert(1)>');
  assert.ok(!name.includes('<'), 'pages insert names as HTML');
});

test('the first collection stays', async () => {
  for (const id of ['default', 'c-main'])
    assertProblem(await ask(base, 'DELETE', `/videodb/collection/${id}`), 409, 'conflict');
});

test('a video: uploaded, listed, served with ranges, deleted', async () => {
  const { id } = await collection();
  const path = `/videodb/collection/${id}`;
  const before = files().length;
  const bytes = Buffer.alloc(3000000, '\r\n--pattern');
  const { status, json: video } = await upload(path, 'my call.final.mp4', 'video/mp4', bytes);
  assert.equal(status, 200);
  for (const key of VIDEO_KEYS) assert.ok(key in video, key);
  assert.equal(video.name, 'my call.final');
  assert.equal(video.collection_id, id);
  assert.ok(video.stream_url.startsWith(`${base}/media/`), video.stream_url);
  await told('videos', id);
  const [listed, ...others] = await good(`${path}/video`);
  assert.equal(others.length, 0);
  assert.deepEqual({ ...listed, type: undefined }, { ...video, type: undefined });
  assert.equal((await good(`${path}/video/${video.id}`)).stream_url, video.stream_url);
  const served = await fetch(video.stream_url, { headers: { Range: 'bytes=1000-1999' } });
  assert.equal(served.status, 206);
  assert.equal(served.headers.get('content-type'), 'video/mp4');
  assert.deepEqual(Buffer.from(await served.arrayBuffer()), bytes.subarray(1000, 2000));
  assert.deepEqual(readFileSync(join(stack.var, 'media', video.stream_url.split('/').pop())), bytes);
  const refused = await ask(base, 'DELETE', path);
  assertProblem(refused, 409, 'conflict');
  assert.match(refused.json.message, /Invalid request: Your collection has non-zero videos/);
  assert.equal(refused.json.code, 'collection-not-empty');
  const gone = await ask(base, 'DELETE', `${path}/video/${video.id}`);
  assert.equal(gone.status, 200);
  assert.equal(gone.json.success, true);
  assert.equal(files().length, before, 'the file is gone, too');
  assert.deepEqual(await good(`${path}/video`), []);
  assert.equal((await ask(base, 'DELETE', path)).status, 200);
});

for (const [kind, name, type, listedKeys, aloneKeys] of [
  ['audio', 'call.mp3', 'audio/mpeg', ['id', 'collection_id', 'name', 'length', 'type'],
    ['id', 'name', 'collection_id', 'length', 'url']],
  ['image', 'slide.png', 'image/png', ['id', 'collection_id', 'name', 'url', 'type'],
    ['id', 'url', 'name', 'description', 'collection_id']],
])
  test(`${kind}: uploaded, listed, alone, its address, deleted`, async () => {
    const { id } = await collection();
    const path = `/videodb/collection/${id}`;
    const { status, json: made } = await upload(path, name, type, 'bytes');
    assert.equal(status, 200);
    assert.deepEqual(keys(made), [...listedKeys].sort());
    assert.equal(made.name, name.split('.')[0]);
    const list = await good(`${path}/${kind}`);
    assert.deepEqual(list, [made]);
    assert.equal(list[0].type, kind);
    const alone = await good(`${path}/${kind}/${made.id}`);
    assert.deepEqual(keys(alone), [...aloneKeys].sort());
    const address = await get(base, `${path}/${kind}/${made.id}/generate_url`);
    assert.match(address.headers['content-type'], /^text\/plain/);
    assert.equal(address.text, alone.url);
    const served = await fetch(address.text);
    assert.equal(served.headers.get('content-type'), type);
    assert.equal(await served.text(), 'bytes');
    assertProblem(await ask(base, 'DELETE', `${FIRST}/${kind}/${made.id}`), 404, 'not-found');
    assert.match((await ask(base, 'DELETE', path)).json.message, new RegExp(`non-zero ${kind}s`));
    const gone = await ask(base, 'DELETE', `${path}/${kind}/${made.id}`);
    assert.equal(gone.json.success, true);
    // The web server remembers for a second that it was there, but has it no more.
    assert.ok([403, 404].includes((await fetch(address.text)).status));
    for (const one of ['', '/generate_url'])
      assertProblem(await get(base, `${path}/${kind}/${made.id}${one}`), 404, 'not-found');
  });

test('names are ours, whatever the client says', async () => {
  for (const [name, shown] of [['../../etc/passwd.mp4', 'passwd'], ['C:\\calls\\a.b.webm', 'a.b'],
    ['.mp4', '.mp4'], ['ü ✓.mp4', 'ü ✓'], ['<b>.mp4', '‹b›']]) {
    const { json } = await upload(FIRST, name, 'video/mp4', 'x');
    assert.equal(json.name, shown);
    assert.match(json.stream_url, /\/media\/m-[0-9a-f-]{36}\.mp4$/);
    assert.equal((await ask(base, 'DELETE', `${FIRST}/video/${json.id}`)).status, 200);
  }
  assert.deepEqual(files().filter((name) => !/^m-[0-9a-f-]{36}\.[a-z0-9]+$/.test(name)), []);
});

test('a video deleted by REST takes its file with it', async () => {
  const before = files();
  const { json } = await upload(FIRST, 'a.mp4', 'video/mp4', 'x');
  assert.equal(files().length, before.length + 1);
  const gone = await ask(base, 'DELETE', `/api/v1/videos/${json.id}`);
  assert.ok([200, 204].includes(gone.status), gone.text);
  assert.deepEqual(files(), before);
});

// Names are the client's to change; whose file it is, they do not say.
test('a video that has forgotten its file takes it along', async () => {
  const before = files();
  for (const file of [null, 'other.mp4', 5]) {
    const { json } = await upload(FIRST, 'a.mp4', 'video/mp4', 'x');
    const { status, text } = await ask(base, 'PATCH', `/api/v1/videos/${json.id}`, { json: { metadata: { file } } });
    assert.equal(status, 200, text);
    assert.equal(files().length, before.length + 1);
    const gone = await ask(base, 'DELETE', file === 5 ? `${FIRST}/video/${json.id}` : `/api/v1/videos/${json.id}`);
    assert.ok([200, 204].includes(gone.status), gone.text);
    assert.deepEqual(files(), before);
  }
});

test('a video that names the file of another leaves it', async () => {
  const before = files();
  const { json: video } = await upload(FIRST, 'a.mp4', 'video/mp4', 'x');
  const { json: audio } = await upload(FIRST, 'a.mp3', 'audio/mpeg', 'x');
  const theirs = files().filter((name) => !before.includes(name));
  assert.equal(theirs.length, 2);
  for (const file of theirs)
    for (const more of [{}, { id: audio.id.slice(2) }]) {
      const made = await ask(base, 'POST', '/api/v1/videos', { json: { metadata: { file }, ...more } });
      assert.equal(made.status, 201, made.text);
      const path = more.id ? `/api/v1/videos/${made.json.id}` : `${FIRST}/video/${made.json.video_id}`;
      assert.ok([200, 204].includes((await ask(base, 'DELETE', path)).status));
    }
  assert.deepEqual(files().filter((name) => !before.includes(name)), theirs);
  await ask(base, 'DELETE', `${FIRST}/video/${video.id}`);
  await ask(base, 'DELETE', `${FIRST}/audio/${audio.id}`);
  assert.deepEqual(files(), before);
});

test('what is no upload is refused, and leaves nothing', async () => {
  const before = files();
  const form = (body) => ({ body, type: 'multipart/form-data; boundary=B' });
  const part = '--B\r\nContent-Disposition: form-data; name="file"; filename="a.mp4"\r\nContent-Type: video/mp4\r\n\r\nbytes';
  const post = (options) => ask(base, 'POST', `${FIRST}/upload`, options);
  const told400 = async (options, message) => {
    const answer = await post(options);
    assert.equal(answer.status, 400, answer.text);
    assert.match(answer.json.message, message);
  };
  await told400({ json: { source: '/a/x.mp4', source_type: 'file' } }, /^No valid source provided$/);
  await told400(form('--B--'), /^No valid source provided$/);
  await told400(form(`${part.replace('name="file"', 'name="other"')}\r\n--B--`), /^No valid source provided$/);
  await told400(form(`${part.replace('a.mp4', '')}\r\n--B--`), /^Invalid filename$/);
  await told400(form(part), /ends before its last boundary/);
  await told400(form(`${part}\r\n${part}\r\n--B--`), /one file/);
  await told400(form('nonsense'), /not multipart/);
  await told400({ body: part, type: 'multipart/form-data' }, /^No valid source provided$/);
  assertProblem(await post({ body: 'x', type: 'text/plain' }), 415, 'media-type', 'Content-Type');
  assertProblem(await post(form(`${part.replace('video/mp4', 'text/html')}\r\n--B--`)), 415, 'media-type', 'file');
  assertProblem(await ask(base, 'POST', '/videodb/collection/nope/upload', form(`${part}\r\n--B--`)), 404, 'not-found');
  assert.deepEqual(files(), before);
});

test('a file over the limit is 413, and leaves nothing', async () => {
  const before = files();
  const { status, json } = await upload(FIRST, 'a.mp4', 'video/mp4', Buffer.alloc(LIMIT + 1));
  assert.equal(status, 413);
  assert.match(json.detail, /larger than/);
  assert.deepEqual(files(), before);
  const fits = await upload(FIRST, 'a.mp4', 'video/mp4', Buffer.alloc(LIMIT));
  assert.equal(fits.status, 200, fits.text);
  assert.equal((await ask(base, 'DELETE', `${FIRST}/video/${fits.json.id}`)).status, 200);
});

// Memory of the process, in KB.
const memory = () => Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${stack.pid('director.fcgi')}/status`, 'utf8'))[1]);

test('a file is never whole in memory', async () => {
  const before = memory();
  const bytes = Buffer.alloc(LIMIT, 'v');
  const made = await Promise.all([1, 2, 3].map(() => upload(FIRST, 'a.mp4', 'video/mp4', bytes)));
  assert.ok(made.every((one) => one.status === 200));
  assert.ok(memory() - before < 5000, `${memory() - before} KB more`);
  for (const { json } of made) await ask(base, 'DELETE', `${FIRST}/video/${json.id}`);
});

// A small object is 8 bytes of text and 800 of memory.
test('a list of large rows is never whole in memory', async () => {
  const large = (i) => ({ collection_id: 'c-large', metadata: { name: `Large ${i}`, description: 'd'.repeat(20000), all: Array(20000).fill({}) } });
  await Promise.all(Array.from({ length: 60 }, async (_, i) => {
    const { status, text } = await ask(base, 'POST', '/api/v1/videos', { json: large(i), headers: { Prefer: 'return=minimal' } });
    assert.equal(status, 201, text);
  }));
  const before = memory();
  const { status, json } = await ask(base, 'GET', '/videodb/collection/c-large/video');
  assert.equal(status, 200);
  assert.deepEqual(json.map(({ name }) => name).sort(), Array.from({ length: 60 }, (_, i) => `Large ${i}`).sort());
  assert.ok(memory() - before < 50000, `${memory() - before} KB more`);
});

// Their times may be the same; the first one stays the first.
test('many collections: all of them, each once', async () => {
  const ids = Array.from({ length: 250 }, (_, i) => `a-${i}`);
  await ask(base, 'POST', '/api/v1/collections', { json: ids.map((id) => ({ id, name: id })) });
  const { json } = await ask(base, 'GET', '/videodb/collection');
  assert.equal(json[0].id, 'c-main');
  assert.equal(new Set(json.map(({ id }) => id)).size, json.length);
  assert.deepEqual(ids.filter((id) => !json.some((one) => one.id === id)), []);
});

test('a client that leaves in the middle leaves nothing', async () => {
  const before = files();
  await new Promise((done) => {
    const request = http.request(`${base}${FIRST}/upload`, { method: 'POST', headers: {
      'Content-Type': 'multipart/form-data; boundary=B', 'Content-Length': 1000000 } });
    request.on('error', done);
    request.write('--B\r\nContent-Disposition: form-data; name="file"; filename="a.mp4"\r\n\r\nbytes');
    setTimeout(() => request.destroy(new Error('gone')), 200);
  });
  await get(base, '/healthz');
  assert.deepEqual(files(), before);
});

await main(async () => {
  stack = await start({ env: { DIRECTOR_UPLOAD_MAX: String(LIMIT) }, worker: false });
  base = stack.url;
  const page = await Chat.open(base);
  events = [];
  page.socket.on('event', (event) => events.push(event));
});
