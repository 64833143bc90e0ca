// Uploads with an Idempotency-Key: however often a request comes, and while the
// first is under way, there is one medium and one answer. On either store
// (TOPOLOGY=pg).

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { start } from '../harness/stack.mjs';
import { cleanup, main, test } from '../harness/tap.mjs';
import { Chat, ask, assertProblem, get, until } from './lib_app.mjs';

const WAIT_MS = 3000;
const FIRST = '/videodb/collection/default';
const MP4 = Buffer.concat([Buffer.from('\0\0\0\x20ftypisom', 'latin1'), Buffer.alloc(200000, 'v')]);

let stack;
let base;
let web; // somebody else's server
let events;

const media = () => join(stack.var, 'media');
const files = () => existsSync(media()) ? readdirSync(media()).sort() : [];
const rows = async (kind = 'video', path = FIRST) => (await get(base, `${path}/${kind}`)).json.map(({ id }) => id).sort();
const jobs = async () => (await get(base, '/api/v1/jobs?type=eq.fetch&select=id&limit=1000')).json.length;
const drop = async (kind, id, path = FIRST) => assert.equal((await ask(base, 'DELETE', `${path}/${kind}/${id}`)).status, 200);

// The boundary is another one each time.
async function send(key, { name = 'call.mp4', type = 'video/mp4', bytes = MP4, path = FIRST } = {}) {
  const form = new FormData();
  form.append('file', new Blob([bytes], { type }), name);
  const response = await fetch(`${base}${path}/upload`, { method: 'POST', body: form, headers: { 'Idempotency-Key': key } });
  const text = await response.text();
  return { status: response.status, headers: Object.fromEntries(response.headers), text, json: JSON.parse(text) };
}

const address = (key, path, more = {}) => ask(base, 'POST', `${FIRST}/upload`,
  { json: { source: `${web}${path}`, source_type: 'url', ...more }, headers: { 'Idempotency-Key': key } });

async function collection() {
  const made = await ask(base, 'POST', '/videodb/collection', { json: { name: 'Once', description: ' ' } });
  return made.headers.location;
}

function sameAnswers(answers, status = 200) {
  for (const one of answers) assert.deepEqual([one.status, one.text], [status, answers[0].text]);
  return answers[0].json;
}

// ---- Files --------------------------------------------------------------------------

for (const [kind, name, type] of [['video', 'call.mp4', 'video/mp4'], ['audio', 'call.mp3', 'audio/mpeg'], ['image', 'slide.png', 'image/png']])
  test(`a file, ${kind}: 8 at once make one medium and get one answer`, async () => {
    const [path, last] = [await collection(), await collection()];
    const file = { name, type, path, bytes: Buffer.alloc(1500000, kind) };
    const made = sameAnswers(await Promise.all(Array.from({ length: 8 }, () => send(`"file-${kind}"`, file))));
    assert.equal(made.type, kind);
    assert.deepEqual((await send(`file-${kind}`, file)).json, made, 'later, too; without quotes, too');
    assert.deepEqual(await rows(kind, path), [made.id]);
    assert.equal(files().length, 1, 'nothing is left of the others');
    assert.deepEqual(readFileSync(join(media(), files()[0])), file.bytes);
    // What is told comes in order: a change after them, and only one before it.
    const { json: after } = await send(`after-${kind}`, { path: last });
    const news = (id) => events.filter((e) => e.update === 'videos' && e.collection_id === id).length;
    await until('news', () => news(after.collection_id));
    assert.equal(news(made.collection_id), kind === 'video' ? 1 : 0);
    await drop('video', after.id, last);
    await drop(kind, made.id, path);
    assert.deepEqual(files(), []);
  });

test('a file: another one with the same key is 422, and leaves nothing', async () => {
  const { json: made } = await send('file-other');
  const before = [files(), await rows()];
  for (const file of [{ bytes: MP4.subarray(1) }, { bytes: Buffer.concat([MP4, Buffer.from('v')]) }, { name: 'talk.mp4' },
    { name: 'call.webm', type: 'video/webm' }, { path: '/videodb/collection/c-main' }])
    assertProblem(await send('file-other', file), 422, 'unprocessable', 'Idempotency-Key');
  assertProblem(await address('file-other', '/call.mp4'), 422, 'unprocessable', 'Idempotency-Key');
  assertProblem(await ask(base, 'POST', '/api/v1/videos', { json: {}, headers: { 'Idempotency-Key': 'file-other' } }),
    422, 'unprocessable', 'Idempotency-Key');
  assert.deepEqual([files(), await rows()], before);
  assert.deepEqual((await send('file-other')).json, made);
  await drop('video', made.id);
});

test('a file: what was refused does not use the key up; a key that is none', async () => {
  assertProblem(await send('file-late', { type: 'text/html' }), 415, 'media-type', 'file');
  assertProblem(await send('file-late', { path: '/videodb/collection/nope' }), 404, 'not-found');
  for (const key of ['""', 'x'.repeat(256)]) assertProblem(await send(key), 400, 'bad-request', 'Idempotency-Key');
  assert.deepEqual(files(), []);
  const { status, json: made } = await send('file-late');
  assert.equal(status, 200);
  // As with rows: the answer stays the first one, and nothing is made again.
  await drop('video', made.id);
  assert.deepEqual((await send('file-late')).json, made);
  assert.deepEqual([files(), await rows()], [[], []]);
});

