// A private PostgreSQL for a test (tests/harness/postgres), stopped at its end.
//
//   const pg = await postgres({ pgvector: false, durable: true, settings: { work_mem: '64MB' } });
//   pg.url                    // for DATABASE_URL
//   await pg.bouncer()        // the URL of the same database through pgbouncer
//   await pg.sql('SELECT 1')  // what psql prints: rows as lines, values between |
//   await pg.admin('CREATE ROLE other LOGIN')  // the same by the superuser
//   await pg.restart('kill9')  await pg.halt('immediate')  await pg.back()  await pg.stop()

import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cleanup } from './tap.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));
const SCRIPT = join(HERE, 'postgres');
const RUN_MS = 240000; // who comes first builds pgvector, the others wait
const OUTPUT_MAX = 64 << 20;
const SOCKET_DIR_MAX = 80; // a socket's path has 107 bytes

function output(program, args) {
  return new Promise((done, fail) => {
    execFile(program, args, { timeout: RUN_MS, maxBuffer: OUTPUT_MAX }, (error, stdout, stderr) => {
      if (error) fail(new Error(stderr.trim() || error.message));
      else done(stdout.trimEnd());
    });
  });
}

// Builds what is not built yet, which may take longer than a case has.
export function programs() {
  return output(join(HERE, '../../adm/pgvector'), []).then(() => output(join(HERE, '../../adm/pgvector'), ['without']));
}

function folder() {
  const base = process.env.TEST_DIR ?? '';
  return mkdtempSync(join(base && base.length < SOCKET_DIR_MAX ? base : tmpdir(), 'pg-'));
}

class Postgres {
  constructor() {
    this.dir = folder();
  }

  async run(verb, ...args) {
    return output(SCRIPT, [verb, this.dir, ...args]);
  }

  async start({ pgvector = true, durable = false, settings = {} }) {
    const options = [...pgvector ? [] : ['--without-pgvector'], ...durable ? ['--durable'] : []];
    this.url = await this.run('start', ...options, '--owner', String(process.pid),
      ...Object.entries(settings).map(([name, value]) => `${name}=${value}`));
    return this;
  }

  // Of the server itself, whose children serve.
  pid() {
    return Number(readFileSync(join(this.dir, 'data/postmaster.pid'), 'utf8').split('\n')[0]);
  }

  bouncer() {
    return this.run('bouncer');
  }

  // how: 'fast', 'immediate' or 'kill9'.
  restart(how = 'fast') {
    return this.run('restart', how);
  }

  // Away; pgbouncer stays.
  halt(how = 'fast') {
    return how === 'kill9' ? this.run('kill9') : this.run('halt', how);
  }

  back() {
    return this.run('start', '--owner', String(process.pid));
  }

  sql(text, url = this.url) {
    return output(join(this.dir, 'bin/psql'), ['-XqAt', '-v', 'ON_ERROR_STOP=1', '-c', text, url]);
  }

  // In the same database.
  async admin(text) {
    return this.sql(text, await this.run('url', '5432', 'postgres'));
  }

  async stop() {
    await this.run('stop', 'immediate');
    rmSync(this.dir, { recursive: true, force: true });
  }
}

export async function postgres(options = {}) {
  const pg = new Postgres();
  cleanup(() => pg.stop());
  return pg.start(options);
}
