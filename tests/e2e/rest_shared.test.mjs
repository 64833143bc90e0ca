// Requests that come together share a round trip to PostgreSQL (TOPOLOGY=pg): each
// gets its own answer, whatever the others ask, and whatever becomes of the server.

import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import net from 'node:net';
import { join } from 'node:path';
import { start } from '../harness/stack.mjs';
import { main, sleep, test, until } from '../harness/tap.mjs';
import { assertProblem } from './lib_app.mjs';
import { Api, NO_ROW } from './lib_rest.mjs';

const VIDEOS = 200;
const COLLECTIONS = 7;
const AT_ONCE = 16; // as many as the agent has connections
const ROUNDS = 40;
const DOOR_MS = 30; // to the web server and on
const KILLS = 12;

// SQLite has no round trips to share.
const onPostgres = (process.env.TOPOLOGY ?? '').startsWith('pg') ? test : () => {};

let stack;
let api;
let rows;

const any = (list) => list[randomInt(list.length)];
const collectionOf = (n) => `shared-${n % COLLECTIONS}`;

// Each checks that the answer is the one to its own question.
const QUESTIONS = {
  async byId() {
    const row = any(rows);
    assert.deepEqual(await api.rows(`/videos/${row.id}`), row);
  },
  async byName() {
    const row = any(rows);
    assert.deepEqual(await api.rows(`/videos/${row.video_id}`), row);
  },
  async shaped() {
    const row = any(rows);
    assert.deepEqual(await api.rows(`/videos/${row.id}?select=id,n:metadata->n`), { id: row.id, n: row.metadata.n });
  },
  async page() {
    const id = collectionOf(randomInt(COLLECTIONS));
    const want = rows.filter((row) => row.collection_id === id);
    const page = await api.rows(`/videos?collection_id=eq.${id}&limit=50`);
    assert.deepEqual(new Set(page.map((row) => row.id)), new Set(want.map((row) => row.id)));
  },
  async known() {
    const row = any(rows);
    const first = await api.get(`/videos/${row.id}`);
    const again = await api.get(`/videos/${row.id}`, { 'If-None-Match': first.headers.etag });
    assert.deepEqual([again.status, again.text, again.headers.etag], [304, '', first.headers.etag]);
  },
  async head() {
    const row = any(rows);
    const answer = await api.ask('HEAD', `/videos/${row.id}`);
    assert.deepEqual([answer.status, answer.text], [200, '']);
    assert.equal(Number(answer.headers['content-length']), Buffer.byteLength((await api.get(`/videos/${row.id}`)).text));
  },
  async missing() {
    assertProblem(await api.get(`/videos/${NO_ROW}`), 404, 'not-found');
  },
  async noSuchName() {
    assertProblem(await api.get('/videos/none-of-that-name'), 404, 'not-found');
  },
  async refused() {
    assertProblem(await api.get('/videos?limit=x'), 400, 'bad-request', 'limit');
  },
  async written() {
    const n = randomInt(1e9);
    const made = await api.made('/videos', { collection_id: 'written', metadata: { n } });
    assert.equal(made.metadata.n, n);
    assert.deepEqual(await api.rows(`/videos/${made.id}`), made);
    const changed = await api.patch(`/videos/${made.id}`, { metadata: { more: n } });
    assert.deepEqual(changed.json.metadata, { n, more: n });
  },
  async counted() {
    const answer = await api.get('/videos?collection_id=eq.shared-1&limit=1', { Prefer: 'count=exact' });
    assert.match(answer.headers['content-range'], /^0-0\/\d+$/);
  },
};

// All wait at the door of a process that sleeps, again and again.
async function together(ask) {
  const pid = stack.pid('director.fcgi');
  for (let i = 0; i < ROUNDS; i++) {
    process.kill(pid, 'SIGSTOP');
    const answers = Promise.all(Array.from({ length: AT_ONCE }, ask));
    await sleep(DOOR_MS);
    process.kill(pid, 'SIGCONT');
    await answers;
  }
}

test('each gets the answer to its own question', async () => {
  await together(() => any(Object.values(QUESTIONS))());
});

const END = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = 'director'";

// A backend tells what it has done at the latest when it ends.
async function transactions() {
  await until(async () => await stack.pg.admin(END) === '0', { what: 'the end of the connections' });
  return Number(await stack.pg.admin("SELECT xact_commit FROM pg_stat_database WHERE datname = 'director'"));
}

