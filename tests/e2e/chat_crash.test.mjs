// Whatever dies in mid-job, each message ends in exactly one result: one set
// of outputs, and a final snapshot after which no other state is told.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, start } from '../harness/stack.mjs';
import { redis } from '../harness/redis.mjs';
import { main, run, test } from '../harness/tap.mjs';
import {
  Chat, Worker, addVideo, assertStory, chatMessage, extract, fourOutputs, get, history, jobsIn, metric, outputsOf, until,
} from './lib_app.mjs';

const SAMPLE = readFileSync(join(ROOT, 'samples/pitch.vtt'), 'utf8');
const STAGE_MS = 300;
const STAGES = 6;
// A short lease, where the real one (8 s) would only make the test long.
const LEASE_MS = 1500;
const TAKEN_OVER_MS = 15000;
const LONG = { timeout: 100000 };

const quiet = { DIRECTOR_STAGE_DELAY_MS: String(STAGE_MS), DIRECTOR_STOP_MS: '0' };
const hasty = { ...quiet, DIRECTOR_LEASE_MS: String(LEASE_MS) };
const fresh = (stack) => addVideo(stack.url, 'crash', SAMPLE);

/** Sends a job and waits until it is at this stage (1 to STAGES). */
async function begin(chat, stack, stage) {
  const video = await fresh(stack);
  const message = extract(video);
  const ack = await chat.send(message);
  assert.equal(ack.status, 'accepted');
  const job = { video, message, id: ack.msg_id };
  if (stage) await reach(chat, job, stage);
  return job;
}

const reach = (chat, job, stage) =>
  chat.see(job.id, `stage ${stage}`, (event) => event.rev > 0 && event.actions.length >= stage);

/** The one result: in the store, in the history and at the client. */
async function assertOneResult(chat, stack, job, ms = TAKEN_OVER_MS) {
  const end = await chat.end(job.id, ms);
  assert.equal(end.status, 'success', JSON.stringify(end.content).slice(0, 300));
  const rows = await fourOutputs(stack.url, job.video);
  assert.equal(new Set(Object.values(rows).map((row) => row.metadata.job)).size, 1);
  const [input, output, ...more] = await history(stack.url, job.message.session_id);
  assert.deepEqual([input.msg_id, output.msg_id, more.length], [job.message.msg_id, job.id, 0]);
  for (const key of Object.keys(end)) assert.deepEqual(output[key], end[key], key);
  assertStory(chat.of(job.id));
  return rows;
}

/** As before, and still so after whoever was late had its time. */
async function assertStaysSo(chat, stack, job, rows) {
  const seen = chat.events.length;
  // Something else runs to its end meanwhile.
  await chat.run(chatMessage());
  assert.ok(chat.events.length > seen);
  assert.deepEqual(await fourOutputs(stack.url, job.video), rows);
  assertStory(chat.of(job.id));
}

/** A case with a client and workers of its own, which are gone afterwards. */
function crash(name, stack, body) {
  test(name, async () => {
    const workers = [];
    const open = async (env) => {
      workers.push(await Worker.open(stack, env));
      return workers.at(-1);
    };
    const chat = await Chat.open(stack.url);
    try {
      await body(chat, open);
    } finally {
      chat.close();
      await Promise.all(workers.map((worker) => worker.end('SIGKILL')));
    }
  }, LONG);
}

function killedInEarnest(stack) {
  crash('kill -9 of the worker in mid-job: taken over within 15 s, one result', stack, async (chat) => {
    const job = await begin(chat, stack, 3);
    const old = stack.kill('worker', 'SIGKILL');
    const killed = Date.now();
    await stack.replaced('worker', old);
    await chat.see(job.id, 'another attempt', (event) => event.rev > 200000, TAKEN_OVER_MS);
    assert.ok(Date.now() - killed < TAKEN_OVER_MS);
    await assertOneResult(chat, stack, job);
    const [{ attempt, status }] = await until('the log', () => {
      const jobs = jobsIn(stack.log('worker')).filter((one) => one.type === 'chat');
      return jobs.length && jobs;
    });
    assert.deepEqual([attempt, status], ['2', 'done']);
  });
}

