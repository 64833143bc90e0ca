// Jobs under kill -9, the short version of `make torture-jobs`. SEED=N repeats the
// choices of another run.

import { main, run, test } from '../harness/tap.mjs';
import { tortureJobs } from '../torture/jobs.mjs';

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
  await run(2);
});
