// Who may make the tables in PostgreSQL, and what those are told who may not: no
// superuser is needed, but for the extension.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { postgres, programs } from '../harness/postgres.mjs';
import { BUILD } from '../harness/stack.mjs';
import { main, run, test } from '../harness/tap.mjs';

function migrate(url) {
  const env = { PATH: process.env.PATH, DATABASE_URL: url, REDIS_URL: 'redis://127.0.0.1:1' };
  const child = spawn(join(BUILD, 'director.fcgi'), ['--migrate'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => { text += data; });
  return new Promise((done) => child.on('close', (status) => done({ status, text })));
}

const as = (pg, role) => pg.url.replace('user=director', `user=${role}`);
const TABLES = "SELECT count(*) FROM pg_tables WHERE schemaname IN ('public', 'director')";
const EMBEDDING = "SELECT atttypid::regtype FROM pg_attribute WHERE attrelid = 'transcript_chunks'::regclass AND attname = 'embedding'";

test('the owner of the database makes all, with the extension that is there', async () => {
  const pg = await postgres();
  const { status, text } = await migrate(pg.url);
  assert.equal(status, 0, text);
  assert.doesNotMatch(text, /could not be looked after/);
  assert.equal(await pg.sql(EMBEDDING), 'vector');
  assert.equal(await pg.sql("SELECT count(*) FROM pg_indexes WHERE indexname = 'transcript_chunks_embedding'"), '1');
});

test('no right to create the extension: all else is made, and it says who may', async () => {
  const pg = await postgres();
  await pg.admin('DROP EXTENSION vector');
  const { status, text } = await migrate(pg.url);
  assert.equal(status, 0, text);
  assert.match(text, /may not create the extension vector.* Let a superuser run CREATE EXTENSION vector in its database/);
  assert.equal(await pg.sql(EMBEDDING), 'real[]');
  await pg.admin('CREATE EXTENSION vector');
  const again = await migrate(pg.url);
  assert.equal(again.status, 0, again.text);
  assert.doesNotMatch(again.text, /could not be looked after/);
  assert.equal(await pg.sql(EMBEDDING), 'vector');
});

test('no right to create tables or the schema: it says what is missing and who may, and leaves nothing', async () => {
  const pg = await postgres({ pgvector: false });
  await pg.admin('CREATE ROLE guest LOGIN');
  const refused = async (what) => {
    const { status, text } = await migrate(as(pg, 'guest'));
    assert.notEqual(status, 0);
    assert.match(text, what);
    assert.match(text, /run director\.fcgi --migrate once as the database's owner; then grant the role the use of schema director and its tables\./);
    assert.equal(await pg.sql(TABLES), '0');
  };
  await refused(/lacks rights \(permission denied for schema public\)/);
  await pg.admin('GRANT CREATE ON SCHEMA public TO guest');
  await refused(/lacks rights \(permission denied for database director\)/);
  // The owner does it, and grants what the manual says: then the role serves.
  assert.equal((await migrate(pg.url)).status, 0);
  const before = await migrate(as(pg, 'guest'));
  assert.match(before.text, /lacks rights \(permission denied for schema director\)/);
  await pg.sql(`GRANT USAGE ON SCHEMA director TO guest;
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public, director TO guest`);
  const { status, text } = await migrate(as(pg, 'guest'));
  assert.equal(status, 0, text);
});

main(async () => {
  await programs();
  await run(3);
});
