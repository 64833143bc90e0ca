// Jobs as clients see them: their lists, cancelling, trying again, dead letters; the
// order within a session; what a worker that stops does with what it runs.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { BUILD, ROOT, start } from '../harness/stack.mjs';
import { redis } from '../harness/redis.mjs';
import { cleanup, main, run, sleep, test } from '../harness/tap.mjs';
import {
  Chat, Worker, addVideo, ask, assertProblem, assertStory, chatMessage, extract, get, history, jobsIn, textContent, until, write,
} from './lib_app.mjs';

const SAMPLE = readFileSync(join(ROOT, 'samples/pitch.vtt'), 'utf8');
const LONG = { timeout: 90000 };
// A stage that nobody waits for to its end.
const FOREVER_MS = 60000;
// It takes less than a second; the machine may do ten other things.
const SOON_MS = 5000;

const post = (stack, id, verb, options) => ask(stack.url, 'POST', `/api/v1/jobs/${id}/${verb}`, options);
const drop = (stack, id) => ask(stack.url, 'DELETE', `/api/v1/jobs/${id}`);
const read = async (stack, id) => (await get(stack.url, `/api/v1/jobs/${id}`)).json;
const listed = async (stack, query) => (await get(stack.url, `/api/v1/jobs?${query}`)).json;

/** The jobs of a session, oldest first. */
const jobsOf = (stack, message) => listed(stack, `session_id=eq.${message.session_id}&order=created_at.asc`);

const inState = (stack, id, ...states) =>
  until(`${id} to be ${states}`, async () => {
    const job = await read(stack, id);
    return states.includes(job.state) && job;
  }, 30000);

async function send(chat, message) {
  const ack = await chat.send(message);
  assert.equal(ack.status, 'accepted', JSON.stringify(ack));
  return ack.msg_id;
}

/** A chat message whose first stage has begun, and its job. */
async function begin(stack, chat) {
  const message = extract(await addVideo(stack.url, 'jobs', SAMPLE));
  const id = await send(chat, message);
  await chat.see(id, 'a stage', (event) => event.rev > 0);
  const [job] = await jobsOf(stack, message);
  return { message, id, job };
}

const textOf = (event) => event.content.map((item) => item.text ?? '').join('\n');

// ---- A stack with several workers, its stages short ------------------------------

function running(stack) {
  let chat;
  test('a job has its attempts, its errors and its times', async () => {
    chat = await Chat.open(stack.url);
    const message = extract(await addVideo(stack.url, 'jobs', SAMPLE));
    const id = await send(chat, message);
    assert.equal((await chat.end(id, 30000)).status, 'success');
    const [{ id: job }] = await jobsOf(stack, message);
    const row = await inState(stack, job, 'success');
    assert.deepEqual([row.type, row.attempts, row.tries, row.deaths, row.dead, row.error], ['chat', 1, 0, 0, 0, '']);
    assert.deepEqual(row.errors, []);
    assert.ok(row.created_at <= row.started_at && row.started_at < row.finished_at);
    assertProblem(await post(stack, job, 'cancel'), 409, 'conflict');
    assertProblem(await post(stack, job, 'retry'), 409, 'conflict');
    assert.equal((await drop(stack, job)).status, 204);
    assertProblem(await get(stack.url, `/api/v1/jobs/${job}`), 404, 'not-found');
    for (const verb of ['cancel', 'retry']) assertProblem(await post(stack, job, verb), 404, 'not-found');
    assertProblem(await drop(stack, job), 404, 'not-found');
  }, LONG);

  test('messages of a session are answered one after the other, in the order they came', async () => {
    chat ??= await Chat.open(stack.url);
    const other = await begin(stack, chat);
    const video = await addVideo(stack.url, 'order', SAMPLE);
    const first = extract(video);
    const messages = [first, ...Array.from({ length: 4 }, () => extract(video, { session_id: first.session_id }))];
    const ids = [];
    for (const message of messages) ids.push(await send(chat, message));
    for (const id of ids) assert.equal((await chat.end(id, 60000)).status, 'success');
    const begun = (id) => chat.events.findIndex((event) => event.msg_id === id && event.rev > 0);
    const ended = (id) => chat.events.findIndex((event) => event.msg_id === id && event.status !== 'progress');
    for (let i = 1; i < ids.length; i++) {
      assertStory(chat.of(ids[i]));
      assert.ok(begun(ids[i]) > ended(ids[i - 1]), `message ${i} began before ${i - 1} had ended`);
    }
    const jobs = await jobsOf(stack, first);
    assert.equal(jobs.length, 5);
    for (let i = 1; i < jobs.length; i++) assert.ok(jobs[i].started_at >= jobs[i - 1].finished_at);
    assert.ok(jobs.every((job) => job.attempts === 1), 'none was begun in vain');
    assert.equal((await chat.end(other.id, 30000)).status, 'success');
  }, LONG);

  test('a message that ended as an error is run again: it is open, then has an end', async () => {
    chat ??= await Chat.open(stack.url);
    const message = chatMessage({ content: textContent('@nobody do it') });
    const id = await send(chat, message);
    assert.equal((await chat.end(id)).status, 'error');
    const [job] = await jobsOf(stack, message);
    assert.equal((await inState(stack, job.id, 'error')).dead, 0);
    const again = await post(stack, job.id, 'retry');
    assert.deepEqual([again.status, again.json.id], [202, job.id]);
    await until('the second end', async () => (await read(stack, job.id)).attempts === 2 && (await read(stack, job.id)).state === 'error');
    const [, output] = await history(stack.url, message.session_id);
    assert.equal(output.status, 'error');
    assert.ok(output.rev > 200000, `rev ${output.rev}`);
  }, LONG);

  test('--queues shows what waits, runs and is dead', async () => {
    const text = execFileSync(join(BUILD, 'director-worker'), ['--queues'], { env: stack.environment('director.fcgi'), encoding: 'utf8' });
    assert.match(text, /^type +queued +oldest +running +dead$/m);
    assert.match(text, /^lane +tickets +in flight +delayed$/m);
    assert.match(text, /^quick +\d+ +\d+ +\d+$/m);
    assert.throws(() => execFileSync(join(BUILD, 'director-worker'), ['--queue'], { stdio: 'pipe' }), /unknown option --queue/);
  });
}

