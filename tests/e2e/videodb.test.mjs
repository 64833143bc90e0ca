// VideoDB as an engine, against a double of it: the mirror, uploads by address,
// transcripts, deletions, addresses; every fault of every call; and without a
// key nothing is asked.

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { openVideodb } from '../harness/double_videodb.mjs';
import { start } from '../harness/stack.mjs';
import { cleanup, main, run, test } from '../harness/tap.mjs';
import { Chat, addVideo, ask, assertProblem, chatMessage, get, jobsIn, textContent, until } from './lib_app.mjs';

const FIRST = '/videodb/collection/default';
const FAST = { VIDEO_DB_MIRROR_MS: '3000', VIDEO_DB_POLL_MS: '50', VIDEO_DB_TIMEOUT_MS: '1500',
  DIRECTOR_UPLOAD_WAIT_MS: '20000', DIRECTOR_LEASE_MS: '2000', DIRECTOR_WORKER_THREADS: '4' };

let db;
let stack;
let base;
let events;
let page;

// Of one that is not there yet: nothing.
async function list(kind, collection = 'default') {
  const { status, json } = await get(base, `/videodb/collection/${collection}/${kind}`);
  return status === 404 ? [] : json;
}
const has = async (kind, id, collection) => (await list(kind, collection)).find((one) => one.id === id);
// Looking asks for the mirror by itself.
const appears = (kind, id, collection) => until(`${id} in the list`, () => has(kind, id, collection));
const vanishes = (kind, id, collection) => until(`${id} gone`, async () => !(await has(kind, id, collection)));
const collections = async () => (await get(base, '/videodb/collection')).json;
const job = async (id) => (await get(base, `/api/v1/jobs/${id}`)).json;
async function ended(id) {
  await until('the end of the job', async () => !['queued', 'running'].includes((await job(id)).state));
  return job(id);
}
const upload = (source, more = {}, path = FIRST) =>
  ask(base, 'POST', `${path}/upload`, { json: { source, source_type: 'url', ...more } });
const remove = (path) => ask(base, 'DELETE', path);
async function mirrored() {
  const mark = db.add('image', 'c-default', { name: 'a mark' });
  await appears('image', mark.id);
  db.remove('image', mark.id);
}

// ---- the mirror ------------------------------------------------------------------

test('what VideoDB has is there from the start, under the names the page knows', async () => {
  const [first, ...rest] = await collections();
  assert.equal(first.id, 'c-main');
  assert.deepEqual(rest.filter((c) => c.id === 'c-calls'), [{ id: 'c-calls', name: 'Sales ‹b›calls', description: 'All of May' }]);
  assert.ok(!rest.some((c) => c.id === 'c-default'), 'the default one is ours');
  const video = await has('video', 'm-first');
  assert.deepEqual(video, { id: 'm-first', name: 'The first call', collection_id: 'c-main', description: '',
    stream_url: 'https://stream.videodb.example/m-first.m3u8', external_url: null,
    player_url: 'https://console.videodb.example/m-first', thumbnail_url: 'https://assets.videodb.example/m-first.jpg',
    length: 12.5, type: 'video' });
  assert.deepEqual(await has('audio', 'a-first', 'c-calls'), { id: 'a-first', name: 'A voice', collection_id: 'c-calls', length: 12.5, type: 'audio' });
  assert.deepEqual(await has('image', 'img-first', 'c-calls'), { id: 'img-first', name: 'A slide', collection_id: 'c-calls',
    url: 'https://assets.videodb.example/img-first.png', type: 'image' });
  const { json: one } = await get(base, `${FIRST}/video/m-first`);
  assert.equal(one.stream_url, video.stream_url);
  assert.deepEqual((await get(base, '/config/check')).json, { videodb_configured: true, llm_configured: true, db_configured: true });
});

test('the player gets its stream', async () => {
  const end = await page.run(chatMessage({ agents: ['stream_video'], video_id: 'm-first', content: textContent('@stream_video The first call') }));
  const item = end.content.find((one) => one.type === 'video');
  assert.equal(item?.video.stream_url, 'https://stream.videodb.example/m-first.m3u8', JSON.stringify(end.content));
});

