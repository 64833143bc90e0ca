// Bad input at every address of the REST API (lib_sweep.mjs): only 2xx and 4xx,
// problem documents, nothing changes where something is refused, and the log
// gets its one line of a request and nothing else.
//
//   SEED=7 MOST=1000 node sweep.test.mjs     others, more
//
// The default is 120 of an operation, others each day: SEED is the date. `make
// sweep` sends all there are, on both stores.
//
// TOPOLOGY=pg runs it on PostgreSQL.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { postgres, programs } from '../harness/postgres.mjs';
import { randomSource } from '../harness/random.mjs';
import { TOPOLOGY, start } from '../harness/stack.mjs';
import { main, run, test } from '../harness/tap.mjs';
import { Chat, addVideo, ask, extract } from './lib_app.mjs';
import { resolve, validator } from './lib_openapi.mjs';
import { sweep } from './lib_sweep.mjs';

const SEED = Number(process.env.SEED ?? new Date().toISOString().slice(0, 10).replaceAll('-', ''));
const MOST = Number(process.env.MOST ?? 120);
const JOBS = 8;
const ROUNDS = 8;
const VIDEO = '11111111-1111-4111-8111-111111111111';
const OUTPUT = '22222222-2222-4222-8222-222222222222';
const VTT = 'WEBVTT\n\n00:01.000 --> 00:03.000\n<v Anna>How do you handle your invoices now?\n';

let stack;
let base;
let pg;
let requests;

// ---- The store --------------------------------------------------------------------

const TABLES = `SELECT format('SELECT %L, md5(string_agg(t::text, ''|'' ORDER BY t::text)) FROM %I.%I t WHERE t::text NOT LIKE ''%%,fetch,%%''', tablename, schemaname, tablename)
  FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema') AND tablename <> 'jobs_tidied' ORDER BY 1`;

