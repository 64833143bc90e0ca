// Sessions, messages and jobs by REST are those of the visitor, and while only this
// machine can ask, those of nobody known; and every address says what it takes.
// On either store (TOPOLOGY=pg).

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, start } from '../harness/stack.mjs';
import { main, test } from '../harness/tap.mjs';
import { Chat, addVideo, ask, assertProblem, chatMessage, get, textContent } from './lib_app.mjs';
import { Api } from './lib_rest.mjs';

let stack;
const visitors = {}; // name: {api, sessions}

async function visit(name, cookie) {
  const chat = await Chat.open(stack.url, cookie ? { extraHeaders: { Cookie: cookie } } : {});
  const sessions = [];
  for (let n = 0; n < 3; n++) {
    const message = chatMessage({ content: textContent(`${name} asks`) });
    await chat.run(message);
    sessions.push(message.session_id);
  }
  chat.close();
  visitors[name] = { api: cookie ? new Api(stack).as(cookie) : new Api(stack), sessions: sessions.sort() };
}

const of = (...names) => names.flatMap((name) => visitors[name].sessions).sort();
const SEEN = { anna: ['anna', 'nobody'], ben: ['ben', 'nobody'], nobody: ['nobody'] };
const total = { Prefer: 'count=exact' };

// ---- Whose rows --------------------------------------------------------------------

for (const [name, seen] of Object.entries(SEEN)) {
  test(`${name} sees the sessions of ${seen.join(' and ')}`, async () => {
    const { api } = visitors[name];
    const answer = await api.get('/sessions', total);
    assert.deepEqual(answer.json.map((row) => row.session_id).sort(), of(...seen));
    assert.equal(answer.headers['content-range'], `0-${3 * seen.length - 1}/${3 * seen.length}`);
    assert.deepEqual((await api.pages('/sessions?limit=1&order=created_at')).flat().map((row) => row.session_id).sort(), of(...seen));
  });

  test(`${name} sees the messages and jobs of ${seen.join(' and ')}`, async () => {
    const { api } = visitors[name];
    for (const list of ['messages', 'jobs']) {
      const rows = await api.rows(`/${list}?limit=1000`);
      assert.deepEqual([...new Set(rows.map((row) => row.session_id))].sort(), of(...seen), list);
      assert.equal((await api.get(`/${list}?limit=1`, total)).headers['content-range'], `0-0/${rows.length}`);
    }
    const messages = await api.rows(`/messages?session_id=eq.${visitors[name].sessions[0]}&order=seq`);
    assert.deepEqual(messages.map((row) => row.msg_type), ['input', 'output']);
    assert.equal(messages[0].content[0].text, `${name} asks`);
  });

  test(`${name} sees nothing of the others, whatever is asked`, async () => {
    const { api } = visitors[name];
    for (const other of Object.keys(SEEN).filter((one) => !seen.includes(one))) {
      const [id] = visitors[other].sessions;
      for (const list of ['sessions', 'messages', 'jobs']) {
        for (const filter of [`session_id=eq.${id}`, `session_id=in.(${visitors[other].sessions})`, `session_id=like.${id.slice(0, 20)}*`])
          assert.deepEqual(await api.rows(`/${list}?${filter}`), []);
        assert.equal((await api.get(`/${list}?session_id=eq.${id}`, total)).headers['content-range'], '*/0');
      }
      const [job] = await visitors[other].api.rows(`/jobs?session_id=eq.${id}`);
      assertProblem(await api.get(`/jobs/${job.id}`), 404, 'not-found');
      assert.equal((await api.get(`/sessions/${id}`)).status, 200, 'an id is a secret: who knows it reads the session');
    }
  });
}

