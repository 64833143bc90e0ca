// What pages are told of changes by REST: `event` {event_type: 'update_data'} to
// every socket of /chat, whoever it belongs to; of a session only to its own. On
// either store (TOPOLOGY=pg).

import assert from 'node:assert/strict';
import { start } from '../harness/stack.mjs';
import { main, sleep, test } from '../harness/tap.mjs';
import { Chat, addVideo, ask, assertProblem, chatMessage, until } from './lib_app.mjs';
import { Api } from './lib_rest.mjs';

const QUIET_MS = 150;

let stack;
let api;
let pages; // sockets of two visitors

const COLLECTIONS = { event_type: 'update_data', update: 'collections' };
const videos = (collection_id) => ({ event_type: 'update_data', update: 'videos', collection_id });
const text = (events) => events.map((event) => JSON.stringify(event)).sort();

// A last change that is told behind all that `work` does: what came before it is all there is.
let marks = 0;

async function heard(work) {
  for (const page of pages) page.told.length = 0;
  const result = await work();
  const mark = videos(`c-mark-${++marks}`);
  await new Api(stack).post('/videos', { collection_id: mark.collection_id });
  const at = (page) => page.told.findIndex((event) => event.collection_id === mark.collection_id);
  await until('the mark', () => pages.every((page) => at(page) >= 0));
  // The mark's own collection is told before it.
  const before = pages.map((page) => text(page.told.slice(0, at(page) - 1)));
  assert.deepEqual(before[1], before[0], 'both visitors hear the same');
  return { result, events: before[0] };
}

const CHANGES = [
  ['a collection is made', () => api.post('/collections', { id: 'c-new', name: 'x' }), [COLLECTIONS]],
  ['a collection is changed', () => api.patch('/collections/c-new', { name: 'y' }), [COLLECTIONS]],
  ['a collection is merged', () => api.post('/collections', { id: 'c-new', name: 'z' }, { Prefer: 'resolution=merge-duplicates' }), [COLLECTIONS]],
  ['a collection is removed', () => api.delete('/collections/c-new'), [COLLECTIONS]],
  ['a video is made', () => api.post('/videos', { video_id: 'e-1' }), [videos('c-main')]],
  ['a video is made in a collection that was not there',
    () => api.post('/videos', { video_id: 'e-2', collection_id: 'c-event' }), [COLLECTIONS, videos('c-event')]],
  ['another one there', () => api.post('/videos', { video_id: 'e-3', collection_id: 'c-event' }), [videos('c-event')]],
  ['a video is changed', () => api.patch('/videos/e-1', { metadata: { name: 'x' } }), [videos('c-main')]],
  ['a video is moved', () => api.patch('/videos/e-1', { collection_id: 'c-event' }), [videos('c-event'), videos('c-main')]],
  ['a video is moved to where nothing was', () => api.patch('/videos/e-1', { collection_id: 'c-moved' }),
    [COLLECTIONS, videos('c-event'), videos('c-moved')]],
  ['a video is merged', () => api.post('/videos', { video_id: 'e-3', metadata: { a: 1 } }, { Prefer: 'resolution=merge-duplicates' }),
    [videos('c-event')]],
  ['several are made, told once', () => api.post('/videos', [{}, {}, { collection_id: 'c-event' }, { collection_id: 'c-event' }, {}]),
    [videos('c-main'), videos('c-event')]],
  ['a video is removed', () => api.delete('/videos/e-3'), [videos('c-event')]],
  ['a video without an answer', () => api.post('/videos', { video_id: 'e-4' }, { Prefer: 'return=minimal' }), [videos('c-main')]],
  ['a request with a key', () => api.post('/videos', {}, { 'Idempotency-Key': 'events' }), [videos('c-main')]],
  ['the same request again', () => api.post('/videos', {}, { 'Idempotency-Key': 'events' }), []],
];

for (const [what, work, events] of CHANGES)
  test(`told: ${what}`, async () => {
    const { result, events: told } = await heard(work);
    assert.ok(result.status < 300, `${result.status} ${result.text}`);
    assert.deepEqual(told, text(events));
  });

const QUIET = [
  ['a refused video', () => api.post('/videos', { video_id: 'e-1' }), 409],
  ['a refused list of videos', () => api.post('/videos', [{ collection_id: 'c-never' }, { metadata: 1 }]), 400],
  ['a refused change', () => api.patch('/videos/e-1', { metadata: {} }, { 'If-Match': '"x"' }), 412],
  ['a refused collection', () => api.delete('/collections/c-main'), 409],
  ['what was ignored', () => api.post('/videos', { video_id: 'e-1' }, { Prefer: 'resolution=ignore-duplicates' }), 200],
  ['a read', () => api.get('/videos'), 200],
];

for (const [what, work, status] of QUIET)
  test(`not told: ${what}`, async () => {
    const { result, events } = await heard(work);
    assert.equal(result.status, status, result.text);
    assert.deepEqual(events, []);
  });

// Its id is a secret: those hear of it who hear its messages.
test('a session is deleted: told to its visitor and who follows it, and to nobody else', async () => {
  const [anna, ben] = pages;
  for (const path of ['/session', '/api/v1/sessions']) {
    const message = chatMessage();
    await anna.chat.run(message);
    const also = await open('a'.repeat(22)); // another tab of hers
    const follower = await open('c'.repeat(22), { session_id: message.session_id });
    const all = [anna, ben, also, follower];
    for (const page of all) page.told.length = 0;
    const gone = await ask(stack.url, 'DELETE', `${path}/${message.session_id}`);
    assert.equal(gone.status, 200, gone.text);
    assertProblem(await ask(stack.url, 'DELETE', `${path}/${message.session_id}`), 404, 'not-found');
    const mark = videos(`c-mark-${++marks}`);
    await new Api(stack).post('/videos', { collection_id: mark.collection_id });
    await until('the mark', () => all.every(({ told }) => told.some((event) => event.collection_id === mark.collection_id)));
    const heardOf = (page) => page.told.filter((event) => event.update === 'sessions');
    const event = { event_type: 'update_data', update: 'sessions', session_id: message.session_id };
    for (const page of [anna, also, follower]) assert.deepEqual(heardOf(page), [event]);
    assert.deepEqual(heardOf(ben), []);
    also.chat.close();
    follower.chat.close();
  }
});

test('a client that connects later hears only what comes then', async () => {
  await addVideo(stack.url, 'before');
  const late = await open();
  await sleep(QUIET_MS);
  assert.deepEqual(late.told, []);
  await addVideo(stack.url, 'after');
  await until('the event', () => late.told.length === 1);
  late.chat.close();
});

async function open(cookie, auth = {}) {
  const chat = await Chat.open(stack.url, { auth, ...cookie ? { extraHeaders: { Cookie: `director_visitor=${cookie}` } } : {} });
  const told = [];
  chat.socket.on('event', (event) => told.push(event));
  return { chat, told };
}

main(async () => {
  stack = await start();
  api = new Api(stack);
  pages = [await open('a'.repeat(22)), await open('b'.repeat(22))];
});