// ---- A stack whose stages take for ever -------------------------------------------

function cancelling(stack) {
  test('a running job is cancelled: its message ends, the next one begins', async () => {
    const chat = await Chat.open(stack.url);
    const { message, id, job } = await begin(stack, chat);
    const second = await send(chat, extract({ video_id: message.video_id }, { session_id: message.session_id }));
    const asked = Date.now();
    const answer = await post(stack, job.id, 'cancel');
    assert.equal(answer.status, 202, answer.text);
    const end = await chat.end(id, SOON_MS);
    console.log(`# cancelled after ${Date.now() - asked} ms`);
    assert.equal(end.status, 'error');
    assert.match(textOf(end), /cancelled/);
    assertStory(chat.of(id));
    const row = await inState(stack, job.id, 'cancelled');
    assert.deepEqual([row.tries, row.dead, row.attempts], [0, 0, 1]);
    await chat.see(second, 'its turn', (event) => event.rev > 0, 20000);
    const [, { id: next }] = await jobsOf(stack, message);
    assert.equal((await post(stack, next, 'cancel')).status, 202);
    await chat.end(second, SOON_MS);
    await until('the log', () => jobsIn(stack.log('worker')).some((one) => one.status === 'cancelled'));
  }, LONG);

  test('a queued job is cancelled at once; those around it are not', async () => {
    const chat = await Chat.open(stack.url);
    const { message, id, job } = await begin(stack, chat);
    const more = () => extract({ video_id: message.video_id }, { session_id: message.session_id });
    const second = await send(chat, more());
    const third = await send(chat, more());
    const jobs = await jobsOf(stack, message);
    const answer = await post(stack, jobs[1].id, 'cancel');
    assert.deepEqual([answer.status, answer.json.state, answer.json.attempts], [200, 'cancelled', 1]);
    assert.match(textOf(await chat.end(second)), /cancelled/);
    assert.equal((await read(stack, job.id)).state, 'running');
    assert.equal((await read(stack, jobs[2].id)).state, 'queued');
    assertProblem(await post(stack, jobs[1].id, 'cancel'), 409, 'conflict');
    assertProblem(await drop(stack, jobs[2].id), 409, 'conflict');
    await post(stack, job.id, 'cancel');
    await chat.end(id, SOON_MS);
    await chat.see(third, 'its turn', (event) => event.rev > 0, 20000);
    await post(stack, jobs[2].id, 'cancel');
    await chat.end(third, SOON_MS);
  }, LONG);

  test('a stage that does not end is given back when the worker stops', async () => {
    const chat = await Chat.open(stack.url);
    const { id, job } = await begin(stack, chat);
    const old = stack.kill('worker', 'SIGTERM');
    await stack.replaced('worker', old);
    await chat.see(id, 'another attempt', (event) => event.rev > 200000, 20000);
    const row = await read(stack, job.id);
    assert.deepEqual([row.tries, row.deaths, row.attempts], [0, 0, 2]);
    await post(stack, job.id, 'cancel');
    await chat.end(id, SOON_MS);
  }, LONG);
}

