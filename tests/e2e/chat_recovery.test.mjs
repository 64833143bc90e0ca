// A page that loses its connection in mid-run: what it missed comes by itself,
// one snapshot of each message. And the two ways for clients that ask.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, start } from '../harness/stack.mjs';
import { main, run, test } from '../harness/tap.mjs';
import { Chat, addVideo, assertStory, extract, history, until } from './lib_app.mjs';

const SAMPLE = readFileSync(join(ROOT, 'samples/pitch.vtt'), 'utf8');
const STAGE_MS = 150;

const ended = (url, message) => until('the end in the store', async () => {
  const [, output] = await history(url, message.session_id);
  return output?.status !== 'progress' && output;
});

// The wire is cut, and stays so until the promise is kept.
async function away(chat, meanwhile) {
  const back = new Promise((done) => { chat.socket.once('connect', done); });
  chat.socket.io.reconnection(false);
  chat.socket.io.engine.close();
  await until('the loss', () => !chat.socket.connected);
  await meanwhile();
  chat.socket.io.reconnection(true);
  chat.socket.connect();
  await back;
}

async function begin(stack) {
  const chat = await Chat.open(stack.url);
  const message = extract(await addVideo(stack.url, 'away', SAMPLE));
  const ack = await chat.send(message);
  assert.equal(ack.status, 'accepted');
  await chat.see(ack.msg_id, 'a stage', (event) => event.rev > 0);
  return { chat, message, id: ack.msg_id };
}

function cases(stack, kill) {
  test('the job ends while the page is away: its end comes, and only that', async () => {
    const { chat, message, id } = await begin(stack);
    const sid = chat.socket.id;
    const before = chat.of(id).length;
    await away(chat, () => ended(stack.url, message));
    assert.equal(chat.socket.recovered, true);
    assert.equal(chat.socket.id, sid);
    await chat.end(id);
    const missed = chat.of(id).slice(before);
    assert.equal(new Set(missed.map((event) => event.rev)).size, 1, 'the newest snapshot alone');
    assertStory(chat.of(id));
    chat.close();
  });

  test('again and again, and the process of the poll is killed', { timeout: 40000 }, async () => {
    const { chat, message, id } = await begin(kill);
    for (let i = 0; i < 3; i++) {
      const old = kill.pid('director.fcgi');
      await away(chat, async () => {
        kill.kill('director.fcgi');
        await kill.replaced('director.fcgi', old);
      });
      assert.equal(chat.socket.recovered, true);
    }
    await ended(kill.url, message);
    await chat.end(id);
    assertStory(chat.of(id));
    chat.close();
  });

  test('reconnect: the newest output is told again, to another socket too', async () => {
    const { chat, message, id } = await begin(stack);
    await chat.end(id);
    chat.close();
    const other = await Chat.open(stack.url);
    const { session_id, conv_id } = message;
    const ask = (what) => other.socket.timeout(5000).emitWithAck('reconnect', what);
    assert.deepEqual(await ask({ session_id, conv_id }), { status: 'ok', session_id, conv_id, msg_id: id });
    assert.equal((await other.end(id)).status, 'success');
    assert.equal((await ask({ session_id, conv_id: 'another' })).status, 'none');
    for (const bad of [{}, { session_id }, { session_id: 'x y', conv_id }, null, 7, { session_id, conv_id: 'c'.repeat(100) }])
      assert.equal((await ask(bad)).status, 'error', JSON.stringify(bad));
    other.close();
  });

  test('is_retry: what ran is told again and not run twice', async () => {
    const { chat, message, id } = await begin(stack);
    await chat.end(id);
    const again = { ...message, msg_id: `${message.msg_id}-again`, is_retry: true };
    const before = chat.of(id).length;
    const ack = await chat.send(again);
    assert.deepEqual([ack.status, ack.msg_id], ['duplicate', id]);
    await until('the end once more', () => chat.of(id).length > before);
    assert.equal((await history(stack.url, message.session_id)).length, 2);
    // A conversation that has no output yet is run.
    const first = extract(await addVideo(stack.url, 'retry', SAMPLE), { is_retry: true });
    assert.equal((await chat.send(first)).status, 'accepted');
    chat.close();
  });
}

main(async () => {
  const env = { DIRECTOR_STAGE_DELAY_MS: String(STAGE_MS) };
  const [stack, kill] = await Promise.all([start({ env }), start({ env })]);
  cases(stack, kill);
  await run(4);
});
