// HAProxy in front of two of something, strictly in turns: requests (http) or
// connections (tcp). It tries nothing again and prefers nobody: whatever one of
// the two does to a request is seen.
//
//   const b = balance({ dir, mode: 'http', bind: '127.0.0.1:8080', servers: ['127.0.0.1:8081', ...] });
//   await b.ready(() => fetch(...));
//   await b.stop();

import { spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { until, within } from './tap.mjs';

const STOP_MS = 3000;
const SBIN = ['/usr/sbin', '/usr/local/sbin'];

// Dies with us even when we are killed.
export function withParent(command) {
  const setpriv = '/usr/bin/setpriv';
  return existsSync(setpriv) ? [setpriv, '--pdeathsig', 'TERM', ...command] : command;
}

// A server in the foreground; `said` is what it complained about.
export class Server {
  constructor(command, env = process.env) {
    const PATH = [env.PATH, ...SBIN].join(':');
    const [program, ...args] = withParent(command);
    this.said = '';
    this.child = spawn(program, args, { env: { ...env, PATH }, stdio: ['ignore', 'ignore', 'pipe'], detached: true });
    this.exited = new Promise((done) => this.child.once('exit', done));
    this.child.on('error', (error) => { this.said += error.message; });
    this.child.stderr.on('data', (d) => { this.said += d; });
  }

  get pid() {
    return this.child.pid;
  }

  get over() {
    return this.child.exitCode !== null || this.child.signalCode !== null || this.child.pid === undefined;
  }

  // Until `check` holds, which may throw as long as nothing listens.
  async ready(check, ms = 10000) {
    await until(async () => {
      if (this.over) throw new Error(`${this.child.spawnfile} ended: ${this.said.trim()}`);
      return Promise.resolve(check()).catch(() => false);
    }, { ms, what: 'an answer' });
    return this;
  }

  async stop() {
    if (this.over) return;
    this.child.kill('SIGTERM');
    await within(STOP_MS, this.exited, 'stopping').catch(() => this.child.kill('SIGKILL'));
  }
}

// HTTP: idle connections are common to all clients and kept, so that lighttpd
// sees few new ones (1.4.69 does not watch the client during a connection's
// first request), but less long than lighttpd keeps them. A client that goes
// away takes its request along. TCP: each side's end of stream is the other's.
const MODES = {
  http: ['http-reuse always', 'option abortonclose', 'default-server pool-purge-delay 10s'],
  tcp: [],
};

const configuration = ({ bind, mode, servers }) => `
global
	nbthread 1
	maxconn 4000
defaults
	mode ${mode}
	timeout connect 5s
	timeout client 120s
	timeout server 120s
	retries 0
	no option redispatch
listen all
	bind ${bind}
	balance roundrobin
	${MODES[mode].join('\n\t')}
${servers.map((address, i) => `\tserver s${i + 1} ${address}`).join('\n')}
`;

// `bind`: what it listens on, HOST:PORT or the path of a socket.
export function balance({ dir, ...options }) {
  const file = join(dir, `haproxy-${options.mode}.cfg`);
  writeFileSync(file, configuration(options));
  return new Server(['haproxy', '-db', '-q', '-f', file]);
}
