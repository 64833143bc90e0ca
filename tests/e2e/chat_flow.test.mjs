// A chat message's way, seen from the stock client: what is accepted, who
// answers, what the snapshots look like, what is kept.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, start } from '../harness/stack.mjs';
import { main, run, sleep, test } from '../harness/tap.mjs';
import {
  Chat, addVideo, ask, assertProblem, assertSnapshot, assertStory, assertVerbatim, chatMessage, extract,
  fourOutputs, get, history, outputsOf, textContent, until,
} from './lib_app.mjs';

const SAMPLE = readFileSync(join(ROOT, 'samples/pitch.vtt'), 'utf8');
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
// A stage takes so long where a run must be seen from inside.
const STAGE_MS = 300;
// When the end is said again after its history was read in mid-run; how late
// it may be on a busy machine.
const ECHOES_MS = [3000, 10000];
const ECHO_LATE_MS = 4000;

let stack;
let base;
let slow; // another installation, with slow stages
let video; // with the sample's transcript
let bare; // without one
let chat; // a socket that is there all the time

const textOf = (event) => event.content.map((item) => item.text ?? '').join('\n');
const jobLines = (log) => log.split('\n').filter((line) => line.includes(' type=chat '));

/** An end in error with a sentence that tells what to do. */
function assertAdvice(end, pattern) {
  assert.equal(end.status, 'error', textOf(end));
  const [item] = end.content;
  assert.equal(item.type, 'text');
  assert.equal(item.status, 'error');
  assert.match(item.text, pattern);
  assert.match(item.text, /^[A-Z].+\.$/s);
}

// ---- Accepting ------------------------------------------------------------------------

test('twenty times the same message at once: one job, one answer', async () => {
  const before = jobLines(stack.log('worker')).length;
  const message = extract(video);
  const sockets = await Promise.all(Array.from({ length: 4 }, () => Chat.open(base)));
  const acks = await Promise.all(Array.from({ length: 20 }, (_, i) => sockets[i % 4].send(message)));
  const [{ msg_id: id }] = acks;
  assert.deepEqual(acks.map((one) => one.status).sort(), ['accepted', ...Array(19).fill('duplicate')]);
  for (const one of acks)
    assert.deepEqual({ ...one, status: '' }, { status: '', session_id: message.session_id, conv_id: message.conv_id, msg_id: id });
  assert.notEqual(id, message.msg_id);
  for (const one of sockets) assert.equal((await one.end(id)).status, 'success');
  for (const one of sockets) assertStory(one.of(id));
  const [input, output, ...more] = await history(base, message.session_id);
  assert.deepEqual([input.msg_id, output.msg_id, more.length], [message.msg_id, id, 0]);
  const outputs = await fourOutputs(base, video);
  assert.equal(new Set(Object.values(outputs).map((row) => row.metadata.job)).size, 1);
  await until('the job in the log', () => jobLines(stack.log('worker')).length > before);
  for (const one of sockets) one.close();

  // Late, when all is over: the answer as it is, and nothing runs.
  const seen = chat.of(id).length;
  const again = await chat.send(message);
  assert.equal(again.status, 'duplicate');
  assert.equal(again.msg_id, id);
  await until('the answer again', () => chat.of(id).length > seen);
  assertStory(chat.of(id));
  assert.deepEqual(await fourOutputs(base, video), outputs);
  assert.equal(jobLines(stack.log('worker')).length, before + 1);
});

for (const [name, more] of [['absent', { session_id: undefined }], ['null', { session_id: null }], ['empty', { session_id: '' }]])
  test(`a message whose session_id is ${name} gets one`, async () => {
    const message = chatMessage(more);
    const ack = await chat.send(message);
    assert.equal(ack.status, 'accepted');
    assert.match(ack.session_id, UUID);
    const end = await chat.end(ack.msg_id);
    assert.equal(end.session_id, ack.session_id);
    assert.equal(end.conv_id, message.conv_id);
    assert.equal((await history(base, ack.session_id)).length, 2);
  });

test('a message without msg_id and without ack is answered', async () => {
  const message = chatMessage({ msg_id: undefined });
  chat.socket.emit('chat', message);
  const end = await until('the end', () => chat.events.find((one) =>
    one.session_id === message.session_id && one.status !== 'progress'));
  assertStory(chat.of(end.msg_id));
  const [input, output] = await history(base, message.session_id);
  assert.ok(input.msg_id && input.msg_id !== output.msg_id);
  assert.equal(output.msg_id, end.msg_id);
});

