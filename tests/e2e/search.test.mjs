// Search, and the training data as one stream: on whatever store the topology has
// (pg-plain: without pgvector).

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, TOPOLOGY, start } from '../harness/stack.mjs';
import { main, test } from '../harness/tap.mjs';
import { Chat, JSON_TYPE, addVideo, ask, assertProblem, extract, get, outputsOf, until } from './lib_app.mjs';

const SAMPLE = readFileSync(join(ROOT, 'samples/pitch.vtt'), 'utf8');
const SEARCH = '/api/v1/search';
const TRAINING = '/api/v1/training-data';
const LINES = 'application/jsonl';
const NOBODY = '00000000-0000-4000-8000-000000000000';
const HIT_KEYS = ['chunk_index', 'end_ms', 'id', 'metadata', 'ranks', 'score', 'start_ms', 'text', 'transcript_id', 'video'];
const plain = TOPOLOGY === 'pg-plain';

// A talk of its own words, long enough for one chunk.
const talk = (line) => `WEBVTT\n\n${Array.from({ length: 9 }, (_, i) => (
  `00:00:${String(i).padStart(2, '0')}.000 --> 00:00:${String(i + 1).padStart(2, '0')}.000\n<v Ann>${line} number ${i}.\n`)).join('\n')}`;

let stack;
let base;
let pitch;
let sailing;
let baking;

async function search(body, status = 200) {
  const answer = await ask(base, 'POST', SEARCH, { json: body });
  assert.equal(answer.status, status, answer.text.slice(0, 300));
  return answer.json;
}

const found = async (body) => (await search(body)).hits.map((hit) => hit.video.id);

async function output(video, type, content) {
  const json = { video_id: video.id, output_type: type, content };
  const made = await ask(base, 'POST', '/api/v1/outputs', { json });
  assert.equal(made.status, 201, made.text);
  return made.json;
}

test('a hit has the text, its times and its video', async () => {
  const { engine, model, mode, semantic, hits } = await search({ query: 'harbour sailing', k: 1 });
  assert.deepEqual({ engine, model, mode, semantic },
    { engine: 'offline', model: 'offline-hash-1536', mode: 'hybrid', semantic: !plain });
  const [hit] = hits;
  assert.deepEqual(Object.keys(hit).sort(), HIT_KEYS);
  assert.match(hit.text, /^Ann: We go sailing/);
  assert.deepEqual([hit.chunk_index, hit.start_ms, hit.end_ms], [0, 0, 9000]);
  assert.equal(hit.metadata.speakers, 'Ann');
  assert.deepEqual(hit.ranks, { semantic: plain ? null : 1, keyword: 1 });
  assert.ok(Math.abs(hit.score - (plain ? 1 : 2) / 61) < 1e-9);
  assert.deepEqual(hit.video,
    { id: sailing.id, video_id: sailing.video_id, collection_id: sailing.collection_id, name: 'sailing' });
  const chunk = await get(base, `/api/v1/chunks/${hit.id}`);
  assert.equal(chunk.json.chunk_text, hit.text);
});

test('by words: what was typed is a search box', async () => {
  assert.deepEqual(await found({ query: 'sailing', mode: 'keyword' }), [sailing.id]);
  assert.deepEqual(await found({ query: 'sailing or baking', mode: 'keyword', video_id: baking.id }), [baking.id]);
  assert.deepEqual(await found({ query: '"sailing we"', mode: 'keyword' }), []);
  for (const query of ['"', '* OR (', "'; DROP TABLE videos; --", '-', '?!'])
    assert.deepEqual(await found({ query, mode: 'keyword' }), [], query);
});

test('by meaning: forms of words are near', async () => {
  if (plain) return assertProblem(await ask(base, 'POST', SEARCH, { json: { query: 'x', mode: 'semantic' } }), 503, 'unavailable');
  const { hits } = await search({ query: 'sailors in harbours', mode: 'semantic', k: 1 });
  assert.equal(hits[0].video.id, sailing.id);
  assert.ok(hits[0].score > 0 && hits[0].score < 1);
  assert.deepEqual(await found({ query: 'sailors in harbours', mode: 'keyword' }), []);
});

test('without pgvector: semantic says what to do, hybrid is by words and says so', async () => {
  const { code, why, hint, semantic } = await search({ query: 'sailing' });
  if (!plain) return assert.deepEqual([code, why, semantic], [undefined, undefined, true]);
  assert.deepEqual([code, semantic], ['pgvector-missing', false]);
  assert.match(hint, /CREATE EXTENSION vector/);
  const problem = await search({ query: 'sailing', mode: 'semantic' }, 503);
  assert.deepEqual([problem.code, problem.detail, problem.hint], ['pgvector-missing', why, hint]);
});

