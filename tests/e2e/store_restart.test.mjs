// PostgreSQL is restarted under load: asked to stop, told to, killed; there at
// once or away for a while; directly and through pgbouncer. Whatever was
// acknowledged stays; a write is answered 201, or 503 with Retry-After and then
// perhaps 409 when it is sent again; nothing is there by halves or twice; no
// process ends, and all goes on by itself.
//
// TORTURE=1: 50 times each. `make torture-store` does that.

import assert from 'node:assert/strict';
import { postgres, programs } from '../harness/postgres.mjs';
import { start } from '../harness/stack.mjs';
import { main, sleep, test, until, within } from '../harness/tap.mjs';
import { ask } from './lib_app.mjs';

const LONG = Boolean(process.env.TORTURE);
const RESTARTS = LONG ? 50 : 6;
const CLIENTS = 8;
const AWAY_MS = 1500; // longer than the driver tries again
const ANSWER_MS = 15000; // a statement has 10 s
const HEAL_MS = 10000;
const BETWEEN_MS = 300; // of load before the next restart
const HOWS = ['kill9', 'immediate', 'fast'];
const PADDING = 2000;

// ---- The load -----------------------------------------------------------------

class Load {
  constructor(base) {
    this.base = base;
    this.acknowledged = [];
    this.bad = [];
    this.count = { 200: 0, 201: 0, 409: 0, 503: 0 };
    this.slowest = 0;
    this.clients = Array.from({ length: CLIENTS }, (_, i) => this.client(i));
  }

  async client(i) {
    for (let n = 0; !this.over; n++) {
      const id = `v${i}-${n}`;
      if (await this.write(id)) this.acknowledged.push(id);
      await this.read(this.acknowledged[Math.floor(Math.random() * this.acknowledged.length)]);
    }
  }

  // Until it is there. A collection of its own makes it more than one row.
  async write(id) {
    const json = { video_id: id, collection_id: `of-${id}`, metadata: { name: id, padding: 'x'.repeat(PADDING) } };
    for (let sent = 1; !this.over; sent++) {
      const { status } = await this.send('POST', '/api/v1/videos', { json }, [201, 409, 503]);
      if (status === 409 && sent === 1) this.bad.push(`409 for ${id}, which was never sent`);
      if (status !== 503) return status === 201 || status === 409;
      await sleep(20); // less than is asked for: the restart is to be met
    }
    return false;
  }

  async read(id) {
    if (!id) return;
    const { status, json } = await this.send('GET', `/api/v1/videos/${id}`, {}, [200, 503]);
    if (status === 200 && json.metadata.name !== id) this.bad.push(`GET ${id}: ${json.metadata.name}`);
  }

  async send(method, path, options, wanted) {
    const begin = Date.now();
    const answer = await ask(this.base, method, path, options).catch((error) => ({ status: error.message }));
    const { status, headers, text } = answer;
    this.slowest = Math.max(this.slowest, Date.now() - begin);
    if (!wanted.includes(status)) this.bad.push(`${method} ${path}: ${status} ${text?.slice(0, 300)}`);
    else this.count[status]++;
    if (status === 503 && !(Number(headers['retry-after']) >= 1)) this.bad.push(`${method}: 503 without Retry-After`);
    return answer;
  }

  // Writes that come after now are answered with 201 again.
  heals() {
    const before = this.count[201];
    return until(() => this.count[201] >= before + 2 * CLIENTS, { ms: HEAL_MS, what: 'writing again' });
  }

  async end() {
    this.over = true;
    await within(2 * ANSWER_MS, Promise.all(this.clients), 'the end of the load');
  }
}

// ---- What is there ------------------------------------------------------------

async function verify(pg, load) {
  const rows = (await pg.sql('SELECT video_id FROM videos ORDER BY 1')).split('\n');
  const there = new Set(rows);
  assert.equal(rows.length, there.size, 'rows that are there twice');
  assert.deepEqual(load.acknowledged.filter((id) => !there.has(id)), [], 'acknowledged, but not there');
  const halves = await pg.sql(`
    SELECT video_id FROM videos v WHERE video_id LIKE 'v%' AND (
      metadata::jsonb->>'name' IS DISTINCT FROM video_id
      OR length(metadata::jsonb->>'padding') IS DISTINCT FROM ${PADDING}
      OR NOT EXISTS (SELECT 1 FROM director.collections c WHERE c.id = v.collection_id))
    UNION ALL SELECT id FROM director.collections c
      WHERE id LIKE 'of-%' AND NOT EXISTS (SELECT 1 FROM videos v WHERE v.collection_id = c.id)`);
  assert.equal(halves, '', 'there by halves');
}

async function restart(pg, i) {
  const how = HOWS[i % HOWS.length];
  if (i % 4 !== 3) return pg.restart(how);
  await pg.halt(how);
  await sleep(AWAY_MS);
  return pg.back();
}

async function torture(pg, url) {
  const stack = await start({ processes: 2, topology: 'one', env: { DATABASE_URL: url } });
  const names = [...stack.apps, 'worker', 'lighttpd'];
  const pids = names.map((name) => stack.pid(name));
  const load = new Load(stack.url);
  await load.heals();
  for (let i = 0; i < RESTARTS; i++) {
    await restart(pg, i);
    await load.heals();
    await sleep(BETWEEN_MS);
  }
  await load.end();
  assert.deepEqual(load.bad.slice(0, 5), []);
  assert.ok(load.count[503] > 0, 'nobody noticed anything');
  assert.ok(load.slowest < ANSWER_MS, `an answer after ${load.slowest} ms`);
  assert.deepEqual(names.map((name) => stack.pid(name)), pids, 'a process has ended');
  await verify(pg, load);
  console.log(`# ${RESTARTS} restarts, ${load.acknowledged.length} writes, answers ${JSON.stringify(load.count)}, slowest ${load.slowest} ms`);
  await stack.stop();
}

const timeout = LONG ? 1800000 : 120000;

test('restarted under load, nothing acknowledged is lost', { timeout }, async () => {
  const pg = await postgres();
  await torture(pg, pg.url);
});

test('the same through pgbouncer', { timeout }, async () => {
  const pg = await postgres();
  await torture(pg, `${await pg.bouncer()}&pgbouncer=true`);
});

main(() => programs());