test('times of sessions, messages and jobs: eq finds what was shown', async () => {
  const { api } = visitors.anna;
  for (const list of ['sessions', 'messages', 'jobs'])
    for (const row of await api.rows(`/${list}`))
      for (const column of ['created_at', 'updated_at']) {
        assert.match(row[column], /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
        const found = await api.rows(`/${list}?${column}=eq.${row[column]}`);
        assert.ok(found.some((one) => JSON.stringify(one) === JSON.stringify(row)), `${list} ${column} ${row[column]}`);
      }
});

test('a session with its messages: as their lists have them, with an ETag', async () => {
  const { api, sessions: [id] } = visitors.anna;
  const read = await api.get(`/sessions/${id}`);
  const { conversation, ...session } = read.json;
  assert.deepEqual([session], await api.rows(`/sessions?session_id=eq.${id}`));
  assert.deepEqual(conversation, await api.rows(`/messages?session_id=eq.${id}&order=seq`));
  assert.ok(conversation.length >= 2);
  assert.match(read.headers.etag, /^"[\w-]{22}"$/);
  const known = await api.get(`/sessions/${id}`, { 'If-None-Match': read.headers.etag });
  assert.deepEqual([known.status, known.text, known.headers.etag], [304, '', read.headers.etag]);
});

test('a job by its id; no secrets of a job are shown', async () => {
  const { api } = visitors.anna;
  const [job] = await api.rows('/jobs?limit=1');
  assert.deepEqual(Object.keys(job), ['id', 'type', 'state', 'dead', 'attempts', 'tries', 'deaths', 'error', 'errors',
    'progress', 'result', 'session_id', 'created_at', 'started_at', 'finished_at', 'updated_at']);
  assert.deepEqual(await api.rows(`/jobs/${job.id}`), job);
});

test('a session that is removed takes its messages along', async () => {
  const cookie = `director_visitor=${'z'.repeat(22)}`;
  await visit('zoe', cookie);
  const { api, sessions: [id, ...rest] } = visitors.zoe;
  assert.equal((await api.delete(`/sessions/${id}`)).status, 200);
  assertProblem(await api.get(`/sessions/${id}`), 404, 'not-found');
  for (const list of ['sessions', 'messages', 'jobs']) assert.deepEqual(await api.rows(`/${list}?session_id=eq.${id}`), [], list);
  assert.equal((await api.rows(`/sessions?session_id=in.(${rest})`)).length, 2);
});

// ---- Every address ---------------------------------------------------------------------

/** The table of routes as the program has it: [[path, methods]]. */
function routes() {
  const text = readFileSync(join(ROOT, 'handlers/routes.c'), 'utf8').replace(/\\\n/g, ' ');
  const words = {};
  const value = (expression) => [...expression.matchAll(/"([^"]*)"|([A-Z_]+)/g)].map(([, literal, name]) => literal ?? words[name]).join('');
  for (const [, name, expression] of text.matchAll(/^#define (\w+) +(.+)$/gm)) words[name] = value(expression);
  const found = new Map();
  for (const [, methods, path] of text.matchAll(/^\t\{ (HTTP_\w+(?: \| HTTP_\w+)*), ([^,]+),/gm)) {
    const list = found.get(value(path)) ?? [];
    found.set(value(path), [...list, ...methods.replaceAll('HTTP_', '').split(' | ')]);
  }
  return [...found];
}

const TABLE = routes().filter(([path]) => !path.startsWith('/socket.io'));
const SAMPLE = 'm-sample-pitch';

for (const [pattern, methods] of TABLE) {
  const path = pattern.replace('/?', '').replace('{id}', pattern.startsWith('/videodb') ? 'c-main' : SAMPLE).replace('{id}', SAMPLE);
  const takes = [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].sort();
  const listed = (answer) => answer.headers.allow.split(/, */).sort();

  test(`OPTIONS, and 405 for the rest: ${pattern}`, async () => {
    const options = await ask(stack.url, 'OPTIONS', path);
    assert.deepEqual([options.status, options.text, listed(options)], [204, '', takes]);
    for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'].filter((one) => !takes.includes(one))) {
      const answer = await ask(stack.url, method, path, { headers: { 'Content-Length': 0 } });
      assert.deepEqual([answer.status, listed(answer)], [405, takes], method);
      if (method !== 'HEAD') assertProblem(answer, 405, 'method-not-allowed');
    }
  });

  if (pattern.startsWith('/api/v1/'))
    test(`a parameter that nobody knows is refused: ${pattern}`, async () => {
      for (const method of methods) {
        const body = ['POST', 'PUT', 'PATCH'].includes(method) && !/\/(cancel|retry)$/.test(pattern) ? { json: {} } : {};
        for (const more of ['nope=1', '=', 'note', 'a%20b=eq.1']) {
          const answer = await ask(stack.url, method, `${path}?${more}`, body);
          assertProblem(answer, 400, 'bad-request', decodeURIComponent(more.split('=')[0]) || undefined);
        }
      }
      if (methods.includes('GET')) assert.equal((await get(stack.url, `${path}?&`)).status, (await get(stack.url, path)).status);
    });

  if (methods.includes('GET') && pattern !== '/metrics')
    test(`HEAD is GET without a body: ${pattern}`, async () => {
      const [full, head] = [await get(stack.url, path), await ask(stack.url, 'HEAD', path)];
      assert.deepEqual([head.status, head.text], [full.status, '']);
      // What is streamed has a length only once it was sent.
      const length = pattern.endsWith('/training-data') ? [] : ['content-length'];
      for (const name of [...length, 'content-type', 'etag', 'cache-control', 'content-range', 'link'])
        assert.equal(head.headers[name], full.headers[name], name);
    });
}

test('there are as many addresses as there should be', () => {
  assert.ok(TABLE.length >= 35, String(TABLE.length));
  for (const list of ['collections', 'videos', 'transcripts', 'chunks', 'outputs', 'sessions', 'messages', 'jobs'])
    assert.ok(TABLE.some(([path]) => path === `/api/v1/${list}`), list);
});

main(async () => {
  stack = await start();
  await addVideo(stack.url, 'one more', 'Anna: One.', 'text/plain');
  await visit('anna', `director_visitor=${'a'.repeat(22)}`);
  await visit('ben', `director_visitor=${'b'.repeat(22)}`);
  await visit('nobody');
});
