// Jobs under kill -9, the short version of `make torture-jobs`. SEED=N repeats the
// choices of another run.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { Server } from '../harness/balance.mjs';
import { BUILD } from '../harness/stack.mjs';
import { cleanup, main, run, test, until } from '../harness/tap.mjs';
import { Jobs, tortureJobs } from '../torture/jobs.mjs';

const SHORT = { jobs: 600, kills: 10, redisKills: 2, storeKills: 1, flushes: 1 };

main(async () => {
  const seed = Number(process.env.SEED || Date.now() % 2 ** 32);
  for (const store of ['pg', 'sqlite'])
    test(`jobs under kill -9, on ${store}: none is lost, none has two results`, { timeout: 200000 }, async () => {
      const result = await tortureJobs({ ...SHORT, store, shift: store === 'pg' ? 60 : 0, seed });
      console.log(`# SEED=${seed}`);
      for (const line of result.report()) console.log(line);
      if (result.findings.length) throw new Error(result.findings.join('; '));
    });

  test('a job that does not hear is taken away from a worker that stops', { timeout: 60000 }, async () => {
    const jobs = new Jobs({ store: 'sqlite', workerCount: 1, more: { DIRECTOR_STOP_MS: '100', DIRECTOR_LEASE_MS: '60000' } });
    await jobs.begin();
    execFileSync(join(BUILD, 'tests/torture/jobs'), ['deaf'], { env: jobs.env() });
    const row = () => jobs.sql("SELECT state, token, tries, deaths FROM own.jobs WHERE type = 'deaf'");
    await until(async () => await row() === 'running|1|0|0', { ms: 30000, what: 'its start' });
    jobs.workers[0].child.kill('SIGTERM');
    assert.equal(await jobs.workers[0].exited, 0);
    assert.equal(await row(), 'queued|1|0|0');
    assert.equal(await jobs.redisCli('XLEN', '{torture:q}:jobs'), '2');
    jobs.workers[0] = jobs.startWorker(0);
    await until(async () => await row() === 'running|2|0|0', { ms: 30000, what: 'its next start' });
  });

  // A worker that knows none of these jobs: that of a version before them.
  const older = (jobs) => {
    const worker = new Server([join(BUILD, 'director-worker')], jobs.env());
    cleanup(() => worker.child.kill('SIGKILL'));
  };

  test('jobs of a type that a worker does not know wait for one that does', { timeout: 120000 }, async () => {
    const jobs = new Jobs({ store: 'pg', workerCount: 0, jobs: 20 });
    await jobs.begin();
    older(jobs);
    execFileSync(join(BUILD, 'tests/torture/jobs'), ['add', '20', '1'], { env: jobs.env() });
    const count = (where) => jobs.sql(`SELECT count(*) FROM own.jobs WHERE ${where}`);
    // The second one of a session waits for the first.
    await until(async () => await count("state = 'queued' AND unknown_ms IS NOT NULL") === '19', { ms: 30000, what: 'all given back' });
    assert.equal(await count("state = 'queued' AND tries = 0 AND deaths = 0"), '20');
    jobs.workers[0] = jobs.startWorker(0);
    await until(async () => await count("state = 'success'") === '20', { ms: 60000, what: 'all done' });
    assert.deepEqual(await jobs.findings(), []);
  });

  test('what no worker knows for an hour is a dead letter that says so', { timeout: 60000 }, async () => {
    const jobs = new Jobs({ store: 'sqlite', workerCount: 0 });
    await jobs.begin();
    older(jobs);
    execFileSync(join(BUILD, 'tests/torture/jobs'), ['deaf'], { env: jobs.env() });
    await until(async () => await jobs.sql("SELECT count(*) FROM own.jobs WHERE state = 'queued' AND unknown_ms > 0") === '1',
      { ms: 30000, what: 'it to be given back' });
    jobs.write('UPDATE jobs SET unknown_ms = unknown_ms - 3600000');
    await until(async () => await jobs.sql('SELECT state, dead FROM own.jobs') === 'error|1', { ms: 30000, what: 'its end' });
    assert.match(await jobs.sql('SELECT error FROM own.jobs'), /^No worker knows jobs of the type "deaf"/);
  });
  await run(4);
});