test('the first snapshot comes at once: progress, before any worker', async () => {
  const ack = await chat.send(chatMessage());
  await chat.end(ack.msg_id);
  const [first] = chat.of(ack.msg_id);
  assert.equal(first.status, 'progress');
  assert.equal(first.rev, 0);
  assert.ok(first.actions.length > 0);
});

test('keys that an embedding page adds are ignored', async () => {
  const end = await chat.run(chatMessage({ extra: { a: [1] }, is_retry: false, metadata: null, text: 1 }));
  assert.equal(end.status, 'success');
});

const WRONG = [
  ['no argument'], ['null', null], ['a string', 'hello'], ['a number', 7], ['an array', []],
  ['an empty object', {}],
  ['session_id: short', chatMessage({ session_id: 'short' }), 'session_id'],
  ['session_id: long', chatMessage({ session_id: 'x'.repeat(65) }), 'session_id'],
  ['session_id: another shape', chatMessage({ session_id: '../../../etc' }), 'session_id'],
  ['session_id: a key of Redis', chatMessage({ session_id: '{x}:e:12345678' }), 'session_id'],
  ['session_id: a number', chatMessage({ session_id: 12345678 }), 'session_id'],
  ['conv_id: absent', chatMessage({ conv_id: undefined }), 'conv_id'],
  ['conv_id: a number', chatMessage({ conv_id: 1 }), 'conv_id'],
  ['conv_id: long', chatMessage({ conv_id: '1'.repeat(65) }), 'conv_id'],
  ['msg_id: an object', chatMessage({ msg_id: {} }), 'msg_id'],
  ['msg_id: a blank in it', chatMessage({ msg_id: 'a b' }), 'msg_id'],
  ['msg_type: output', chatMessage({ msg_type: 'output' }), 'msg_type'],
  ['msg_type: absent', chatMessage({ msg_type: undefined }), 'msg_type'],
  ['agents: a string', chatMessage({ agents: 'x' }), 'agents'],
  ['agents: numbers', chatMessage({ agents: [1] })],
  ['agents: a tag', chatMessage({ agents: ['<b>'] })],
  ['agents: too many', chatMessage({ agents: Array(65).fill('a') }), 'agents'],
  ['content: absent', chatMessage({ content: undefined }), 'content'],
  ['content: a string', chatMessage({ content: 'hi' }), 'content'],
  ['content: strings', chatMessage({ content: ['hi'] })],
  ['content: unknown type', chatMessage({ content: [{ type: 'html', html: 'x' }] })],
  ['content: text is no text', chatMessage({ content: [{ type: 'text', text: {} }] }), 'text'],
  ['content: too long', chatMessage({ content: textContent('x'.repeat(65537)) }), 'text'],
  ['content: image from a script', chatMessage({ content: [{ type: 'image', image: { url: 'javascript:alert(1)' } }] }), 'url'],
  ['video_id: a number', chatMessage({ video_id: 3 }), 'video_id'],
  ['collection_id: long', chatMessage({ collection_id: 'x'.repeat(129) }), 'collection_id'],
];

for (const [name, value, field] of WRONG)
  test(`refused: ${name}`, async () => {
    const own = await Chat.open(base);
    const sessions = (await get(base, '/session')).text;
    const args = name === 'no argument' ? [] : [value];
    const ack = await own.socket.timeout(10000).emitWithAck('chat', ...args);
    assert.equal(ack.status, 'error', JSON.stringify(ack));
    assert.match(ack.message, /^[A-Za-z].+\.$/s);
    if (field) assert.ok(ack.message.includes(field), ack.message);
    const event = await until('the event', () => own.events.find((one) => one.msg_id === ack.msg_id));
    assertSnapshot(event);
    assert.equal(event.status, 'error');
    assert.equal(event.content[0].status, 'error');
    assert.ok(event.content[0].text.length > 10);
    if (typeof value?.conv_id === 'string' && value.conv_id.length <= 64) assert.equal(event.conv_id, value.conv_id);
    if (value?.session_id?.length <= 64) assert.equal(event.session_id, value.session_id);
    assert.equal((await get(base, '/session')).text, sessions, 'nothing is kept');
    own.close();
  });