function killedAtEveryStage(stack) {
  const six = { ...hasty, DIRECTOR_WORKER_THREADS: String(STAGES) };

  crash('kill -9 at each stage at once, another worker takes all of it over', stack, async (chat, open) => {
    const first = await open(six);
    const jobs = [];
    for (let i = 0; i < STAGES; i++) {
      if (i > 0) await reach(chat, jobs[i - 1], 2);
      jobs.push(await begin(chat, stack, 1));
    }
    await first.end('SIGKILL');
    const reached = jobs.map((job) => Math.max(...chat.of(job.id).map((event) => event.actions.length)));
    assert.ok(new Set(reached).size >= 3, `stages ${reached}`);
    await open(six);
    for (const job of jobs) await assertOneResult(chat, stack, job);
  });

  crash('kill -9 as soon as the end is told: nothing runs again', stack, async (chat, open) => {
    const first = await open({ ...six, DIRECTOR_STAGE_DELAY_MS: '1' });
    const job = await begin(chat, stack, 1);
    await chat.end(job.id);
    await first.end('SIGKILL');
    const rows = await assertOneResult(chat, stack, job);
    const second = await open(six);
    await assertStaysSo(chat, stack, job, rows);
    assert.ok(!second.ends().some((one) => one.job === rows.analysis.metadata.job), second.text);
  });

  crash('killed between the store and the client: the end is told all the same', stack, async (chat, open) => {
    const first = await open(six);
    const job = await begin(chat, stack, STAGES);
    // The end is written without Redis, and cannot be told.
    stack.kill('redis', 'SIGSTOP');
    try {
      await until('the end in the store', async () => (await outputsOf(stack.url, job.video)).length === 4);
      await first.end('SIGKILL');
    } finally {
      stack.kill('redis', 'SIGCONT');
    }
    assert.ok(chat.of(job.id).every((event) => event.status === 'progress'));
    await open(six);
    await assertOneResult(chat, stack, job, TAKEN_OVER_MS);
  });

  crash('two workers, one is killed: the other goes on', stack, async (chat, open) => {
    const one = { ...hasty, DIRECTOR_WORKER_THREADS: '1' };
    const workers = [await open(one), await open(one)];
    const jobs = await Promise.all([begin(chat, stack, 2), begin(chat, stack, 2)]);
    jobs.push(await begin(chat, stack));
    await workers[0].end('SIGKILL');
    for (const job of jobs) await assertOneResult(chat, stack, job);
    await until('all ends in the log', () => workers[1].ends().filter((end) => end.status === 'done').length === 3);
  });

  crash('a worker frozen for longer than its lease writes nothing when it wakes up', stack, async (chat, open) => {
    const one = { ...hasty, DIRECTOR_WORKER_THREADS: '1' };
    const frozen = await open(one);
    const job = await begin(chat, stack, 2);
    frozen.signal('SIGSTOP');
    await open(one);
    const rows = await assertOneResult(chat, stack, job);
    frozen.signal('SIGCONT');
    const [lost] = await until('it to notice', () => {
      const ends = frozen.ends().filter((end) => end.type === 'chat');
      return ends.length && ends;
    });
    assert.equal(lost.status, 'lost');
    await assertStaysSo(chat, stack, job, rows);
  });

  crash('a worker frozen in mid-job wakes up while another runs it: one result', stack, async (chat, open) => {
    const one = { ...hasty, DIRECTOR_WORKER_THREADS: '1' };
    const frozen = await open(one);
    const job = await begin(chat, stack, 2);
    frozen.signal('SIGSTOP');
    const second = await open(one);
    await chat.see(job.id, 'another attempt', (event) => event.rev > 200000);
    frozen.signal('SIGCONT');
    const rows = await assertOneResult(chat, stack, job);
    await until('the end in the log', () => second.ends().some((end) => end.status === 'done'));
    await until('the other to give up', () => frozen.ends().some((end) => end.status === 'lost'));
    await assertStaysSo(chat, stack, job, rows);
  });
}

