// The description of the REST API (doc/openapi.json): is it good OpenAPI, does it
// say what the program does, can a client be made of it?

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { BUILD, ROOT, start } from '../harness/stack.mjs';
import { main, run, test } from '../harness/tap.mjs';
import { ask, get } from './lib_app.mjs';
import { ROOT as FILE, bodyTypes, described, examplesOf, operations, resolve, validator } from './lib_openapi.mjs';

const require = createRequire(join(ROOT, 'tests/openapi/package.json'));
const { createConfig, lint } = require('@redocly/openapi-core');
const { OpenAPIClientAxios } = require('openapi-client-axios');

let base;

test('the linter has nothing to say', async () => {
  const config = await createConfig({ extends: ['recommended-strict'], rules: { 'operation-4xx-response': 'error' } });
  const found = await lint({ ref: FILE, config });
  assert.deepEqual(found.map((one) => `${one.ruleId}: ${one.message} ${one.location[0]?.pointer}`), []);
});

test('it is served as it is written, with an ETag', async () => {
  const answer = await get(base, '/api/v1/openapi.json');
  assert.equal(answer.status, 200);
  assert.equal(answer.headers['content-type'], 'application/json');
  assert.deepEqual(answer.json, described);
  const again = await get(base, '/api/v1/openapi.json', { 'If-None-Match': answer.headers.etag });
  assert.equal(again.status, 304);
  assert.equal(again.text, '');
});

// ---- The program's tables ---------------------------------------------------------

// "GET /videos/{}" => { media, bytes }; what is only for Socket.IO is left out.
function routes() {
  const text = execFileSync(join(BUILD, 'director.fcgi'), ['--routes'], { encoding: 'utf8' });
  const found = new Map();
  for (const line of text.trim().split('\n')) {
    const [methods, pattern, bytes, media] = line.split('\t');
    if (pattern.startsWith('/socket.io/')) continue;
    for (const method of methods.split(', '))
      found.set(`${method} ${pattern.replace(/\/\?$/, '')}`, { bytes: Number(bytes), media: media === '-' ? [] : media.split(' ') });
  }
  return found;
}

test('every address of the program is described, and no other', () => {
  const of = (path) => path.replace(/\{\w+\}/g, '{id}');
  assert.deepEqual(operations.map(({ method, path }) => `${method} ${of(path)}`).sort(), [...routes().keys()].sort());
});

test('what is not understood is refused everywhere: 400 is described', () => {
  const without = operations.filter(({ path, op }) => path.startsWith('/api/v1/') && !op.responses[400]);
  assert.deepEqual(without.map(({ method, path }) => `${method} ${path}`), []);
});

test('bodies: media types and limits are the program\'s', () => {
  const known = routes();
  for (const { method, path, op } of operations) {
    const { media, bytes } = known.get(`${method} ${path.replace(/\{\w+\}/g, '{id}')}`) ?? {};
    assert.deepEqual(bodyTypes(op).sort(), [...media].sort(), `${method} ${path}`);
    assert.equal(op.requestBody?.['x-max-bytes'] ?? 0, bytes, `${method} ${path}`);
  }
});

// Of sql/list/lists.sql: { videos: { order, columns: [{ name, type, flags }] } }
function lists() {
  const found = {};
  let list;
  for (const line of readFileSync(join(ROOT, 'sql/list/lists.sql'), 'utf8').split('\n')) {
    const [, what, text] = /^-- (list|order|column): ([^=]*)/.exec(line) ?? [];
    const [name, type, ...flags] = text?.trim().split(/\s+/) ?? [];
    if (what === 'list') list = found[name] = { columns: [] };
    else if (what === 'order') list.order = name;
    else if (what) list.columns.push({ name, type, flags });
  }
  return found;
}

const FILTERS = { text: 'Text', uuid: 'Uuid', int: 'Integer', time: 'Time', msec: 'Time', json: 'Json' };
const TYPES = { text: 'string', uuid: 'string', int: 'integer', time: 'string', msec: 'string' };

// The types that a member may have; JSON is what it is.
function typesOf(schema) {
  const flat = resolve(schema);
  return [flat.oneOf?.map(typesOf) ?? flat.type].flat(2).sort();
}

const SCHEMAS = {
  collections: 'Collection', videos: 'Video', transcripts: 'Transcript', chunks: 'Chunk', outputs: 'Output',
  sessions: 'Session', messages: 'Message', jobs: 'Job',
};
const named = (columns, flag) => columns.filter(({ flags }) => flags.includes(flag)).map(({ name }) => name);
// GETs of a list, also below a video.
const asking = (name) => operations.filter(({ method, path }) => method === 'GET' && path.startsWith('/api/v1/') && path.endsWith(`/${name}`));

function checkFilters({ path, op }, columns) {
  const below = path.includes('{video_id}') ? ['video_id'] : [];
  const filters = op.parameters.filter((one) => /Filter\w+$/.test(one.schema?.$ref));
  assert.deepEqual(filters.map((one) => one.name), named(columns, 'filter').filter((one) => !below.includes(one)), path);
  for (const one of filters)
    assert.equal(one.schema.$ref, `#/components/schemas/Filter${FILTERS[columns.find((c) => c.name === one.name).type]}`, one.name);
}

function checkOrder({ path, op }, { order, columns }) {
  const by = op.parameters.find((one) => one.name === 'order');
  assert.equal(by.schema.default, order);
  const [words] = by.description.split(/, or|\. With/);
  assert.deepEqual([...words.matchAll(/`(\w+)`/g)].map(([, word]) => word), named(columns, 'order'), path);
}

