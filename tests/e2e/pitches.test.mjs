// The real transcripts, all of them through the stock client, while the worker
// is killed again and again: each ends in success, with four outputs and every
// quote verbatim.
//
// PITCHES=FOLDER: other WebVTT files.

import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { ROOT, start } from '../harness/stack.mjs';
import { main, run, skip, test } from '../harness/tap.mjs';
import { Chat, Worker, addVideo, assertStory, assertVerbatim, extract, fourOutputs, history, until } from './lib_app.mjs';

const folder = process.env.PITCHES ?? resolve(ROOT, '../shared/data/pitches/vtt');
const KILLS = 10;
const IN_FLIGHT = 14;
const ENV = {
  DIRECTOR_STAGE_DELAY_MS: '120', // so that kills hit something, and there is time for all
  DIRECTOR_LEASE_MS: '1500',
  DIRECTOR_WORKER_THREADS: '3',
};
const LIMIT_MS = 100000;

const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.vtt')).sort() : [];
let stack;
let chat;
let quotes = 0;
let kills = 0;
let again = 0; // jobs that were begun more than once
let running = true;
const ends = [];

/** Two workers; in turn one is killed in mid-job and started again. */
async function killAndStart() {
  const workers = [await Worker.open(stack, ENV), await Worker.open(stack, ENV)];
  for (let seen = ends.length; running && kills < KILLS;) {
    await until('jobs to run', () => !running || ends.length >= seen + 2, LIMIT_MS);
    if (!running) break;
    await workers[kills % 2].end('SIGKILL');
    workers[kills % 2] = await Worker.open(stack, ENV);
    kills++;
    seen = ends.length;
  }
  await until('the end', () => !running, LIMIT_MS);
  await Promise.all(workers.map((worker) => worker.end('SIGTERM')));
}

async function analyse(name) {
  const text = readFileSync(join(folder, name), 'utf8');
  const video = await addVideo(stack.url, basename(name, '.vtt'), text);
  const message = extract(video);
  const ack = await chat.send(message);
  assert.equal(ack.status, 'accepted');
  const end = await chat.end(ack.msg_id, LIMIT_MS);
  ends.push(ack.msg_id);
  assert.equal(end.status, 'success', JSON.stringify(end.content).slice(0, 300));
  assertStory(chat.of(ack.msg_id));
  // The attempt is in the revision, see handlers/job_chat.c.
  if (end.rev > 200000) again++;
  const rows = await fourOutputs(stack.url, video);
  const found = assertVerbatim(text, rows);
  assert.ok(found > 0, 'some quotes');
  quotes += found;
  const [, output] = await history(stack.url, message.session_id);
  assert.equal(output.status, 'success');
  return { id: ack.msg_id, video, rows };
}

main(async () => {
  if (!files.length) {
    test('pitches', () => skip(`no .vtt files in ${folder}`));
    return;
  }
  stack = await start({ env: ENV, worker: false });
  chat = await Chat.open(stack.url);
  const began = Date.now();
  const results = [];
  for (const name of files)
    test(`pitch ${basename(name, '.vtt')}`, async () => { results.push(await analyse(name)); }, { timeout: LIMIT_MS });
  const killing = killAndStart();
  await run(IN_FLIGHT);
  running = false;
  const seconds = ((Date.now() - began) / 1000).toFixed(1);
  await killing;
  console.log(`# ${files.length} pitches, ${quotes} quotes, ${kills} kills of a worker, ${again} jobs taken over, ${seconds} s`);
  test(`pitches: a worker was killed ${KILLS} times on the way`, () => {
    assert.equal(kills, KILLS);
    assert.ok(again >= KILLS / 2, `${again} jobs were hit`);
  });
  test('pitches: at the end each is as it was told', async () => {
    for (const { id, video, rows } of results) {
      assertStory(chat.of(id));
      assert.deepEqual(await fourOutputs(stack.url, video), rows);
    }
  });
});