test('what comes, changes and goes there, does here, and pages are told; our own stays', async () => {
  const ours = await addVideo(base, 'Ours');
  const made = db.add('video', 'c-calls', { name: 'One' });
  await appears('video', made.id, 'c-calls');
  await until('news of videos', () => events.some((e) => e.update === 'videos' && e.collection_id === 'c-calls'));
  // A change that was made here stays until VideoDB makes one.
  const { status } = await ask(base, 'PATCH', `/api/v1/videos/${made.id}`, { json: { metadata: { name: 'Mine', lang: 'en' } } });
  assert.equal(status, 200);
  await mirrored();
  assert.equal((await has('video', made.id, 'c-calls')).name, 'Mine');
  made.name = 'Two';
  await until('the new name', async () => (await has('video', made.id, 'c-calls'))?.name === 'Two');
  assert.equal((await get(base, `/api/v1/videos/${made.id}`)).json.metadata.lang, 'en');
  db.remove('video', made.id);
  await vanishes('video', made.id, 'c-calls');
  assert.ok(await has('video', ours.video_id));
});

test('a collection comes and goes', async () => {
  db.make('c-new', 'New');
  await until('the collection', async () => (await collections()).some((c) => c.id === 'c-new'));
  await until('news of collections', () => events.some((e) => e.update === 'collections'));
  const one = db.add('video', 'c-new');
  await appears('video', one.id, 'c-new');
  // It goes with what is in it, in one reading.
  db.collections.delete('c-new');
  await until('its end', async () => !(await collections()).some((c) => c.id === 'c-new'));
});

test('a video that moves keeps its row, and what belongs to it', async () => {
  const one = db.add('video', 'c-default', { name: 'Mover' });
  await appears('video', one.id);
  const { json: before } = await get(base, `/api/v1/videos/${one.id}`);
  const put = await ask(base, 'PUT', `/api/v1/videos/${one.id}/transcript`, { body: 'Anna: Hello.\n', type: 'text/plain' });
  assert.equal(put.status, 201);
  db.remove('video', one.id);
  db.add('video', 'c-calls', { ...one, collection_id: 'c-calls' });
  await appears('video', one.id, 'c-calls');
  const { json: after } = await get(base, `/api/v1/videos/${one.id}`);
  assert.equal(after.id, before.id);
  assert.equal((await get(base, `/api/v1/videos/${one.id}/transcript`)).status, 200);
});

test('names that are ours, and ids that are none, are left alone', async () => {
  const ours = await addVideo(base, 'Ours');
  const { json: made } = await ask(base, 'POST', '/videodb/collection', { json: { name: 'Our own', description: ' ' } });
  const id = made.data.collection.id;
  for (const bad of ['../x', 'a b', '', 'm/1', 'x'.repeat(300)]) db.add('video', 'c-calls', { id: bad });
  db.add('video', 'c-calls', { id: ours.id, name: 'Not yours' });
  db.make('c-main', 'Not the first');
  db.make('default', 'Nor this');
  await mirrored();
  for (const bad of ['../x', 'a b', '', 'm/1', 'x'.repeat(300), ours.id]) db.remove('video', bad);
  db.collections.delete('c-main');
  db.collections.delete('default');
  const all = await collections();
  assert.ok(all.some((c) => c.id === id) && all[0].name !== 'Not the first' && !all.some((c) => c.id === 'default'));
  assert.equal((await has('video', ours.video_id)).name, 'Ours');
  assert.ok((await list('video', 'c-calls')).every((v) => /^m-/.test(v.id)));
});

test('many videos come in pages', async () => {
  db.make('c-many', 'Many');
  for (let i = 0; i < 2300; i++) db.add('video', 'c-many', { id: `m-many-${i}` });
  await until('all of them', async () => (await list('video', 'c-many')).length === 2300);
  db.collections.delete('c-many');
  await until('none of them', async () => !(await collections()).some((c) => c.id === 'c-many'));
});

test('another account: what was the old one\'s goes, our first collection is its default one', async () => {
  const old = db.collections;
  const ours = await addVideo(base, 'Ours');
  db.collections = new Map();
  db.defaultId = db.make('c-other', 'Other');
  db.saysDefault = false; // some lists do not say which it is
  const one = db.add('video', 'c-other');
  await appears('video', one.id);
  await vanishes('video', 'm-first');
  assert.ok(await has('video', ours.video_id));
  assert.ok(!(await collections()).some((c) => c.id === 'c-calls' || c.id === 'c-other'));
  db.collections = old;
  db.defaultId = 'c-default';
  db.saysDefault = true;
  await appears('video', 'm-first');
  await appears('audio', 'a-first', 'c-calls');
  assert.equal(await has('video', one.id), undefined);
});

