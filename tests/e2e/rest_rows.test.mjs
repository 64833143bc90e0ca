// Rows by REST: made, read, changed, removed; who of several wins; on either store
// (TOPOLOGY=pg).

import assert from 'node:assert/strict';
import { start } from '../harness/stack.mjs';
import { main, test } from '../harness/tap.mjs';
import { Chat, OUTPUT_TYPES, addVideo, ask, assertProblem, extract, fourOutputs } from './lib_app.mjs';
import { Api, NO_ROW, UUID, stored } from './lib_rest.mjs';

const SAY = 'Anna: Is the price too high for you?\nBen: It is too expensive for us.\n';

let stack;
let api;

// ---- One row -------------------------------------------------------------------

test('collections: made, read, changed, removed', async () => {
  const made = await api.post('/collections', { name: 'Team' });
  assert.equal(made.status, 201, made.text);
  assert.match(made.json.id, /^c-/);
  assert.deepEqual(Object.keys(made.json), ['id', 'name', 'description', 'created_at']);
  assert.equal(made.json.description, '');
  const path = `/collections/${made.json.id}`;
  assert.equal(made.headers.location, `/api/v1${path}`);
  assert.deepEqual(await api.rows(path), made.json);
  const changed = await api.patch(path, { description: 'Ours' });
  assert.deepEqual([changed.status, changed.json], [200, { ...made.json, description: 'Ours' }]);
  assert.deepEqual(await api.rows(path), changed.json);
  assert.equal((await api.delete(path)).status, 204);
  assertProblem(await api.get(path), 404, 'not-found');
  assertProblem(await api.delete(path), 404, 'not-found');
  assertProblem(await api.patch(path, { name: 'x' }), 404, 'not-found');
});

test('collections: the first one stays, and one with a video in it', async () => {
  assertProblem(await api.delete('/collections/c-main'), 409, 'conflict');
  const video = await api.made('/videos', { collection_id: 'c-full' });
  assertProblem(await api.delete('/collections/c-full'), 409, 'conflict');
  assert.equal((await api.rows(`/videos/${video.id}`)).collection_id, 'c-full');
  assert.equal((await api.delete(`/videos/${video.id}`)).status, 204);
  assert.equal((await api.delete('/collections/c-full')).status, 204);
});

test('videos: changed and removed by id and by video_id', async () => {
  const made = await api.made('/videos', { video_id: 'v-rows', metadata: { a: 1 } });
  assert.match(made.id, UUID);
  const changed = await api.patch('/videos/v-rows', { collection_id: 'c-other', metadata: { b: 2 } });
  assert.deepEqual(changed.json, { ...made, collection_id: 'c-other', metadata: { a: 1, b: 2 } });
  const renamed = await api.patch(`/videos/${made.id}`, { video_id: 'v-renamed' });
  assert.equal(renamed.json.video_id, 'v-renamed');
  assertProblem(await api.get('/videos/v-rows'), 404, 'not-found');
  assert.ok((await api.rows('/collections?id=eq.c-other')).length === 1);
  assert.equal((await api.patch('/videos/v-renamed', { collection_id: 'default' })).json.collection_id, 'c-main');
  assert.equal((await api.delete('/videos/v-renamed')).status, 204);
  assertProblem(await api.get(`/videos/${made.id}`), 404, 'not-found');
});

test('videos: a name that another one has is 409, nothing changes', async () => {
  const [one, two] = await api.made('/videos', [{ video_id: 'v-one' }, { video_id: 'v-two' }]);
  assertProblem(await api.patch('/videos/v-one', { video_id: 'v-two', metadata: { x: 1 } }), 409, 'conflict', 'video_id');
  assert.deepEqual([await api.rows('/videos/v-one'), await api.rows('/videos/v-two')], [one, two]);
});

test('outputs: made for a video by either id, changed, removed', async () => {
  const video = await addVideo(stack.url, 'outputs');
  for (const id of [video.id, video.video_id]) {
    const made = await api.made('/outputs', { video_id: id, output_type: 'analysis', content: `of ${id}` });
    assert.equal(made.video_id, video.id);
    const path = `/outputs/${made.id}`;
    const changed = await api.patch(path, { content: 'Größe ✓', metadata: { by: 'hand' } });
    assert.deepEqual(changed.json, { ...made, content: 'Größe ✓', metadata: { by: 'hand' } });
    assert.deepEqual(await api.rows(`/videos/${video.id}/outputs`), [changed.json]);
    assertProblem(await api.patch(path, { video_id: NO_ROW }), 400, 'bad-request', 'video_id');
    assert.equal((await api.patch(path, { video_id: video.id })).status, 200, 'the same may be said again');
    assert.equal((await api.delete(path)).status, 204);
    assertProblem(await api.get(path), 404, 'not-found');
  }
  for (const unknown of ['nope', NO_ROW])
    assertProblem(await api.post('/outputs', { video_id: unknown, output_type: 'analysis', content: '' }),
      422, 'unprocessable', 'video_id');
});

