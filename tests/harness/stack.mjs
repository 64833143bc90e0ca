// A private installation for a test: director-run with Redis, the FastCGI
// program and lighttpd, in a folder and on a port of its own.
//
//   const s = await start({ app: 'echo', processes: 2, env: { LOG_LEVEL: 'debug' } });
//   s.url, s.port, s.var
//   s.pid('director.fcgi')  s.kill('director.fcgi.2', 'SIGKILL')  s.log('redis')
//   s.apps                  // the names of its director.fcgi processes
//   await s.stop()          // also done by itself at the end (tap.mjs)
//
// The topology, an option or else TOPOLOGY of the environment:
//
//   one     director-run, with as many processes as are asked for
//   two     lighttpd -> HAProxy -> two director.fcgi, each with a socket of its own
//   stacks  HAProxy -> two complete installations
//
//   pg, pg-plain, pgbouncer   one, on a PostgreSQL of its own: with pgvector,
//           without it, or through pgbouncer; `stack.pg` is that (postgres.mjs)
//
// HAProxy takes strictly turns: of a client's requests one goes here, the next
// there. Both share one Redis and one store. `s.members` are the two as
// installations of their own, with a lighttpd each; director.fcgi.2 is the other
// one's.
//
// BUILD is the folder of the binaries (default: build/release of the tree).

import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { balance, Server, withParent } from './balance.mjs';
import { postgres } from './postgres.mjs';
import { cleanup, until, within } from './tap.mjs';

export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
export const BUILD = resolve(process.env.BUILD || join(ROOT, 'build/release'));

const START_MS = 40000; // director-run gives up after 30 s
const STOP_MS = 6000; // and has ended 5 s after TERM
// Below the ephemeral ports, which outgoing connections of other tests take.
const PORT_FIRST = 10000;
const PORT_LAST = 32000;
const PORT_TRIES = 20;

let folders = 0;

// All at once at the end: one after the other would take its time.
const running = new Set();
cleanup(() => Promise.all([...running].map((stack) => stack.stop())));

function folder() {
  const base = process.env.TEST_DIR;
  const name = base ? join(base, `stack-${process.pid}-${++folders}`) : mkdtempSync(join(tmpdir(), 'director-stack-'));
  mkdirSync(name, { recursive: true });
  return name;
}

function isFree(port) {
  return new Promise((done) => {
    const server = createServer();
    server.once('error', () => done(false));
    server.listen(port, '127.0.0.1', () => server.close(() => done(true)));
  });
}

export async function freePort() {
  for (;;) {
    const port = PORT_FIRST + Math.floor(Math.random() * (PORT_LAST - PORT_FIRST));
    if (await isFree(port)) return port;
  }
}

// director-run brings a Redis of its own: to use another one, a program has to
// be told behind its back.
function withRedis(program, url, dir) {
  const script = join(dir, basename(program));
  writeFileSync(script, `#!/bin/sh\nexport REDIS_URL='${url}'\nexec '${program}' "$@"\n`);
  chmodSync(script, 0o755);
  return script;
}

