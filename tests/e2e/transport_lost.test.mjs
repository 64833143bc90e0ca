// Redis stands still while packets are taken for a poll: what was taken is
// answered, or the session ends. A silent gap is what must not be.

import assert from 'node:assert/strict';
import { start } from '../harness/stack.mjs';
import { client, RS } from '../harness/polling.mjs';
import { held, redis, sessionKey } from '../harness/redis.mjs';
import { main, run, sleep, test, until } from '../harness/tap.mjs';

const MANY = 8;

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
  for (const ms of [300, 1200, 1700, 2600])
    test(`Redis frozen for ${ms} ms while packets arrive`, { timeout: 60000 }, async () => {
      const all = [];
      for (let i = 0; i < MANY; i++) all.push(await one(stack));
      stack.kill('redis', 'SIGSTOP');
      const pushed = all.map(({ c }) => redis(stack, 'RPUSH', sessionKey(c.sid, 'o'), '42["lost?"]'));
      const woken = all.map(({ c }) => redis(stack, 'HGET', sessionKey(c.sid), 'lt'));
      await sleep(ms);
      stack.kill('redis', 'SIGCONT');
      await Promise.all([...pushed, ...woken]);
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