// ---- uploads ----------------------------------------------------------------------

test('an upload by address is VideoDB\'s: polled, mirrored, and the request gets it', async () => {
  db.polls = 4;
  const before = db.uploads.length;
  const { status, json, text } = await upload('https://files.example/a%20call.mp4?sig=s3cret', {}, '/videodb/collection/c-calls');
  db.polls = 0;
  assert.equal(status, 200, text);
  assert.equal(json.name, 'a call');
  assert.equal(json.type, 'video');
  assert.equal(json.collection_id, 'c-calls');
  assert.equal(json.stream_url, `https://stream.videodb.example/${json.id}.m3u8`);
  assert.deepEqual(await has('video', json.id, 'c-calls'), json);
  assert.deepEqual(db.uploads.slice(before), [{ url: 'https://files.example/a%20call.mp4?sig=s3cret', name: 'a call', media_type: 'video' }]);
  const { json: row } = await get(base, `/api/v1/videos/${json.id}`);
  const done = await job(row.id);
  assert.deepEqual([done.state, done.tries], ['success', 0], 'polls use no try');
  assert.deepEqual(done.result, { type: 'video', id: json.id, collection_id: 'c-calls' });
  // The next reading of the lists finds nothing new in it.
  await mirrored();
  assert.equal((await list('video', 'c-calls')).filter((v) => v.id === json.id).length, 1);
  assert.equal((await get(base, `/api/v1/videos/${json.id}`)).json.id, row.id);
});

test('audio, an image, and a video whose stream has to be asked for', async () => {
  for (const [source, type] of [['talk.mp3', 'audio'], ['slide.png', 'image']]) {
    const { status, json, text } = await upload(`https://files.example/${source}`);
    assert.equal(status, 200, text);
    assert.equal(json.type, type);
    assert.deepEqual(await has(type, json.id), json);
  }
  const { json } = await upload('https://files.example/streamless.mp4');
  assert.equal(json.stream_url, `https://stream.videodb.example/made/${json.id}.m3u8`);
});

test('what VideoDB cannot use is 422 with its reason', async () => {
  for (const polls of [0, 2]) {
    db.polls = polls;
    const answer = await upload('https://files.example/refused.mp4');
    db.polls = 0;
    assertProblem(answer, 422, 'unprocessable', 'source');
    assert.match(answer.json.detail, /VideoDB refused this: The file <i>is<\/i> broken/);
  }
});

test('a collection that was made here is made there with the first upload, once', async () => {
  const { json: made } = await ask(base, 'POST', '/videodb/collection', { json: { name: 'Made here', description: 'x' } });
  const id = made.data.collection.id;
  for (const name of ['one', 'two']) {
    const { status, json, text } = await upload(`https://files.example/${name}.mp4`, {}, `/videodb/collection/${id}`);
    assert.equal(status, 200, text);
    assert.equal(json.collection_id, id);
  }
  assert.equal([...db.collections.values()].filter((c) => c.name === 'Made here').length, 1);
  await mirrored();
  assert.equal((await collections()).filter((c) => c.name === 'Made here').length, 1);
  assert.equal((await list('video', id)).length, 2);
});

test('a worker killed while VideoDB works: the next one asks on, nothing is sent twice', async () => {
  db.polls = 1000000;
  const answer = upload('https://files.example/killed.mp4');
  await until('some polls', () => [...db.work.values()].some((w) => w.left > 1000 && w.left < 1000000 - 3));
  const old = stack.kill('worker', 'SIGKILL');
  await stack.replaced('worker', old);
  const seen = () => [...db.work.values()].find((w) => w.left > 1000).left;
  const left = seen();
  await until('polls of the next one', () => seen() < left - 3);
  for (const work of db.work.values()) if (work.left > 1000) work.left = 2;
  db.polls = 0;
  const { status, text } = await answer;
  assert.equal(status, 200, text);
  assert.equal(db.uploads.filter((u) => /killed/.test(u.url)).length, 1);
});

