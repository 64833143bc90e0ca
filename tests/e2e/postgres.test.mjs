// The tests' own PostgreSQL: what tests/harness/postgres promises.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { postgres, programs } from '../harness/postgres.mjs';
import { main, run, test, until } from '../harness/tap.mjs';

// The processes that have the folder among their words or as where they work.
function processesOf(dir) {
  return readdirSync('/proc').filter((pid) => /^\d+$/.test(pid)).filter((pid) => {
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      return [readlinkSync(`/proc/${pid}/cwd`), ...words].some((word) => word.startsWith(dir));
    } catch {
      return false;
    }
  });
}

const DATA = `
  CREATE TABLE vectors (id int, embedding vector(3));
  INSERT INTO vectors SELECT n, ARRAY[1, n, n * n]::vector FROM generate_series(1, 1000) n;
  CREATE INDEX vectors_near ON vectors USING hnsw (embedding vector_cosine_ops)`;
const NEAREST = "SELECT id FROM vectors ORDER BY embedding <=> '[1,30,900]' LIMIT 1";
const BY_INDEX = 'BEGIN; SET LOCAL enable_seqscan = off;';

test('the role is an ordinary one, which owns its database', async () => {
  const pg = await postgres();
  const ME = 'SELECT current_user, rolsuper, rolcreaterole, rolcreatedb, rolbypassrls FROM pg_roles WHERE rolname = current_user';
  assert.equal(await pg.sql(ME), 'director|f|f|f|f');
  assert.equal(await pg.admin(ME), 'postgres|t|t|t|t');
  assert.equal(await pg.sql('SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()'), 'director');
  await pg.admin('CREATE DATABASE other OWNER director');
  for (const name of ['director', 'other'])
    assert.equal(await pg.sql("SELECT count(*) FROM pg_extension WHERE extname = 'vector'", pg.url.replace('/director?', `/${name}?`)), '1');
  await pg.admin('DROP EXTENSION vector');
  await assert.rejects(pg.sql('CREATE EXTENSION vector'), /permission denied/);
});

test('pgvector: an HNSW index finds the nearest', async () => {
  const pg = await postgres();
  await pg.sql(DATA);
  assert.match(await pg.sql(`${BY_INDEX} EXPLAIN ${NEAREST}`), /Index Scan using vectors_near/);
  assert.equal(await pg.sql(`${BY_INDEX} ${NEAREST}`), '30');
  const [major, minor] = (await pg.sql("SELECT extversion FROM pg_extension WHERE extname = 'vector'")).split('.').map(Number);
  assert.ok(major > 0 || minor >= 8, `pgvector ${major}.${minor}: iterative scans need 0.8`);
});

test('without pgvector there is none', async () => {
  const pg = await postgres({ pgvector: false });
  assert.equal(await pg.sql("SELECT count(*) FROM pg_available_extensions WHERE name = 'vector'"), '0');
  await assert.rejects(pg.sql('CREATE EXTENSION vector'), /"vector" is not available/);
  assert.equal(await pg.sql('CREATE EXTENSION pg_trgm; SELECT show_limit() > 0'), 't');
});

test('pgbouncer gives a connection per transaction', async () => {
  const pg = await postgres({ pgvector: false, settings: { max_connections: 30 } });
  const url = await pg.bouncer();
  const clients = Array.from({ length: 60 }, () => pg.sql('SELECT pg_backend_pid()', url));
  const backends = new Set(await Promise.all(clients));
  assert.ok(backends.size <= 20, `${backends.size} connections for 60 clients`);
  assert.match(await pg.sql('SHOW POOLS', url.replace('/director?', '/pgbouncer?')), /^director\|.*\|transaction$/m);
});

for (const how of ['fast', 'immediate', 'kill9']) {
  test(`${how}: what was committed is there after the restart`, async () => {
    const pg = await postgres({ pgvector: false });
    await pg.sql('CREATE TABLE rows (n int); INSERT INTO rows SELECT generate_series(1, 100)');
    const before = await pg.sql('SELECT pg_postmaster_start_time()');
    assert.equal(await pg.restart(how), pg.url);
    assert.notEqual(await pg.sql('SELECT pg_postmaster_start_time()'), before);
    assert.equal(await pg.sql('SELECT count(*) FROM rows'), '100');
  });
}

test('settings; the durable one syncs', async () => {
  const pg = await postgres({ pgvector: false, durable: true, settings: { work_mem: '7MB' } });
  assert.equal(await pg.sql("SELECT current_setting('work_mem') || ' ' || current_setting('fsync')"), '7MB on');
});

test('nothing is left when it is stopped', async () => {
  const pg = await postgres({ pgvector: false });
  await pg.bouncer();
  assert.ok(processesOf(pg.dir).length >= 8);
  await pg.stop();
  assert.deepEqual(processesOf(pg.dir), []);
  assert.ok(!existsSync(pg.dir));
});

test('nothing is left when the test is killed', async () => {
  const pg = await postgres({ pgvector: false });
  await pg.run('stop');
  const owner = spawn('sleep', ['60']);
  await pg.run('start', '--owner', String(owner.pid));
  await pg.bouncer();
  const memory = readFileSync(join(pg.dir, 'data/postmaster.pid'), 'utf8').split('\n')[6].trim().split(/\s+/)[1];
  const segments = () => readFileSync('/proc/sysvipc/shm', 'utf8').split('\n').map((line) => line.trim().split(/\s+/)[1]);
  assert.ok(segments().includes(memory));
  owner.kill('SIGKILL');
  await until(() => processesOf(pg.dir).length === 0, { what: 'the end of the servers' });
  assert.ok(!segments().includes(memory), 'System V memory is left');
});

main(async () => {
  await programs();
  await run(3);
});