class Stack {
  constructor(options, port) {
    const { app = 'director', processes = 1, env = {}, worker = app === 'director', redis, args = [] } = options;
    this.apps = Array.from({ length: processes }, (_, i) => `director.fcgi${i ? `.${i + 1}` : ''}`);
    this.port = port;
    this.url = `http://127.0.0.1:${port}`;
    this.var = options.var ?? folder();
    this.ownsVar = !options.var;
    this.output = '';
    this.said = '';
    const command = [join(BUILD, 'director-run'), '--root', ROOT, '--port', String(port), '--var', this.var,
      '--processes', String(processes), ...args];
    const program = (name) => redis ? withRedis(join(BUILD, name), redis, this.var) : join(BUILD, name);
    command.push('--app', program(`${app}.fcgi`));
    if (app !== 'director') command.push('--no-migrate');
    command.push(...worker ? ['--worker', program('director-worker')] : ['--no-worker']);
    const clean = { ...process.env };
    for (const name of ['DATABASE_URL', 'REDIS_URL', 'REDIS_PREFIX', 'DIRECTOR_HOSTS', 'DIRECTOR_BIND',
      'DIRECTOR_API_KEY', 'ALLOW_ANONYMOUS']) delete clean[name];
    // No test asks a server that somebody pays for.
    for (const name of Object.keys(clean)) if (/^(OPENAI|SUPABASE|VIDEO_DB)_/.test(name)) delete clean[name];
    if (app === 'echo') clean.CORS_ORIGINS = '*';
    const [first, ...rest] = withParent(command);
    this.child = spawn(first, rest, { env: { ...clean, ...env }, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    this.exited = new Promise((done) => this.child.once('exit', done));
    this.child.on('error', (error) => { this.said += error.message; });
    this.child.stdout.on('data', (d) => { this.output += d; });
    this.child.stderr.on('data', (d) => { this.said += d; });
  }

  async ready() {
    await within(START_MS, Promise.race([
      until(() => /^ready /m.test(this.output), { ms: START_MS, step: 10, what: 'the ready line' }),
      this.exited.then(() => { throw new Error(`director-run ended: ${this.said.trim()}`); }),
    ]), 'the start');
    return this;
  }

  // NAME.pid in VAR: director.fcgi, director.fcgi.2, redis, lighttpd, worker.
  pid(name) {
    try {
      return Number(readFileSync(join(this.var, `${name}.pid`), 'utf8'));
    } catch {
      return 0;
    }
  }

  kill(name, signal = 'SIGKILL') {
    const pid = this.pid(name);
    if (pid) process.kill(pid, signal);
    return pid;
  }

  // What one of its processes was told.
  environment(name) {
    const entries = readFileSync(`/proc/${this.pid(name)}/environ`, 'utf8').split('\0');
    return Object.fromEntries(entries.filter(Boolean).map((e) => [e.slice(0, e.indexOf('=')), e.slice(e.indexOf('=') + 1)]));
  }

  // The process that starts what died again.
  supervisor() {
    const tasks = `/proc/${this.child.pid}/task`;
    const pids = readdirSync(tasks).flatMap((t) => readFileSync(join(tasks, t, 'children'), 'utf8').trim().split(' '));
    return Number(pids[0]);
  }

  // Killed, and another one in its place: its pid.
  replaced(name, old, ms = 10000) {
    return until(() => {
      const pid = this.pid(name);
      return pid && pid !== old && existsSync(`/proc/${pid}`) && pid;
    }, { ms, what: `another ${name}` });
  }

  log(name) {
    try {
      return readFileSync(join(this.var, `${name}.log`), 'utf8');
    } catch {
      return '';
    }
  }

  stop() {
    this.stopping ??= this.end();
    return this.stopping;
  }

  async end() {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      this.child.kill('SIGTERM');
      try {
        await within(STOP_MS, this.exited, 'stopping');
      } catch (error) {
        this.child.kill('SIGKILL');
        throw error;
      }
    }
    if (this.ownsVar && !process.env.KEEP) rmSync(this.var, { recursive: true, force: true });
  }
}

async function startOne(options) {
  for (let tries = 1; ; tries++) {
    const stack = new Stack(options, options.port ?? await freePort());
    running.add(stack);
    try {
      return await stack.ready();
    } catch (error) {
      await stack.stop();
      // Somebody else was faster; anything else is no matter of luck.
      if (options.port || tries === PORT_TRIES || !/ is taken by /.test(error.message)) throw error;
    }
  }
}

// Two installations behind HAProxy, looking like one.
class Pair {
  constructor(members) {
    this.members = members;
    this.apps = ['director.fcgi', 'director.fcgi.2'];
    this.var = members[0].var;
    this.servers = [];
  }

  get said() {
    return this.members.map((m) => m.said).join('');
  }