// A row that the store does not take, until it does again.
const REFUSES = {
  pg: [`CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'full' USING ERRCODE = '53100'; END $$;
    CREATE TRIGGER no_room BEFORE INSERT ON videos FOR EACH ROW WHEN (NEW.metadata->>'name' = 'full') EXECUTE FUNCTION no_room()`,
  'DROP TRIGGER no_room ON videos; DROP FUNCTION no_room()'],
  sqlite: [`CREATE TRIGGER "full" BEFORE INSERT ON videos WHEN json_extract(NEW.metadata, '$.name') = 'full'
    BEGIN SELECT RAISE(ABORT, 'full'); END`, 'DROP TRIGGER "full"'],
};

async function behind(text) {
  if (stack.pg) await stack.pg.sql(text);
  else execFileSync('sqlite3', ['-cmd', '.timeout 5000', join(stack.var, 'director.db'), text]);
}

test('a file: where its row is not stored, it is not kept', async () => {
  const [refuse, allow] = REFUSES[stack.pg ? 'pg' : 'sqlite'];
  await behind(refuse);
  for (const key of ['file-full', 'file-fuller']) {
    const { status } = await send(key, { name: 'full.mp4' });
    assert.ok(status >= 400, `${status}`);
    assert.deepEqual([files(), await rows()], [[], []]);
  }
  await behind(allow);
  const { status, json: made } = await send('file-full', { name: 'full.mp4' });
  assert.equal(status, 200);
  assert.equal(files().length, 1);
  await drop('video', made.id);
  assert.deepEqual(files(), []);
});

test('a file: each visitor has keys of their own, and without one each makes its own', async () => {
  const form = '--b\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\nContent-Type: image/png\r\n\r\nx\r\n--b--\r\n';
  const post = (headers) => ask(base, 'POST', `${FIRST}/upload`, { body: form, type: 'multipart/form-data; boundary=b', headers });
  const visitor = (letter) => post({ 'Idempotency-Key': 'file-own', Cookie: `director_visitor=${letter.repeat(22)}` });
  const ids = [];
  for (const answer of [await visitor('a'), await visitor('b'), await post({}), await post({})]) {
    assert.equal(answer.status, 200, answer.text);
    ids.push(answer.json.id);
  }
  assert.deepEqual(await rows('image'), ids.toSorted());
  for (const id of ids) await drop('image', id);
});

// ---- By address -----------------------------------------------------------------------

const asked = {}; // path: how often
const held = {}; // path: answers that wait
const release = (path) => { for (const go of held[path].splice(0)) go(); };

function openWeb() {
  const server = http.createServer(({ url }, response) => {
    asked[url] = (asked[url] ?? 0) + 1;
    response.on('error', () => {});
    const good = () => response.setHeader('Content-Type', 'video/mp4').end(MP4);
    if (/held/.test(url)) (held[url] ??= []).push(good);
    else if (/first-none/.test(url) && asked[url] === 1) response.writeHead(404).end();
    else good();
  });
  cleanup(() => { server.closeAllConnections(); server.close(); });
  return new Promise((done) => server.listen(0, '127.0.0.1', () => done(`http://127.0.0.1:${server.address().port}`)));
}

test('by address: 8 at once wait for one job and get one answer', async () => {
  const before = await jobs();
  const waiting = Array.from({ length: 8 }, () => address('url-many', '/held-many'));
  await until('the download', () => held['/held-many']?.length);
  release('/held-many');
  const made = sameAnswers(await Promise.all(waiting));
  assert.deepEqual((await address('url-many', '/held-many')).json, made, 'later, too');
  assert.equal(asked['/held-many'], 1);
  assert.equal(await jobs(), before + 1);
  assert.deepEqual(await rows(), [made.id]);
  for (const [path, more] of [['/call.mp4'], ['/held-many', { name: 'Other' }]])
    assertProblem(await address('url-many', path, more), 422, 'unprocessable', 'Idempotency-Key');
  assertProblem(await send('url-many'), 422, 'unprocessable', 'Idempotency-Key');
  assert.equal(await jobs(), before + 1);
  await drop('video', made.id);
});

test('by address: what takes longer than the request is the same job for all', async () => {
  const first = await address('url-slow', '/held-slow');
  assertProblem(first, 504, 'timeout');
  const second = await address('url-slow', '/held-slow');
  assertProblem(second, 504, 'timeout');
  assert.deepEqual([second.headers.location, second.json.details], [first.headers.location, first.json.details]);
  release('/held-slow');
  const job = async () => (await get(base, first.headers.location)).json;
  await until('the end of the job', async () => (await job()).state === 'success');
  const last = await address('url-slow', '/held-slow');
  assert.equal(last.status, 200, last.text);
  assert.equal(last.json.id, (await job()).result.id);
  assert.equal(asked['/held-slow'], 1);
  await drop('video', last.json.id);
});

test('by address: a job that failed is tried again, once for all who ask', async () => {
  const before = await jobs();
  assertProblem(await address('url-late', '/first-none'), 422, 'unprocessable', 'source');
  const made = sameAnswers(await Promise.all(Array.from({ length: 6 }, () => address('url-late', '/first-none'))));
  assert.equal(asked['/first-none'], 2);
  assert.equal(await jobs(), before + 2);
  assert.deepEqual(await rows(), [made.id]);
  assertProblem(await address('', '/call.mp4', { name: 7 }), 400, 'bad-request', 'name');
  assertProblem(await address('""', '/call.mp4'), 400, 'bad-request', 'Idempotency-Key');
  assert.equal(await jobs(), before + 2);
  await drop('video', made.id);
  assert.deepEqual(files(), []);
});

main(async () => {
  web = await openWeb();
  stack = await start({ env: { DIRECTOR_FETCH_PRIVATE: '1', DIRECTOR_UPLOAD_WAIT_MS: String(WAIT_MS) } });
  base = stack.url;
  await drop('video', 'm-sample-pitch');
  events = [];
  const page = await Chat.open(base);
  page.socket.on('event', (event) => events.push(event));
});