test('transcripts: listed without a copy of their own, removed, the video stays', async () => {
  const video = await addVideo(stack.url, 'talk', SAY, 'text/plain');
  const [row] = await api.rows(`/transcripts?video_id=eq.${video.id}`);
  assert.equal(row.full_text, SAY);
  assert.deepEqual(await api.rows(`/transcripts/${row.id}`), row);
  assert.deepEqual(await api.rows(`/videos/${video.id}/transcript`), row);
  assertProblem(await api.delete(`/transcripts/${NO_ROW}`), 404, 'not-found');
  const gone = await api.delete(`/transcripts/${row.id}`, { Prefer: 'return=representation' });
  assert.deepEqual([gone.status, gone.json], [200, row]);
  assertProblem(await api.get(`/videos/${video.id}/transcript`), 404, 'not-found');
  assert.deepEqual(await api.rows(`/videos/${video.id}`), video);
});

test('ids that clients choose lead back to their row', async () => {
  for (const id of ['a?b#c', '%41', '100%', '"<i>"', "';--", '[x]{y}', 'x'.repeat(128)]) {
    const made = await api.post('/collections', { id, name: 'odd' });
    assert.equal(made.status, 201, made.text);
    const { json } = await ask(stack.url, 'GET', made.headers.location);
    assert.deepEqual(json, made.json, made.headers.location);
    assert.equal((await ask(stack.url, 'DELETE', made.headers.location)).status, 204);
  }
});

const WRONG = [
  ['/collections', {}, 'name'], ['/collections', { name: ' ' }, 'name'], ['/collections', { name: 1 }, 'name'],
  ['/collections', { id: 'default', name: 'x' }, 'id'], ['/collections', { id: 'a b', name: 'x' }, 'id'],
  ['/collections', { name: 'x', description: [] }, 'description'], ['/collections', { name: 'x'.repeat(4001) }, 'name'],
  ['/videos', { id: 'short' }, 'id'], ['/videos', { id: `${NO_ROW}0` }, 'id'],
  ['/videos', { metadata: 'x' }, 'metadata'], ['/videos', { created_at: '2026-01-01T00:00:00Z' }, 'created_at'],
  ['/outputs', { video_id: 'v' }, 'output_type'], ['/outputs', { output_type: 'a', content: '' }, 'video_id'],
  ['/outputs', { video_id: 'v', output_type: 'No', content: '' }, 'output_type'],
  ['/outputs', { video_id: 'v', output_type: 'a' }, 'content'],
];

for (const [path, body, field] of WRONG)
  test(`refused: ${path} ${JSON.stringify(body).slice(0, 50)}`, async () => {
    const before = await api.rows(path);
    assertProblem(await api.post(path, body), 400, 'bad-request', field);
    const bulk = await api.post(path, [body]);
    assertProblem(bulk, 400, 'bad-request', `0.${field}`);
    assert.deepEqual(await api.rows(path), before);
  });

// ---- Patches (RFC 7396) -----------------------------------------------------------