  async front(topology) {
    this.port = await freePort();
    this.url = `http://127.0.0.1:${this.port}`;
    const environments = this.members.map((m) => m.environment('lighttpd'));
    if (topology === 'stacks') this.requests();
    else await this.connections(environments);
    await this.servers.at(-1).ready(async () => (await fetch(`${this.url}/readyz`)).ok);
    return this;
  }

  requests() {
    const servers = this.members.map((m) => `127.0.0.1:${m.port}`);
    this.servers.push(balance({ dir: this.var, mode: 'http', bind: `127.0.0.1:${this.port}`, servers }));
  }

  // lighttpd makes a FastCGI connection for every request. It is the first
  // one's over again, on another port and with another socket.
  async connections(environments) {
    this.sockets = mkdtempSync(join(tmpdir(), 'director-balance-')); // short: a socket's path has 107 bytes
    const DIRECTOR_SOCKET = join(this.sockets, 's');
    const servers = environments.map((e) => e.DIRECTOR_SOCKET);
    this.servers.push(balance({ dir: this.var, mode: 'tcp', bind: DIRECTOR_SOCKET, servers }));
    await this.servers[0].ready(() => existsSync(DIRECTOR_SOCKET));
    const env = { ...environments[0], DIRECTOR_PORT: String(this.port), DIRECTOR_SOCKET };
    this.web = new Server([env.DIRECTOR_LIGHTTPD, '-D', '-f', env.DIRECTOR_LIGHTTPD_CONF], env);
    this.servers.push(this.web);
  }

  // The member and the name there.
  of(name) {
    const [, local, second] = /^(.*?)(\.2)?$/.exec(name);
    return [this.members[second ? 1 : 0], local];
  }

  pid(name) {
    if (name === 'lighttpd' && this.web) return this.web.pid;
    const [member, local] = this.of(name);
    return member.pid(local);
  }

  kill(name, signal) {
    const [member, local] = this.of(name);
    return member.kill(local, signal);
  }

  replaced(name, old, ms) {
    const [member, local] = this.of(name);
    return member.replaced(local, old, ms);
  }

  environment(name) {
    const [member, local] = this.of(name);
    return member.environment(local);
  }

  // Of the one that has the Redis.
  supervisor() {
    return this.members[0].supervisor();
  }

  log(name) {
    return this.members.map((m) => m.log(name)).join('');
  }

  stop() {
    this.stopping ??= this.end();
    return this.stopping;
  }

  async end() {
    await Promise.all(this.servers.map((s) => s.stop()));
    if (this.sockets) rmSync(this.sockets, { recursive: true, force: true });
    await Promise.all(this.members.map((m) => m.stop()));
  }
}

async function startPair(options, topology) {
  const { port, var: dir, processes, ...both } = options;
  const first = await startOne(both);
  const { REDIS_URL, DATABASE_URL } = first.environment('director.fcgi');
  const second = await startOne({ ...both, env: { ...both.env, DATABASE_URL }, redis: REDIS_URL });
  const pair = new Pair([first, second]);
  running.add(pair);
  return pair.front(topology);
}

async function startOnPostgres(options, topology) {
  const pg = await postgres({ pgvector: topology !== 'pg-plain' });
  const DATABASE_URL = topology === 'pgbouncer' ? `${await pg.bouncer()}&pgbouncer=true` : pg.url;
  const stack = await startOne({ ...options, env: { DATABASE_URL, ...options.env } });
  cleanup(() => stack.stop()); // before its server does
  return Object.assign(stack, { pg });
}

export const TOPOLOGY = process.env.TOPOLOGY || 'one';

// app: 'director', 'echo' or another program that needs no store; processes (of
// topology one, the others have two); env; worker; redis: the address of another
// one's; args of director-run.
export async function start(options = {}) {
  const { topology = TOPOLOGY } = options;
  if (topology === 'one') return startOne(options);
  return topology.startsWith('pg') ? startOnPostgres(options, topology) : startPair(options, topology);
}
