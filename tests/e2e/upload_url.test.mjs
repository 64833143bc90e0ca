// Uploads by address: a worker fetches, the request waits parked; what servers do
// wrong, what must not be asked, and who dies meanwhile.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { join } from 'node:path';
import { start } from '../harness/stack.mjs';
import { cleanup, main, run, skip, test } from '../harness/tap.mjs';
import { Chat, ask, assertProblem, chatMessage, get, until } from './lib_app.mjs';

const LIMIT = 3000000;
const WAIT_MS = 2500;
const FIRST = '/videodb/collection/default';
const MP4 = Buffer.concat([Buffer.from('\0\0\0\x20ftypisom', 'latin1'), Buffer.alloc(200000, 'v')]);
const MP3 = Buffer.concat([Buffer.from('ID3\x04'), Buffer.alloc(5000, 'a')]);
const PNG = Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.alloc(5000, 'p')]);

let stack;
let base;
let web; // somebody else's server
let events;
let page;

const files = () => readdirSync(join(stack.var, 'media'));
const upload = (source, more = {}, path = FIRST, options = {}) =>
  ask(base, 'POST', `${path}/upload`, { json: { source, source_type: 'url', ...more }, ...options });
const job = async (id) => (await get(base, `/api/v1/jobs/${id}`)).json;
const jobOf = (answer) => /\/api\/v1\/jobs\/([0-9a-f-]{36})\.$/.exec(answer.json.detail)?.[1];

async function ended(id) {
  await until('the end of the job', async () => !['queued', 'running'].includes((await job(id)).state));
  return job(id);
}

// ---- somebody else's server ---------------------------------------------------

const asked = {}; // path: how often
const gates = {}; // path: lets the answers that are held go on

const PAGES = {
  '/call.mp4': (r) => r.setHeader('Content-Type', 'video/mp4').end(MP4),
  '/talk.mp4': (r) => r.setHeader('Content-Type', 'audio/mpeg').end(MP3),
  '/slide': (r) => r.setHeader('Content-Type', 'image/png').end(PNG),
  '/page.mp4': (r) => r.setHeader('Content-Type', 'video/mp4').end('<!doctype html><p>no video'),
  '/file.pdf': (r) => r.setHeader('Content-Type', 'application/pdf').end('%PDF-1.7'),
  '/none': (r) => r.writeHead(404).end('no'),
  '/large': (r) => r.setHeader('Content-Type', 'video/mp4').end(Buffer.concat([MP4, Buffer.alloc(LIMIT)])),
  '/endless': (r) => {
    const more = () => r.write(Buffer.alloc(65536)) ? setImmediate(more) : r.once('drain', more);
    r.write(MP4);
    more();
  },
  '/moved': (r) => r.writeHead(302, { Location: '/call.mp4' }).end(),
  '/loop': (r) => r.writeHead(302, { Location: '/loop' }).end(),
  '/busy': (r) => asked['/busy'] < 2
    ? r.writeHead(503, { 'Retry-After': '1' }).end()
    : r.setHeader('Content-Type', 'video/mp4').end(MP4),
  '/broken': (r) => { r.writeHead(200, { 'Content-Length': 1000 }).write(MP4.subarray(0, 500)); r.socket.end(); },
};

// Half of the file; the rest when gates[path] is called.
function held(r, path) {
  r.writeHead(200, { 'Content-Type': 'video/mp4', 'Content-Length': MP4.length });
  r.write(MP4.subarray(0, 100000));
  (gates[path] ??= []).push(() => r.end(MP4.subarray(100000)));
}

function openWeb() {
  const server = http.createServer((request, response) => {
    const path = request.url.split('?')[0];
    asked[path] = (asked[path] ?? 0) + 1;
    response.on('error', () => {});
    (PAGES[path] ?? ((r) => held(r, path)))(response);
  });
  cleanup(() => { server.closeAllConnections(); server.close(); });
  return new Promise((done) => server.listen(0, '127.0.0.1', () => done(`http://127.0.0.1:${server.address().port}`)));
}