test('refused: \\u0000 and lone surrogates end the connection, the next one works', async () => {
  const own = await Chat.open(base);
  for (const text of ['a\u0000b', '\ud800']) {
    const sessions = (await get(base, '/session')).text;
    const closed = new Promise((done) => own.socket.once('disconnect', done));
    // JSON.stringify writes half a pair as the escape that is refused.
    own.socket.volatile.emit('chat', chatMessage({ content: textContent(text) }));
    await closed;
    await until('the client to be back', () => own.socket.connected);
    assert.equal((await get(base, '/session')).text, sessions);
  }
  assert.equal((await own.run(chatMessage())).status, 'success');
  own.close();
});

test('an unknown event is ignored, an unknown namespace refused', async () => {
  const own = await Chat.open(base);
  own.socket.emit('nope', { a: 1 });
  assert.equal((await own.run(chatMessage())).status, 'success');
  own.close();
  const stranger = new Chat(`${base}/x`);
  const error = await new Promise((done) => stranger.socket.once('connect_error', done));
  assert.match(error.message, /namespace/i);
  stranger.close();
});

// ---- Who answers -------------------------------------------------------------------------

const NBSP = '\u00a0';
const OF_PITCH = { video_id: 'v-pitch' };
const CHOICES = [
  ['the array', extract(OF_PITCH)],
  ['the array, twice', extract(OF_PITCH, { agents: ['sales_prompt_extractor', 'sales_prompt_extractor'] })],
  ['the array, another text', extract(OF_PITCH, { content: textContent('please') })],
  ['the array, another name in the text', extract(OF_PITCH, { content: textContent('@stream_video x') })],
  ['the text', extract(OF_PITCH, { agents: [], content: textContent('@sales_prompt_extractor') })],
  ['the text, with a question', extract(OF_PITCH, {
    agents: [], content: textContent('@sales_prompt_extractor what worked?'),
  })],
  ['the text, with blanks', extract(OF_PITCH, {
    agents: [], content: textContent(` \n${NBSP}@sales_prompt_extractor${NBSP}`),
  })],
  ['the text beside an image', extract(OF_PITCH, {
    agents: [], content: [{ type: 'image', image: { url: 'http://127.0.0.1/i.png' } }, ...textContent('@sales_prompt_extractor')],
  })],
];

