// node bench.mjs [--quick] [PART,...]: measures side by side and compares with
// the bars. doc/bench.md says what each figure means.
//
//   ROUNDS=3 SECONDS=3   rounds of events, one and sessions, and how long each
//   HOLD_S=30            how long polls are held
//   HELD=9000,15000      polls through one lighttpd and through two workers
//   CHURN_S=600          how long clients come and vanish
//   VIDEOS=1000000       rows of pages
//   CHUNKS=100000        chunks to search in PostgreSQL
//   JOBS=20000           no-op jobs of queue
//
// --quick: one round of the first three servers.

import { spawn } from 'node:child_process';
import { chownSync } from 'node:fs';
import { postgres, programs } from '../harness/postgres.mjs';
import { main, run, sleep, test, until } from '../harness/tap.mjs';
import { redis } from '../harness/redis.mjs';
import { queue } from './queue.mjs';
import { cpu, cpuOf, fds, median, rss, sum, table } from './figures.mjs';
import { pages, rest } from './rest.mjs';
import { NAMES, folder, load, loading, searching, server, stack } from './servers.mjs';

const quick = process.argv.includes('--quick');
const parts = (process.argv.slice(2).find((a) => !a.startsWith('--')) ?? 'events').split(',');
const number = (name, otherwise) => Number(process.env[name] ?? otherwise);
const ROUNDS = number('ROUNDS', quick ? 1 : 3);
const SECONDS = number('SECONDS', 3);
const HOLD_S = number('HOLD_S', 30);
const CHURN_S = number('CHURN_S', 600);
const CHUNKS = number('CHUNKS', 100000);
const FRESH = number('FRESH', 1);
const LEAVE = number('LEAVE', 1);
const HELD = (process.env.HELD ?? '9000,15000').split(',').map(Number);

// Many clients: ports of several source addresses, several processes.
const MANY = { processes: 4, sources: 8, timeout_s: 60 };
const MEGABYTE = 1024 * 1024;

// ---- Bars --------------------------------------------------------------------

const missed = [];

function bar(what, value, op, limit) {
  const holds = op === '>=' ? value >= limit : value <= limit;
  const line = `${what}: ${Number(value.toFixed(2))} ${op} ${limit}`;
  console.log(`# ${holds ? 'holds' : 'FAILS'}  ${line}`);
  if (!holds) missed.push(line);
}

// A bar that does not hold fails the part.
function verdict() {
  const all = missed.splice(0);
  if (all.length) throw new Error(all.join('; '));
}

function noErrors(what, results) {
  const bad = results.find((r) => r.errors);
  bar(`${what}, errors${bad ? ` (${bad.why})` : ''}`, sum(results, (r) => r.errors), '<=', 0);
}

// ---- In rounds -----------------------------------------------------------------

async function metric(s, name) {
  const text = await (await fetch(`${s.url}/metrics`)).text();
  const line = text.split('\n').find((l) => l.startsWith(`${name} `));
  if (!line) throw new Error(`/metrics has no ${name}`);
  return Number(line.slice(name.length));
}

// What the load generator counted is what the server counted; one event of each
// client may be under way at the end.
async function verified(s, clients, measure) {
  const EVENTS = 'director_events_total{direction="in"}';
  const before = await metric(s, EVENTS);
  const r = await measure();
  const seen = await until(async () => {
    const n = (await metric(s, EVENTS)) - before;
    return n >= r.acks && n;
  }, { ms: 3000, what: `the server's count of ${r.acks} events` });
  if (seen > r.acks + clients) throw new Error(`the server took ${seen} events, ${r.acks} were acked`);
  return r;
}

// The servers of these names; one that cannot be started is left out.
async function startAll(names) {
  const all = [];
  for (const name of names) {
    try {
      all.push([name, await server(name)]);
    } catch (error) {
      console.log(`# left out: ${name}: ${error.message.split('\n').pop()}`);
    }
  }
  return all;
}

// What one of `all` counted cost each program, in microseconds.
function each(all) {
  const count = sum(all, (r) => r.count);
  const parts = Object.keys(all[0].cpu).map((program) => [program, Math.round(sum(all, (r) => r.cpu[program]) / count)]);
  return [['', sum(parts, (p) => p[1])], ...parts].map((p) => p.join(' ').trim()).join(' ').replace(' ', ' = ');
}

// measure(name, server) of each in turn, round by round. Prints the table, gives
// of(name, key): the median, NaN where there is none.
async function rounds(names, unit, measure) {
  const servers = await startAll(names);
  const results = new Map(servers.map(([name]) => [name, []]));
  // Not counted: pages are touched, caches filled, V8 has compiled.
  for (const [name, s] of servers) await measure(name, s);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, s] of servers) {
      const spent = cpu(s.pids());
      const r = await measure(name, s);
      r.cpu = { ...spent(), load: r.cpu_us };
      r.count = r.acks + r.sessions;
      results.get(name).push(r);
    }
  }
  const of = (name, key) => median((results.get(name) ?? []).map((r) => r[key]));
  table(['server', `${unit}s/s`, 'p50 us', 'p99 us', 'errors', `CPU us/${unit}`], [...results].map(([name, all]) => [
    name, of(name, 'rate'), of(name, 'p50_us'), of(name, 'p99_us'), sum(all, (r) => r.errors), each(all),
  ]));
  for (const [name, all] of results) {
    if (name === 'ours') noErrors(name, all);
    else if (all.some((r) => r.errors)) console.log(`# ${name}: ${all.find((r) => r.errors).why}`);
  }
  return of;
}