const release = (path) => { for (const go of gates[path].splice(0)) go(); };

// ---- what becomes of it ---------------------------------------------------------

test('a video, audio and an image become what their bytes are', async () => {
  const { json: made } = await ask(base, 'POST', '/videodb/collection', { json: { name: 'Fetched', description: ' ' } });
  const path = `/videodb/collection/${made.data.collection.id}`;
  for (const [source, type, name, bytes] of [['/call.mp4?sig=s3cret#x', 'video', 'call', MP4],
    ['/talk.mp4', 'audio', 'talk', MP3], ['/slide', 'image', 'slide', PNG]]) {
    const { status, json, text } = await upload(web + source, {}, path);
    assert.equal(status, 200, text);
    assert.equal(json.type, type);
    assert.equal(json.name, name);
    assert.equal(json.collection_id, made.data.collection.id);
    const [listed] = (await get(base, `${path}/${type}`)).json;
    assert.deepEqual(listed, json);
    const url = json.stream_url ?? (await get(base, `${path}/${type}/${json.id}/generate_url`)).text;
    assert.ok(url.startsWith(`${base}/media/${json.id}.`), url);
    assert.deepEqual(readFileSync(join(stack.var, 'media', url.split('/').pop())), bytes);
    if (type === 'video')
      await until('news', () => events.some((e) => e.update === 'videos' && e.collection_id === json.collection_id));
    assert.equal((await ask(base, 'DELETE', `${path}/${type}/${json.id}`)).json.success, true);
  }
  assert.deepEqual(files(), []);
});

test('the name that was given, and another place', async () => {
  const { status, json } = await upload(`${web}/moved`, { name: ' My <b>call ' });
  assert.equal(status, 200);
  assert.equal(json.name, 'My ‹b›call');
  assert.equal((await ask(base, 'DELETE', `${FIRST}/video/${json.id}`)).status, 200);
});

test('a server that is busy is asked again, not before it wants to be', async () => {
  const since = Date.now();
  const answer = await upload(`${web}/busy`);
  const id = answer.status === 504 ? jobOf(answer) : answer.json.id.slice(2);
  assert.equal((await ended(id)).state, 'success');
  assert.equal(asked['/busy'], 2);
  assert.ok(Date.now() - since >= 1000);
  assert.equal((await ask(base, 'DELETE', `${FIRST}/video/m-${id}`)).status, 200);
});

test('what cannot be fetched is 422 with the reason, and leaves nothing', async () => {
  for (const [path, why] of [['/none', /status 404/], ['/page.mp4', /no video, audio or image/],
    ['/file.pdf', /no video, audio or image/], ['/large', /larger than/], ['/endless', /larger than/],
    ['/loop', /too often/]]) {
    const answer = await upload(web + path);
    assertProblem(answer, 422, 'unprocessable', 'source');
    assert.match(answer.json.detail, why);
    assert.ok(!answer.text.includes('127.0.0.1'), answer.text);
  }
  assert.deepEqual(files(), []);
});

test('a certificate that nobody vouches for is not trusted', async () => {
  const name = (file) => join(stack.var, file);
  const { status } = spawnSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes',
    '-subj', '/CN=localhost', '-days', '2', '-keyout', name('web.key'), '-out', name('web.pem')], { stdio: 'ignore' });
  if (status !== 0) skip('no openssl here');
  let served = 0;
  const server = https.createServer({ key: readFileSync(name('web.key')), cert: readFileSync(name('web.pem')) },
    (request, response) => { served++; response.end(MP4); });
  cleanup(() => server.close());
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const answer = await upload(`https://localhost:${server.address().port}/call.mp4`);
  assertProblem(answer, 422, 'unprocessable', 'source');
  assert.match(answer.json.detail, /certificate/);
  assert.equal(served, 0);
});

test('an answer cut off is tried again, then an error of the job', async () => {
  const answer = await upload(`${web}/broken`);
  const id = answer.status === 504 ? jobOf(answer) : undefined;
  if (id) assert.match((await ended(id)).error, /cut off/);
  else assert.match(answer.json.detail, /cut off/);
  assert.equal(asked['/broken'], 3);
  assert.deepEqual(files(), []);
});

