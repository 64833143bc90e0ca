// make torture-kill: kill -9 at any moment under load, and the proof that nothing
// was lost, doubled or overtaken.
//
//   EVENTS=100000 KILLS=100 CLIENTS=8 SEED=1 node tests/torture/torture.mjs
//
// EVENTS counts what was emitted by either side, not its copies in a room.

import { cleanup, main, test } from '../harness/tap.mjs';
import { torture } from './driver.mjs';

const NUMBERS = { EVENTS: 'events', KILLS: 'kills', CLIENTS: 'clients', SEED: 'seed', RATE: 'rate', KILL_MS: 'killMs' };
const HOURS = { timeout: 12 * 3600 * 1000 };

const options = Object.fromEntries(Object.entries(NUMBERS)
  .filter(([name]) => process.env[name])
  .map(([name, option]) => [option, Number(process.env[name])]));

main(async () => {
  const seed = options.seed ?? Date.now() % 2 ** 32;
  let result;
  console.log(`# SEED=${seed}`);
  test('kill -9 under load', HOURS, async () => {
    result = await torture({ ...options, seed, say: console.log });
    if (result.findings.length) throw new Error(result.findings[0].what);
  });
  // After the case's own line.
  cleanup(() => { for (const line of result?.report() ?? []) console.log(line); });
});