const acked = (clients) => rounds(quick ? NAMES.slice(0, 3) : NAMES, 'event', (name, s) => {
  const measure = () => load(name === 'ceiling' ? 'ceiling' : 'events', { port: s.port, clients, seconds: SECONDS });
  return name === 'ours' ? verified(s, clients, measure) : measure();
});

async function events() {
  const of = await acked(64);
  bar('ours / node behind lighttpd', of('ours', 'rate') / of('node behind lighttpd', 'rate'), '>=', 1.75);
  bar('ours / ceiling', of('ours', 'rate') / of('ceiling', 'rate'), '>=', 0.65);
  bar('ours, p99 / p50', of('ours', 'p99_us') / of('ours', 'p50_us'), '<=', 3);
}

async function one() {
  const of = await acked(1);
  bar('one client, p50 ours / ceiling', of('ours', 'p50_us') / of('ceiling', 'p50_us'), '<=', 1.8);
}

// Handshake, CONNECT, first poll; then a close, or LEAVE=1 nothing. Over new
// connections each, or FRESH=0 over the same.
async function sessions() {
  const of = await rounds(NAMES.slice(0, 2), 'session', (name, s) => (
    load('open', { port: s.port, clients: 64, seconds: SECONDS, sources: 50, fresh: FRESH, leave: LEAVE })));
  bar('new sessions a second', of('ours', 'rate'), '>=', 3000);
}

// ---- Held polls ----------------------------------------------------------------

// A stack of its own for what is done in it.
async function within(options, body) {
  const s = await stack(options);
  try {
    await body(s);
  } finally {
    await s.stop();
  }
}

// Polls held besides those there are, `all` in sum: by the server's own count.
async function hold(s, clients, all, seconds) {
  const run_ = loading('hold', { ...MANY, port: s.port, clients, seconds, warm: 0 });
  await run_.held;
  await until(async () => (await metric(s, 'director_parked_polls')) === all, { ms: 10000, what: `${all} held polls` });
  return run_;
}

const memory = () => within({}, async (s) => {
  const FEW = 1000;
  const MORE = 6000;
  const first = await hold(s, FEW, FEW, 600);
  const few = rss(s.pids().echo);
  const second = await hold(s, MORE, FEW + MORE, 600);
  const many = rss(s.pids().echo);
  first.stop();
  second.stop();
  table(['held polls', 'resident KB'], [[FEW, few / 1024], [FEW + MORE, many / 1024]]);
  bar('bytes a held poll', (many - few) / MORE, '<=', 1024);
});

const heldBy = (clients, workers) => within({ workers }, async (s) => {
  const polls = await hold(s, clients, clients, HOLD_S);
  const { lighttpd, echo } = s.pids();
  const used = [...lighttpd.map((pid) => `lighttpd ${fds([pid])}`), `echo ${fds(echo)}`];
  const r = await polls.result;
  console.log(`# ${clients} polls, descriptors: ${used.join(', ')}; ${r.pongs} pongs`);
  bar(`${clients} polls held at the end`, r.held, '>=', clients);
  bar(`${clients} polls, pongs of each`, r.pongs / clients, '>=', HOLD_S > 26 ? 1 : 0);
  noErrors(`${clients} polls`, [r]);
});

