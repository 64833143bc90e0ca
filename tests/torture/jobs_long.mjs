// make torture-jobs: 10,000 jobs under 200 kill -9 of workers, 20 of Redis, 20 of
// PostgreSQL, whose clocks differ by a minute, with a FLUSHALL in the middle; and the
// same on SQLite, which has no server to kill.
//
//   WORK=10000 KILLS=200 SERVER_KILLS=20 STORE=pg,sqlite SEED=1 node tests/torture/jobs_long.mjs

import { main, run, test } from '../harness/tap.mjs';
import { tortureJobs } from './jobs.mjs';

const { WORK, KILLS, SERVER_KILLS, STORE, SEED } = process.env;
const HOURS = { timeout: 12 * 3600 * 1000 };
const seed = Number(SEED || Date.now() % 2 ** 32);
const options = { jobs: Number(WORK || 10000), kills: Number(KILLS || 200), redisKills: Number(SERVER_KILLS || 20),
  storeKills: Number(SERVER_KILLS || 20), seed, say: console.log };

main(async () => {
  console.log(`# SEED=${seed}`);
  for (const store of (STORE || 'pg,sqlite').split(',')) {
    test(`jobs under kill -9, on ${store}`, HOURS, async () => {
      // SQLite's clock is its process's own, and so all of a machine have one.
      const result = await tortureJobs({ ...options, store, shift: store === 'pg' ? 60 : 0 });
      for (const line of result.report()) console.log(line);
      if (result.findings.length) throw new Error(result.findings[0]);
    });
  }
  await run();
});
