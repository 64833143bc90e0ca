// A private installation for a test: director-run with Redis, the FastCGI
// program and lighttpd, in a folder and on a port of its own.
//
//   const s = await start({ app: 'echo', processes: 2, env: { LOG_LEVEL: 'debug' } });
//   s.url, s.port, s.var
//   s.pid('director.fcgi')  s.kill('director.fcgi.2', 'SIGKILL')  s.log('redis')
//   await s.stop()          // also done by itself at the end (tap.mjs)
//
// BUILD is the folder of the binaries (default: build/release of the tree).

import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
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

// The installation dies with us even when we are killed.
function withParent(command) {
  const setpriv = '/usr/bin/setpriv';
  return existsSync(setpriv) ? [setpriv, '--pdeathsig', 'TERM', ...command] : command;
}

class Stack {
  constructor(options, port) {
    const { app = 'director', processes = 1, env = {}, worker = app === 'director', args = [] } = options;
    this.port = port;
    this.url = `http://127.0.0.1:${port}`;
    this.var = options.var ?? folder();
    this.ownsVar = !options.var;
    this.output = '';
    this.said = '';
    const command = [join(BUILD, 'director-run'), '--root', ROOT, '--port', String(port), '--var', this.var,
      '--processes', String(processes), ...args];
    if (app !== 'director') command.push('--app', join(BUILD, `${app}.fcgi`), '--no-migrate');
    if (!worker) command.push('--no-worker');
    const clean = { ...process.env };
    for (const name of ['DATABASE_URL', 'REDIS_URL', 'REDIS_PREFIX', 'DIRECTOR_HOSTS', 'DIRECTOR_BIND']) delete clean[name];
    if (app === 'echo') clean.CORS_ORIGINS = '*';
    const [program, ...rest] = withParent(command);
    this.child = spawn(program, rest, { env: { ...clean, ...env }, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
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

// app: 'director', 'echo' or another program that needs no store; processes; env; worker; args of director-run.
export async function start(options = {}) {
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
