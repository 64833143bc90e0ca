// REST beside the ceiling of the shape, on both stores; wrk makes the load.
//
//   rest    one row, a list of 50 with a filter, inserts
//   pages   a million videos, page by page
//
// The stores are as an installation has them: SQLite syncs each commit, and so
// does PostgreSQL.

import { execFile } from 'node:child_process';
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { postgres } from '../harness/postgres.mjs';
import { anonymous, cpu, median, table } from './figures.mjs';
import { family, server, stack } from './servers.mjs';

const CLIENTS = 32;
const ROWS = 2000;
const COLLECTIONS = 10;
const BULK = 1000;
const MANY = Number(process.env.VIDEOS ?? 1000000);
const INSERT = `
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Prefer"] = "return=minimal"
wrk.body = '{"metadata":{"name":"A video","n":1}}'
`;

function wrk(url, seconds, script) {
  const more = script ? ['-s', script] : [];
  return new Promise((done, fail) => {
    execFile('wrk', ['-t1', `-c${CLIENTS}`, `-d${seconds}s`, '--latency', ...more, url], (error, out) => {
      if (error) return fail(error);
      const bad = /Non-2xx or 3xx responses: (\d+)/.exec(out) ?? /Socket errors: .*/.exec(out);
      if (bad) return fail(new Error(`${url}: ${bad[0]}`));
      return done({
        rate: Number(/Requests\/sec:\s+([\d.]+)/.exec(out)[1]),
        count: Number(/(\d+) requests in/.exec(out)[1]),
      });
    });
  });
}

async function add(s, from, n) {
  const rows = Array.from({ length: n }, (_, i) => ({
    video_id: `v${from + i}`,
    collection_id: `c${(from + i) % COLLECTIONS}`,
    metadata: { name: `Video ${from + i}`, n: from + i, lang: i % 2 ? 'en' : 'de' },
  }));
  const response = await fetch(`${s.url}/api/v1/videos`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', prefer: 'return=minimal' },
    body: JSON.stringify(rows),
  });
  if (response.status !== 201) throw new Error(`${response.status}: ${await response.text()}`);
}

// A stack of the product on a store; ends with the bench.
async function product(store) {
  const pg = store === 'PostgreSQL' ? await postgres({ durable: true }) : null;
  const s = await stack({ app: 'director', env: pg ? { DATABASE_URL: pg.url } : {} });
  const ours = s.pids;
  if (pg) s.pids = () => ({ ...ours(), postgres: family(pg.pid()) });
  return Object.assign(s, { pg });
}

async function end(s) {
  await s.stop();
  await s.pg?.stop();
}

function fdatasyncs() {
  const dir = mkdtempSync(join(tmpdir(), 'director-bench-'));
  const fd = openSync(join(dir, 'f'), 'w');
  const page = Buffer.alloc(4096, 1);
  const until = Date.now() + 2000;
  let n = 0;
  for (; Date.now() < until; n++) {
    writeSync(fd, page, 0, page.length, (n % 1000) * page.length);
    fdatasyncSync(fd);
  }
  closeSync(fd);
  rmSync(dir, { recursive: true });
  return n / 2;
}

const STORES = ['SQLite', 'PostgreSQL'];

async function prepared(store) {
  const s = await product(store);
  for (let from = 0; from < ROWS; from += BULK) await add(s, from, BULK);
  const [row] = await (await fetch(`${s.url}/api/v1/videos?limit=1`)).json();
  return { s, one: `/api/v1/videos/${row.id}`, list: '/api/v1/videos?collection_id=eq.c3&limit=50' };
}

// Processor time of a request, by program.
function spent(of, count) {
  return Object.entries(of).map(([name, us]) => `${name} ${Math.round(us / count)}`).join(' ');
}

export async function rest({ bar, ROUNDS, SECONDS }) {
  const ceiling = await server('ceiling');
  const stores = await Promise.all(STORES.map(prepared));
  const dir = mkdtempSync(join(tmpdir(), 'director-bench-'));
  const script = join(dir, 'insert.lua');
  writeFileSync(script, INSERT);
  const cases = [['ceiling', ceiling, '/socket.io/']];
  stores.forEach((p, i) => cases.push([`${STORES[i]}: one row`, p.s, p.one], [`${STORES[i]}: list of 50`, p.s, p.list]));
  stores.forEach((p, i) => cases.push([`${STORES[i]}: insert`, p.s, '/api/v1/videos', script]));
  const results = new Map(cases.map(([name]) => [name, []]));
  const synced = [];
  for (let round = 0; round <= ROUNDS; round++) {
    synced.push(fdatasyncs());
    for (const [name, s, path, lua] of cases) {
      const used = cpu(s.pids());
      const r = await wrk(`http://127.0.0.1:${s.port}${path}`, round ? SECONDS : 1, lua);
      r.cpu = used();
      if (round) results.get(name).push(r);
    }
  }
  const of = (name) => median(results.get(name).map((r) => r.rate));
  const top = of('ceiling');
  table(['', 'requests/s', 'of the ceiling', '', '', 'CPU us/request'], [...results].map(([name, all]) => [
    name, Math.round(of(name)), (of(name) / top).toFixed(2), '', '', spent(all[0].cpu, all[0].count),
  ]));
  const sync = median(synced);
  console.log(`# ${Math.round(sync)} fdatasync a second`);
  bar('one row, SQLite / ceiling', of('SQLite: one row') / top, '>=', 0.5);
  bar('one row, PostgreSQL / ceiling', of('PostgreSQL: one row') / top, '>=', 0.45);
  bar('list of 50, SQLite / ceiling', of('SQLite: list of 50') / top, '>=', 0.25);
  bar('list of 50, PostgreSQL / ceiling', of('PostgreSQL: list of 50') / top, '>=', 0.25);
  bar('inserts a second, SQLite', of('SQLite: insert'), '>=', 2000);
  bar('inserts, SQLite / fdatasync', of('SQLite: insert') / sync, '>=', 0.5);
  rmSync(dir, { recursive: true });
  for (const p of stores) await end(p.s);
}

async function pagesOf(store, { bar }) {
  const s = await product(store);
  const began = Date.now();
  for (let from = 0; from < MANY; from += BULK) await add(s, from, BULK);
  console.log(`# ${store}: ${MANY} videos in ${Math.round((Date.now() - began) / 1000)} s`);
  const times = [];
  let path = '/api/v1/videos?limit=100';
  let rows = 0;
  let before = 0;
  while (path) {
    const start = process.hrtime.bigint();
    const response = await fetch(s.url + path);
    rows += (await response.json()).length;
    times.push(Number(process.hrtime.bigint() - start) / 1e6);
    path = /<([^>]*)>/.exec(response.headers.get('link') ?? '')?.[1];
    if (times.length === 1000) before = anonymous(s.pids().director);
  }
  const grown = (anonymous(s.pids().director) - before) / (1024 * 1024);
  const part = Math.min(500, Math.floor(times.length / 2));
  const first = median(times.slice(0, part));
  const last = median(times.slice(-part));
  console.log(`# ${store}: ${rows} rows, ${times.length} pages, median ms of the first ${part} ${first.toFixed(2)}, of the last ${last.toFixed(2)}`);
  bar(`${store}: rows seen`, rows, '>=', MANY);
  bar(`${store}: ms a page at the start`, first, '<=', 5);
  bar(`${store}: ms a page at the end`, last, '<=', 5);
  bar(`${store}: MB of its own that director.fcgi grew from page 1,000 on`, grown, '<=', 2);
  await end(s);
}

export async function pages(options) {
  for (const store of STORES) await pagesOf(store, options);
}
