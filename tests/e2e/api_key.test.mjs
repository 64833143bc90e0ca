// The static key: who does not show it is refused, on every way in, and a server
// that other machines reach does not start without one.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BUILD, ROOT, freePort, start } from '../harness/stack.mjs';
import { main, test } from '../harness/tap.mjs';
import { Chat, ask, assertProblem, chatMessage, get, until } from './lib_app.mjs';

const KEY = 'Key-of_the.tests~1+2/3==';
const ORIGIN = 'http://localhost:3123';
const CLOSED = ['/agent', '/config/check', '/session', '/videodb/collection', '/api/v1/videos',
  '/api/v1/videos/m-sample-pitch/transcript'];

let stack;
let base;
const bearer = (key) => ({ Authorization: `Bearer ${key}` });

test('every address of the API wants the key', async () => {
  for (const path of CLOSED) {
    for (const headers of [{}, bearer('wrong'), bearer(`${KEY}x`), bearer(KEY.slice(0, -1)), { Authorization: `Basic ${KEY}` }]) {
      const answer = await get(base, path, headers);
      assertProblem(answer, 401, 'unauthorized');
      assert.equal(answer.headers['www-authenticate'], 'Bearer');
      assert.equal(answer.headers['set-cookie'], undefined, 'a stranger gets no cookie');
    }
    assert.equal((await get(base, path, bearer(KEY))).status, 200, path);
  }
  assert.equal((await get(base, '/agent', { Authorization: `bearer  ${KEY}` })).status, 200, 'the scheme in any case');
});

test('writing wants it, too', async () => {
  const json = { metadata: { name: 'Pitch' } };
  assertProblem(await ask(base, 'POST', '/api/v1/videos', { json }), 401, 'unauthorized');
  assert.equal((await get(base, '/api/v1/videos', bearer(KEY))).json.length, 1, 'nothing was added');
  assert.equal((await ask(base, 'POST', '/api/v1/videos', { json, headers: bearer(KEY) })).status, 201);
});

test('probes, preflights and the page are open', async () => {
  for (const path of ['/healthz', '/readyz', '/metrics', '/'])
    assert.equal((await get(base, path)).status, 200, path);
  const asked = 'authorization,prefer,if-match,if-none-match,idempotency-key,range,x-request-id,traceparent';
  const preflight = await ask(base, 'OPTIONS', '/api/v1/videos', {
    headers: { Origin: ORIGIN, 'Access-Control-Request-Method': 'POST', 'Access-Control-Request-Headers': asked },
  });
  assert.equal(preflight.status, 204);
  assert.equal(preflight.headers['access-control-allow-headers'], asked);
});

test('a page of another origin may read the 401 and the headers of answers', async () => {
  for (const headers of [{}, bearer(KEY)]) {
    const answer = await get(base, '/api/v1/videos', { Origin: ORIGIN, ...headers });
    assert.equal(answer.headers['access-control-allow-origin'], ORIGIN);
    const exposed = answer.headers['access-control-expose-headers'].toLowerCase().split(/, */);
    for (const name of ['etag', 'link', 'content-range', 'location', 'preference-applied', 'retry-after', 'x-request-id'])
      assert.ok(exposed.includes(name), name);
  }
});

test('Socket.IO: a CONNECT without the key is refused, with data', async () => {
  for (const auth of [undefined, {}, { token: 'wrong' }, { token: 7 }]) {
    const chat = new Chat(base, { auth });
    const error = await new Promise((done) => chat.socket.once('connect_error', done));
    assert.match(error.message, /key/);
    assert.deepEqual(error.data, { code: 'unauthorized', status: 401 });
    assert.equal(chat.socket.connected, false);
    chat.close();
  }
});

test('Socket.IO: with the key a chat runs, in auth or in the header', async () => {
  for (const options of [{ auth: { token: KEY } }, { extraHeaders: bearer(KEY) }]) {
    const chat = await Chat.open(base, options);
    assert.equal((await chat.run(chatMessage())).status, 'success');
    chat.close();
  }
});

// A client of Engine.IO 3 joins /chat with `query`; what it is told then.
async function join3(query) {
  const url = '/socket.io/?EIO=3&transport=polling';
  const { sid } = JSON.parse(/\{.*?\}/.exec((await get(base, url)).text)[0]);
  const packet = `40/chat${query},`;
  const posted = await ask(base, 'POST', `${url}&sid=${sid}`, { body: `${packet.length}:${packet}`, type: 'text/plain' });
  assert.equal(posted.text, 'ok');
  return until('an answer of /chat', async () => /4[04]\/chat.*/.exec((await get(base, `${url}&sid=${sid}`)).text)?.[0]);
}

test('Socket.IO of version 3: the key in the query of the namespace', async () => {
  assert.match(await join3(`?token=${encodeURIComponent(KEY)}`), /^40\/chat/);
  assert.match(await join3(''), /^44\/chat,.*unauthorized/);
});

test('the key is in no log', async () => {
  await until('the log', () => /status=401/.test(stack.log('director.fcgi')));
  for (const name of ['director.fcgi', 'lighttpd', 'worker', 'redis'])
    assert.ok(!stack.log(name).includes(KEY), name);
});

// What a program says that is refused at its start.
function refused(program, args, env) {
  const { status, stderr } = spawnSync(join(BUILD, program), args, {
    encoding: 'utf8', timeout: 20000, env: { PATH: process.env.PATH, ...env },
  });
  assert.equal(status, 1, stderr);
  return stderr;
}

test('beyond loopback it does not start without a key', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'director-key-'));
  const run = ['--root', ROOT, '--var', dir, '--port', String(await freePort()), '--no-worker'];
  const sentence = /DIRECTOR_BIND=0\.0\.0\.0 .* set DIRECTOR_API_KEY, or ALLOW_ANONYMOUS=1/;
  try {
    assert.match(refused('director-run', run, { DIRECTOR_BIND: '0.0.0.0' }), sentence);
    assert.match(refused('director.fcgi', ['-t'], { DIRECTOR_BIND: '0.0.0.0' }), sentence);
    assert.match(refused('director.fcgi', [], { DIRECTOR_BIND: '0.0.0.0', DATABASE_URL: `sqlite:${dir}/db` }), sentence);
    assert.match(refused('director.fcgi', ['-t'], { DIRECTOR_API_KEY: 'two words' }), /letters, digits/);
    for (const DIRECTOR_URL of ['director.example', 'https://director.example/'])
      assert.match(refused('director.fcgi', ['-t'], { DIRECTOR_URL }), /must be like https:/);
    for (const env of [{ DIRECTOR_API_KEY: KEY }, { ALLOW_ANONYMOUS: '1' }])
      assert.equal(spawnSync(join(BUILD, 'director.fcgi'), ['-t'], { env: { DIRECTOR_BIND: '0.0.0.0', ...env } }).status, 0);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});

await main(async () => {
  stack = await start({ env: { DIRECTOR_API_KEY: KEY } });
  base = stack.url;
});