// ---- Somebody else's server --------------------------------------------------------

async function elsewhere() {
  const server = http.createServer((request, response) => {
    if (request.url === '/busy.mp4') {
      response.writeHead(503).end();
      return;
    }
    // The first bytes, then a few now and then, for ever; or no more at all.
    response.setHeader('Content-Type', 'video/mp4');
    response.write(Buffer.from('\0\0\0\x20ftypisom', 'latin1'));
    if (request.url === '/silent.mp4') return;
    const timer = setInterval(() => response.write('v'.repeat(200)), 100);
    response.on('close', () => clearInterval(timer));
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  cleanup(() => { server.closeAllConnections(); server.close(); });
  return `http://127.0.0.1:${server.address().port}`;
}

function fetching(stack, web) {
  const upload = (path) =>
    ask(stack.url, 'POST', '/videodb/collection/default/upload', { json: { source: `${web}${path}`, source_type: 'url' } });
  const newest = async () => (await listed(stack, 'type=eq.fetch&limit=1'))[0];
  const moving = () => until('a download', async () => {
    const [job] = await listed(stack, 'type=eq.fetch&state=eq.running');
    return job?.progress?.done > 0 && job;
  }, 20000);

  test('a download from a server that says no more is cancelled', async () => {
    await upload('/silent.mp4');
    const { id } = await moving();
    const asked = Date.now();
    assert.equal((await post(stack, id, 'cancel')).status, 202);
    await inState(stack, id, 'cancelled');
    console.log(`# silent download cancelled after ${Date.now() - asked} ms`);
    assert.ok(Date.now() - asked < SOON_MS);
  }, LONG);

  test('a download shows how far it is, and is cancelled on its way', async () => {
    const chat = await Chat.open(stack.url);
    const told = [];
    chat.socket.on('event', (event) => told.push(event));
    const waiting = upload('/slow.mp4');
    const { id } = await moving();
    await until('progress', () => told.some((event) => event.event_type === 'job_progress' && event.job_id === id && event.done > 0));
    const asked = Date.now();
    assert.equal((await post(stack, id, 'cancel')).status, 202);
    const row = await inState(stack, id, 'cancelled');
    console.log(`# download cancelled after ${Date.now() - asked} ms`);
    assert.match(row.error, /cancelled/);
    assert.ok(Date.now() - asked < SOON_MS);
    assert.ok((await waiting).status >= 400);
  }, LONG);

  test('what fails three times is a dead letter: listed, run again, dropped', async () => {
    await upload('/busy.mp4');
    const { id } = await newest();
    const row = await inState(stack, id, 'error');
    assert.deepEqual([row.dead, row.tries, row.attempts, row.errors.length], [1, 3, 3, 3]);
    assert.deepEqual(row.errors.map((one) => one.attempt), [1, 2, 3]);
    assert.ok(row.errors.every((one) => /503/.test(one.error) && !Number.isNaN(Date.parse(one.at))));
    assert.deepEqual((await listed(stack, 'dead=eq.1&select=id')), [{ id }]);
    assert.equal((await post(stack, id, 'retry')).status, 202);
    await until('the new life', async () => (await read(stack, id)).attempts > 3, 20000);
    await inState(stack, id, 'error');
    assert.equal((await read(stack, id)).errors.length, 3);
    assert.equal((await drop(stack, id)).status, 204);
    assert.deepEqual(await listed(stack, 'dead=eq.1'), []);
  }, LONG);
}

// ---- A worker that stops -----------------------------------------------------------

function stopping(stack) {
  test('without any worker a message is cancelled all the same; run again, it succeeds', async () => {
    const chat = await Chat.open(stack.url);
    const message = extract(await addVideo(stack.url, 'again', SAMPLE));
    const id = await send(chat, message);
    const [{ id: job }] = await jobsOf(stack, message);
    assert.equal((await post(stack, job, 'cancel')).status, 200);
    assert.match(textOf(await chat.end(id)), /cancelled/);
    const output = async () => (await history(stack.url, message.session_id))[1];
    assert.equal((await output()).status, 'error');
    assert.equal((await post(stack, job, 'retry')).status, 202);
    assert.equal((await output()).status, 'progress');
    const worker = await Worker.open(stack, {});
    await chat.see(id, 'the second end', (event) => event.status === 'success', 30000);
    assert.equal((await inState(stack, job, 'success')).attempts, 2);
    assert.equal((await output()).status, 'success');
    await worker.end('SIGKILL');
  }, LONG);

  test('a worker that stops ends what it can within its time', async () => {
    const chat = await Chat.open(stack.url);
    const env = { DIRECTOR_STAGE_DELAY_MS: '300', DIRECTOR_STOP_MS: '60000' };
    const worker = await Worker.open(stack, env);
    const { id, message, job } = await begin(stack, chat);
    const waits = await send(chat, extract({ video_id: message.video_id }, { session_id: message.session_id }));
    worker.signal('SIGTERM');
    assert.equal((await chat.end(id, 30000)).status, 'success');
    await worker.gone;
    await until('its log', () => worker.ends().length);
    assert.deepEqual(worker.ends().map((one) => one.status), ['done']);
    assert.equal((await inState(stack, job.id, 'success')).attempts, 1);
    // No more was begun; the next worker does.
    assert.equal(chat.of(waits).filter((event) => event.rev > 0).length, 0);
    await Worker.open(stack, {});
    assert.equal((await chat.end(waits, 30000)).status, 'success');
  }, LONG);

  test('jobs that ended long ago are forgotten, dead letters later', async () => {
    const chat = await Chat.open(stack.url);
    const jobs = [];
    let worker = await Worker.open(stack, {});
    for (let i = 0; i < 3; i++) {
      const message = chatMessage({ content: textContent('@nobody do it') });
      await chat.end(await send(chat, message), 30000);
      jobs.push((await inState(stack, (await jobsOf(stack, message))[0].id, 'error')).id);
    }
    const [old, young, dead] = jobs;
    const age = (id, days, more = '') => write(stack,
      `UPDATE own.jobs SET finished_ms = finished_ms - ${days * 86400000} ${more} WHERE id = '${id}'`);
    await age(old, 31);
    await age(young, 29);
    await age(dead, 364, ', dead = 1');
    await worker.end('SIGTERM');
    await write(stack, 'UPDATE own.jobs_tidied SET tidied_ms = 0');
    worker = await Worker.open(stack, {});
    const status = async (id) => (await get(stack.url, `/api/v1/jobs/${id}`)).status;
    await until('the old one to go', async () => await status(old) === 404, 30000);
    assert.deepEqual([await status(young), await status(dead)], [200, 200]);
    await worker.end('SIGTERM');
    await age(dead, 2);
    await write(stack, 'UPDATE own.jobs_tidied SET tidied_ms = 0');
    await Worker.open(stack, { DIRECTOR_JOBS_KEEP_DAYS: '0' });
    await until('the dead letter to go', async () => await status(dead) === 404, 30000);
    assert.equal(await status(young), 200);
  }, LONG);
}

// ---- Redis loses what it had -----------------------------------------------------

function losing(stack) {
  test('after FLUSHALL each job that waits gets a ticket, not one after the other', async () => {
    const WAITING = 150; // more than one sweep writes
    const chat = await Chat.open(stack.url);
    const video = await addVideo(stack.url, 'lost', SAMPLE);
    for (let i = 0; i < WAITING; i++) await send(chat, extract(video));
    const [key] = (await redis(stack, 'KEYS', '*:jobs')).filter((name) => !name.includes('later'));
    await redis(stack, 'FLUSHALL');
    const tickets = () => redis(stack, 'XLEN', key);
    await until('tickets again', async () => await tickets() >= WAITING - 10, 60000);
    await sleep(1500);
    assert.ok(await tickets() < 3 * WAITING, `${await tickets()} tickets`);
  }, LONG);
}

main(async () => {
  const threads = { DIRECTOR_WORKER_THREADS: '4', DIRECTOR_FETCH_PRIVATE: '1', DIRECTOR_UPLOAD_WAIT_MS: '100' };
  const [short, endless, none, lost, web] = await Promise.all([
    start({ env: { ...threads, DIRECTOR_STAGE_DELAY_MS: '60' } }),
    start({ env: { ...threads, DIRECTOR_STAGE_DELAY_MS: String(FOREVER_MS), DIRECTOR_STOP_MS: '200' } }),
    start({ worker: false }),
    start({ env: { DIRECTOR_WORKER_THREADS: '1', DIRECTOR_STAGE_DELAY_MS: String(FOREVER_MS), DIRECTOR_STOP_MS: '200' } }),
    elsewhere(),
  ]);
  await Worker.open(short, {});
  const groups = [[running, short], [cancelling, endless], [fetching, short], [stopping, none], [losing, lost]];
  await Promise.all(groups.map(([cases, stack]) => {
    cases(stack, web);
    return run();
  }));
});
