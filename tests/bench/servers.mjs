// The servers that are measured, each private: a port and a folder of its own,
// started when first asked for, ended with the bench.
//
//   const s = await server('node behind lighttpd');
//   s.port  s.pids()   // { lighttpd: [pid], node: [pid] }

import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BUILD, ROOT, freePort, start } from '../harness/stack.mjs';
import { cleanup, until } from '../harness/tap.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));
const LIGHTTPD = ['/usr/sbin/lighttpd', '/usr/local/sbin/lighttpd', '/usr/bin/lighttpd'].find(existsSync);
const PYTHON = '/usr/bin/python3';
const FDS = 20000; // as in `run`

// What an installation has by default; the echo server's own are for the suites.
const PRODUCT = {
  DIRECTOR_PING_INTERVAL_MS: '25000',
  DIRECTOR_PING_TIMEOUT_MS: '20000',
  DIRECTOR_CONNECT_TIMEOUT_MS: '45000',
  LOG_LEVEL: 'warn',
};

export function folder() {
  const path = mkdtempSync(join(tmpdir(), 'director-bench-'));
  cleanup(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

function changed(text, from, to) {
  const out = text.replace(from, to);
  if (out === text) throw new Error(`lighttpd.conf has no ${from}`);
  return out;
}

// lighttpd.conf, changed, in a folder that goes away.
function conf(...changes) {
  const path = join(folder(), 'lighttpd.conf');
  const text = readFileSync(join(ROOT, 'lighttpd.conf'), 'utf8');
  writeFileSync(path, changes.reduce((t, [from, to]) => changed(t, from, to), text));
  return path;
}

// director-run with an own program. workers: of lighttpd, 0 for one process.
export async function stack({ app = 'echo', processes = 1, workers = 0, env = {}, args = [] } = {}) {
  const more = workers ? ['--conf', conf([/server\.max-worker = 0/, `server.max-worker = ${workers}`])] : [];
  const s = await start({ app, processes, worker: false, env: { ...PRODUCT, ...env }, args: [...args, ...more] });
  const programs = Array.from({ length: processes }, (_, i) => (i ? `director.fcgi.${i + 1}` : 'director.fcgi'));
  s.pids = () => ({
    [app]: programs.map((name) => s.pid(name)),
    redis: [s.pid('redis')],
    lighttpd: family(s.pid('lighttpd')),
  });
  return s;
}

// A process and its children: lighttpd's workers, PostgreSQL's backends.
export function family(pid) {
  const tasks = `/proc/${pid}/task`;
  const kids = readdirSync(tasks).flatMap((t) => readFileSync(join(tasks, t, 'children'), 'utf8').trim().split(' '));
  return [pid, ...kids.filter(Boolean).map(Number)];
}

const answers = async (port) => {
  try {
    return (await fetch(`http://127.0.0.1:${port}/socket.io/?EIO=4&transport=polling`)).ok;
  } catch {
    return false;
  }
};

// A program that must answer a handshake on `port`, and ends with us.
async function program(command, port, env = {}) {
  let said = '';
  const child = spawn('setpriv', ['--pdeathsig', 'TERM', ...command], {
    env: { ...process.env, NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise((done) => child.once('exit', done));
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (d) => { said = (said + d).slice(-2000); });
  cleanup(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  await until(async () => {
    if (child.exitCode !== null) throw new Error(`${command[0]} ended: ${said.trim()}`);
    return answers(port);
  }, { ms: 20000, what: `${command.join(' ')}: an answer` });
  return child.pid;
}

async function node() {
  const port = await freePort();
  const pid = await program([process.execPath, join(HERE, 'peer.mjs'), String(port)], port);
  return { port, pids: () => ({ node: [pid] }) };
}

async function nodeBehindLighttpd() {
  const behind = await node();
  const port = await freePort();
  const proxy = `proxy.server = ( "" => (( "host" => "127.0.0.1", "port" => ${behind.port} )) )`;
  const path = conf(['mod_fastcgi', 'mod_proxy'], [/fastcgi\.server = \([^]*?\n\t\)\) \)/, proxy]);
  const web = await program([LIGHTTPD, '-D', '-f', path], port, {
    LIGHTTPD_BIND: '127.0.0.1',
    DIRECTOR_PORT: String(port),
    DIRECTOR_WWW: join(ROOT, 'www'),
    DIRECTOR_VAR: folder(),
    DIRECTOR_MEDIA: folder(),
    LIGHTTPD_UPLOAD_KB: '11264',
    LIGHTTPD_HOSTS: '',
    LIGHTTPD_MAX_FDS: String(FDS),
    LIGHTTPD_MAX_CONNECTIONS: String(FDS / 2),
  });
  return { port, pids: () => ({ ...behind.pids(), lighttpd: family(web) }) };
}

const flask = (mode) => async () => {
  const port = await freePort();
  const pid = await program([PYTHON, join(HERE, 'peer.py'), String(port), mode], port);
  return { port, pids: () => ({ python: [pid] }) };
};

const SERVERS = {
  ours: () => stack(),
  'node behind lighttpd': nodeBehindLighttpd,
  ceiling: () => stack({ app: 'ceiling', args: ['--ready', '/socket.io/'] }),
  'node direct': node,
  'flask eventlet': flask('eventlet'),
  'flask threading': flask('threading'),
};
export const NAMES = Object.keys(SERVERS);

const running = new Map();

// The server of that name, once for all parts.
export function server(name) {
  if (!running.has(name)) running.set(name, SERVERS[name]());
  return running.get(name);
}

// The lines of tests/bench/search.c: [{ what: 'all', near_us: 900, … }].
export function searching(url, mode, count) {
  return new Promise((done, fail) => {
    const child = execFile(join(BUILD, 'search'), [url, mode, String(count)], (error, stdout, stderr) => {
      if (error) return fail(new Error(stderr.trim() || error.message));
      const lines = stdout.trim().split('\n').map((line) => line.split(' ').map((pair) => pair.split('=')));
      return done(lines.map((pairs) => Object.fromEntries(pairs.map(([k, v]) => [k, k === 'what' ? v : Number(v)]))));
    });
    cleanup(() => child.kill('SIGKILL'));
  });
}

// The load generator: load('events', { port, clients: 64 }) gives its line.
export function load(mode, options) {
  return loading(mode, options).result;
}

// The same while it runs: { held, result }, promises of the two lines.
export function loading(mode, options) {
  const words = Object.entries(options).map(([name, value]) => `${name}=${value}`);
  const child = spawn(join(BUILD, 'load'), [mode, ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let why = '';
  const stop = () => child.kill('SIGKILL');
  cleanup(stop);
  child.stderr.on('data', (d) => { why += d; });
  const held = new Promise((done) => {
    child.stdout.on('data', (d) => {
      out += d;
      if (/state=held/.test(out)) done();
    });
    child.once('close', done);
  });
  const result = new Promise((done, fail) => {
    child.once('close', (status) => {
      if (status !== 0) return fail(new Error(`load ${mode}: ${why || `status ${status}`}`));
      const last = out.trim().split('\n').pop();
      const pairs = last.split(' ').map((p) => p.split('=')).map(([k, v]) => [k, k === 'mode' ? v : Number(v)]);
      return done({ ...Object.fromEntries(pairs), why: why.trim() });
    });
  });
  result.catch(() => {});
  return { held, result, stop };
}
