// How often a provider may be asked in a minute, by all workers together: what is over
// it waits, uses no try, and is done in the end.

import assert from 'node:assert/strict';
import { startDouble } from '../harness/double.mjs';
import { redis } from '../harness/redis.mjs';
import { start } from '../harness/stack.mjs';
import { main, run, sleep, test } from '../harness/tap.mjs';
import { Chat, Worker, addVideo, ask, chatMessage, extract, fourOutputs, get, textContent, until } from './lib_app.mjs';
import { PITCH, model } from './lib_engines.mjs';

const LONG = { timeout: 120000 };
// Passages of some 200 words: more than one request embeds.
const LINES = Array.from({ length: 1500 }, (_, i) => `${i % 2 ? 'Kim' : 'Sam'}: Sentence number ${i} says something about the weather and the garden.`);

let double;
let videos = 0;

const index = (video) => chatMessage({ video_id: video.video_id, content: textContent('@index') });
const embeddings = () => double.requests.filter((one) => one.path.endsWith('/embeddings'));
const textOf = (event) => event.content.map((item) => item.text ?? '').join('\n');
async function end(chat, ack) {
  const event = await chat.end(ack.msg_id, 100000);
  assert.equal(event.status, 'success', textOf(event));
}

async function untried(stack) {
  const { json } = await get(stack.url, '/api/v1/jobs?type=eq.chat');
  for (const job of json) assert.deepEqual([job.state, job.tries, job.deaths], ['success', 0, 0]);
}

/** Two workers, which may ask so often. */
async function limited(perMinute) {
  const stack = await start({ env: { ...double.env, DIRECTOR_ENGINE: 'llm', DIRECTOR_LLM_PER_MINUTE: String(perMinute) } });
  await Worker.open(stack, {});
  return stack;
}

test('each request of many texts waits for a turn of its own', LONG, async () => {
  double.reset();
  const stack = await limited(1);
  const chat = await Chat.open(stack.url);
  const { headers, json } = await ask(stack.url, 'POST', '/api/v1/videos', { json: { metadata: { name: 'Long' } } });
  await ask(stack.url, 'PUT', `${headers.location}/transcript`, { body: LINES.join('\n'), type: 'text/plain' });
  const ack = await chat.send(index(json));
  await until('the first request', () => embeddings().length > 0, 30000);
  assert.ok(embeddings()[0].body.input.length < 70, 'not all of them');
  // The next minute is far away.
  await sleep(2000);
  assert.equal(embeddings().length, 1);
  // Unless nobody knows of the first one.
  const next = async () => {
    for (const key of await redis(stack, 'KEYS', '*:rate:llm')) await redis(stack, 'DEL', key);
    return chat.of(ack.msg_id).some((event) => event.status !== 'progress');
  };
  await until('the rest', next, 60000);
  await end(chat, ack);
  assert.ok(embeddings().length > 1);
  await untried(stack);
  await stack.stop();
});

test('a few requests in a minute: all jobs end, one turn after the other, without a try', LONG, async () => {
  double.reset();
  double.answer(model());
  // One at a time, 3.2 s apart.
  const stack = await limited(19);
  const chat = await Chat.open(stack.url);
  const all = [];
  for (let i = 0; i < 3; i++) all.push(await addVideo(stack.url, `Limited ${++videos}`, PITCH));
  const acks = [];
  for (const video of all.slice(1)) acks.push(await chat.send(index(video)));
  acks.push(await chat.send(extract(all[0])));
  for (const ack of acks) await end(chat, ack);
  await fourOutputs(stack.url, all[0]);
  const { requests } = double;
  assert.equal(requests.length, 7, requests.map((one) => one.path).join(' '));
  // Six waits of 3.2 s; what a machine does in between may only add to the last.
  const took = requests.at(-1).at - requests[0].at;
  console.log(`# 7 requests in ${took} ms`);
  assert.ok(took > 12000, `7 requests in ${took} ms`);
  await untried(stack);
  await stack.stop();
});

await main(async () => {
  double = await startDouble();
  await run();
});