// The example and the test cases of the standard that have an object.
const MERGES = [
  [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
  [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
  [{ a: 'b' }, { a: null }, {}],
  [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
  [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
  [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
  [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
  [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
  [{ e: 1 }, { a: 1 }, { e: 1, a: 1 }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  [{ title: 'Goodbye!', author: { givenName: 'John', familyName: 'Doe' }, tags: ['example', 'sample'] },
    { title: 'Hello!', phoneNumber: '+01-123-456-7890', author: { familyName: null }, tags: ['example'] },
    { title: 'Hello!', author: { givenName: 'John' }, tags: ['example'], phoneNumber: '+01-123-456-7890' }],
  [{ n: 9007199254740991 }, {}, { n: 9007199254740991 }],
  [{ a: 1 }, null, {}],
];

for (const [before, patch, after] of MERGES)
  test(`merge patch: ${JSON.stringify(before).slice(0, 40)} with ${JSON.stringify(patch).slice(0, 40)}`, async () => {
    const { id } = await api.made('/videos', { metadata: before });
    const { status, json } = await api.patch(`/videos/${id}`, { metadata: patch });
    assert.deepEqual([status, json?.metadata], [200, after]);
    assert.deepEqual((await api.rows(`/videos/${id}`)).metadata, after);
  });

test('patches: null brings the default back', async () => {
  const rows = await api.made('/videos', [1, 2].map((n) => ({ video_id: `v-null-${n}`, collection_id: 'c-null', metadata: { n } })));
  for (const row of rows) {
    const { status, json } = await api.patch(`/videos/${row.id}`, { video_id: null, collection_id: null, metadata: null });
    assert.deepEqual([status, json], [200, { ...row, video_id: `m-${row.id}`, collection_id: 'c-main', metadata: {} }]);
  }
  const { id } = await api.made('/collections', { name: 'Name', description: 'x' });
  assert.equal((await api.patch(`/collections/${id}`, { description: null })).json.description, '');
  assertProblem(await api.patch(`/collections/${id}`, { name: null }), 400, 'bad-request', 'name');
});

test('patches: what is no patch of this row is refused and changes nothing', async () => {
  const row = await api.made('/videos', { video_id: 'v-patched', metadata: { a: 1 } });
  const bad = [
    [{ id: NO_ROW }, 'id'], [{ video_id: 1 }, 'video_id'], [{ video_id: 'a/b' }, 'video_id'],
    [{ metadata: [] }, 'metadata'], [{ metadata: 'x' }, 'metadata'], [{ collection_id: '' }, 'collection_id'],
    [{ name: 'x' }, 'name'], [[], 'body'], [1, 'body'], [[{ metadata: {} }], 'body'],
  ];
  for (const [patch, field] of bad)
    assertProblem(await api.patch('/videos/v-patched', patch), 400, 'bad-request', field);
  assertProblem(await api.ask('PATCH', '/videos/v-patched', {}, { body: '{}', type: 'text/plain' }),
    415, 'media-type', 'Content-Type');
  assertProblem(await api.ask('PATCH', '/videos/v-patched', {}, { body: '{', type: 'application/json' }),
    400, 'bad-request', 'body');
  assert.deepEqual(await api.rows('/videos/v-patched'), row);
  assert.deepEqual((await api.patch('/videos/v-patched', {})).json, row, 'nothing is a patch, too');
});

test('patches: a row that was read can be written back', async () => {
  const rows = {
    collections: await api.made('/collections', { name: 'back', description: 'x' }),
    videos: await api.made('/videos', { collection_id: 'c-back', metadata: { a: [1] } }),
    outputs: await addVideo(stack.url, 'back').then(({ id }) =>
      api.made('/outputs', { video_id: id, output_type: 'analysis', content: 'x' })),
  };
  for (const [list, row] of Object.entries(rows)) {
    const { status, json } = await api.patch(`/${list}/${row.id}`, row);
    assert.deepEqual([status, json], [200, row], list);
    const again = await api.post(`/${list}`, row, { Prefer: 'resolution=merge-duplicates' });
    assert.deepEqual([again.status, again.json], [200, row], list);
    const created_at = '2020-01-01T00:00:00.000Z';
    assertProblem(await api.patch(`/${list}/${row.id}`, { created_at }), 400, 'bad-request', 'created_at');
    for (const body of [{ ...row, created_at }, { ...row, id: list === 'collections' ? 'c-none' : NO_ROW, video_id: row.video_id && 'none-yet', created_at }])
      if (list !== 'outputs' || body.id === row.id)
        assertProblem(await api.post(`/${list}`, body, { Prefer: 'resolution=merge-duplicates' }), 400, 'bad-request', 'created_at');
    assert.deepEqual(await api.rows(`/${list}/${row.id}`), row);
  }
});

test('select shows of a row what it shows in a list; other parameters are refused', async () => {
  const metadata = { name: 'Sel', a: [1, { b: 2.50 }], n: null, 'x y': { z: true } };
  const made = await api.made('/videos', { video_id: 'v-select', metadata });
  const path = `/videos/${made.id}`;
  for (const select of ['id', '*', 'video_id,name:metadata->>name', 'metadata->a->1->b,t:metadata->a->>0,metadata->none',
    'all:metadata,n:metadata->n,nt:metadata->>n,s:metadata->name,z:metadata->x y->z']) {
    const query = `select=${encodeURIComponent(select)}`;
    const [want] = await api.rows(`/videos?video_id=eq.v-select&${query}`);
    const read = await api.get(`${path}?${query}`);
    assert.deepEqual([read.status, read.json], [200, want], select);
    assert.equal(read.headers.etag, (await api.get(path)).headers.etag, 'of the whole row');
    assert.deepEqual((await api.patch(`${path}?${query}`, {})).json, want, select);
  }
  assert.deepEqual((await api.made('/videos?select=video_id', [{ video_id: 'v-sel-1' }, { video_id: 'v-sel-2' }])),
    [{ video_id: 'v-sel-1' }, { video_id: 'v-sel-2' }]);
  for (const [bad, field] of [['select=bogus', 'select'], ['bogus=1', 'bogus'], ['select=id&bogus=1', 'bogus'], ['limit=1', 'limit'], ['id=eq.1', 'id'], ['select=id&select=id', 'select']]) {
    assertProblem(await api.get(`${path}?${bad}`), 400, 'bad-request', field);
    assertProblem(await api.patch(`${path}?${bad}`, { metadata: { no: 1 } }), 400, 'bad-request', field);
    assertProblem(await api.post(`/videos?${bad}`, { video_id: 'v-sel-none' }), 400, 'bad-request', field);
    assertProblem(await api.delete(`${path}?${bad}`), 400, 'bad-request', field);
  }
  assert.deepEqual(await api.rows(path), made);
  assert.deepEqual(await api.rows('/videos?video_id=eq.v-sel-none'), []);
});

test('errors say what can be done', async () => {
  assert.match((await api.delete('/collections/c-main')).json.detail, /first collection stays/);
  assert.match((await api.post('/videos', { name: 'x' })).json.detail, /Known are: id, video_id, collection_id, metadata\./);
  const wrong = await api.ask('PUT', '/videos');
  assert.equal(wrong.status, 405);
  assert.ok(wrong.json.detail.includes(wrong.headers.allow), wrong.json.detail);
});

// ---- Several rows -------------------------------------------------------------------

test('bulk: all rows in their order, none without any', async () => {
  const rows = await api.made('/videos', Array.from({ length: 50 }, (_, n) => ({ video_id: `bulk-${n}`, metadata: { n } })));
  assert.deepEqual(rows.map((row) => row.metadata.n), Array.from({ length: 50 }, (_, n) => n));
  assert.equal((await api.rows('/videos?video_id=like.bulk-*')).length, 50);
  assert.deepEqual(await api.made('/videos', []), []);
});

test('bulk: all or nothing, and the error says which', async () => {
  const row = { video_id: 'all-1' };
  const taken = await api.post('/videos', [{ video_id: 'all-0' }, row, { ...row }]);
  assertProblem(taken, 409, 'conflict', '2.video_id');
  assertProblem(await api.post('/videos', [row, { metadata: [] }]), 400, 'bad-request', '1.metadata');
  assertProblem(await api.post('/outputs', [{ video_id: 'nope', output_type: 'a', content: '' }]), 422, 'unprocessable', '0.video_id');
  assert.deepEqual(await api.rows('/videos?video_id=like.all-*'), []);
  assertProblem(await api.post('/videos', Array.from({ length: 1001 }, () => ({}))), 400, 'bad-request', 'body');
  assert.equal((await api.made('/videos', Array.from({ length: 1000 }, (_, n) => ({ video_id: `many-${n}` })),
    { Prefer: 'return=minimal' })), undefined);
  assert.equal((await api.rows('/videos?select=id&video_id=like.many-*')).length, 1000);
});

test('upsert: merge-duplicates patches what is there', async () => {
  const first = await api.made('/videos', { video_id: 'up-1', metadata: { a: 1, b: { c: 1 } } });
  const Prefer = 'resolution=merge-duplicates';
  const merged = await api.post('/videos', { video_id: 'up-1', metadata: { b: { d: 2 }, a: null } }, { Prefer });
  assert.equal(merged.status, 200, merged.text);
  assert.equal(merged.headers['preference-applied'], 'resolution=merge-duplicates');
  assert.deepEqual(merged.json, { ...first, metadata: { b: { c: 1, d: 2 } } });
  const both = await api.post('/videos', [{ video_id: 'up-1', metadata: { e: 1 } }, { video_id: 'up-2' }], { Prefer });
  assert.equal(both.status, 201, both.text);
  assert.deepEqual(both.json.map((row) => row.video_id), ['up-1', 'up-2']);
  assert.deepEqual(both.json[0].metadata, { b: { c: 1, d: 2 }, e: 1 });
  assert.equal((await api.rows('/videos?video_id=like.up-*')).length, 2);
  assertProblem(await api.post('/videos', [{ video_id: 'up-3' }, { video_id: 'up-1', metadata: 1 }], { Prefer }),
    400, 'bad-request', '1.metadata');
  assert.equal((await api.rows('/videos?video_id=like.up-*')).length, 2);
});

test('upsert: collections and outputs by their id', async () => {
  const Prefer = 'resolution=merge-duplicates';
  await api.made('/collections', { id: 'c-up', name: 'One', description: 'kept' });
  const merged = await api.post('/collections', { id: 'c-up', name: 'Two' }, { Prefer });
  assert.deepEqual([merged.status, merged.json.name, merged.json.description], [200, 'Two', 'kept']);
  const video = await addVideo(stack.url, 'up');
  const output = { video_id: video.id, output_type: 'analysis', content: 'One' };
  const { id } = await api.made('/outputs', output);
  const again = await api.post('/outputs', { ...output, id, content: 'Two' }, { Prefer });
  assert.deepEqual([again.status, again.json.id, again.json.content], [200, id, 'Two']);
  for (const resolution of ['merge-duplicates', 'ignore-duplicates'])
    assertProblem(await api.post('/outputs', { ...output, video_id: 'nope' }, { Prefer: `resolution=${resolution}` }),
      422, 'unprocessable', 'video_id');
});

test('upsert: videos by their id, which goes before the video_id', async () => {
  const first = await api.made('/videos', { video_id: 'by-id', metadata: { a: 1 } });
  const { id } = first;
  const Prefer = 'resolution=merge-duplicates';
  const merged = await api.post('/videos', { id, metadata: { b: 2 } }, { Prefer });
  assert.deepEqual([merged.status, merged.json], [200, { ...first, metadata: { a: 1, b: 2 } }]);
  const renamed = await api.post('/videos', { id, video_id: 'by-id-2' }, { Prefer });
  assert.deepEqual([renamed.status, renamed.json.id, renamed.json.video_id], [200, id, 'by-id-2']);
  const ignored = await api.post('/videos', { id, video_id: 'by-id-3' }, { Prefer: 'resolution=ignore-duplicates' });
  assert.deepEqual(ignored.json, []);
  assert.deepEqual(await api.rows(`/videos/${id}`), renamed.json);
  const taken = await api.post('/videos', { id, video_id: 'by-id-4' });
  assertProblem(taken, 409, 'conflict', 'id');
  assert.match(taken.json.detail, /merge-duplicates/);
  assertProblem(await api.post('/videos', [{ id, video_id: 'by-id-4' }]), 409, 'conflict', '0.id');
  await api.made('/videos', { video_id: 'by-id-5' });
  const other = await api.post('/videos', { id, video_id: 'by-id-5' }, { Prefer });
  assertProblem(other, 409, 'conflict', 'video_id');
  assert.doesNotMatch(other.json.detail, /merge-duplicates/, 'no advice to do what was done');
  assert.deepEqual(await api.rows(`/videos/${id}`), renamed.json);
});

test('upserts of the same rows in two orders: all succeed', { timeout: 120000 }, async () => {
  const rows = Array.from({ length: 60 }, (_, n) => ({ video_id: `order-${n}`, collection_id: `c-order-${n}` }));
  const orders = [rows, [...rows].reverse()];
  await Promise.all(Array.from({ length: 4 }, async (_, client) => {
    for (let turn = 0; turn < 8; turn++) {
      const body = orders[(client + turn) % 2].map((row) => ({ ...row, metadata: { [`n${client}-${turn}`]: 1 } }));
      const answer = await api.post('/videos', body, { Prefer: 'resolution=merge-duplicates' });
      assert.ok([200, 201].includes(answer.status), answer.text.slice(0, 300));
      assert.deepEqual(answer.json.map((row) => row.video_id), body.map((row) => row.video_id), 'in the order asked for');
    }
  }));
  for (const row of await api.rows('/videos?video_id=like.order-*'))
    assert.equal(Object.keys(row.metadata).length, 32, row.video_id);
});

test('bulk: two that make the same collections in two orders both succeed', { timeout: 120000 }, async () => {
  const COUNT = 40;
  await Promise.all([0, 1].map(async (client) => {
    for (let turn = 0; turn < 4; turn++) {
      const made = await api.made('/videos', Array.from({ length: COUNT }, (_, n) => ({
        video_id: `cross-${client}-${turn}-${String(n).padStart(2, '0')}`,
        collection_id: `c-cross-${turn}-${client ? n : COUNT - 1 - n}`,
      })), { Prefer: 'return=representation' });
      assert.equal(made.length, COUNT);
    }
  }));
  assert.equal((await api.rows('/videos?select=id&video_id=like.cross-*')).length, 8 * COUNT);
});

test('upsert: ignore-duplicates leaves what is there', async () => {
  const Prefer = 'resolution=ignore-duplicates';
  const first = await api.made('/videos', { video_id: 'ig-1', metadata: { a: 1 } });
  const both = await api.post('/videos', [{ video_id: 'ig-1', metadata: { a: 2 } }, { video_id: 'ig-2' }], { Prefer });
  assert.equal(both.status, 201, both.text);
  assert.deepEqual(both.json.map((row) => row.video_id), ['ig-2'], 'what was made');
  const none = await api.post('/videos', { video_id: 'ig-1' }, { Prefer });
  assert.deepEqual([none.status, none.json, none.headers.etag, none.headers.location], [200, [], undefined, undefined]);
  for (const [body, status] of [[[{ video_id: 'ig-1' }], 200], [[], 200], [[{ video_id: 'ig-1' }, { video_id: 'ig-3' }], 201]])
    assert.equal((await api.post('/videos', body, { Prefer })).status, status);
  assert.deepEqual(await api.rows('/videos/ig-1'), first);
});

test('upsert: 20 at once make one row and no conflict', async () => {
  for (const resolution of ['merge-duplicates', 'ignore-duplicates']) {
    const video_id = `race-${resolution}`;
    const answers = await Promise.all(Array.from({ length: 20 }, (_, n) =>
      api.post('/videos', { video_id, metadata: { [`n${n}`]: true } }, { Prefer: `resolution=${resolution}` })));
    const statuses = answers.map((one) => one.status);
    assert.ok(statuses.every((status) => [200, 201].includes(status)), `${resolution}: ${statuses}`);
    const rows = await api.rows(`/videos?video_id=eq.${video_id}`);
    assert.equal(rows.length, 1);
    assert.equal(Object.keys(rows[0].metadata).length, resolution === 'merge-duplicates' ? 20 : 1);
  }
});

test('20 at once with one video_id: one is 201, the others 409', async () => {
  const answers = await Promise.all(Array.from({ length: 20 }, () => api.post('/videos', { video_id: 'race' })));
  assert.equal(answers.filter((one) => one.status === 201).length, 1);
  for (const one of answers) if (one.status !== 201) assertProblem(one, 409, 'conflict', 'video_id');
});

// ---- What belongs to a row -------------------------------------------------------------

const BELOW = (id) => [
  `transcripts WHERE video_id = '${id}'`,
  `transcript_chunks WHERE transcript_id IN (SELECT id FROM transcripts WHERE video_id = '${id}')`,
  `generated_outputs WHERE video_id = '${id}'`, `own.stage_results WHERE video_id = '${id}'`,
];
const counts = (id) => Promise.all(BELOW(id).map(async (from) => Number(await stored(stack, `SELECT count(*) FROM ${from}`))));
const chunksOf = async (ids) => Number(await stored(stack,
  `SELECT count(*) FROM transcript_chunks WHERE id IN ('${ids.join("','")}')`));

test('a removed video takes transcript, chunks, outputs and stage results along', async () => {
  const video = await addVideo(stack.url, 'cascade', SAY, 'text/plain');
  const other = await addVideo(stack.url, 'neighbour', SAY, 'text/plain');
  const chat = await Chat.open(stack.url);
  for (const one of [video, other]) assert.equal((await chat.run(extract(one))).status, 'success');
  chat.close();
  assert.deepEqual(Object.keys(await fourOutputs(stack.url, video)).sort(), OUTPUT_TYPES);
  const chunks = await api.rows(`/videos/${video.id}/chunks`);
  const neighbours = await counts(other.id);
  assert.ok(chunks.length > 0 && chunks.every((row) => row.video_id === video.id));
  assert.ok((await counts(video.id)).every((n) => n > 0));
  assert.equal(await chunksOf(chunks.map((row) => row.id)), chunks.length);
  const [transcript] = await api.rows(`/transcripts?video_id=eq.${video.id}`);
  assert.equal((await api.delete(`/videos/${video.id}`)).status, 204);
  assert.deepEqual(await counts(video.id), [0, 0, 0, 0]);
  assert.equal(await chunksOf(chunks.map((row) => row.id)), 0);
  assertProblem(await api.get(`/transcripts/${transcript.id}`), 404, 'not-found');
  assertProblem(await api.get(`/chunks/${chunks[0].id}`), 404, 'not-found');
  for (const list of ['outputs', 'chunks', 'transcripts'])
    assert.deepEqual(await api.rows(`/${list}?video_id=eq.${video.id}`), []);
  assert.deepEqual(await counts(other.id), neighbours);
});

// ---- Preferences ---------------------------------------------------------------------

test('Prefer: return of each method, and what was applied', async () => {
  const minimal = { Prefer: 'return=minimal' };
  const whole = { Prefer: 'return=representation' };
  const posted = await api.post('/videos', { video_id: 'pref' }, minimal);
  assert.deepEqual([posted.status, posted.text, posted.headers['preference-applied']], [201, '', 'return=minimal']);
  assert.match(posted.headers.location, /^\/api\/v1\/videos\/[0-9a-f-]{36}$/);
  const patched = await api.patch('/videos/pref', { metadata: { a: 1 } }, minimal);
  assert.deepEqual([patched.status, patched.text, patched.headers['preference-applied']], [204, '', 'return=minimal']);
  const again = await api.patch('/videos/pref', {}, whole);
  assert.deepEqual([again.status, again.json.metadata, again.headers['preference-applied']], [200, { a: 1 }, 'return=representation']);
  assert.equal(again.headers.etag, patched.headers.etag);
  const gone = await api.delete('/videos/pref', whole);
  assert.deepEqual([gone.status, gone.json, gone.headers['preference-applied']], [200, again.json, 'return=representation']);
  const plain = await api.post('/videos', {}, { Prefer: 'wait=10, return=everything' });
  assert.deepEqual([plain.status, plain.headers['preference-applied']], [201, undefined]);
});

// ---- Entity tags ------------------------------------------------------------------------

for (const kind of ['collections', 'videos', 'outputs'])
  test(`ETag: the same by POST, GET, PATCH; another after a change: ${kind}`, async () => {
    const bodies = {
      collections: { name: 'x' }, videos: { metadata: { b: [1, 2.50, 'ä'], a: {} } },
      outputs: { video_id: 'v-tags', output_type: 'analysis', content: 'x' },
    };
    const patches = { collections: { name: 'y' }, videos: { metadata: { b: null } }, outputs: { content: 'y' } };
    await api.post('/videos', { video_id: 'v-tags' }, { Prefer: 'resolution=ignore-duplicates' });
    const made = await api.post(`/${kind}`, bodies[kind]);
    const path = `/${kind}/${made.json.id}`;
    const read = await api.get(path);
    assert.match(read.headers.etag, /^"[\w-]{22}"$/);
    assert.equal(read.headers.etag, made.headers.etag);
    assert.equal((await api.patch(path, {})).headers.etag, made.headers.etag);
    const changed = await api.patch(path, patches[kind]);
    assert.notEqual(changed.headers.etag, made.headers.etag);
    assert.equal((await api.get(path)).headers.etag, changed.headers.etag);
  });

test('If-None-Match: 304 for a row and a list, also weakly and for *', async () => {
  await api.made('/videos', { video_id: 'v-known' });
  for (const path of ['/videos/v-known', '/videos?video_id=eq.v-known', '/videos/v-known/outputs']) {
    const { headers: { etag } } = await api.get(path);
    for (const tags of [etag, `W/${etag}`, '*', `"x", W/${etag}`, ` "a" ,${etag}`])
      for (const method of ['GET', 'HEAD']) {
        const known = await api.ask(method, path, { 'If-None-Match': tags });
        assert.deepEqual([known.status, known.text, known.headers.etag], [304, '', etag], `${path} ${tags}`);
        assert.equal(known.headers['cache-control'], 'no-cache, private');
      }
    for (const tags of ['"x"', 'W/"x"', `"${etag.slice(1, -1)}x"`])
      assert.equal((await api.get(path, { 'If-None-Match': tags })).status, 200, tags);
    for (const bad of ['x', etag.slice(1), `${etag} ${etag}`])
      assertProblem(await api.get(path, { 'If-None-Match': bad }), 400, 'bad-request', 'If-None-Match');
  }
  const { headers: { etag } } = await api.get('/videos/v-known');
  await api.patch('/videos/v-known', { metadata: { n: 1 } });
  assert.equal((await api.get('/videos/v-known', { 'If-None-Match': etag })).status, 200);
});

test('If-Match: 412 unless it is the row as it is, compared strongly', async () => {
  const made = await api.post('/videos', { video_id: 'v-match' });
  const { etag } = made.headers;
  for (const tags of ['"x"', `W/${etag}`, 'W/"x", "y"']) {
    assertProblem(await api.patch('/videos/v-match', { metadata: { n: 1 } }, { 'If-Match': tags }), 412, 'precondition', 'If-Match');
    assertProblem(await api.delete('/videos/v-match', { 'If-Match': tags }), 412, 'precondition', 'If-Match');
  }
  assertProblem(await api.patch('/videos/v-match', {}, { 'If-Match': 'x' }), 400, 'bad-request', 'If-Match');
  assert.deepEqual(await api.rows('/videos/v-match'), made.json);
  const one = await api.patch('/videos/v-match', { metadata: { n: 1 } }, { 'If-Match': `"x", ${etag}` });
  assert.equal(one.status, 200, one.text);
  assertProblem(await api.patch('/videos/v-match', {}, { 'If-Match': etag }), 412, 'precondition', 'If-Match');
  assert.equal((await api.patch('/videos/v-match', { metadata: { n: 2 } }, { 'If-Match': '*' })).status, 200);
  assertProblem(await api.delete('/videos/v-match', { 'If-Match': one.headers.etag }), 412, 'precondition', 'If-Match');
  const { headers } = await api.get('/videos/v-match');
  assert.equal((await api.delete('/videos/v-match', { 'If-Match': headers.etag })).status, 204);
});

test('If-Match: of 20 changes at once exactly one wins, ten times', async () => {
  let { headers: { etag } } = await api.post('/videos', { video_id: 'v-race', metadata: { turn: -1 } });
  for (let turn = 0; turn < 10; turn++) {
    const answers = await Promise.all(Array.from({ length: 20 }, (_, n) =>
      api.patch('/videos/v-race', { metadata: { turn, n } }, { 'If-Match': etag })));
    const won = answers.filter((one) => one.status === 200);
    assert.equal(won.length, 1, answers.map((one) => one.status).join(' '));
    for (const one of answers) if (one !== won[0]) assertProblem(one, 412, 'precondition', 'If-Match');
    assert.deepEqual(await api.rows('/videos/v-race'), won[0].json);
    etag = won[0].headers.etag;
  }
});

test('transcripts: ETag, 304 and 412, of 20 at once one wins', async () => {
  const video = await addVideo(stack.url, 'tags');
  const path = `/videos/${video.id}/transcript`;
  const put = (text, headers) => api.ask('PUT', path, headers, { body: text, type: 'text/plain' });
  assertProblem(await put('Anna: No.', { 'If-Match': '*' }), 412, 'precondition', 'If-Match');
  assertProblem(await api.get(path), 404, 'not-found');
  const first = await put('Anna: One.');
  assert.equal(first.status, 201, first.text);
  const read = await api.get(path);
  assert.equal(read.headers.etag, first.headers.etag);
  assert.equal((await api.get(path, { 'If-None-Match': read.headers.etag })).status, 304);
  const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => put(`Anna: ${n}.`, { 'If-Match': read.headers.etag })));
  assert.deepEqual(answers.map((one) => one.status).sort(), [200, ...Array(19).fill(412)]);
  const won = answers.find((one) => one.status === 200);
  assert.deepEqual((await api.get(path)).json, won.json);
  assert.equal((await put('Anna: Last.', { 'If-Match': `"x", ${won.headers.etag}` })).status, 200);
});

test('transcripts: of 20 first ones at once one is 201', async () => {
  const video = await addVideo(stack.url, 'first');
  const answers = await Promise.all(Array.from({ length: 20 }, (_, n) =>
    api.ask('PUT', `/videos/${video.video_id}/transcript`, {}, { body: `Anna: ${n}.`, type: 'text/plain' })));
  assert.deepEqual(answers.map((one) => one.status).sort(), [...Array(19).fill(200), 201]);
});

test('patches at once without If-Match: none is lost', async () => {
  const { id } = await api.made('/videos', {});
  const answers = await Promise.all(Array.from({ length: 20 }, (_, n) =>
    api.patch(`/videos/${id}`, { metadata: { [`n${n}`]: n } })));
  assert.ok(answers.every((one) => one.status === 200));
  assert.equal(Object.keys((await api.rows(`/videos/${id}`)).metadata).length, 20);
});

// ---- Once -----------------------------------------------------------------------------------

test('Idempotency-Key: 20 at once make one row and get one answer', async () => {
  for (const body of [{ metadata: { by: 'key-one' } }, [{ metadata: { by: 'key-many' } }, { metadata: { by: 'key-many' } }]]) {
    const { by } = [body].flat()[0].metadata;
    const post = (json = body, headers = {}) => api.post('/videos', json, { 'Idempotency-Key': `"${by}"`, ...headers });
    const answers = await Promise.all(Array.from({ length: 20 }, () => post()));
    for (const one of answers) {
      assert.equal(one.status, 201, one.text);
      assert.deepEqual([one.text, one.headers.location, one.headers.etag],
        [answers[0].text, answers[0].headers.location, answers[0].headers.etag]);
    }
    assert.equal((await api.rows(`/videos?metadata->>by=eq.${by}`)).length, [body].flat().length);
    assert.equal((await post()).text, answers[0].text, 'later, too');
    assert.equal((await post(body, { 'Idempotency-Key': by })).text, answers[0].text, 'without quotes, too');
    assertProblem(await post({ metadata: { by, other: 1 } }), 422, 'unprocessable', 'Idempotency-Key');
    assertProblem(await api.post('/collections', body, { 'Idempotency-Key': by }), 422, 'unprocessable', 'Idempotency-Key');
    assert.equal((await api.rows(`/videos?metadata->>by=eq.${by}`)).length, [body].flat().length);
  }
});

test('Idempotency-Key: a collection by the front end is made once, too', async () => {
  const post = (json, key) => ask(stack.url, 'POST', '/videodb/collection', { json, headers: { 'Idempotency-Key': key } });
  const body = { name: 'Once', description: 'only' };
  const answers = await Promise.all(Array.from({ length: 10 }, () => post(body, 'front-end')));
  for (const one of answers)
    assert.deepEqual([one.status, one.text, one.headers.location], [201, answers[0].text, answers[0].headers.location]);
  assert.equal((await api.rows('/collections?name=eq.Once')).length, 1);
  assertProblem(await post({ ...body, name: 'Other' }, 'front-end'), 422, 'unprocessable', 'Idempotency-Key');
  assertProblem(await post(body, '""'), 400, 'bad-request', 'Idempotency-Key');
});

test('Idempotency-Key: each answer is as its request prefers', async () => {
  const post = (Prefer) => api.post('/videos', { metadata: { k: 1 } }, { 'Idempotency-Key': 'preferred', Prefer });
  const first = await post('return=minimal');
  assert.deepEqual([first.status, first.text], [201, '']);
  const again = await post('return=representation');
  assert.deepEqual([again.status, again.json.metadata, again.headers['preference-applied']], [201, { k: 1 }, 'return=representation']);
  assert.equal(again.headers.location, first.headers.location);
  const last = await post('return=minimal');
  assert.deepEqual([last.status, last.text, last.headers['preference-applied']], [201, '', 'return=minimal']);
});

test('Idempotency-Key: who has no cookie gets none with it, and stays the one who repeats it', async () => {
  const key = { 'Idempotency-Key': 'no-cookie' };
  const first = await api.post('/videos', { metadata: { ok: 2 } }, key);
  assert.deepEqual([first.status, first.headers['set-cookie']], [201, undefined]);
  assert.deepEqual((await api.post('/videos', { metadata: { ok: 2 } }, key)).json, first.json);
  assert.ok((await api.post('/videos', {})).headers['set-cookie']);
});

test('Idempotency-Key: what was refused does not use it up; each visitor has their own', async () => {
  const key = { 'Idempotency-Key': 'retry-1' };
  assertProblem(await api.post('/videos', { metadata: 1 }, key), 400, 'bad-request', 'metadata');
  const made = await api.post('/videos', { metadata: { ok: 1 } }, key);
  assert.equal(made.status, 201, made.text);
  const visitor = api.as(`director_visitor=${'v'.repeat(22)}`);
  const theirs = await visitor.post('/videos', { metadata: { ok: 1 } }, key);
  assert.equal(theirs.status, 201);
  assert.notEqual(theirs.json.id, made.json.id);
  for (const bad of ['""', 'x'.repeat(256), 'ä'])
    assertProblem(await api.post('/videos', {}, { 'Idempotency-Key': Buffer.from(bad).toString('latin1') }),
      400, 'bad-request', 'Idempotency-Key');
});

main(async () => {
  stack = await start();
  api = new Api(stack);
});
