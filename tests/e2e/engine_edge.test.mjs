// The stages by Edge Functions: one call a stage, with what the stages before have
// made; their failures; and which engines go together.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { startDouble } from '../harness/double.mjs';
import { BUILD, start } from '../harness/stack.mjs';
import { main, run, test } from '../harness/tap.mjs';
import { Chat, addVideo, ask, chatMessage, extract, fourOutputs, get, outputsOf, textContent } from './lib_app.mjs';
import { ANALYSIS, PITCH, STRUCTURED, TRAINING, VOICE } from './lib_engines.mjs';

const SLOW = { timeout: 60000 };
const STAGES = ['embed', 'analyze', 'structured-data', 'voice-prompt', 'training-data'];
const ONCE = Object.fromEntries(STAGES.map((name) => [name, 1]));

let double;
let base;
let chat;
let videos = 0;

const textOf = (event) => event.content.map((item) => item.text ?? '').join('\n');
const fresh = (text = PITCH) => addVideo(base, `Solar ${++videos}`, text);
const counts = () => {
  const all = {};
  for (const { path } of double.requests) all[path.split('/').at(-1)] = (all[path.split('/').at(-1)] ?? 0) + 1;
  return all;
};
const bodyOf = (name) => double.requests.find((one) => one.path.endsWith(`/${name}`)).body;
const vector = (seed) => Array.from({ length: 1536 }, (_, i) => Math.sin(seed + i) / 30);

function begin(more = {}) {
  double.reset();
  Object.assign(double.edge, {
    embed: ({ texts }) => ({ embeddings: texts.map((text) => vector(text.length)) }),
    analyze: ANALYSIS,
    'structured-data': STRUCTURED,
    'voice-prompt': { voice_prompt: VOICE },
    'training-data': TRAINING,
    transcribe: { segments: [{ start: 0, end: 2, text: 'Hello from the edge.', speaker: 'Ann' }] },
    ...more,
  });
}

async function good(message) {
  const end = await chat.run(message, 50000);
  assert.equal(end.status, 'success', textOf(end));
  return end;
}

test('all of the flow: one call a stage, with what was made before', SLOW, async () => {
  begin();
  const video = await fresh();
  await good(extract(video));
  assert.deepEqual(counts(), ONCE);
  for (const name of STAGES.slice(1)) {
    assert.equal(bodyOf(name).video_id, video.video_id);
    assert.equal(bodyOf(name).collection_id, video.collection_id);
  }
  assert.match(bodyOf('analyze').transcript, /Northwind/);
  assert.match(bodyOf('structured-data').analysis, /A solar pitch/);
  assert.ok(bodyOf('voice-prompt').structured_data.analysis_data);
  const rows = await fourOutputs(base, video);
  for (const row of Object.values(rows)) assert.equal(row.metadata.engine, 'edge');
  assert.match(rows.analysis.content, /1 quote was left out/);
  assert.ok(!rows.voice_prompt.content.includes('kim@example.com'));
  assert.equal(JSON.parse(rows.training_data.content).examples.length, 2);
  await good(extract(video));
  assert.deepEqual(counts(), ONCE);
});

test('results as text, without their wrapping, with other names', SLOW, async () => {
  begin({ analyze: { analysis: ANALYSIS }, 'structured-data': JSON.stringify(STRUCTURED.analysis_data), 'voice-prompt': VOICE,
    'training-data': TRAINING.examples, embed: ({ texts }) => texts.map((text) => vector(text.length)) });
  const video = await fresh();
  await good(extract(video));
  const rows = await fourOutputs(base, video);
  assert.ok(JSON.parse(rows.structured_data.content).analysis_data.sales_techniques);
});

test('a kind of objection, as older shapes have it, stays', SLOW, async () => {
  const examples = ['the price is too high for us', 'I hate solar panels'];
  begin({ 'structured-data': { analysis_data: { ...STRUCTURED.analysis_data, objection_handling: [
    { objection_type: 'Price', recommended_response: 'Name the savings.', examples },
    { name: 'Cost', description: 'Too dear.', response: 'Nobody said so.' },
    { name: 'Cost', objection: 'Nobody said this.' },
    { description: 'Nothing of it.' }] } } });
  const video = await fresh();
  await good(extract(video));
  const rows = await fourOutputs(base, video);
  assert.deepEqual(JSON.parse(rows.structured_data.content).analysis_data.objection_handling, [
    { objection_type: 'Price', recommended_response: 'Name the savings.', examples: examples.slice(0, 1) },
    { name: 'Cost', description: 'Too dear.', response: '' }]);
});

test('transcription by its function', SLOW, async () => {
  begin();
  const video = (await ask(base, 'POST', '/api/v1/videos', { json: { metadata: { name: 'Bare', external_url: 'https://cdn.example/a.mp4' } } })).json;
  const end = await good(chatMessage({ video_id: video.video_id, content: textContent('@transcription') }));
  assert.match(textOf(end), /^Ann: Hello from the edge\./);
  assert.equal(bodyOf('transcribe').video_url, 'https://cdn.example/a.mp4');
  assert.match((await get(base, `/api/v1/videos/${video.id}/transcript`)).text, /Hello from the edge/);
});

