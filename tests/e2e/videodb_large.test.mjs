// An account of VideoDB's that is larger than a worker's memory should be: what fits
// is mirrored, and nothing goes because it was not read.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { openVideodb } from '../harness/double_videodb.mjs';
import { start } from '../harness/stack.mjs';
import { main, run, test } from '../harness/tap.mjs';
import { get, until } from './lib_app.mjs';

const FIRST = '/videodb/collection/default';
const LONG_MS = 90000;
// Each has some 11,800 bytes that are kept: of 40 MB some 3,400.
const MANY = 3600;
const url = (i, what) => `https://large.videodb.example/${i}/${what}/${'u'.repeat(1900)}`;
const long = (i) => ({ id: `m-large-${String(i).padStart(6, '0')}`, name: `Large ${i}`, description: 'd'.repeat(4000),
  stream_url: url(i, 's'), player_url: url(i, 'p'), thumbnail_url: url(i, 't'), url: url(i, 'u') });

let db;
let stack;

const rows = async (query) => (await get(stack.url, `/api/v1/jobs?type=eq.videodb_mirror&state=eq.success&${query}`)).json;
const count = async (pattern) => {
  const answer = await get(stack.url, `/api/v1/videos?video_id=like.${pattern}&select=id&limit=1`, { Prefer: 'count=exact' });
  return Number(/\/(\d+)$/.exec(answer.headers['content-range'])[1]);
};

/** A mirroring that began after this moment; its result. */
async function mirrored() {
  const from = new Date().toISOString();
  const [row] = await until('a mirroring', async () => {
    await get(stack.url, `${FIRST}/image`);
    const found = await rows(`created_at=gt.${from}&limit=1`);
    return found.length > 0 && found;
  }, LONG_MS);
  return row.result;
}

test('an account that is too large is mirrored in part, and nothing is lost', { timeout: 4 * LONG_MS }, async () => {
  const list = db.collections.get('c-default').video;
  // Before those that are there already: these are not read any more.
  list.unshift(...Array.from({ length: MANY }, (_, i) => long(i)));
  const one = await mirrored();
  assert.equal(one.partial, true, JSON.stringify(one));
  assert.ok(one.seen > MANY / 2 && one.seen < MANY, JSON.stringify(one));
  assert.equal(one.lost, 0);
  assert.equal(await count('m-small-*'), 5);
  assert.equal(await count('m-large-*'), one.kept);
  // Nor is what is read no more, the next time.
  list.splice(10, 1);
  const two = await mirrored();
  assert.deepEqual([two.partial, two.lost], [true, 0]);
  assert.equal(await count('m-small-*'), 5);
  const told = stack.log('worker').split('\n').filter((line) => line.includes('VideoDB has more than is mirrored'));
  assert.equal(told.length, 1, told.join('\n'));
  const peak = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${stack.pid('worker')}/status`, 'utf8'))[1]) / 1000;
  console.log(`# ${one.seen} of ${MANY} videos of 12 KB seen; most memory of the worker: ${Math.round(peak)} MB`);
});

test('once all of it fits again, what is gone goes', { timeout: 4 * LONG_MS }, async () => {
  const list = db.collections.get('c-default').video;
  list.splice(0, list.length - 5);
  const all = await mirrored();
  assert.equal(all.partial, undefined);
  assert.equal(await count('m-large-*'), 0);
  assert.equal(await count('m-small-*'), 5);
});

await main(async () => {
  db = await openVideodb();
  for (let i = 0; i < 5; i++) db.add('video', 'c-default', { id: `m-small-${i}`, name: 'Small' });
  stack = await start({ env: { VIDEO_DB_MIRROR_MS: '3000', VIDEO_DB_API_KEY: db.key, VIDEO_DB_BASE_URL: db.url } });
  await until('the first mirroring', async () => (await rows('limit=1')).length > 0, LONG_MS);
  await run();
});
