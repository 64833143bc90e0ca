// Redis stands still while packets are taken for a poll: what was taken is
// answered, or the session ends. A silent gap is what must not be.

import assert from 'node:assert/strict';
import { start } from '../harness/stack.mjs';
import { client, RS } from '../harness/polling.mjs';
import { held, redisOpen, sessionKey } from '../harness/redis.mjs';
import { main, run, sleep, test, until } from '../harness/tap.mjs';

// The sweep of held polls looks at a tenth of them a second: alone, it is this one.
const MANY = 1;

// After a freeze the circuit breaker lets requests pass again within a second: that
// of each process, of which a balancer asks one after the other. GETs are sent by
// the loop and POSTs by threads, so both have to be seen to work.
const IN_A_ROW = 4;
const reachable = (stack) => until(async () => {
  for (let i = 0; i < IN_A_ROW; i++) {
    const works = await client(stack).open().then(() => true, () => false);
    if (!works) return false;
  }
  return true;
}, { step: 100, what: 'Redis is asked again' });

async function one(stack) {
  const c = await client(stack).open();
  const { answer } = await c.hold();
  await until(() => held(stack, c.sid), { what: 'a held poll' });
  return { c, answer };
}

main(async () => {
  const stack = await start({
    app: 'echo',
    env: { DIRECTOR_PING_INTERVAL_MS: '20000', DIRECTOR_PING_TIMEOUT_MS: '20000', DIRECTOR_CONNECT_TIMEOUT_MS: '45000' },
  });
  for (const ms of [300, 1300, 1600, 1900, 2600])
    test(`Redis frozen for ${ms} ms while packets arrive`, { timeout: 60000 }, async () => {
      await reachable(stack);
      const all = [];
      for (let i = 0; i < MANY; i++) all.push(await one(stack));
      // Open before: so it is done before what the server asks meanwhile.
      const connection = await redisOpen(stack);
      stack.kill('redis', 'SIGSTOP');
      for (const { c } of all) {
        connection.send('HINCRBY', sessionKey(c.sid), 'ob', '11');
        connection.send('RPUSH', sessionKey(c.sid, 'o'), '42["lost?"]');
      }
      await sleep(ms);
      stack.kill('redis', 'SIGCONT');
      await Promise.all(all.map(async ({ c, answer }) => {
        let got = [];
        let res = await answer;
        // Noops and pings may come first; the packet or the end must come.
        for (let polls = 0; polls < 5; polls++) {
          if (res.status !== 200) return;
          got = [...got, ...res.body.split(RS)];
          if (got.includes('42["lost?"]') || got.includes('1')) return;
          res = await c.get({ ms: 12000 });
        }
        assert.fail(`neither the packet nor an end: ${got}`);
      }));
    });
  await run();
});