for (const name of STAGES)
  for (const fault of [{ kind: 'status', status: 504 }, { kind: 'status', status: 546 },
    { kind: 'status', status: 429, headers: { 'retry-after': '1' } }, { kind: 'reset' }, { kind: 'cut' }, { kind: 'drip' }, { kind: 'broken-json' }])
    test(`${name}: ${fault.status ?? fault.kind}, tried again, and only that`, SLOW, async () => {
      begin();
      double.fault({ path: `/${name}`, ...fault });
      const video = await fresh();
      await good(extract(video));
      assert.deepEqual(counts(), { ...ONCE, [name]: 2 });
    });

test('functions that nobody reaches any more, in mid-job: what was made stays for the next time', SLOW, async () => {
  begin({ 'voice-prompt': () => {
    if (counts()['voice-prompt'] === 1) double.down();
    return { voice_prompt: VOICE };
  } });
  const video = await fresh();
  const message = extract(video);
  const first = await chat.run(message, 50000).finally(() => double.server.listening || double.up());
  assert.equal(first.status, 'error');
  assert.match(textOf(first), /tried several times/);
  assert.deepEqual(await outputsOf(base, video), []);
  const [job] = (await get(base, `/api/v1/jobs?session_id=eq.${message.session_id}`)).json;
  assert.deepEqual([job.dead, job.tries], [1, 3]);
  assert.equal((await ask(base, 'POST', `/api/v1/jobs/${job.id}/retry`)).status, 202);
  await chat.see(first.msg_id, 'its success', (event) => event.status === 'success', 30000);
  assert.deepEqual(counts(), { ...ONCE, 'voice-prompt': 2 });
});

for (const [name, result] of [['embed', { embeddings: [[1, 2]] }], ['analyze', 5], ['structured-data', { other: 1 }],
  ['voice-prompt', { nothing: 'here' }], ['training-data', 'no JSON']])
  test(`${name}: a result of another form, then the right one`, SLOW, async () => {
    begin();
    const right = double.edge[name];
    let asked = 0;
    double.edge[name] = (body) => (asked++ === 0 ? result : typeof right === 'function' ? right(body) : right);
    const video = await fresh();
    await good(extract(video));
    assert.deepEqual(counts(), { ...ONCE, [name]: 2 });
  });

test('a function that says error: final, in its words, what was made stays', SLOW, async () => {
  begin({ 'voice-prompt': { status: 'error', error: { message: 'The quota of this project is used up', code: 'quota' } } });
  const video = await fresh();
  const end = await chat.run(extract(video), 50000);
  assert.equal(end.status, 'error');
  assert.match(textOf(end), /quota of this project/);
  assert.deepEqual(await outputsOf(base, video), []);
  begin();
  await good(extract(video));
  assert.deepEqual(counts(), { 'voice-prompt': 1, 'training-data': 1 });
});

test('what no function does is done offline: summaries, reasoning', SLOW, async () => {
  begin();
  const video = await fresh();
  const end = await good(chatMessage({ video_id: video.video_id, content: textContent('please summarize it') }));
  assert.deepEqual(end.agents, ['summarize_video']);
  assert.deepEqual(counts(), {});
});

// ---- What goes together -----------------------------------------------------------------

const REFUSED = [
  [{ DIRECTOR_ENGINE_REASONING: 'edge' }, /DIRECTOR_ENGINE_REASONING=edge cannot be/],
  [{ DIRECTOR_ENGINE_SUMMARY: 'edge' }, /DIRECTOR_ENGINE_SUMMARY=edge cannot be/],
  [{ DIRECTOR_ENGINE: 'magic' }, /DIRECTOR_ENGINE must be offline, llm or edge, not "magic"/],
  [{ DIRECTOR_ENGINE: 'llm', OPENAI_API_KEY: '', OPENAI_API_BASE: '' }, /DIRECTOR_ENGINE=llm needs OPENAI_API_KEY/],
  [{ DIRECTOR_ENGINE_ANALYSIS: 'edge', SUPABASE_ANON_KEY: '', SUPABASE_FUNCTIONS_BASE: '' }, /DIRECTOR_ENGINE_ANALYSIS=edge needs SUPABASE/],
];

for (const program of ['director.fcgi', 'director-worker'])
  for (const [more, why] of REFUSED)
    test(`${program} does not start with ${Object.entries(more).map((pair) => pair.join('=')).join(' ')}`, () => {
      const { status, stderr, stdout } = spawnSync(join(BUILD, program), ['-t'],
        { env: { ...process.env, ...double.env, ...more }, encoding: 'utf8' });
      assert.notEqual(status, 0, stdout);
      assert.match(stderr, why);
    });

test('what goes together is taken', () => {
  const env = { ...process.env, ...double.env, DIRECTOR_ENGINE: 'edge', DIRECTOR_ENGINE_REASONING: 'llm', DIRECTOR_ENGINE_ANALYSIS: 'offline' };
  assert.equal(spawnSync(join(BUILD, 'director-worker'), ['-t'], { env }).status, 0);
});

await main(async () => {
  double = await startDouble();
  const stack = await start({ env: { ...double.env, OPENAI_API_KEY: '', OPENAI_API_BASE: '', DIRECTOR_ENGINE: 'edge', DIRECTOR_EDGE_TIMEOUT_MS: '3000' } });
  base = stack.url;
  chat = await Chat.open(base);
  await run();
});
