// Jobs under kill -9: of workers, of Redis, of PostgreSQL; Redis emptied in the
// middle; clocks that differ. What must hold at the end:
//
//   every accepted job has ended, as success      none lost, none left in progress
//   of each there is one row of its effect        none with two results
//   those of a session ran one after the other    in the order they were added
//
//   const result = await tortureJobs({ store: 'pg', jobs: 10000, kills: 200, redisKills: 20, storeKills: 20,
//     flushes: 1, shift: 60, seed: 1, say: console.log });
//   result.findings: sentences; result.report(): lines

import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Server } from '../harness/balance.mjs';
import { postgres } from '../harness/postgres.mjs';
import { randomSource } from '../harness/random.mjs';
import { BUILD } from '../harness/stack.mjs';
import { cleanup, sleep, until } from '../harness/tap.mjs';

const PROGRAM = join(BUILD, 'tests/torture/jobs');
const SHIFT = join(BUILD, 'tests/torture/clock_shift.so');
const SESSIONS = 20;
const LOOK_MS = 100;
const LEASE_MS = 2000;

async function kill9(server) {
  server?.child.kill('SIGKILL');
  await server?.exited;
}

export class Jobs {
  constructor(options) {
    Object.assign(this, { workerCount: 4, store: 'pg', jobs: 10000, kills: 200, redisKills: 20, storeKills: 20, flushes: 1, shift: 0,
      patienceMs: 600000, say: () => {} }, options);
    if (this.store !== 'pg') this.storeKills = 0;
    this.random = randomSource(this.seed ?? 1);
    this.dir = mkdtempSync(join(process.env.TEST_DIR ?? tmpdir(), 'jobs-'));
    this.workers = [];
    this.done = { worker: 0, redis: 0, store: 0, flush: 0 };
    cleanup(() => this.stop());
  }

  env(shift = 0) {
    const skewed = shift ? { LD_PRELOAD: SHIFT, CLOCK_SHIFT_S: String(shift) } : {};
    return { ...process.env, DATABASE_URL: this.url, REDIS_URL: `unix:${this.dir}/redis.sock`, REDIS_PREFIX: 'torture',
      DIRECTOR_LEASE_MS: String(LEASE_MS), DIRECTOR_WORKER_THREADS: '8', LOG_LEVEL: 'error', ...this.more, ...skewed };
  }

  async begin() {
    this.redis = this.startRedis();
    if (this.store === 'pg') this.pg = await postgres({ pgvector: false, durable: true });
    this.url = this.pg?.url ?? `sqlite:${join(this.dir, 'director.db')}`;
    execFileSync(join(BUILD, 'director.fcgi'), ['--migrate'], { env: this.env(), stdio: 'pipe' });
    await this.redisUp();
    for (let i = 0; i < this.workerCount; i++) this.workers[i] = this.startWorker(i);
  }

  startRedis() {
    return new Server(['redis-server', '--port', '0', '--unixsocket', `${this.dir}/redis.sock`, '--dir', this.dir, '--save', '',
      '--appendonly', 'yes', '--appendfsync', 'everysec']);
  }

  redisCli(...words) {
    return new Promise((done) => {
      execFile('redis-cli', ['-s', `${this.dir}/redis.sock`, ...words], { timeout: 5000 },
        (error, text) => done(error ? '' : text.trim()));
    });
  }

  redisUp() {
    return until(async () => await this.redisCli('PING') === 'PONG', { ms: 60000, what: 'Redis' });
  }

  // Every second one lives in another minute.
  startWorker(i) {
    return new Server([PROGRAM, 'worker'], this.env(i % 2 ? this.shift : 0));
  }

  // How many have ended; what cannot be asked now has not.
  ended() {
    return new Promise((done) => {
      execFile(PROGRAM, ['counts'], { env: this.env(), timeout: 10000 }, (error, text) => {
        if (error) return done(-1);
        const { success, error: failed, cancelled } = JSON.parse(text);
        return done(success + failed + cancelled);
      });
    });
  }

  events() {
    const all = [...Array(this.kills).fill('worker'), ...Array(this.redisKills).fill('redis'), ...Array(this.storeKills).fill('store')];
    for (let i = all.length - 1; i > 0; i--) {
      const j = this.random(i + 1);
      [all[i], all[j]] = [all[j], all[i]];
    }
    for (let i = 0; i < this.flushes; i++) all.splice(Math.floor(all.length / 2), 0, 'flush');
    return all;
  }

