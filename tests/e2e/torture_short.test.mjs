// kill -9 of either process under load, the short version of `make torture-kill`.
// SEED=N repeats the choices of another run.

import { main, test } from '../harness/tap.mjs';
import { torture } from '../torture/driver.mjs';

const SHORT = { events: 3000, kills: 6, clients: 6, killMs: 1200, settleMs: 10000 };

main(async () => {
  const seed = Number(process.env.SEED ?? Date.now() % 2 ** 32);
  test('kill -9 under load: nothing is lost, doubled or overtaken', { timeout: 90000 }, async () => {
    const result = await torture({ ...SHORT, seed });
    console.log(`# SEED=${seed}`);
    for (const line of result.report()) console.log(line.replace(/^(?!#)/, '# '));
    if (result.findings.length) throw new Error(result.summary());
  });
});
