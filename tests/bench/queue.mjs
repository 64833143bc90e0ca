// BENCH=queue: no-op jobs added, then run. Ours has a row for each in the store,
// BullMQ has only what it keeps in Redis; the Redis is the same.
//
//   JOBS=20000   how many   ROUNDS=3
//
// And from a chat message to the first snapshot of its answer, beside an acked event.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Server } from '../harness/balance.mjs';
import { postgres } from '../harness/postgres.mjs';
import { BUILD, start } from '../harness/stack.mjs';
import { cleanup, until } from '../harness/tap.mjs';
import { Chat, chatMessage } from '../e2e/lib_app.mjs';
import { median, table } from './figures.mjs';

const JOBS = Number(process.env.JOBS ?? 20000);
const ROUNDS = Number(process.env.ROUNDS ?? 3);
const CONCURRENCY = 50;
const MESSAGES = 200;
const BATCH = 1000; // jobs of one addBulk, and of one statement of ours
const SLOWER_MAX = 8; // a chat message's first snapshot, in acked events

// ---- Queues ----------------------------------------------------------------------

async function startRedis(dir) {
  const path = join(dir, 'redis.sock');
  const redis = new Server(['redis-server', '--port', '0', '--unixsocket', path, '--dir', dir, '--save', '',
    '--appendonly', 'yes', '--appendfsync', 'everysec']);
  cleanup(() => redis.stop());
  await redis.ready(async () => execFileSync('redis-cli', ['-s', path, 'PING'], { stdio: 'pipe' }).includes('PONG'));
  return path;
}

async function bullmq(path, round) {
  const { Queue, Worker } = await import('bullmq');
  const { default: Redis } = await import('ioredis');
  const connection = new Redis({ path, maxRetriesPerRequest: null });
  const name = `noop-${round}`;
  const queue = new Queue(name, { connection });
  await queue.waitUntilReady();
  const began = performance.now();
  for (let i = 0; i < JOBS; i += BATCH)
    await queue.addBulk(Array.from({ length: Math.min(BATCH, JOBS - i) }, () => ({ name: 'noop', data: {} })));
  const added = performance.now();
  let done = 0;
  const ended = await new Promise((resolve, reject) => {
    const worker = new Worker(name, async () => {}, { connection, concurrency: CONCURRENCY });
    worker.on('completed', () => { if (++done === JOBS) resolve({ worker, at: performance.now() }); });
    worker.on('error', reject);
  });
  await ended.worker.close();
  await queue.obliterate({ force: true });
  await queue.close();
  connection.disconnect();
  return { add_ms: added - began, run_ms: ended.at - added };
}

function ours(path, url, round) {
  const env = { ...process.env, DATABASE_URL: url, REDIS_URL: `unix:${path}`, REDIS_PREFIX: `bench${round}`, LOG_LEVEL: 'warn' };
  execFileSync(join(BUILD, 'director.fcgi'), ['--migrate'], { env, stdio: 'pipe' });
  return JSON.parse(execFileSync(join(BUILD, 'queue'), [String(JOBS)], { env, encoding: 'utf8' }));
}

async function queues(bar) {
  const dir = mkdtempSync(join(tmpdir(), 'bench-queue-'));
  cleanup(() => rmSync(dir, { recursive: true, force: true }));
  const path = await startRedis(dir);
  const pg = await postgres({ pgvector: false, durable: true });
  const kinds = {
    'BullMQ, no store': (round) => bullmq(path, round),
    'ours, PostgreSQL': async (round) => {
      await pg.sql('DROP SCHEMA IF EXISTS director CASCADE');
      return ours(path, pg.url, `pg${round}`);
    },
    'ours, SQLite': (round) => ours(path, `sqlite:${join(dir, `${round}.db`)}`, `lite${round}`),
  };
  const results = {};
  // The first round is not counted.
  for (let round = 0; round <= ROUNDS; round++)
    for (const [kind, measure] of Object.entries(kinds)) {
      const one = await measure(round);
      if (round) (results[kind] ??= []).push(one);
    }
  const rate = (kind) => median(results[kind].map((r) => JOBS / (r.add_ms + r.run_ms) * 1000));
  table(['queue', 'added/s', 'run/s', 'jobs/s in all'], Object.entries(results).map(([kind, all]) => [kind,
    Math.round(median(all.map((r) => JOBS / r.add_ms * 1000))), Math.round(median(all.map((r) => JOBS / r.run_ms * 1000))),
    Math.round(rate(kind))]));
  bar('jobs on PostgreSQL, of BullMQ\'s', rate('ours, PostgreSQL') / rate('BullMQ, no store'), '>=', 1);
  await pg.stop();
}

// ---- The first snapshot ------------------------------------------------------------

async function timed(n, one) {
  const took = [];
  for (let i = 0; i < n; i++) {
    const began = performance.now();
    await one(i);
    took.push(performance.now() - began);
  }
  return took;
}

// Both with the stock client, polling, one after the other.
async function firstSnapshot(bar) {
  const [director, echo] = await Promise.all([start({}), start({ app: 'echo' })]);
  const chat = await Chat.open(director.url, { transports: ['polling'] });
  const socket = new Chat(echo.url, { transports: ['polling'] }).socket.io.socket('/');
  socket.connect();
  await until(() => socket.connected, { what: 'the echo server' });
  const first = async () => {
    const message = chatMessage();
    const seen = new Promise((done) => {
      const on = (event) => {
        if (event.session_id !== message.session_id || event.rev === 0) return;
        chat.socket.off('chat', on);
        done();
      };
      chat.socket.on('chat', on);
    });
    chat.socket.emit('chat', message);
    await seen;
  };
  const acked = () => socket.emitWithAck('message-with-ack', 'x');
  await timed(20, acked);
  await timed(20, first);
  const events = await timed(MESSAGES, acked);
  const snapshots = await timed(MESSAGES, first);
  const ms = (list) => median(list).toFixed(2);
  table(['p50', 'ms'], [['acked event', ms(events)], ['chat message to the worker\'s first snapshot', ms(snapshots)]]);
  bar('first snapshot, in acked events', median(snapshots) / median(events), '<=', SLOWER_MAX);
}

export async function queue(bar) {
  await queues(bar);
  await firstSnapshot(bar);
}