for (const [name, message] of CHOICES)
  test(`the agent is chosen by ${name}`, async () => {
    const end = await chat.run(message);
    assert.equal(end.status, 'success', textOf(end));
    assert.deepEqual(end.agents, ['sales_prompt_extractor']);
    assert.match(textOf(end), /^## Analysis$/m);
  });

for (const [name, more] of [['the array', { agents: ['nobody'] }], ['the text', { content: textContent('@nobody help') }]])
  test(`an unknown agent, by ${name}`, async () => {
    const end = await chat.run(chatMessage(more));
    assertAdvice(end, /no agent @nobody.*You can ask: @sales_prompt_extractor, @stream_video/);
  });

test('no agent: the answer says which there are', async () => {
  for (const content of [textContent('Hello'), textContent(''), [], textContent('me@sales_prompt_extractor.example')]) {
    const end = await chat.run(chatMessage({ content }));
    assert.equal(end.status, 'success');
    assert.match(textOf(end), /@sales_prompt_extractor/);
    assert.match(textOf(end), /@stream_video/);
  }
});

test('no video is chosen', async () => {
  for (const video_id of [null, undefined, ''])
    assertAdvice(await chat.run(extract({ video_id })), /No video is chosen.*Choose a video/);
});

test('the video does not exist', async () => {
  assertAdvice(await chat.run(extract({ video_id: 'v-gone' })), /does not exist.*Choose another video/);
});

test('the video has no transcript', async () => {
  assertAdvice(await chat.run(extract(bare)), /no transcript.*Add/);
  assert.deepEqual(await outputsOf(base, bare), []);
});

test('errors are the state of the message in the history too', async () => {
  const message = extract({ video_id: null });
  const end = await chat.run(message);
  const [, output] = await history(base, message.session_id);
  for (const key of Object.keys(end)) assert.deepEqual(output[key], end[key], key);
});

test('stream_video by the text of a click', async () => {
  const name = 'Größe "A" & <b>co</b> (final).mp4';
  const made = await ask(base, 'POST', '/api/v1/videos', {
    json: { metadata: { name, stream_url: 'https://cdn.example/a.m3u8', thumbnail_url: 'https://cdn.example/a.jpg' } },
  });
  const list = (await get(base, '/videodb/collection/default/video')).json;
  const shown = list.find((one) => one.id === made.json.video_id).name;
  assert.ok(!/[<>]/.test(shown), 'the page inserts names as HTML');
  // The page sends the name that it shows; other clients may know the real one.
  for (const words of [shown, name]) {
    const end = await chat.run(chatMessage({ content: textContent(`@stream_video ${words}`) }));
    assert.equal(end.status, 'success', textOf(end));
    const [item] = end.content;
    assert.equal(item.type, 'video');
    assert.equal(item.status, 'success');
    assert.equal(item.video.id, made.json.video_id);
    assert.equal(item.video.name, shown);
    assert.equal(item.video.stream_url, 'https://cdn.example/a.m3u8');
  }
});

test('stream_video gives no address that is a script', async () => {
  const metadata = { name: 'script', stream_url: 'javascript:alert(1)', external_url: 'data:text/html,x' };
  await ask(base, 'POST', '/api/v1/videos', { json: { metadata } });
  const end = await chat.run(chatMessage({ content: textContent('@stream_video script') }));
  assert.equal(end.status, 'success');
  assert.ok(!/javascript:|data:/.test(JSON.stringify(end)), JSON.stringify(end));
});

test('stream_video of a video without a stream says so', async () => {
  const end = await chat.run(chatMessage({ content: textContent('@stream_video Pitch'), video_id: 'v-pitch' }));
  assert.equal(end.status, 'success', textOf(end));
  assert.match(textOf(end), /Pitch.*no stream/);
});

test('stream_video of nothing known tells what to do', async () => {
  assertAdvice(await chat.run(chatMessage({ content: textContent('@stream_video no such name') })), /[Cc]hoose/);
});

// ---- The result ----------------------------------------------------------------------------

/** Splits Markdown at its fences: [{lang, text}], and what is outside them. */
function fencesOf(markdown) {
  const blocks = [];
  const outside = [];
  let open = null;
  for (const line of markdown.split('\n')) {
    const fence = /^(`{3,})([a-z]*)$/.exec(line);
    if (!open && fence) {
      open = { fence: fence[1], lang: fence[2], lines: [] };
    } else if (open && fence && !fence[2] && fence[1].length >= open.fence.length) {
      blocks.push({ lang: open.lang, text: open.lines.join('\n') });
      open = null;
    } else {
      (open ? open.lines : outside).push(line);
    }
  }
  assert.equal(open, null, 'every fence is closed');
  return { blocks, outside: outside.join('\n') };
}

test('the result: unified format, four outputs stored, engine named', async () => {
  const end = await chat.run(extract(video));
  assert.equal(end.status, 'success', textOf(end));
  assert.equal(end.content.length, 1);
  const { blocks, outside } = fencesOf(end.content[0].text);
  assert.deepEqual(outside.split('\n').filter(Boolean), ['## Analysis', '## Structured Data', '## Voice Prompt', '## Training Data']);
  assert.deepEqual(blocks.map((one) => one.lang), ['markdown', 'json', '', 'json']);
  const rows = await fourOutputs(base, video);
  const stored = ['analysis', 'structured_data', 'voice_prompt', 'training_data'].map((type) => rows[type].content.trimEnd());
  assert.deepEqual(blocks.map((one) => one.text.trimEnd()), stored);
  assert.match(rows.analysis.content, /offline engine/);
  assert.equal(JSON.parse(rows.structured_data.content).analysis_data.engine, 'offline');
  assert.equal(JSON.parse(rows.training_data.content).engine, 'offline');
  for (const row of Object.values(rows)) assert.equal(row.metadata.engine, 'offline');
});

test('structured data has the keys of the contract', async () => {
  const { structured_data: row } = await fourOutputs(base, video);
  const { analysis_data: data } = JSON.parse(row.content);
  const lists = {
    sales_techniques: ['name', 'description', 'examples', 'effectiveness'],
    communication_strategies: ['type', 'description', 'examples', 'effectiveness'],
    objection_handling: ['objection', 'response', 'examples', 'effectiveness'],
    voice_agent_guidelines: ['type', 'description', 'context'],
    closing_techniques: ['name', 'description', 'examples'],
    script_templates: ['template', 'context'],
  };
  for (const key of ['overview', 'topics', 'learning_objectives', 'unique_approaches']) assert.ok(key in data.summary, key);
  for (const [list, keys] of Object.entries(lists)) {
    assert.ok(data[list].length > 0, list);
    for (const item of data[list]) for (const key of keys) assert.ok(key in item, `${list}: ${key}`);
  }
  assert.ok(data.key_phrases.every((phrase) => typeof phrase === 'string'));
  for (const item of data.voice_agent_guidelines) assert.match(item.type, /^(do|dont)$/);
});

test('every quote is verbatim in the transcript', async () => {
  const quotes = assertVerbatim(SAMPLE, await fourOutputs(base, video));
  assert.ok(quotes > 40, `${quotes} quotes`);
});

const PERSONAL = /[\w.+-]+@[\w-]+\.\w+|:\/\/[^\s/@]+:[^\s/@]+@|\b\d{1,3}(?:\.\d{1,3}){3}\b|\b\d(?:[ -]?\d){8,}\b/g;

test('voice prompt and training data have no personal information', async () => {
  const personal = SAMPLE.replace(/^.*-->.*$/gm, '').match(PERSONAL);
  assert.ok(personal.length >= 6, `the sample has some: ${personal}`);
  const rows = await fourOutputs(base, video);
  for (const type of ['voice_prompt', 'training_data']) {
    assert.deepEqual(rows[type].content.match(PERSONAL), null, type);
    for (const words of personal) assert.ok(!rows[type].content.includes(words), `${type}: ${words}`);
  }
  const { examples } = JSON.parse(rows.training_data.content);
  assert.ok(examples.length > 5);
  for (const one of examples) assert.ok(one.input.length > 0 && one.output.length > 0);
  for (const kind of ['EMAIL', 'PHONE', 'CARD', 'URL']) assert.match(rows.training_data.content, new RegExp(`\\[${kind}_\\d+\\]`), kind);
  for (const type of ['voice_prompt', 'training_data']) assert.equal(rows[type].metadata.pii.method, 'rules');
});

const SRT = SAMPLE.split('\n\n').filter((one) => one.includes('-->')).map((one, i) =>
  `${i + 1}\n${one.replace(/(\d\d)\.(\d{3})/g, '$1,$2').replace(/<v ([^>]*)>/g, '$1: ').trim()}\n`).join('\n');
const PLAIN = SAMPLE.match(/^<v .*$/gm).map((line) => line.replace(/<v ([^>]*)>/, '$1: ')).join('\n');
const HEADLESS = SAMPLE.slice(SAMPLE.indexOf('00:00:01'));

for (const [name, type, text] of [
  ['SRT', 'application/x-subrip', SRT], ['SRT as text', 'text/plain', SRT], ['plain text', 'text/plain', PLAIN],
  ['WebVTT with CRLF', 'text/vtt', SAMPLE.replace(/\n/g, '\r\n')],
  ['WebVTT with a byte order mark', 'text/vtt', `\ufeff${SAMPLE}`],
  ['WebVTT without its first line', 'text/vtt', HEADLESS],
])
  test(`the same talk as ${name} gives the same quotes`, async () => {
    const own = await addVideo(base, name, text, type);
    const end = await chat.run(extract(own));
    assert.equal(end.status, 'success', textOf(end));
    const rows = await fourOutputs(base, own);
    assert.equal(assertVerbatim(SAMPLE, rows), assertVerbatim(SAMPLE, await fourOutputs(base, video)));
    assert.equal(rows.training_data.content, (await fourOutputs(base, video)).training_data.content);
  });

test('a new transcript gives new outputs, the old ones are gone', async () => {
  const own = await addVideo(base, 'changes', SAMPLE);
  await chat.run(extract(own));
  const first = await fourOutputs(base, own);
  const short = 'WEBVTT\n\n00:01.000 --> 00:03.000\n<v Ann>Would you like to try it?\n\n00:04.000 --> 00:05.000\n<v Ben>It is too expensive for us.\n';
  const put = await ask(base, 'PUT', `/api/v1/videos/${own.id}/transcript`, { body: short, type: 'text/vtt' });
  assert.equal(put.status, 200);
  await chat.run(extract(own));
  const second = await fourOutputs(base, own);
  assert.notEqual(second.analysis.content, first.analysis.content);
  assertVerbatim(short, second);
});

test('ten at once on one video: each ends, one set of outputs', async () => {
  const own = await addVideo(base, 'many', SAMPLE);
  const ends = await Promise.all(Array.from({ length: 10 }, () => chat.run(extract(own))));
  assert.deepEqual(ends.map((one) => one.status), Array(10).fill('success'));
  await fourOutputs(base, own);
});

// ---- Harmless --------------------------------------------------------------------------------

const TAG = '<img src=x onerror="window.pwned=1">';
const LINK = '[x](javascript:alert(1))';
const HOSTILE = [
  TAG, LINK, '<script>alert(1)</script>', `a\n\n\`\`\`\n${TAG}\n`, `\`\`\`\n\`\`\`\n${TAG}`, '</code></pre><svg/onload=alert(1)>',
  '[x]: javascript:alert(1)\n\n[x]', '![a](x"onerror="alert(1))', '<javascript:alert(1)>',
  '<a\nhref=javascript:alert(1)>x', '&lt;img&gt;',
  '~~~\n~~~\n<b>', '    <b>indented', '> <b>', '1. <b>', '[x](  java\tscript:alert(1))', '[x](&#106;avascript:alert(1))',
];

function assertHarmless(markdown) {
  const { outside } = fencesOf(markdown);
  assert.ok(!/<[a-z/!?]/i.test(outside), `a tag: ${outside}`);
  assert.ok(!/\]\(\s*(?:javascript|vbscript|data)\s*:/i.test(outside), `a link: ${outside}`);
}

for (const [i, text] of HOSTILE.entries())
  test(`hostile text ${i} is harmless in the message, its answer and the history`, async () => {
    // Fences of one's own are code, tried below where they must not end early.
    const content = textContent(text);
    const message = chatMessage({ content });
    const end = await chat.run(message);
    for (const event of chat.of(end.msg_id)) for (const line of [...event.actions, textOf(event)]) assertHarmless(line);
    const [input, output] = await history(base, message.session_id);
    assert.equal(output.status, 'success');
    const shown = input.content[0].text;
    if (!/^(```|~~~)/m.test(text)) assertHarmless(shown);
    if (text.includes('<')) assert.notEqual(shown, text);
  });

test('hostile words in a transcript stay inside the fences', async () => {
  const lines = HOSTILE.map((text) => text.replace(/\n+/g, ' '));
  const text = lines.map((words) =>
    `Ann: Would you like to try it? ${words}\nBen: It is too expensive for us. ${words}\n`).join('');
  const own = await addVideo(base, `${TAG} ${LINK}`, text, 'text/plain');
  const end = await chat.run(extract(own));
  assert.equal(end.status, 'success', textOf(end));
  const { blocks, outside } = fencesOf(end.content[0].text);
  assert.deepEqual(blocks.map((one) => one.lang), ['markdown', 'json', '', 'json']);
  assert.deepEqual(outside.split('\n').filter(Boolean).length, 4, outside);
  assertHarmless(outside);
  for (const event of chat.of(end.msg_id)) for (const line of event.actions) assertHarmless(line);
  JSON.parse(blocks[1].text);
  const rows = await fourOutputs(base, own);
  assert.equal(blocks[0].text.trimEnd(), rows.analysis.content.trimEnd(), 'what is stored is raw');
  assert.ok(rows.analysis.content.includes('<img src=x') || rows.training_data.content.includes('<img src=x'));
});

test('a hostile name is harmless when the video is shown', async () => {
  const name = `${TAG} ${LINK} **x** \`y`;
  await addVideo(base, name);
  const end = await chat.run(chatMessage({ content: textContent(`@stream_video ${name}`) }));
  assert.equal(end.status, 'success', textOf(end));
  assert.ok(!/<[a-z]/i.test(textOf(end)), textOf(end));
  assertHarmless(textOf(end));
});

test('a hostile message that is refused is harmless too', async () => {
  for (const value of [chatMessage({ conv_id: TAG }), chatMessage({ session_id: TAG }), chatMessage({ agents: [TAG] })]) {
    const ack = await chat.send(value);
    const event = await until('the event', () => chat.events.find((one) => one.msg_id === ack.msg_id));
    assertHarmless(textOf(event));
    for (const line of event.actions) assertHarmless(line);
  }
});

// ---- Rooms and history ---------------------------------------------------------------------------

const cookieOf = (answer) => answer.headers['set-cookie'][0].split(';')[0];

test('all tabs of a user hear the answer, other users do not', async () => {
  const [mine, theirs] = [cookieOf(await get(base, '/agent')), cookieOf(await get(base, '/agent'))];
  const open = (Cookie) => Chat.open(base, { extraHeaders: { Cookie } });
  const [tab, other, stranger] = await Promise.all([open(mine), open(mine), open(theirs)]);
  const message = chatMessage();
  const end = await tab.run(message);
  assert.deepEqual(await other.end(end.msg_id), end);
  assertStory(other.of(end.msg_id));
  // The stranger's own answer comes behind whatever it would have heard.
  await stranger.run(chatMessage());
  assert.deepEqual(stranger.of(end.msg_id), []);
  const listed = async (Cookie) => (await get(base, '/session', { Cookie })).json.map((one) => one.session_id);
  assert.ok((await listed(mine)).includes(message.session_id));
  assert.ok(!(await listed(theirs)).includes(message.session_id));
  for (const one of [tab, other, stranger]) one.close();
});

test('history: oldest first, an input before its output', async () => {
  const session_id = randomUUID();
  const sent = [];
  for (let i = 0; i < 5; i++) {
    const message = chatMessage({ session_id, content: textContent(`Question ${i}`) });
    const end = await chat.run(message);
    sent.push([message.msg_id, end.msg_id]);
  }
  const rows = await history(base, session_id);
  assert.deepEqual(rows.map((row) => row.msg_id), sent.flat());
  assert.deepEqual(rows.map((row) => row.msg_type), sent.flatMap(() => ['input', 'output']));
  assert.deepEqual(rows.filter((row) => row.msg_type === 'input').map((row) => row.content[0].text),
    sent.map((_, i) => `Question ${i}`));
  for (const row of rows) {
    assert.equal(row.status, 'success');
    assert.equal(row.session_id, session_id);
  }
});

test('several messages of one session at once: all end, pairs in order', async () => {
  const session_id = randomUUID();
  const messages = Array.from({ length: 12 }, () => chatMessage({ session_id }));
  await Promise.all(messages.map((one) => chat.run(one)));
  const rows = await history(base, session_id);
  assert.equal(rows.length, 24);
  for (let i = 0; i < rows.length; i += 2) {
    assert.equal(rows[i].msg_type, 'input');
    assert.equal(rows[i + 1].msg_type, 'output');
    assert.equal(rows[i].conv_id, rows[i + 1].conv_id);
  }
});

test('sessions: newest first, the video of the last message', async () => {
  const session_id = randomUUID();
  await chat.run(chatMessage({ session_id }));
  const later = chatMessage();
  await chat.run(later);
  await sleep(1100); // the list's times are whole seconds
  await chat.run(chatMessage({ session_id, video_id: 'v-pitch' }));
  const list = (await get(base, '/session')).json.filter((one) => [session_id, later.session_id].includes(one.session_id));
  assert.deepEqual(list.map((one) => one.session_id), [session_id, later.session_id]);
  assert.equal(list[0].video_id, 'v-pitch');
  assert.ok(list[0].updated_at > list[0].created_at);
});

test('sessions are named after what was asked, or the video', async () => {
  const ids = [randomUUID(), randomUUID(), randomUUID()];
  await chat.run(chatMessage({ session_id: ids[0], content: textContent('What is <b>this</b>?') }));
  await chat.run(extract(video, { session_id: ids[1] }));
  await chat.run(extract({ video_id: 'no-such-video' }, { session_id: ids[2] }));
  const names = Object.fromEntries((await get(base, '/session')).json.map((one) => [one.session_id, one.name]));
  const { json: row } = await get(base, `/api/v1/videos/${video.video_id}`);
  assert.deepEqual(ids.map((id) => names[id]),
    ['What is \u2039b\u203athis\u2039/b\u203a?', row.metadata.name, 'sales_prompt_extractor']);
});

// ---- In mid-run, on the slow installation -------------------------------------------------------------

async function slowVideo() {
  return addVideo(slow.url, 'slow', SAMPLE);
}

function slowCases() {
  test('slow: a reload in mid-run gets the end, and again at 3 and 10 s', async () => {
    const cookie = cookieOf(await get(slow.url, '/agent'));
    const options = { extraHeaders: { Cookie: cookie } };
    const first = await Chat.open(slow.url, options);
    const message = extract(await slowVideo());
    const { msg_id: id } = await first.send(message);
    await first.see(id, 'a stage', (event) => event.rev > 0);
    first.close();
    const second = await Chat.open(slow.url, options);
    const [, open] = await history(slow.url, message.session_id, { Cookie: cookie });
    assert.equal(open.msg_id, id);
    assert.equal(open.status, 'progress');
    const end = await second.end(id);
    const started = Date.now();
    assert.equal(end.status, 'success');
    const ends = () => second.of(id).filter((event) => event.status !== 'progress');
    for (const [i, wait] of ECHOES_MS.entries()) {
      await until(`repetition ${i + 1}`, () => ends().length > i + 1);
      const late = Date.now() - started - wait;
      assert.ok(late > -200 && late < ECHO_LATE_MS, `repetition ${i + 1} came ${late} ms late`);
    }
    assertStory(second.of(id));
    assert.equal(ends().length, 3);
    second.close();
  }, { timeout: 40000 });

  test('slow: an end nobody waits for in a history is told once', async () => {
    const own = await Chat.open(slow.url);
    const message = extract(await slowVideo());
    const end = await own.run(message);
    await sleep(ECHOES_MS[0] + 2000);
    assert.equal(own.of(end.msg_id).filter((event) => event.status !== 'progress').length, 1);
    own.close();
  });

  test('slow: each snapshot is in the store before it is told', async () => {
    const own = await Chat.open(slow.url);
    const message = extract(await slowVideo());
    const checks = [];
    own.socket.on('chat', (event) => {
      if (event.session_id !== message.session_id) return;
      checks.push(history(slow.url, message.session_id).then(([, output]) => {
        assert.equal(output.msg_id, event.msg_id);
        assert.ok(output.rev >= event.rev, `told ${event.rev}, stored ${output.rev}`);
      }));
    });
    const end = await own.run(message);
    await Promise.all(checks);
    const stages = own.of(end.msg_id).map((event) => event.actions.length);
    assert.ok(checks.length >= 6, `${checks.length} snapshots: ${stages}`);
    assert.deepEqual([...stages].sort((a, b) => a - b), stages, 'the log grows');
    own.close();
  });

  test('slow: deleting the session in mid-run ends the job in silence', async () => {
    const own = await Chat.open(slow.url);
    const target = await slowVideo();
    const message = extract(target);
    const { msg_id: id } = await own.send(message);
    await own.see(id, 'a stage', (event) => event.rev > 0);
    const gone = await ask(slow.url, 'DELETE', `/session/${message.session_id}`);
    assert.equal(gone.status, 200, gone.text);
    assertProblem(await get(slow.url, `/session/${message.session_id}`), 404, 'not-found');
    // Another job behind it on the same video: the worker is alive.
    const end = await own.run(extract(target));
    assert.equal(end.status, 'success');
    assert.ok(own.of(id).every((event) => event.status === 'progress'));
    own.close();
  });

  test('slow: an answer in progress is told to a socket that sends the message again', async () => {
    const own = await Chat.open(slow.url);
    const message = extract(await slowVideo());
    const { msg_id: id } = await own.send(message);
    await own.see(id, 'a stage', (event) => event.rev > 0);
    const late = await Chat.open(slow.url);
    const ack = await late.send(message);
    assert.deepEqual([ack.status, ack.msg_id], ['duplicate', id]);
    for (const one of [own, late]) {
      assert.equal((await one.end(id)).status, 'success');
      assertStory(one.of(id));
      one.close();
    }
  });
}

main(async () => {
  [stack, slow] = await Promise.all([
    start(),
    start({ env: { DIRECTOR_STAGE_DELAY_MS: String(STAGE_MS), DIRECTOR_WORKER_THREADS: '6' } }),
  ]);
  base = stack.url;
  await ask(base, 'POST', '/api/v1/videos', { json: { video_id: 'v-pitch', metadata: { name: 'Pitch' } } });
  await ask(base, 'PUT', '/api/v1/videos/v-pitch/transcript', { body: SAMPLE, type: 'text/vtt' });
  video = (await get(base, '/api/v1/videos/v-pitch')).json;
  bare = await addVideo(base, 'bare');
  chat = await Chat.open(base);
  const quick = run();
  slowCases();
  await Promise.all([quick, run(6)]);
});