function termGivesBack(stack) {
  crash('TERM in mid-job gives the job back: no failed try, no wait for the lease', stack, async (chat) => {
    const job = await begin(chat, stack, 2);
    const began = Date.now();
    const old = stack.kill('worker', 'SIGTERM');
    await until('it to end', () => !jobIsAlive(old));
    assert.ok(Date.now() - began < 3000, 'ends within 3 s');
    await stack.replaced('worker', old);
    await chat.see(job.id, 'another attempt', (event) => event.rev > 200000, 5000);
    await assertOneResult(chat, stack, job);
    const jobs = await until('the log', () => {
      const found = jobsIn(stack.log('worker')).filter((one) => one.type === 'chat');
      return found.at(-1)?.status === 'done' && found;
    });
    assert.deepEqual(jobs.map((one) => one.status), [...Array(jobs.length - 1).fill('given back'), 'done']);
    assert.ok(jobs.length >= 2);
    assert.equal(await metric(stack.url, 'director_jobs_total{result="retried"}'), 0);
  });

  crash('TERM with two workers: the other one takes it', stack, async (chat, open) => {
    const jobs = await Promise.all([begin(chat, stack, 2), begin(chat, stack, 2)]);
    await open(quiet);
    const old = stack.kill('worker', 'SIGTERM');
    for (const job of jobs) await assertOneResult(chat, stack, job);
    await stack.replaced('worker', old);
  });
}

const jobIsAlive = (pid) => {
  try {
    return !/^State:\s*Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};

/** The ends by the store, for where events may be lost with Redis. */
async function assertAllEnd(stack, jobs) {
  for (const job of jobs) {
    const [, output] = await until('the end in the history', async () => {
      const rows = await history(stack.url, job.message.session_id);
      return rows[1].status !== 'progress' && rows;
    }, 40000);
    assert.equal(output.status, 'success', JSON.stringify(output.content).slice(0, 300));
    const rows = await fourOutputs(stack.url, job.video);
    assert.equal(new Set(Object.values(rows).map((row) => row.metadata.job)).size, 1);
  }
}

function redisIsLost(stack) {
  crash('FLUSHALL in mid-queue: every accepted job ends', stack, async (chat) => {
    const jobs = await Promise.all(Array.from({ length: 8 }, () => begin(chat, stack)));
    await reach(chat, jobs[0], 1);
    const { id } = chat.socket;
    await redis(stack, 'FLUSHALL');
    await assertAllEnd(stack, jobs);
    // The socket's session is gone with the rest; the client comes back.
    await until('the client', () => chat.socket.connected && chat.socket.id !== id, 40000);
    await chat.run(chatMessage(), 30000);
  });

  crash('Redis killed in mid-job and started again: every accepted job ends', stack, async (chat) => {
    const jobs = await Promise.all(Array.from({ length: 4 }, () => begin(chat, stack)));
    await reach(chat, jobs[0], 1);
    const old = stack.kill('redis', 'SIGKILL');
    await stack.replaced('redis', old);
    await until('readyz', async () => (await get(stack.url, '/readyz')).status === 200);
    // The loss may be noticed only now.
    const later = await begin(chat, stack).catch(async () => {
      await until('the socket to come back', () => chat.socket.connected);
      return begin(chat, stack);
    });
    await assertAllEnd(stack, [...jobs, later]);
    const end = await chat.end(later.id, 40000);
    assert.equal(end.status, 'success');
    for (const job of jobs) if (chat.of(job.id).some((event) => event.status !== 'progress')) assertStory(chat.of(job.id));
  });
}

main(async () => {
  const [earnest, staged, termed, unlucky] = await Promise.all([
    start({ env: quiet }),
    start({ env: hasty, worker: false }),
    start({ env: quiet }),
    start({ env: hasty }),
  ]);
  const groups = [[killedInEarnest, earnest], [killedAtEveryStage, staged], [termGivesBack, termed], [redisIsLost, unlucky]];
  await Promise.all(groups.map(([cases, stack]) => {
    cases(stack);
    return run();
  }));
});