test('filters: video by both ids, collection, kind of output', async () => {
  const query = 'number';
  const all = await found({ query, k: 100 });
  assert.ok(all.includes(sailing.id) && all.includes(baking.id));
  for (const video_id of [baking.id, baking.video_id])
    assert.deepEqual(await found({ query, video_id }), [baking.id]);
  assert.deepEqual(await found({ query, collection_id: 'c-kitchen' }), [baking.id]);
  assert.deepEqual(await found({ query, collection_id: 'c-kitchen', video_id: sailing.id }), []);
  assert.deepEqual(await found({ query, collection_id: 'c-none' }), []);
  await output(baking, 'recipe', 'flour');
  assert.deepEqual(await found({ query, output_type: 'recipe' }), [baking.id]);
  assert.ok(!(await found({ query, collection_id: 'default', k: 100 })).includes(baking.id));
});

test('k is how many', async () => {
  for (const k of [1, 2, 3]) assert.equal((await found({ query: 'the price', k })).length <= k, true);
  assert.equal((await found({ query: 'number', k: 1 })).length, 1);
});

for (const [body, field] of [
  [{}, 'query'], [{ query: '' }, 'query'], [{ query: ' \u00a0' }, 'query'], [{ query: 7 }, 'query'],
  [{ query: 'x'.repeat(4001) }, 'query'], [{ query: 'x', k: 0 }, 'k'], [{ query: 'x', k: 101 }, 'k'],
  [{ query: 'x', k: '5' }, 'k'], [{ query: 'x', k: 1.5 }, 'k'], [{ query: 'x', mode: 'magic' }, 'mode'],
  [{ query: 'x', mode: 1 }, 'mode'], [{ query: 'x', video_id: '' }, 'video_id'],
  [{ query: 'x', collection_id: ['a'] }, 'collection_id'], [{ query: 'x', output_type: 'y'.repeat(256) }, 'output_type'],
  [{ query: 'x', limit: 3 }, 'limit'], [[], 'body'],
])
  test(`search: ${JSON.stringify(body).slice(0, 60)} is refused`, async () => {
    assertProblem(await ask(base, 'POST', SEARCH, { json: body }), 400, 'bad-request', field);
  });

test('search: 4000 characters of any kind are taken', async () => {
  for (const query of ['x'.repeat(4000), '\u{1f600}'.repeat(2000), 'a "'.repeat(1300)]) await search({ query });
  const { status, headers } = await get(base, SEARCH);
  assert.equal(status, 405);
  assert.equal(headers.allow, 'POST, OPTIONS');
});

// ---- Training data -------------------------------------------------------------

const training = async (query = '', headers = {}) => {
  const answer = await get(base, `${TRAINING}${query}`, headers);
  assert.equal(answer.status, 200, answer.text.slice(0, 300));
  return answer;
};

test('training data: the examples of all outputs with where they are from', async () => {
  const row = (await outputsOf(base, pitch)).find((one) => one.output_type === 'training_data');
  const { examples } = JSON.parse(row.content);
  assert.ok(examples.length > 0);
  const { json, headers } = await training(`?video_id=eq.${pitch.id}`);
  assert.equal(headers['content-type'], JSON_TYPE);
  assert.deepEqual(json, examples.map(({ input, output: out }) => ({
    input, output: out, output_id: row.id, video_id: pitch.id, external_id: pitch.video_id,
    collection_id: pitch.collection_id, created_at: row.created_at,
  })));
  assert.deepEqual((await training(`?external_id=eq.${pitch.video_id}`)).json, json);
});

test('training data: as lines for fine-tuning', async () => {
  const { json } = await training(`?video_id=eq.${pitch.id}`);
  const wanted = json.map(({ input, output: out }) => (
    { messages: [{ role: 'user', content: input }, { role: 'assistant', content: out }] }));
  for (const [query, accept] of [['&format=jsonl'], ['', LINES], ['', 'text/html, application/x-ndjson;q=0.5'], ['&format=jsonl', JSON_TYPE]]) {
    const { text, headers } = await training(`?video_id=eq.${pitch.id}${query}`, accept ? { Accept: accept } : {});
    assert.equal(headers['content-type'], LINES);
    assert.ok(text.endsWith('}\n'));
    assert.deepEqual(text.trimEnd().split('\n').map((line) => JSON.parse(line)), wanted);
  }
  assert.equal((await training('?format=json', { Accept: LINES })).headers['content-type'], JSON_TYPE);
});