test('an upload that is cancelled while VideoDB works is asked for no more', async () => {
  db.work.clear();
  db.polls = 1000000;
  const answer = upload('https://files.example/cancelled.mp4');
  await until('some polls', () => [...db.work.values()].some((w) => w.left < 1000000 - 3));
  db.polls = 0;
  const { json: [row] } = await get(base, '/api/v1/jobs?type=eq.fetch&state=in.(queued,running)&limit=1');
  const { status, text } = await ask(base, 'POST', `/api/v1/jobs/${row.id}/cancel`);
  assert.ok(status === 200 || status === 202, text);
  assert.equal((await ended(row.id)).state, 'cancelled');
  assertProblem(await answer, 422, 'unprocessable', 'source');
  const [work] = db.work.values();
  const { left } = work;
  await mirrored();
  assert.equal(work.left, left);
});

test('the key is not said to another server, even if VideoDB names one', async () => {
  const heard = [];
  const other = http.createServer((request, response) => {
    heard.push(request.headers);
    response.end('{"success":true,"data":{"id":"m-other","name":"x"}}');
  });
  cleanup(() => { other.closeAllConnections(); other.close(); });
  await new Promise((done) => other.listen(0, '127.0.0.1', done));
  db.polls = 1;
  db.pollHost = `http://127.0.0.1:${other.address().port}`;
  const answer = await upload('https://files.example/elsewhere.mp4');
  db.polls = 0;
  db.pollHost = undefined;
  // Loopback, and not the address that the operator named: not even asked.
  assertProblem(answer, 422, 'unprocessable', 'source');
  assert.match(answer.json.detail, /not on the public internet/);
  assert.deepEqual(heard, []);
});

// ---- transcripts ---------------------------------------------------------------------

const word = (start, end, text) => ({ start, end, text });
const WORDS = [word(0, 0.5, 'Good'), word(0.5, 1, 'morning.'), word(1, 3, '-'), word('3.0', '3.4', 'Our'), word(3.4, 4, '<b>price</b>'),
  word(4, 4.5, 'is'), word(4.5, 5, 'fair.')];

async function hear(video) {
  const begun = await ask(base, 'POST', `/api/v1/videos/${video}/transcript`);
  assert.equal(begun.status, 202, begun.text);
  assert.equal(begun.headers.location, `/api/v1/jobs/${begun.json.job}`);
  return ended(begun.json.job);
}

test('words become a transcript with times, a sentence a cue', async () => {
  const video = db.add('video', 'c-default');
  db.transcripts.set(video.id, WORDS);
  await appears('video', video.id);
  const done = await hear(video.id);
  assert.deepEqual([done.state, done.error], ['success', '']);
  assert.deepEqual(done.result, { video_id: video.id, cues: 2 });
  const { json } = await get(base, `/api/v1/videos/${video.id}/transcript`);
  assert.equal(json.full_text, 'WEBVTT\n\n00:00:00.000 --> 00:00:01.000\nGood morning.\n\n' +
    '00:00:03.000 --> 00:00:05.000\nOur &lt;b&gt;price&lt;/b&gt; is fair.\n');
  assert.equal(json.metadata.source, 'videodb');
  assert.equal(db.calls.find((c) => c.path.endsWith(`${video.id}/transcription`)).query.segmenter, 'word');
  assert.equal((await hear(video.id)).state, 'success', 'and again');
});

test('one that is not there yet is made, and polled for', async () => {
  const video = db.add('video', 'c-default');
  db.heard.set(video.id, WORDS);
  await appears('video', video.id);
  db.polls = 3;
  const done = await hear(video.id);
  db.polls = 0;
  assert.deepEqual([done.state, done.error, done.tries], ['success', '', 0]);
  assert.equal(db.count('POST', new RegExp(`/${video.id}/transcription$`)), 1);
  assert.equal((await get(base, `/api/v1/videos/${video.id}/transcript`)).status, 200);
});

const ofAgent = (video, text) => page.run(chatMessage({ video_id: video.id, content: textContent(text) }));

test('an agent waits for what VideoDB hears, once, and goes on', { timeout: 60000 }, async () => {
  const video = db.add('video', 'c-default');
  db.heard.set(video.id, WORDS);
  await appears('video', video.id);
  db.polls = 6; // longer than it takes the agent to look again
  const end = await ofAgent(video, '@transcription').finally(() => { db.polls = 0; });
  assert.equal(end.status, 'success', JSON.stringify(end.content));
  assert.match(end.content[0].text, /Good morning\./);
  assert.equal(db.count('POST', new RegExp(`/${video.id}/transcription$`)), 1);
  const silent = db.add('video', 'c-default');
  await appears('video', silent.id);
  const none = await ofAgent(silent, '@summarize_video');
  assert.equal(none.status, 'error');
  assert.match(none.content[0].text, /VideoDB gave no transcript/);
  // Run again, it asks again.
  db.heard.set(silent.id, WORDS);
  const [job] = (await get(base, `/api/v1/jobs?session_id=eq.${none.session_id}`)).json;
  assert.equal((await ask(base, 'POST', `/api/v1/jobs/${job.id}/retry`)).status, 202);
  await page.see(none.msg_id, 'its success', (event) => event.status === 'success', 20000);
});