// As root lighttpd sets server.max-fds as its limit, which can be more than there
// may be; so that part is measured as an ordinary user.
async function asNobody(part) {
  const NOBODY = 65534;
  const dir = folder();
  chownSync(dir, NOBODY, NOBODY);
  const who = [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', process.execPath, process.argv[1], part];
  const child = spawn('setpriv', who, { env: { ...process.env, TMPDIR: dir, HOME: dir }, stdio: ['ignore', 'pipe', 'inherit'] });
  let out = '';
  child.stdout.on('data', (d) => { out += d; });
  const status = await new Promise((done) => child.once('close', done));
  const lines = out.trim().split('\n').filter((line) => !line.startsWith('# ----'));
  for (const line of lines) if (line.startsWith('# ')) console.log(line);
  if (status !== 0) missed.push(lines.filter((line) => line.startsWith('not ok')).join('; ') || `status ${status}`);
}

async function held() {
  if (process.getuid() === 0) return asNobody('held');
  await heldBy(HELD[0], 0);
  await heldBy(HELD[1], 2);
  return null;
}

const idle = () => within({}, async (s) => {
  const CLIENTS = 7000;
  const INTERVAL_S = 25;
  const polls = await hold(s, CLIENTS, CLIENTS, 2 * INTERVAL_S + 5);
  const before = sum(s.pids().echo, cpuOf);
  await sleep(2 * INTERVAL_S * 1000);
  const spent = sum(s.pids().echo, cpuOf) - before;
  const r = await polls.result;
  bar(`CPU of ${CLIENTS} idle clients, % of a core`, spent / (2 * INTERVAL_S * 1e6) * 100, '<=', 5);
  noErrors('idle clients', [r]);
});

// ---- Clients that vanish ---------------------------------------------------------

async function state(s) {
  const info = await redis(s, 'INFO', 'memory');
  const pids = s.pids().echo;
  return { rss: rss(pids), fds: fds(pids), keys: await redis(s, 'DBSIZE'), memory: Number(/used_memory:(\d+)/.exec(info)[1]) };
}

// Ping interval and time-out, and what is rounded up.
const SETTLE_MS = 60000;

const churn = () => within({}, async (s) => {
  const come = (seconds) => load('churn', { port: s.port, clients: 400, rate: 40, seconds, sources: 50, warm: 0 });
  const rows = [];
  const note = async (when) => {
    const now = await state(s);
    rows.push([when, now.rss / 1024, now.fds, now.keys, Math.round(now.memory / 1024)]);
    return now;
  };
  await come(10); // what is allocated once
  await sleep(SETTLE_MS);
  const before = await note('before');
  const results = [await come(CHURN_S / 2)];
  const half = await note('half');
  results.push(await come(CHURN_S / 2));
  const end = await note('end');
  await sleep(SETTLE_MS);
  const after = await note('settled');
  table(['churn', 'resident KB', 'fds', 'Redis keys', 'Redis KB'], rows);
  console.log(`# ${sum(results, (r) => r.gone)} clients vanished`);
  noErrors('churn', results);
  bar('Redis keys left', after.keys - before.keys, '<=', 0);
  bar('descriptors left', after.fds - before.fds, '<=', 0);
  bar('resident MB grown in the second half', (end.rss - half.rss) / MEGABYTE, '<=', 0.5);
});

// ---- Search ----------------------------------------------------------------------

const INDEX = 'transcript_chunks_embedding';
// The index is built in memory; without a disk's syncs.
const LARGE = { shared_buffers: '2GB', maintenance_work_mem: '2GB', max_wal_size: '8GB' };
const QUERIES = 100;

const row = (store, one) => [store, one.what, one.near_us ?? one.words_us, one.exact_us ?? '', one.recall ?? ''];

// A store of so many chunks in which nothing was asked yet; seconds.
async function filled(url, chunks) {
  const [{ seconds }] = await searching(url, 'fill', chunks);
  return seconds;
}

async function searchSqlite() {
  const url = `sqlite:${folder()}/search.db`;
  console.log(`# SQLite, 10000 chunks: written in ${await filled(url, 10000)} s`);
  return [...await searching(url, 'near', QUERIES), ...await searching(url, 'words', QUERIES)];
}

// The index is dropped, and made anew when all is there: that is timed apart.
async function searchPostgres() {
  await programs();
  const pg = await postgres({ settings: LARGE });
  await filled(pg.url, 100);
  await pg.sql(`DELETE FROM videos; DROP INDEX ${INDEX}`);
  const written = await filled(pg.url, CHUNKS);
  const from = Date.now();
  await pg.sql(`CREATE INDEX ${INDEX} ON transcript_chunks USING hnsw (embedding vector_cosine_ops) WITH (m = 24, ef_construction = 128)`);
  console.log(`# PostgreSQL, ${CHUNKS} chunks: written in ${written} s, index built in ${(Date.now() - from) / 1000} s`);
  await pg.sql('ANALYZE');
  return [...await searching(pg.url, 'near', QUERIES), ...await searching(pg.url, 'words', QUERIES)];
}

async function search() {
  const sqlite = await searchSqlite();
  const pg = await searchPostgres();
  table(['store', 'within', 'p50 us', 'exact p50 us', 'recall@10'],
    [...sqlite.map((one) => row('SQLite', one)), ...pg.map((one) => row('PostgreSQL', one))]);
  bar('SQLite, exact scan of 10000 chunks, ms', sqlite[0].near_us / 1000, '<=', 15);
  for (const { what, recall } of pg.slice(0, 2)) bar(`PostgreSQL, recall@10 within ${what}`, recall, '>=', 0.95);
  bar('PostgreSQL, exact scan / index', pg[0].exact_us / pg[0].near_us, '>=', 10);
}

// ---- All of it -------------------------------------------------------------------

const PARTS = {
  events, one, memory, held, sessions, idle, churn, search,
  rest: () => rest({ bar, ROUNDS, SECONDS }),
  pages: () => pages({ bar }),
  queue: () => queue(bar),
};

void main(async () => {
  for (const part of parts) {
    if (!PARTS[part]) throw new Error(`there is no part ${part}: ${Object.keys(PARTS).join(', ')}`);
    test(part, { timeout: 4 * 3600 * 1000 }, async () => {
      console.log(`# ---- ${part}`);
      await PARTS[part]();
      verdict();
    });
  }
  await run();
});
