// The transport as the product sets it up: origins, the visitor's cookie, its
// heartbeat, what the log says, and that nothing is left behind.

import assert from 'node:assert/strict';
import { setMaxListeners } from 'node:events';
import { readdirSync } from 'node:fs';
import { client, request } from '../harness/polling.mjs';
import { start } from '../harness/stack.mjs';
import { main, run, test, until, within } from '../harness/tap.mjs';

const FOREIGN = 'http://evil.example';
const FORBIDDEN = '{"code":4,"message":"Forbidden"}';

// Open descriptors of processes.
const descriptors = (...pids) => pids.reduce((sum, pid) => sum + readdirSync(`/proc/${pid}/fd`).length, 0);
const apps = (stack) => stack.apps.map((name) => stack.pid(name));

async function metric(stack, name) {
  const { body } = await request(`${stack.url}/metrics`);
  const line = body.split('\n').find((l) => l.startsWith(`${name} `));
  if (!line) throw new Error(`no metric ${name}`);
  return Number(line.split(' ')[1]);
}

function origins(s) {
  test('handshake: the heartbeat and limits of the product', async () => {
    const c = client(s);
    const { sid, ...rest } = await c.handshake();
    assert.match(sid, /^[A-Za-z0-9_-]{20}$/);
    assert.deepEqual(rest, { upgrades: [], pingInterval: 25000, pingTimeout: 20000, maxPayload: 1000000 });
    assert.equal(c.answer.headers['access-control-allow-origin'], undefined);
  });

  for (const origin of ['http://localhost:5173', 'http://127.0.0.1:1', `http://localhost`])
    test(`origin ${origin} is allowed, with credentials`, async () => {
      const c = client(s);
      const headers = { Origin: origin };
      await c.handshake({ headers });
      for (const res of [c.answer, await c.post('40', { headers }), await c.get({ headers })]) {
        assert.equal(res.status, 200);
        assert.equal(res.headers['access-control-allow-origin'], origin);
        assert.equal(res.headers['access-control-allow-credentials'], 'true');
        assert.match(res.headers.vary, /Origin/);
      }
    });

  for (const origin of [FOREIGN, 'null', 'https://localhost.evil.example', 'http://localhost@evil.example'])
    test(`origin ${origin} gets 403 for a handshake and a POST`, async () => {
      const headers = { Origin: origin };
      const c = await client(s).open();
      for (const res of [await client(s).get({ headers }), await c.post('42["x"]', { headers })]) {
        assert.equal(res.status, 403);
        assert.equal(res.body, FORBIDDEN);
        assert.equal(res.headers['access-control-allow-origin'], undefined);
      }
      assert.ok(await c.alive());
    });

  test('a foreign origin gets no leave in a preflight', async () => {
    const res = await request(`${s.url}/socket.io/?EIO=4&transport=polling`, {
      method: 'OPTIONS', headers: { Origin: FOREIGN, 'Access-Control-Request-Method': 'POST' } });
    assert.equal(res.headers['access-control-allow-origin'], undefined);
    assert.equal(res.headers['access-control-allow-methods'], undefined);
  });

  test('a foreign Host is refused', async () => {
    for (const host of ['evil.example', `evil.example:${s.port}`, 'localhost.evil.example'])
      assert.equal((await client(s).get({ headers: { Host: host } })).status, 403);
  });

  test('/engine.io is not served', async () => {
    assert.equal((await request(`${s.url}/engine.io/?EIO=4&transport=polling`)).status, 404);
  });

  test('the visitor gets a cookie with the handshake, once', async () => {
    const c = client(s);
    await c.handshake();
    const [cookie] = c.answer.headers['set-cookie'];
    assert.match(cookie, /^director_visitor=[A-Za-z0-9_-]{22}; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax$/);
    const again = await client(s).get({ headers: { Cookie: cookie.split(';')[0] } });
    assert.equal(again.headers['set-cookie'], undefined);
    const post = await c.post('40');
    assert.equal(post.headers['set-cookie'], undefined);
  });
}

function traces(s) {
  test('the log: a line a request, no secret, no content', async () => {
    const c = await client(s).open({ password: 'tell-nobody' });
    await c.post('42["nobody listens","my words"]', { headers: { 'X-Request-Id': 'mark-4711' } });
    const line = await until(() => s.log('director.fcgi').split('\n').find((l) => l.includes('id=mark-4711')), { what: 'the line' });
    assert.match(line, /^time=\S+ level=info msg=request id=mark-4711 sid=\S+ method=POST route=\S+ status=200 ms=\d+$/);
    const log = s.log('director.fcgi');
    for (const secret of [c.sid, c.ssid, 'tell-nobody', 'my words'])
      assert.ok(!log.includes(secret), secret);
    for (const l of log.trim().split('\n')) assert.match(l, /^time=\S+ level=\w+ msg=/);
  });

  test('300 clients that vanish: descriptors, parked polls and sessions go back', { timeout: 30000 }, async () => {
    const pids = apps(s);
    const web = s.pid('lighttpd');
    await client(s).open();
    const before = descriptors(...pids);
    const gone = new AbortController();
    setMaxListeners(0, gone.signal);
    const list = await Promise.all(Array.from({ length: 300 }, () => client(s).open()));
    const allHeld = () => until(() => descriptors(...pids) >= before + 300, { what: '300 held polls' });
    // Once and over, so that all connections, a balancer's too, have had a
    // request: lighttpd 1.4.69 does not watch the client during the first one.
    const first = list.map((c) => c.get());
    await allHeld();
    for (const c of list) assert.equal((await c.post(['41', '40'])).status, 200);
    await Promise.all(first);
    const polls = list.map((c) => assert.rejects(c.get({ signal: gone.signal, ms: 30000 })));
    await allHeld();
    gone.abort();
    await Promise.all(polls);
    for (const c of list) {
      c.polls.destroy();
      c.posts.destroy();
    }
    await until(() => descriptors(...pids) <= before + 8 * pids.length, { what: 'the descriptors' });
    await until(() => descriptors(web) < 200, { what: 'the descriptors of lighttpd' });
    await until(async () => (await metric(s, 'director_parked_polls')) === 0, { what: 'no parked poll' });
    for (const c of list.slice(0, 20)) assert.equal((await request(c.url())).status, 400);
  });

  test('TERM: ends with status 0 within 2 s, held polls get a noop', async () => {
    const list = await Promise.all(Array.from({ length: 50 }, () => client(s).open()));
    const old = apps(s);
    const before = descriptors(...old);
    const polls = list.map((c) => c.get());
    await until(() => descriptors(...old) >= before + list.length, { what: 'held polls' });
    const told = performance.now();
    for (const name of s.apps) s.kill(name, 'SIGTERM');
    for (const res of await within(4000, Promise.all(polls), 'the noops')) {
      assert.equal(res.status, 200);
      assert.equal(res.body, '6');
    }
    await Promise.all(s.apps.map((name, i) => s.replaced(name, old[i])));
    assert.ok(performance.now() - told < 3000, 'too slow');
    for (const pid of old) assert.match(s.said, new RegExp(`process ${pid}\\) ended with status 0`));
    for (const c of list) assert.ok(await c.alive());
  });
}

main(async () => {
  const s = await start({ app: 'director', worker: false });
  origins(s);
  await run(4);
  traces(s);
  await run(1);
});