onPostgres('a round trip for several: there are fewer transactions than answers', async () => {
  const before = await transactions();
  await together(QUESTIONS.byId);
  const spent = (await transactions()) - before;
  console.log(`# ${AT_ONCE * ROUNDS} rows in ${spent} transactions`);
  assert.ok(spent < AT_ONCE * ROUNDS / 2, `${spent}`);
});

onPostgres('connections are killed meanwhile: right, or 503', async () => {
  let killing = true;
  const killed = (async () => {
    for (let i = 0; i < KILLS; i++) {
      await stack.pg.admin(END);
      await sleep(50);
    }
    killing = false;
  })();
  let right = 0;
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    while (killing) {
      const row = any(rows);
      const answer = await api.get(`/videos/${row.id}`);
      if (answer.status !== 503) {
        assert.deepEqual([answer.status, answer.json], [200, row]);
        right++;
      }
    }
  }));
  await killed;
  assert.ok(right > 0);
  await until(async () => (await api.get('/videos?limit=1')).status === 200, { ms: 10000, what: 'an answer afterwards' });
});

// ---- A web server that is none ---------------------------------------------------

const BEGIN = 1;
const PARAMS = 4;
const STDIN = 5;

function record(type, content) {
  const head = Buffer.from([1, type, 0, 1, content.length >> 8, content.length & 255, 0, 0]);
  return Buffer.concat([head, content]);
}

function params(of) {
  return Buffer.concat(Object.entries(of).map(([name, value]) => (
    Buffer.concat([Buffer.from([name.length, value.length]), Buffer.from(name + value)]))));
}

/** A connection that has said as much, and what it hears until it is closed. */
function said(...records) {
  const socket = net.connect(join(stack.var, 'director.sock'));
  const heard = new Promise((done, fail) => {
    let text = '';
    socket.on('data', (d) => { text += d; });
    socket.on('close', () => done(text));
    socket.on('error', fail);
  });
  if (records.length) socket.write(Buffer.concat(records));
  return { socket, heard };
}

const begun = record(BEGIN, Buffer.from([0, 1, 0, 0, 0, 0, 0, 0]));

function request(method, path, more = {}) {
  const of = { REQUEST_METHOD: method, REQUEST_URI: path, QUERY_STRING: '', HTTP_HOST: 'localhost', CONTENT_LENGTH: '0', ...more };
  return [begun, record(PARAMS, params(of)), record(PARAMS, Buffer.alloc(0))];
}

const over = record(STDIN, Buffer.alloc(0));

// Each says something else, or nothing, and is not heard of any more.
const STRANGERS = {
  'says nothing': () => said(),
  'is gone already': () => {
    const stranger = said();
    stranger.socket.end();
    return stranger;
  },
  'has a body that does not come': () => said(...request('POST', '/api/v1/videos', { CONTENT_LENGTH: '900000', CONTENT_TYPE: 'application/json' })),
  'is refused, with a body that does not come': () => said(...request('PUT', '/nowhere', { CONTENT_LENGTH: '900000' })),
  'has a body of unknown length': () => said(...request('POST', '/api/v1/videos', { CONTENT_LENGTH: '', CONTENT_TYPE: 'application/json' })),
};

for (const [what, stranger] of Object.entries(STRANGERS))
  onPostgres(`among those at the door one ${what}: the others are answered`, async () => {
    const pid = stack.pid('director.fcgi');
    const waiting = [];
    const strangers = [];
    await Promise.all(rows.slice(0, 4).map((row) => api.rows(`/videos/${row.id}`)));
    process.kill(pid, 'SIGSTOP');
    for (const row of rows.slice(0, 6)) {
      waiting.push(said(...request('GET', `/api/v1/videos/${row.id}`), over).heard);
      if (waiting.length === 1) strangers.push(stranger());
    }
    await sleep(DOOR_MS);
    process.kill(pid, 'SIGCONT');
    const late = sleep(5000).then(() => { throw new Error('no answer'); });
    late.catch(() => {});
    const answers = await Promise.race([Promise.all(waiting), late]);
    answers.forEach((text, i) => assert.ok(text.includes(rows[i].id) && text.includes('Status: 200'), text));
    strangers.forEach(({ socket }) => socket.destroy());
  });

main(async () => {
  stack = await start();
  api = new Api(stack);
  const made = await api.post('/videos', Array.from({ length: VIDEOS }, (_, n) => (
    { video_id: `shared-${n}`, collection_id: collectionOf(n), metadata: { n } })), { Prefer: 'return=representation' });
  assert.equal(made.status, 201, made.text.slice(0, 300));
  rows = made.json;
});