test('training data: older pairs, and what is none', async () => {
  const video = await addVideo(base, 'pairs');
  const pair = { input: 'a \u00fc "q"', output: 'b\n', context: 'c', metadata: {} };
  await output(video, 'training_data', JSON.stringify({ training_pairs: [pair, { input: 'x' }, { input: 1, output: 'y' }, 7, null] }));
  for (const content of ['{}', '[]', '7', '{"examples":7}']) await output(video, 'training_data', content);
  await output(video, 'analysis', JSON.stringify({ examples: [pair] }));
  const { json } = await training(`?video_id=eq.${video.id}`);
  assert.deepEqual(json.map(({ input, output: out }) => [input, out]), [[pair.input, pair.output]]);
});

test('training data: filters, and nothing to be found', async () => {
  const { json } = await training();
  assert.ok(json.length > 0);
  const at = encodeURIComponent(json[0].created_at);
  assert.deepEqual((await training(`?created_at=lt.${at}`)).json, []);
  assert.deepEqual((await training(`?created_at=gte.${at}`)).json, json);
  assert.deepEqual((await training('?collection_id=eq.c-none')).json, []);
  assert.equal((await training('?collection_id=eq.c-none&format=jsonl')).text, '');
  assert.deepEqual((await training(`?video_id=in.(${NOBODY},${pitch.id})`)).json.length > 0, true);
});

for (const [query, field] of [
  ['limit=5', 'limit'], ['select=id', 'select'], ['order=id', 'order'], ['cursor=x', 'cursor'], ['offset=1', 'offset'],
  ['format=csv', 'format'], ['video_id=eq.x', 'video_id'], ['content=eq.x', 'content'], ['nope=eq.1', 'nope'],
  ['created_at=gte.yesterday', 'created_at'],
])
  test(`training data: ?${query} is refused`, async () => {
    assertProblem(await get(base, `${TRAINING}?${query}`), 400, 'bad-request', field);
  });

test('training data: HEAD has the head only', async () => {
  const { status, headers, text } = await ask(base, 'HEAD', TRAINING);
  assert.deepEqual([status, text, headers['content-type']], [200, '', JSON_TYPE]);
});

test('training data: an answer that breaks off is seen to', { timeout: 60000 }, async () => {
  const video = await addVideo(base, 'large');
  const content = JSON.stringify({ examples: [{ input: 'q', output: 'x'.repeat(900000) }] });
  for (let i = 0; i < 60; i++) await output(video, 'training_data', content);
  const url = `${base}${TRAINING}?format=jsonl&video_id=eq.${video.id}`;
  const whole = await (await fetch(url)).text();
  assert.equal(whole.trimEnd().split('\n').length, 60);
  const broken = await fetch(url);
  const reader = broken.body.getReader();
  await reader.read();
  const pid = stack.kill('director.fcgi');
  await assert.rejects(async () => {
    for (let end = false; !end;) ({ done: end } = await reader.read());
  });
  await stack.replaced('director.fcgi', pid);
  await until('another one', async () => (await get(base, '/readyz')).status === 200);
});

test('training data: many pages are one answer, in the order they were made', { timeout: 60000 }, async () => {
  const video = await addVideo(base, 'many');
  const content = (n) => JSON.stringify({ examples: [{ input: `q${n}`, output: 'x'.repeat(20000) }] });
  const rows = Array.from({ length: 95 }, (_, n) => ({ video_id: video.id, output_type: 'training_data', content: content(n) }));
  for (let at = 0; at < rows.length; at += 40) {
    const made = await ask(base, 'POST', '/api/v1/outputs', { json: rows.slice(at, at + 40) });
    assert.equal(made.status, 201, made.text.slice(0, 300));
  }
  const { json } = await training(`?video_id=eq.${video.id}`);
  const inputs = json.map((one) => one.input);
  assert.deepEqual([...inputs].sort(), rows.map((_, n) => `q${n}`).sort());
  const times = json.map((one) => one.created_at);
  assert.deepEqual(times, [...times].sort());
});

main(async () => {
  stack = await start();
  base = stack.url;
  pitch = await addVideo(base, 'pitch', SAMPLE);
  sailing = await addVideo(base, 'sailing', talk('We go sailing out of the harbour with the wind'));
  baking = await addVideo(base, 'baking', talk('For baking you need flour and butter and an oven'));
  const moved = await ask(base, 'PATCH', `/api/v1/videos/${baking.id}`, { json: { collection_id: 'c-kitchen' } });
  assert.equal(moved.status, 200, moved.text);
  const chat = await Chat.open(base);
  for (const video of [pitch, sailing, baking]) assert.equal((await chat.run(extract(video))).status, 'success');
  chat.close();
});