test('what is no address is refused at once', async () => {
  const { json: before } = await get(base, '/api/v1/jobs?select=id&limit=1000');
  for (const body of [{ source: '/etc/passwd', source_type: 'file' }, { source: `${web}/call.mp4` },
    { source_type: 'url' }, { source: 7, source_type: 'url' }, { source: '', source_type: 'url' }, {}]) {
    const answer = await ask(base, 'POST', `${FIRST}/upload`, { json: body });
    assert.equal(answer.status, 400, answer.text);
    assert.equal(answer.json.message, 'No valid source provided');
  }
  for (const source of ['file:///etc/passwd', 'ftp://a.example/x', '/etc/passwd', 'http://', 'http://a b/',
    `http://a.example/${'x'.repeat(4000)}`, 'http://a.example/\r\nX: y'])
    assertProblem(await upload(source), 400, 'bad-request', 'source');
  assertProblem(await upload(`${web}/call.mp4`, { name: 7 }), 400, 'bad-request', 'name');
  assertProblem(await upload(`${web}/call.mp4`, { length: 7 }), 400, 'bad-request', 'length');
  assertProblem(await ask(base, 'POST', `${FIRST}/upload`, { body: '[', type: 'application/json' }), 400, 'bad-request', 'body');
  assertProblem(await ask(base, 'POST', `${FIRST}/upload`, { body: ' '.repeat(70000), type: 'application/json' }), 413, 'too-large');
  assertProblem(await upload(`${web}/call.mp4`, {}, '/videodb/collection/nope'), 404, 'not-found');
  assert.deepEqual((await get(base, '/api/v1/jobs?select=id&limit=1000')).json, before);
});

// ---- what takes long -------------------------------------------------------------

async function timesOut(path) {
  const since = Date.now();
  const answer = await upload(web + path);
  assertProblem(answer, 504, 'timeout');
  assert.ok(Date.now() - since >= WAIT_MS - 100);
  const id = jobOf(answer);
  assert.ok(id, answer.json.detail);
  assert.equal(answer.json.details, `/api/v1/jobs/${id}`);
  assert.equal(answer.headers.location, `/api/v1/jobs/${id}`);
  assert.equal((await job(id)).state, 'running');
  assert.equal((await job(id)).result, null);
  return id;
}

async function lasts(id) {
  const row = await ended(id);
  assert.deepEqual([row.state, row.error], ['success', '']);
  assert.deepEqual(row.result, { type: 'video', id: `m-${id}`, collection_id: 'c-main' });
  const { json: video } = await get(base, `${FIRST}/video/m-${id}`);
  assert.equal(video.stream_url, `${base}/media/m-${id}.mp4`);
  assert.deepEqual(readFileSync(join(stack.var, 'media', `m-${id}.mp4`)), MP4);
  assert.equal((await ask(base, 'DELETE', `${FIRST}/video/m-${id}`)).status, 200);
  assert.deepEqual(files(), []);
}

test('a slow server: 504 that names the job, which ends well', async () => {
  const id = await timesOut('/slow');
  release('/slow');
  await lasts(id);
});

test('a client that leaves is no more waited for, the job goes on', async () => {
  const aborted = new AbortController();
  const gone = fetch(`${base}${FIRST}/upload`, { method: 'POST', signal: aborted.signal,
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ source: `${web}/left`, source_type: 'url' }) }).catch((error) => error);
  await until('the download', () => gates['/left']?.length);
  const log = () => stack.log('director.fcgi').split('\n').filter((line) => /route=\S*upload/.test(line));
  const before = log().length;
  aborted.abort();
  await gone;
  await until('the end of the request', () => log().length > before);
  release('/left');
  const { json: [row] } = await get(base, '/api/v1/jobs?type=eq.fetch&limit=1');
  await lasts(row.id);
});