const OURS = /^INSERT INTO (jobs VALUES\('[^']*','fetch',|jobs_tidied )/;

/** All that is in the store, as text; but for uploads by address: whether one can be
 *  had is known only when its job was done; nor when the worker last tidied up. */
async function content() {
  if (pg) return pg.sql((await pg.sql(TABLES)).split('\n').join(';'));
  const dump = execFileSync('sqlite3', [join(stack.var, 'director.db'), '.dump'], { encoding: 'utf8', maxBuffer: 1 << 28 });
  return dump.split('\n').filter((line) => !OURS.test(line)).join('\n');
}

async function put(method, path, options) {
  const answer = await ask(base, method, path, options);
  assert.ok([200, 201].includes(answer.status), answer.text);
  return answer.json;
}

// What the requests name, as it was before they changed or removed it.
async function fill() {
  const merge = { headers: { Prefer: 'resolution=merge-duplicates' } };
  await put('POST', '/api/v1/collections', { ...merge, json: { id: 'c-sweep', name: 'Sweep' } });
  await ask(base, 'DELETE', `/api/v1/videos/${VIDEO}`);
  await put('POST', '/api/v1/videos', { json: { id: VIDEO, video_id: 'v-sweep', collection_id: 'c-sweep', metadata: { name: 'Sweep' } } });
  await put('POST', '/api/v1/outputs', { json: { id: OUTPUT, video_id: VIDEO, output_type: 'note', content: 'Sweep' } });
  return (await put('PUT', `/api/v1/videos/${VIDEO}/transcript`, { body: VTT, type: 'text/vtt' })).id;
}

const IMAGE = `--b\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\nContent-Type: image/png\r\n\r\nx\r\n--b--\r\n`;

async function ids() {
  const video = await addVideo(base, 'Analysed', VTT);
  const chat = await Chat.open(base);
  const end = await chat.run(extract(video));
  chat.close();
  const [chunk] = (await ask(base, 'GET', `/api/v1/videos/${video.id}/chunks`)).json;
  const [job] = (await ask(base, 'GET', '/api/v1/jobs')).json;
  const form = { type: 'multipart/form-data; boundary=b', body: IMAGE };
  const transcript = await fill();
  const image = await put('POST', '/videodb/collection/c-sweep/upload', form);
  return { collection_id: 'c-sweep', media_id: image.id, video_id: VIDEO, transcript_id: transcript, output_id: OUTPUT,
    chunk_id: chunk.id, session_id: end.session_id, job_id: job.id, other: 'none' };
}

// ---- The answers ------------------------------------------------------------------

const isProblem = validator({ $ref: '#/components/schemas/Problem' });
const told = ({ method, url, headers, type, body }, { status, text }) =>
  `${method} ${url.slice(0, 200)} ${JSON.stringify(headers ?? '').slice(0, 100)} ${type?.slice(0, 60) ?? ''} ${String(body ?? '').slice(0, 160)} => ${status} ${text.slice(0, 200)}`;

// What the web server refuses by itself never reaches the program.
const isOurs = (answer) => 'x-request-id' in answer.headers;

function whatIsWrong(request, answer) {
  const { status, headers, json } = answer;
  const type = headers['content-type']?.split(';')[0];
  if ('x-bad' in headers) return 'a header of the client\'s';
  if (!isOurs(answer)) return status >= 400 && status < 500 ? null : 'neither ours nor refused';
  if (status >= 400) {
    if (status >= 500) return 'a failure';
    const wrong = type === 'application/problem+json' ? isProblem(json) : `a problem as ${type}`;
    if (wrong) return wrong;
    if (json.status !== status) return 'another status in the problem';
  }
  const as = resolve(request.of.op.responses[status]);
  if (!as) return request.elsewhere || status === 405 ? null : 'a status that is not described';
  if (request.elsewhere || request.shaped || answer.text === '') return null;
  const media = as.content?.[type];
  if (!media) return `${type} is not described`;
  return /json$/.test(type) ? validator(media.schema)(json) : null;
}

const answers = [];

async function send(request) {
  const { method, url, headers, type, body } = request;
  const answer = await ask(base, method, url, { headers, type, ...body === undefined ? {} : { body } });
  answers.push({ id: answer.headers['x-request-id'], status: answer.status });
  return { request, answer };
}

const removes = ({ method, named }) => method === 'DELETE' && named;

/** All of them, some at a time; those that remove one by one, it is put back. */
async function sendAll(list) {
  const left = list.filter((request) => !removes(request));
  const results = [];
  const next = async () => {
    while (left.length > 0) results.push(await send(left.shift()));
  };
  await Promise.all(Array.from({ length: JOBS }, next));
  for (const request of list.filter(removes)) {
    const result = await send(request);
    results.push(result);
    if (result.answer.status < 400) await fill();
  }
  return results;
}

function judge(results) {
  const wrong = results.map(({ request, answer }) => [whatIsWrong(request, answer), request, answer]).filter(([why]) => why);
  if (process.env.V) for (const [why, ...of] of wrong) console.log(`# ${why}: ${told(...of)}`);
  assert.deepEqual(wrong.slice(0, 3).map(([why, ...of]) => `${why}: ${told(...of)}`), [], `${wrong.length} of ${results.length}`);
}

// ---- The cases ----------------------------------------------------------------------

const isRefused = ({ answer }) => answer.status >= 400;

const TIMEOUT = { timeout: 120000 * Math.max(1, MOST / 120) };
const reads = () => requests.filter(({ method }) => method === 'GET');
const writes = () => requests.filter(({ method }) => method !== 'GET');
let refused;
let quiet;

test('reading: answers as described, and nothing changes', TIMEOUT, async () => {
  const before = await content();
  const results = await sendAll(reads());
  judge(results);
  assert.equal(await content(), before);
  const bad = results.filter(({ answer }) => answer.status >= 400).length;
  assert.ok(bad > results.length / 3 && bad < results.length, `${bad} of ${results.length} were refused`);
});

test('writing: answers as described', TIMEOUT, async () => {
  const results = await sendAll(writes());
  refused = results.filter(isRefused).map(({ request }) => request);
  judge(results);
  assert.ok(refused.length > results.length / 3 && refused.length < results.length, `${refused.length} of ${results.length} were refused`);
});

// What another request was in the way of may be done now: without those, again.
test('writing: what is refused changes nothing', TIMEOUT, async () => {
  for (let round = 1; ; round++) {
    await fill();
    const before = await content();
    const results = await sendAll(refused);
    refused = results.filter(isRefused).map(({ request }) => request);
    if (refused.length < results.length && round < ROUNDS) continue;
    assert.equal(refused.length, results.length, 'some are refused now and then');
    assert.equal(await content(), before);
    break;
  }
});

test('the log has one line of a request and nothing else', () => {
  const lines = stack.log('director.fcgi').split('\n').filter((line) => line && !/ msg="started|route=\/socket\.io/.test(line));
  const form = /^time=\S+ level=info msg=request id=(\S+) method=[A-Z]+ (route=\S+ )?.*status=[234]\d\d /;
  assert.deepEqual(lines.filter((line) => !form.test(line)).slice(0, 5), []);
  const seen = lines.map((line) => form.exec(line)[1]);
  assert.equal(new Set(seen).size, seen.length, 'an id twice');
  const logged = new Set(seen);
  assert.deepEqual(answers.filter(({ id }) => id && !logged.has(id)), []);
  const others = (log) => log.split('\n').filter((line) => !/ type=fetch /.test(line)).join('\n');
  assert.equal(others(stack.log('worker')), others(quiet.worker));
  const refusals = stack.log('lighttpd').slice(quiet.lighttpd.length).split('\n').filter(Boolean);
  assert.deepEqual(refusals.filter((line) => !/oversized request-header -> sending Status 431$/.test(line)), []);
  console.log(`# SEED=${SEED}: ${answers.length} requests, ${answers.filter(({ id }) => id).length} reached the program`);
});

main(async () => {
  if (TOPOLOGY === 'pg') {
    await programs();
    pg = await postgres();
  }
  stack = await start({ topology: 'one', env: pg ? { DATABASE_URL: pg.url } : {} });
  base = stack.url;
  requests = sweep(await ids(), MOST, randomSource(SEED));
  quiet = Object.fromEntries(['lighttpd', 'worker'].map((name) => [name, stack.log(name)]));
  await run(1);
});
