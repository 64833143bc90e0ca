// What goes wrong inside a job: three tries, then an end that the user sees;
// a transcript replaced in mid-run; a job that ended without its message.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, start } from '../harness/stack.mjs';
import { main, run, test } from '../harness/tap.mjs';
import {
  Chat, VTT_TYPE, Worker, addVideo, ask, assertStory, assertVerbatim, extract, fourOutputs, get, history, jobsIn, metric, until,
} from './lib_app.mjs';

const SAMPLE = readFileSync(join(ROOT, 'samples/pitch.vtt'), 'utf8');
const ENV = { DIRECTOR_STAGE_DELAY_MS: '200', DIRECTOR_LEASE_MS: '1500' };
const LONG = { timeout: 60000 };

const sql = (stack, text) =>
  execFileSync('sqlite3', ['-cmd', '.timeout 5000', join(stack.var, 'director.db'), text], { encoding: 'utf8' });

const reach = (chat, id, stage) =>
  chat.see(id, `stage ${stage}`, (event) => event.rev > 0 && event.actions.length >= stage);

async function begin(stack) {
  const chat = await Chat.open(stack.url);
  const video = await addVideo(stack.url, 'retry', SAMPLE);
  const message = extract(video);
  const ack = await chat.send(message);
  assert.equal(ack.status, 'accepted');
  return { chat, video, message, id: ack.msg_id };
}

function cases(stack, lonely) {
  test('three tries, then an error that tells nothing of the inside', LONG, async () => {
    const job = await begin(stack);
    await reach(job.chat, job.id, 1);
    const before = await metric(stack.url, 'director_jobs_total{result="retried"}');
    sql(stack, 'ALTER TABLE stage_results RENAME TO hidden_results');
    let end;
    try {
      end = await job.chat.end(job.id, 30000);
    } finally {
      sql(stack, 'ALTER TABLE hidden_results RENAME TO stage_results');
    }
    assert.equal(end.status, 'error');
    assert.match(end.content[0].text, /tried several times and did not work.*again later\.$/s);
    assert.doesNotMatch(JSON.stringify(end), /stage_results|stage_get|no such table/);
    assertStory(job.chat.of(job.id));
    const tries = () => jobsIn(stack.log('worker')).filter((one) => one.type === 'chat' && one.status === 'retry');
    await until('three tries in the log', () => tries().length === 3);
    assert.deepEqual(tries().map((one) => one.attempt), ['1', '2', '3']);
    await until('the metric', async () => (await metric(stack.url, 'director_jobs_total{result="retried"}')) >= before + 2);
    const [, output] = await history(stack.url, job.message.session_id);
    assert.equal(output.status, 'error');
    assert.deepEqual((await get(stack.url, `/api/v1/videos/${job.video.id}/outputs`)).json, []);
    job.chat.close();
  });

  test('a transcript replaced in mid-run: the outputs are of the new one', LONG, async () => {
    const job = await begin(stack);
    await reach(job.chat, job.id, 3);
    const other = SAMPLE.replaceAll('Maya', 'Nora').replaceAll('inbox', 'ledger');
    assert.notEqual(other, SAMPLE);
    const put = await ask(stack.url, 'PUT', `/api/v1/videos/${job.video.id}/transcript`, { body: other, type: VTT_TYPE });
    assert.equal(put.status, 200, put.text);
    const end = await job.chat.end(job.id, 30000);
    assert.equal(end.status, 'success', JSON.stringify(end.content).slice(0, 300));
    assertVerbatim(other, await fourOutputs(stack.url, job.video));
    job.chat.close();
  });

  test('a job that ended without its message: the message is ended too', LONG, async () => {
    const first = await Worker.open(lonely);
    const job = await begin(lonely);
    await reach(job.chat, job.id, 2);
    await first.end('SIGKILL');
    sql(lonely, "UPDATE jobs SET state = 'error', error = 'dead' WHERE state = 'running'");
    const second = await Worker.open(lonely);
    const end = await job.chat.end(job.id, 20000);
    assert.equal(end.status, 'error');
    assertStory(job.chat.of(job.id));
    await second.end('SIGTERM');
    job.chat.close();
  });
}

main(async () => {
  const [stack, lonely] = await Promise.all([start({ env: ENV }), start({ env: ENV, worker: false })]);
  cases(stack, lonely);
  await run();
});