const { training, ...all } = lists();

test('training data: the filters are the columns', () => {
  checkFilters(asking('training-data')[0], training.columns);
});

test('every list has its schema', () => {
  assert.deepEqual(Object.keys(all).sort(), Object.keys(SCHEMAS).sort());
});

for (const [name, list] of Object.entries(all)) {
  const { properties } = described.components.schemas[SCHEMAS[name]];

  test(`${name}: the columns are its members, filters and orders`, () => {
    assert.deepEqual(Object.keys(properties), list.columns.filter((c) => !c.flags.includes('extra')).map((c) => c.name));
    assert.ok(asking(name).length > 0);
    for (const one of asking(name)) {
      checkFilters(one, list.columns);
      checkOrder(one, list);
    }
  });

  test(`${name}: the members have the columns' types`, () => {
    for (const { name: column, type, flags } of list.columns.filter((c) => TYPES[c.type])) {
      const none = flags.includes('null') || flags.includes('foreign') ? ['null'] : [];
      assert.deepEqual(typesOf(properties[column]), [TYPES[type], ...none].sort(), column);
    }
  });
}

// ---- Examples ---------------------------------------------------------------------

test('every operation has examples, and they are what the schemas say', () => {
  for (const { method, path, op } of operations) {
    const contents = Object.entries({ ...op.responses, body: op.requestBody ?? {} })
      .flatMap(([status, one]) => Object.entries(resolve(one).content ?? {}).map((content) => [status, ...content]));
    for (const [status, type, media] of contents) {
      const examples = examplesOf(media);
      assert.ok(examples.length > 0 || type === 'multipart/form-data', `${method} ${path} ${status} ${type}: no example`);
      if (!media.schema || !/json$/.test(type)) continue;
      for (const example of examples)
        assert.equal(validator(media.schema)(example), null, `${method} ${path} ${status} ${type}`);
    }
  }
});

test('parameters have examples, and they are what the schemas say', () => {
  for (const one of Object.values(described.components.parameters)) {
    const examples = examplesOf(one);
    assert.ok(examples.length > 0 || one.name === 'cursor', `${one.name}: no example`);
    for (const example of examples) assert.equal(validator(one.schema)(example), null, one.name);
  }
});

// ---- A client ---------------------------------------------------------------------

// The page shows them where one types.
test('the examples of parameters are taken by every list that names them', async () => {
  for (const { path, method, op } of operations.filter((one) => one.method === 'GET' && !one.path.includes('{'))) {
    for (const one of (op.parameters ?? []).map(resolve).filter((p) => p.in === 'query')) {
      const schema = resolve(one.schema ?? {});
      for (const example of [...examplesOf(one), ...schema.examples ?? []]) {
        const pairs = typeof example === 'object' ? Object.entries(example) : [[one.name, example]];
        const query = pairs.map((pair) => pair.map(encodeURIComponent).join('=')).join('&');
        const { status, text } = await ask(base, method, `${path}?${query}`);
        assert.ok([200, 206].includes(status), `${path}?${query}: ${status} ${text.slice(0, 200)}`);
      }
    }
  }
});

test('a client made of it lists, creates, changes and deletes a video', async () => {
  const { json: definition } = await get(base, '/api/v1/openapi.json');
  const api = new OpenAPIClientAxios({ definition, withServer: { url: base } });
  const client = await api.init();
  const one = { video_id: 'eq.v-client' };
  assert.deepEqual((await client.listVideos(one)).data, []);
  const made = await client.createVideos(null, { video_id: 'v-client', metadata: { name: 'Made by a client' } });
  assert.equal(made.status, 201);
  assert.deepEqual((await client.getVideo('v-client')).data, made.data);
  const found = await client.listVideos({ ...one, select: 'name:metadata->>name' });
  assert.deepEqual(found.data, [{ name: 'Made by a client' }]);
  const changed = await client.updateVideo('v-client', { metadata: { lang: 'en' } });
  assert.deepEqual(changed.data.metadata, { name: 'Made by a client', lang: 'en' });
  assert.equal((await client.deleteVideo('v-client')).status, 204);
  await assert.rejects(client.getVideo('v-client'), (error) => error.response.status === 404 && error.response.data.code === 'not-found');
  assert.deepEqual((await client.listVideos(one)).data, []);
});

// ---- The answers --------------------------------------------------------------------

test('every GET answers as it is described', async () => {
  const video = (await ask(base, 'POST', '/api/v1/videos', { json: { metadata: { name: 'x' } } })).json;
  const put = await ask(base, 'PUT', `/api/v1/videos/${video.id}/transcript`, { body: 'Anna: Hello, Ben.\n', type: 'text/plain' });
  assert.equal(put.status, 201, put.text);
  const ids = { collection_id: 'default', video_id: video.video_id, transcript_id: put.json.id };
  for (const { path, op } of operations.filter((one) => one.method === 'GET')) {
    const url = path.replace('/api/v1/collections/{collection_id}', '/api/v1/collections/c-main')
      .replace(/\{(\w+)\}/g, (_, name) => ids[name] ?? 'none');
    const answer = await get(base, url);
    const media = resolve(op.responses[answer.status])?.content?.[answer.headers['content-type'].split(';')[0]];
    assert.ok(media, `${url}: ${answer.status} ${answer.headers['content-type']} is not described`);
    assert.equal(answer.status, /none$|none\//.test(url) ? 404 : 200, url);
    if (/json$/.test(answer.headers['content-type'])) assert.equal(validator(media.schema)(answer.json), null, url);
  }
});

main(async () => {
  const stack = await start();
  base = stack.url;
  await run(2);
});