  async happen(event) {
    if (event === 'worker') {
      const i = this.random(this.workerCount);
      await kill9(this.workers[i]);
      this.workers[i] = this.startWorker(i);
    } else if (event === 'redis') {
      await kill9(this.redis);
      this.redis = this.startRedis();
      await this.redisUp();
    } else if (event === 'store') {
      await this.pg.restart('kill9');
    } else {
      await this.redisCli('FLUSHALL');
    }
    this.done[event]++;
  }

  // The k-th of K things happens when k/K of the jobs have ended.
  async torment(added) {
    const events = this.events();
    for (let k = 0; k < events.length; k++) {
      const at = Math.floor((k + 1) * this.jobs / (events.length + 2));
      await this.wait(at, `job ${at} to end`);
      await this.happen(events[k]);
      if (k % 20 === 0) this.say(`# ${Math.round((Date.now() - this.began) / 1000)} s: ${at} jobs ended, ${k + 1} of ${events.length} done to them`);
    }
    const status = await added;
    if (status !== 0) throw new Error(`adding jobs ended with ${status}`);
    await this.wait(this.jobs, 'all jobs to end');
  }

  wait(n, what) {
    return until(async () => {
      if (this.adder.child.exitCode || this.adder.child.signalCode) throw new Error(`adding jobs failed: ${this.adder.said}`);
      return await this.ended() >= n;
    }, { ms: this.patienceMs, step: LOOK_MS, what });
  }

  sql(text) {
    if (this.pg) return this.pg.sql(text.replaceAll('own.', 'director.'));
    return Promise.resolve(execFileSync('sqlite3', ['-readonly', '-cmd', '.timeout 5000', join(this.dir, 'director.db'),
      text.replaceAll('own.', '')], { encoding: 'utf8' }).trimEnd());
  }

  // SQLite's only.
  write(text) {
    execFileSync('sqlite3', ['-cmd', '.timeout 5000', join(this.dir, 'director.db'), text]);
  }

  // What is not as it must be.
  async findings() {
    const found = [];
    const expect = async (what, text, right) => {
      const is = await this.sql(text);
      if (is !== String(right)) found.push(`${what}: ${is}, not ${right}`);
    };
    const work = this.jobs - Math.ceil(this.jobs / 5);
    await expect('jobs that succeeded', "SELECT count(*) FROM own.jobs WHERE state = 'success'", this.jobs);
    await expect('jobs without a result', 'SELECT count(*) FROM own.jobs WHERE result IS NULL', 0);
    await expect('jobs in progress', "SELECT count(*) FROM own.jobs WHERE state IN ('queued', 'running')", 0);
    await expect('effects', "SELECT count(*) FROM own.collections WHERE id <> 'c-main'", work);
    await expect('jobs with an effect', "SELECT count(DISTINCT name) FROM own.collections WHERE id <> 'c-main'", work);
    await expect('begun before the one before had ended', `SELECT count(*) FROM own.jobs AS a JOIN own.jobs AS b
      ON a.session_id = b.session_id AND a.id < b.id AND a.finished_ms > b.started_ms`, 0);
    this.left = await this.redisCli('XLEN', '{torture:q}:jobs');
    return found;
  }

  async result() {
    const findings = await this.findings();
    const seconds = Math.round((Date.now() - this.began) / 100) / 10;
    const [deaths, most, tries, attempts] = (await this.sql('SELECT sum(deaths), max(deaths), sum(tries), sum(token) FROM own.jobs')).split('|');
    const { worker, redis, store, flush } = this.done;
    return { findings, report: () => [
      `# ${this.store}: ${this.jobs} jobs in ${seconds} s; killed: ${worker} workers, ${redis} Redis, ${store} PostgreSQL; FLUSHALL: ${flush}; clocks apart: ${this.shift} s`,
      `# attempts ${attempts}, failures ${tries}, deaths ${deaths} (of one job ${most} at most), tickets left ${this.left}`,
      ...findings.map((one) => `# ${one}`),
    ] };
  }

  async run() {
    await this.begin();
    this.began = Date.now();
    this.adder = new Server([PROGRAM, 'add', String(this.jobs), String(SESSIONS)], this.env());
    await this.torment(this.adder.exited);
    await sleep(2 * LEASE_MS); // who comes late must not change anything
    return this.result();
  }

  async stop() {
    await Promise.all([...this.workers, this.redis].map(kill9));
    rmSync(this.dir, { recursive: true, force: true });
  }
}

export const tortureJobs = (options) => new Jobs(options).run();