test('many that wait hold no thread: neither of the server nor the last of the worker', async () => {
  const waiting = Array.from({ length: 12 }, () => upload(`${web}/many`));
  await until('a download', () => gates['/many']?.length);
  for (let i = 0; i < 20; i++) assert.equal((await get(base, '/videodb/collection')).status, 200);
  const { status } = await page.run(chatMessage());
  assert.equal(status, 'success');
  const ids = (await Promise.all(waiting)).map((answer) => {
    assertProblem(answer, 504, 'timeout');
    return jobOf(answer);
  });
  assert.equal(asked['/many'], 1, 'one thread is kept free');
  PAGES['/many'] = PAGES['/call.mp4'];
  release('/many');
  for (const id of ids) {
    assert.equal((await ended(id)).state, 'success');
    assert.equal((await ask(base, 'DELETE', `${FIRST}/video/m-${id}`)).status, 200);
  }
  assert.deepEqual(files(), []);
});

test('a process that stops names the job to who waits', async () => {
  const answer = upload(`${web}/restart`);
  await until('the download', () => gates['/restart']?.length);
  stack.kill('director.fcgi', 'SIGTERM');
  const id = jobOf(await answer);
  assert.ok(id, (await answer).text);
  release('/restart');
  await until('the next process', async () => (await get(base, '/healthz')).status === 200);
  await lasts(id);
});

test('a worker killed in the middle: another takes over, no half file is left', async () => {
  const id = await timesOut('/killed');
  assert.equal(files().length, 1);
  stack.kill('worker', 'SIGKILL');
  await until('the second download', () => asked['/killed'] === 2);
  assert.equal(files().length, 1);
  release('/killed');
  await lasts(id);
  assert.equal((await job(id)).tries, 0);
});

test('a worker that stops gives the job to the next', async () => {
  const id = await timesOut('/stopped');
  stack.kill('worker', 'SIGTERM');
  await until('the second download', () => asked['/stopped'] === 2);
  release('/stopped');
  await lasts(id);
});

test('Redis away: the job is kept, and named', async () => {
  const redis = stack.kill('redis', 'SIGSTOP');
  const answer = await upload(`${web}/away`);
  process.kill(redis, 'SIGCONT');
  assertProblem(answer, 504, 'timeout');
  const id = jobOf(answer);
  await until('the download', () => gates['/away']?.length, 25000);
  release('/away');
  await lasts(id);
});

// ---- what must not be asked ---------------------------------------------------------

async function refusals() {
  const private_ = await start({ env: { DIRECTOR_UPLOAD_MAX: String(LIMIT) } });
  base = private_.url;
  const port = new URL(web).port;
  test('addresses that are not public are not asked', async () => {
    const before = JSON.stringify(asked);
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `2130706433:${port}`, `[::1]:${port}`,
      `[::ffff:127.0.0.1]:${port}`, `0:${port}`, '169.254.169.254', '10.0.0.1', '[fd00:ec2::254]']) {
      const answer = await upload(`http://${host}/call.mp4`);
      assertProblem(answer, 422, 'unprocessable', 'source');
      assert.match(answer.json.detail, /not on the public internet/);
    }
    assert.equal(JSON.stringify(asked), before);
    assert.deepEqual(readdirSync(private_.var).includes('media') ? readdirSync(join(private_.var, 'media')) : [], []);
  });
  await run();
}

await main(async () => {
  web = await openWeb();
  stack = await start({ env: { DIRECTOR_UPLOAD_MAX: String(LIMIT), DIRECTOR_UPLOAD_WAIT_MS: String(WAIT_MS),
    DIRECTOR_FETCH_PRIVATE: '1', DIRECTOR_LEASE_MS: '1000', DIRECTOR_THREADS: '2', DIRECTOR_WORKER_THREADS: '2' } });
  base = stack.url;
  page = await Chat.open(base);
  events = [];
  page.socket.on('event', (event) => events.push(event));
  await run();
  for (const name of ['director.fcgi', 'worker'])
    assert.ok(!/s3cret|127\.0\.0\.1:\d+\/(call|slow)/.test(stack.log(name)), `addresses in the log of ${name}`);
  await refusals();
});