test('those who want the same video heard share a job', async () => {
  const video = db.add('video', 'c-default');
  db.heard.set(video.id, WORDS);
  await appears('video', video.id);
  db.hold(new RegExp(`^GET /video/${video.id}/transcription$`));
  const want = () => ask(base, 'POST', `/api/v1/videos/${video.id}/transcript`);
  const [one, two] = [await want(), await want()];
  await until('the question', () => db.holding.send);
  db.release();
  assert.deepEqual([one.status, two.status, two.json.job], [202, 202, one.json.job]);
  assert.equal((await ended(one.json.job)).state, 'success');
  assert.equal(db.count('POST', new RegExp(`/${video.id}/transcription$`)), 1);
});

test('no words, no transcript: the reason', async () => {
  const video = db.add('video', 'c-default');
  await appears('video', video.id);
  assert.match((await hear(video.id)).error, /No speech found/);
  db.heard.set(video.id, [word(0, 1, '-')]);
  assert.match((await hear(video.id)).error, /nobody say a word/);
  assert.equal((await get(base, `/api/v1/videos/${video.id}/transcript`)).status, 404);
});

test('what somebody wrote is not replaced, what is not VideoDB\'s is not heard', async () => {
  const video = db.add('video', 'c-default');
  db.transcripts.set(video.id, WORDS);
  await appears('video', video.id);
  await ask(base, 'PUT', `/api/v1/videos/${video.id}/transcript`, { body: 'Anna: Hello.\n', type: 'text/plain' });
  assert.match((await hear(video.id)).error, /not VideoDB's/);
  const ours = await addVideo(base, 'Ours');
  assertProblem(await ask(base, 'POST', `/api/v1/videos/${ours.id}/transcript`), 422, 'unprocessable');
  assertProblem(await ask(base, 'POST', '/api/v1/videos/none/transcript'), 404, 'not-found');
});

// ---- deletions --------------------------------------------------------------------------

test('what is deleted here is deleted there, and does not come back', async () => {
  for (const [kind, path] of [['video', (id) => `${FIRST}/video/${id}`], ['audio', (id) => `${FIRST}/audio/${id}`],
    ['image', (id) => `${FIRST}/image/${id}`], ['video', (id) => `/api/v1/videos/${id}`]]) {
    const one = db.add(kind, 'c-default');
    await appears(kind, one.id);
    const { status } = await remove(path(one.id));
    assert.ok(status === 200 || status === 204);
    assert.equal(await has(kind, one.id), undefined);
    await until('its end there', () => db.find(kind, one.id) === undefined);
    await mirrored();
    assert.equal(await has(kind, one.id), undefined);
  }
});

test('a collection goes there once it is empty; while VideoDB is away, it waits', async () => {
  db.make('c-goes', 'Goes');
  const one = db.add('video', 'c-goes');
  await appears('video', one.id, 'c-goes');
  db.fail(/^DELETE /, 'broken', 2);
  assert.equal((await remove(`/videodb/collection/c-goes/video/${one.id}`)).json.success, true);
  assert.equal((await remove('/videodb/collection/c-goes')).json.success, true);
  assert.ok(!(await collections()).some((c) => c.id === 'c-goes'));
  await until('its end there', () => !db.collections.has('c-goes'));
  await mirrored();
  assert.ok(!(await collections()).some((c) => c.id === 'c-goes'));
});

test('a list that was read meanwhile does not bring it back', async () => {
  const one = db.add('video', 'c-default');
  await appears('video', one.id);
  db.hold(/^GET \/video$/);
  await until('a reading', async () => (await collections()) && db.holding.send);
  assert.equal((await remove(`${FIRST}/video/${one.id}`)).status, 200);
  await until('its end there', () => db.find('video', one.id) === undefined);
  const { json: [running] } = await get(base, '/api/v1/jobs?type=eq.videodb_mirror&state=eq.running&limit=1');
  db.release();
  await ended(running.id);
  assert.equal(await has('video', one.id), undefined);
  await mirrored();
  assert.equal(await has('video', one.id), undefined);
});

test('what VideoDB refuses to delete comes back', async () => {
  const one = db.add('video', 'c-default');
  await appears('video', one.id);
  db.fail(new RegExp(`^DELETE /video/${one.id}`), 'invalid', 1);
  assert.equal((await remove(`${FIRST}/video/${one.id}`)).status, 200);
  await appears('video', one.id);
  assert.ok(db.find('video', one.id));
});

// ---- addresses ----------------------------------------------------------------------------

test('the address of audio is asked for once, and answered as plain text', async () => {
  const before = db.count('POST', /generate_url$/);
  const path = '/videodb/collection/c-calls/audio/a-first/generate_url';
  const answer = await get(base, path);
  assert.equal(answer.status, 200, answer.text);
  assert.match(answer.text, /^https:\/\/signed\.videodb\.example\/a-first\?n=\d+$/);
  assert.match(answer.headers['content-type'], /^text\/plain/);
  assert.equal((await get(base, path)).text, answer.text);
  assert.equal(db.count('POST', /generate_url$/), before + 1);
  const image = await get(base, '/videodb/collection/c-calls/image/img-first/generate_url');
  assert.equal(image.text, 'https://assets.videodb.example/img-first.png');
  assert.equal((await get(base, '/videodb/collection/c-calls/audio/a-none/generate_url')).status, 404);
});

test('an address that VideoDB does not give is no answer of ours', async () => {
  const one = db.add('audio', 'c-calls');
  await appears('audio', one.id, 'c-calls');
  db.fail(new RegExp(`${one.id}/generate_url`), 'refuse', 1);
  const answer = await get(base, `/videodb/collection/c-calls/audio/${one.id}/generate_url`);
  assertProblem(answer, 503, 'unavailable');
  assert.match(answer.json.detail, /cannot/);
});

// ---- faults ---------------------------------------------------------------------------------

const PASSING = ['stall', 'mute', 'drip', 'cut', 'reset', 'junk', 'page', 'shape', 'huge', 'busy', 'broken', 'gateway'];

test('no fault of a list loses a row, and the next reading goes well', { timeout: 180000 }, async () => {
  for (const fault of [...PASSING, 'refuse', 'invalid']) {
    const before = db.calls.length;
    db.fail(/^GET \/(collection|video|audio)$/, fault);
    await until(`the fault ${fault}`, async () => {
      await collections();
      return db.faults.every((f) => f.times === 0);
    }, 60000);
    const one = db.add('video', 'c-default', { name: `behind ${fault}` });
    await until(`life after ${fault}`, () => has('video', one.id), 60000);
    assert.ok(await has('video', 'm-first'), fault);
    assert.ok(await has('audio', 'a-first', 'c-calls'), fault);
    assert.ok(db.calls.length > before);
  }
});

test('no fault of a poll sends an upload again', { timeout: 180000 }, async () => {
  await Promise.all(PASSING.filter((f) => f !== 'huge' && f !== 'shape').map(async (fault, i) => {
    db.polls = 3;
    db.fail(/^GET \/async-response\//, fault);
    const { status, text } = await upload(`https://files.example/poll-${i}.mp4`);
    assert.equal(status, 200, `${fault}: ${text}`);
    assert.equal(db.uploads.filter((u) => u.url.endsWith(`poll-${i}.mp4`)).length, 1, fault);
  }));
  db.polls = 0;
});

test('an upload that is answered with an error is tried again, at most three times', { timeout: 120000 }, async () => {
  for (const fault of ['broken', 'busy', 'page']) {
    db.fail(/^POST .*upload$/, fault, 1);
    const { status, text } = await upload('https://files.example/tried.mp4');
    assert.equal(status, 200, `${fault}: ${text}`);
  }
  const before = db.calls.length;
  db.fail(/^POST .*upload$/, 'broken', 3);
  const answer = await upload('https://files.example/never.mp4');
  assertProblem(answer, 422, 'unprocessable', 'source');
  assert.match(answer.json.detail, /busy or broken \(status 500\)/);
  assert.equal(db.calls.slice(before).filter((c) => /upload$/.test(c.path)).length, 3);
  assert.ok(db.faults.every((f) => f.times === 0));
});

test('work that VideoDB has forgotten ends as an error', async () => {
  db.work.clear();
  db.polls = 1000000;
  const answer = upload('https://files.example/forgotten.mp4');
  await until('the work', () => db.work.size > 0);
  db.work.clear();
  db.polls = 0;
  assertProblem(await answer, 422, 'unprocessable', 'source');
  assert.match((await answer).json.detail, /knows nothing of this any more/);
});

test('a key that is not accepted is named, and never told', async () => {
  const right = db.key;
  db.key = 'another';
  const answer = await upload('https://files.example/denied.mp4');
  assertProblem(answer, 422, 'unprocessable', 'source');
  assert.match(answer.json.detail, /VIDEO_DB_API_KEY/);
  await collections();
  const { json: [row] } = await until('a mirroring that fails', async () => {
    await collections();
    const found = await get(base, '/api/v1/jobs?type=eq.videodb_mirror&state=eq.error&order=created_at.desc&limit=1');
    return found.json.length > 0 && /VIDEO_DB_API_KEY/.test(found.json[0].error) && found;
  });
  assert.equal(row.tries, 0, 'it is not tried again');
  db.key = right;
  db.fail(/^GET \/collection$/, 'unauthorized');
  assert.ok(await has('video', 'm-first'), 'nothing is lost');
  await mirrored();
});

// ---- without a key ---------------------------------------------------------------------------

async function withoutKey() {
  const alone = await start({ env: { ...FAST, VIDEO_DB_BASE_URL: db.url, DIRECTOR_FETCH_PRIVATE: '1' } });
  const files = http.createServer((request, response) => response.setHeader('Content-Type', 'video/mp4')
    .end(Buffer.concat([Buffer.from('\0\0\0\x20ftypisom', 'latin1'), Buffer.alloc(2000)])));
  cleanup(() => { files.closeAllConnections(); files.close(); });
  await new Promise((done) => files.listen(0, '127.0.0.1', done));
  await stack.stop();
  base = alone.url;

  test('without a key nothing is asked, and the store serves', async () => {
    db.calls.length = 0;
    assert.deepEqual((await collections()).map((c) => c.id), ['c-main']);
    for (const kind of ['audio', 'image']) assert.deepEqual(await list(kind), []);
    assert.deepEqual((await list('video')).map((v) => v.id), ['m-sample-pitch']);
    assert.deepEqual((await get(base, '/config/check')).json, { videodb_configured: true, llm_configured: true, db_configured: true });
    const { status, json, text } = await upload(`http://127.0.0.1:${files.address().port}/a.mp4`);
    assert.equal(status, 200, text);
    assert.equal(readdirSync(join(alone.var, 'media')).length, 1);
    assertProblem(await ask(base, 'POST', `/api/v1/videos/${json.id}/transcript`), 422, 'unprocessable');
    assert.equal((await remove(`${FIRST}/video/${json.id}`)).json.success, true);
    assert.deepEqual((await get(base, '/api/v1/jobs?type=like.videodb*')).json, []);
    assert.deepEqual(db.calls, []);
  });
  await run();
}

await main(async () => {
  db = await openVideodb();
  db.add('video', 'c-default', { id: 'm-first', name: 'The first call' });
  db.make('c-calls', 'Sales <b>calls', 'All of May');
  db.add('audio', 'c-calls', { id: 'a-first', name: 'A voice' });
  db.add('image', 'c-calls', { id: 'img-first', name: 'A slide' });
  stack = await start({ env: { ...FAST, VIDEO_DB_API_KEY: db.key, VIDEO_DB_BASE_URL: db.url } });
  base = stack.url;
  // By itself: nobody looks at a list.
  await until('the first mirroring', async () => (await get(base, '/api/v1/jobs?type=eq.videodb_mirror&state=eq.success')).json.length > 0);
  page = await Chat.open(base);
  events = [];
  page.socket.on('event', (event) => events.push(event));
  await run();
  for (const name of ['director.fcgi', 'worker', 'lighttpd'])
    assert.ok(!stack.log(name).includes(db.key) && !/s3cret/.test(stack.log(name)), `secrets in the log of ${name}`);
  const ran = new Set(jobsIn(stack.log('worker')).map((one) => one.status));
  assert.ok(ran.has('put off'), 'a poll is a job put off');
  await withoutKey();
});
