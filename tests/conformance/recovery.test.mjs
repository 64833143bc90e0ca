// Connection state recovery: what a client gets back that was away for a while.
// The letters are those of ../shared/reference/polling-protocol.md; where this
// server differs from the reference one (L9, no offset, takeover) the case says so.
//
//   two     two processes behind one socket, long heartbeats
//   brief   300/200 ms, a window of 1.5 s
//   mortal  its process is killed

import assert from 'node:assert/strict';
import { client, RS } from '../harness/polling.mjs';
import { held, redis } from '../harness/redis.mjs';
import { start } from '../harness/stack.mjs';
import { main, run, sleep, test, until } from '../harness/tap.mjs';
import { CALM, echoes, gone, hold, isOk, released } from './words.mjs';

const WINDOW_MS = 1500;
const INTERVAL = 300;
const TIMEOUT = 200;

const [two, brief, mortal] = [{}, {}, {}];

// ---- words ------------------------------------------------------------------------------

// Packets from the socket's beginning: those before CONNECT, the pair it got, and
// what is new: the connection handler's `auth` and, where somebody talks, others.
async function claim(c, auth, nsp = '/') {
  const prefix = nsp === '/' ? '' : `${nsp},`;
  await isOk(c.post([`40${prefix}${auth === undefined ? '' : JSON.stringify(auth)}`]));
  const missed = await c.packets();
  const connects = (p) => p.startsWith(`40${prefix}{`);
  while (!missed.some(connects)) missed.push(...await c.packets());
  const [connect, ...later] = missed.splice(missed.findIndex(connects));
  const isHello = (p) => said(p, prefix).args[0] === 'auth';
  while (!later.some(isHello)) later.push(...await c.packets());
  const { sid, pid, ...rest } = JSON.parse(connect.slice(2 + prefix.length));
  assert.deepEqual(rest, {});
  assert.match(sid, /^[A-Za-z0-9_-]{20}$/);
  assert.match(pid, /^[A-Za-z0-9_-]{16,64}$/);
  const { offset } = said(later.at(-1), prefix);
  return { c, nsp, prefix, sid, pid, offset, missed, later: later.filter((p) => !isHello(p)) };
}

// A new Engine.IO session that joins, perhaps claiming what another one had.
async function connect(stack = two, auth = undefined, nsp = '/') {
  const c = client(stack);
  await c.handshake();
  return claim(c, auth, nsp);
}

const again = (s, auth = { pid: s.pid, offset: s.offset }, stack = two) => connect(stack, auth, s.nsp);

// An EVENT: its arguments without the offset, and the offset.
function said(packet, prefix = '') {
  const [, kind, body] = /^4(2|5\d+-)(.*)$/.exec(packet) ?? assert.fail(`no event: ${packet}`);
  assert.ok(body.startsWith(prefix));
  const args = JSON.parse(body.slice(prefix.length));
  const offset = args.pop();
  assert.match(offset, /^[A-Za-z0-9_-]+\.[1-9]\d*$/, packet);
  return { kind, args, offset };
}

const texts = (packets, prefix) => packets.map((p) => said(p, prefix).args);

const emit = (s, ...args) => isOk(s.c.post([`42${s.prefix}${JSON.stringify(args)}`]));
const join = (s, room) => echoes(s.c, [`420${JSON.stringify(['join', room])}`], ['430["joined"]']);

// The next event, and from now on that is what the client has seen last.
async function sees(s, ...args) {
  const { args: got, offset } = said((await s.c.take(1))[0]);
  assert.deepEqual(got, args);
  s.offset = offset;
}

function same(a, b) {
  assert.equal(a.sid, b.sid);
  assert.equal(a.pid, b.pid);
}

function different(a, b) {
  assert.notEqual(a.sid, b.sid);
  assert.notEqual(a.pid, b.pid);
  assert.deepEqual(b.missed, []);
}

let rooms = 0;
const newRoom = () => `room${++rooms}`;

// A socket in a room of its own that somebody else can talk to.
async function pair(stack = two) {
  const [s, other] = [await connect(stack), await connect(stack)];
  const room = newRoom();
  await join(s, room);
  return { s, other, room, tell: (...args) => emit(other, 'to-room', room, ...args) };
}

async function aborted(c) {
  const abort = new AbortController();
  const poll = c.get({ signal: abort.signal });
  poll.catch(() => {});
  await held(two, c.sid);
  abort.abort();
  await assert.rejects(poll);
}

// ---- on the wire ------------------------------------------------------------------------

function wire() {
  test('L2 L3 CONNECT has a pid, events have growing offsets of one tag', async () => {
    const { s, tell } = await pair();
    const offsets = [s.offset];
    for (let i = 0; i < 3; i++) {
      await tell(i);
      await sees(s, 'room-msg', i);
      offsets.push(s.offset);
    }
    await emit(s, 'message', 'direct');
    await sees(s, 'message-back', 'direct');
    offsets.push(s.offset);
    const [tags, seqs] = [0, 1].map((i) => offsets.map((o) => o.split('.')[i]));
    assert.equal(new Set(tags).size, 1);
    assert.deepEqual(seqs.map(Number), seqs.map((_, i) => Number(seqs[0]) + i));
    assert.notEqual(tags[0], s.pid);
  });

  test('L2 pids differ from every sid, and from each other in namespaces', async () => {
    const s = await connect();
    const custom = await claim(s.c, {}, '/custom');
    assert.equal(new Set([s.c.sid, s.sid, s.pid, custom.sid, custom.pid]).size, 5);
    assert.notEqual(s.offset.split('.')[0], custom.offset.split('.')[0]);
  });

  test('L3 a room: every receiver has an offset of its own', async () => {
    const [a, b, c] = [await connect(), await connect(), await connect()];
    const room = newRoom();
    for (const s of [a, b]) await join(s, room);
    await emit(c, 'to-room', room, 'x');
    const [one, other] = await Promise.all([a, b].map(async (s) => said((await s.c.take(1))[0])));
    assert.deepEqual(one.args, other.args);
    assert.notEqual(one.offset, other.offset);
  });
}

// ---- coming back ------------------------------------------------------------------------

// How a session ends, and can be taken up again.
const LOSSES = [
  ['the client closed', (s) => isOk(s.c.post(['1']))],
  ['its poll was aborted', (s) => aborted(s.c)],
  ['it polled twice', async (s) => {
    const poll = await hold(two, s.c);
    assert.equal((await s.c.get({ agent: s.c.posts })).status, 400);
    await released(poll, '1');
  }],
  ['it is still open', async () => {}],
];

// How it ends for good.
const ENDS = [
  ['the client left', (s) => isOk(s.c.post(['41']))],
  ['the client left and closed', (s) => isOk(s.c.post(['41', '1']))],
  ['it was kicked', async (s) => { await emit(s, 'kick'); assert.deepEqual(await s.c.packets(), ['41']); }],
  ['it was kicked, nobody polled', (s) => emit(s, 'kick')],
  ['it was closed', (s) => emit(s, 'kick-close')],
  ['it broke Socket.IO', (s) => isOk(s.c.post(['4x']))],
  ['it broke Engine.IO', async (s) => assert.equal((await s.c.post('x')).status, 400)],
  ['it broke the payload', async (s) => assert.equal((await s.c.post('')).status, 400)],
  ['it used a reserved name', (s) => isOk(s.c.post(['42["disconnect"]']))],
  ['it sent a binary message without header', (s) => isOk(s.c.post(['bAQID']))],
];

function losses() {
  for (const [name, lose] of LOSSES)
    test(`L6 ${name}: the same sid and pid, what was missed before CONNECT, in order`, async () => {
      const { s, tell } = await pair();
      await tell('seen');
      await sees(s, 'room-msg', 'seen');
      await lose(s);
      for (let i = 0; i < 5; i++) await tell('missed', i);
      const back = await again(s);
      same(s, back);
      assert.deepEqual(texts(back.missed), [0, 1, 2, 3, 4].map((i) => ['room-msg', 'missed', i]));
      await gone(s.c);
      await tell('after');
      await sees(back, 'room-msg', 'after');
    });

  for (const [name, lose] of LOSSES)
    test(`L6 ${name}: nothing was missed`, async () => {
      const { s, tell } = await pair();
      await lose(s);
      const back = await again(s);
      same(s, back);
      assert.deepEqual(back.missed, []);
      await tell('x');
      await sees(back, 'room-msg', 'x');
    });

  for (const [name, lose] of LOSSES)
    test(`L6 ${name}, and no event was ever seen: all from the first`, async () => {
      const c = client(two);
      await c.handshake();
      await isOk(c.post(['40']));
      const [first] = await c.take(2);
      const s = { c, nsp: '/', prefix: '', ...JSON.parse(first.slice(2)) };
      await lose(s);
      const back = await again(s, { pid: s.pid });
      same(s, back);
      assert.deepEqual(texts(back.missed), [['auth', {}]]);
    });

  for (const [name, end] of ENDS)
    test(`L4 ${name}: a new sid and pid, no error`, async () => {
      const { s, tell } = await pair();
      await end(s);
      await tell('x');
      const back = await again(s);
      different(s, back);
      await tell('y');
      await emit(back, 'message', 1);
      await sees(back, 'message-back', 1);
    });

  test('L4 left in one namespace: that one is over, the other can be taken up', async () => {
    const s = await connect();
    const custom = await claim(s.c, {}, '/custom');
    await isOk(s.c.post(['41']));
    await isOk(s.c.post(['1']));
    const c = client(two);
    await c.handshake();
    different(s, await claim(c, { pid: s.pid, offset: s.offset }));
    same(custom, await claim(c, { pid: custom.pid, offset: custom.offset }, '/custom'));
  });
}

function coming() {
  test('L6 away and back many times', async () => {
    const { s: first, tell } = await pair();
    let s = first;
    for (let i = 0; i < 8; i++) {
      await tell('here', i);
      await sees(s, 'room-msg', 'here', i);
      await LOSSES[i % LOSSES.length][1](s);
      await tell('away', i);
      const back = await again(s);
      same(first, back);
      assert.deepEqual(texts(back.missed), [['room-msg', 'away', i]]);
      s = back;
    }
  });

  // No offset is ever sent: all comes again, and the handler's new event with it.
  test('L5 away and back many times, no event ever seen', async () => {
    const first = await connect();
    for (let i = 1; i <= 6; i++) {
      const back = await again(first, { pid: first.pid });
      same(first, back);
      assert.equal(back.missed.length, i);
      assert.ok(texts(back.missed).every(([event]) => event === 'auth'));
      await isOk(back.c.post(['1']));
    }
  });

  test('L6 what was answered but not seen comes again: the offset alone counts', async () => {
    const { s, tell } = await pair();
    for (let i = 0; i < 4; i++) await tell(i);
    const packets = await s.c.take(4);
    s.offset = said(packets[1]).offset;
    await isOk(s.c.post(['1']));
    const back = await again(s);
    same(s, back);
    assert.deepEqual(back.missed, packets.slice(2));
  });

  test('L5 an offset of another pid, or none at all: from the first', async () => {
    const stranger = await connect();
    for (const offset of [stranger.offset, undefined]) {
      const { s, tell } = await pair();
      await tell(1);
      await sees(s, 'room-msg', 1);
      await isOk(s.c.post(['1']));
      await tell(2);
      const back = await again(s, { pid: s.pid, offset });
      same(s, back);
      assert.deepEqual(texts(back.missed), [['auth', {}], ['room-msg', 1], ['room-msg', 2]]);
    }
  });

  const PIDS = [5, 0, true, null, {}, [], ['x'], '', 'x', '__proto__', 'a'.repeat(20), 'a'.repeat(5000), '}:p:*', 'é', 'a b\n'];
  for (const pid of PIDS)
    test(`L7 L10 pid ${JSON.stringify(pid).slice(0, 30)}: a session like any other`, async () => {
      const s = await connect(two, { pid, offset: 'x.1' });
      assert.deepEqual(s.missed, []);
      assert.notEqual(s.pid, pid);
      await emit(s, 'message', 1);
      await sees(s, 'message-back', 1);
    });

  test('L10 another\'s sid is no pid; a pid of another namespace is none here', async () => {
    const s = await connect();
    for (const pid of [s.sid, s.c.sid]) different(s, await connect(two, { pid, offset: s.offset }));
    const custom = await connect(two, { pid: s.pid, offset: s.offset }, '/custom');
    different(s, custom);
    // Nobody was hurt.
    await emit(s, 'message', 1);
    await sees(s, 'message-back', 1);
  });

  test('rooms are kept, left ones are not', async () => {
    const [s, other] = [await connect(), await connect()];
    const [kept, left] = [newRoom(), newRoom()];
    for (const room of [kept, left]) await join(s, room);
    await echoes(s.c, [`421${JSON.stringify(['leave', left])}`], ['431["left"]']);
    await isOk(s.c.post(['1']));
    const tell = async () => { for (const room of [kept, left]) await emit(other, 'to-room', room, room); };
    await tell();
    const back = await again(s);
    assert.deepEqual(texts(back.missed), [['room-msg', kept]]);
    await tell();
    await sees(back, 'room-msg', kept);
    await emit(back, 'message', 'no other');
    await sees(back, 'message-back', 'no other');
  });

  test('binary events come again, whole', async () => {
    const { s, other, room, tell } = await pair();
    const place = (n) => `{"_placeholder":true,"num":${n}}`;
    await isOk(s.c.post(['1']));
    await tell('before');
    await isOk(other.c.post([`452-["to-room","${room}",${place(0)},{"x":${place(1)}}]`, 'bAQID', 'b']));
    await tell('behind');
    const back = await again(s);
    same(s, back);
    assert.equal(back.missed.length, 5);
    const [before, header, one, none, behind] = back.missed;
    assert.deepEqual(texts([before, behind]), [['room-msg', 'before'], ['room-msg', 'behind']]);
    assert.match(header, /^452-\["room-msg",\{"_placeholder":true,"num":0\},\{"x":\{"_placeholder":true,"num":1\}\},"[^"]+\.\d+"\]$/);
    assert.deepEqual([one, none], ['bAQID', 'b']);
    // An offset of a binary event counts as well.
    const twice = await again({ ...back, offset: said(header).offset });
    assert.deepEqual(texts(twice.missed.filter((p) => !p.includes('"auth"'))), [['room-msg', 'behind']]);
  });

  test('large ones: not much less than the log may hold', async () => {
    const { s, tell } = await pair();
    await isOk(s.c.post(['1']));
    const large = 'é'.repeat(200000);
    for (const mark of [1, 2]) await tell(mark, large);
    const back = await again(s);
    same(s, back);
    assert.deepEqual(texts(back.missed).map(([, mark, text]) => [mark, text === large]), [[1, true], [2, true]]);
  });

  test('several namespaces, each by its own pid', async () => {
    const s = await connect();
    const custom = await claim(s.c, { a: 1 }, '/custom');
    const guarded = await claim(s.c, { token: 'secret' }, '/guarded');
    await isOk(s.c.post(['1']));
    const c = client(two);
    await c.handshake();
    same(guarded, await claim(c, { token: 'secret', pid: guarded.pid, offset: guarded.offset }, '/guarded'));
    same(custom, await claim(c, { pid: custom.pid, offset: custom.offset }, '/custom'));
    same(s, await claim(c, { pid: s.pid, offset: s.offset }));
  });
}

// ---- takeover and races -----------------------------------------------------------------

function takeover() {
  test('still open with a poll held: it gets 1, its session is gone', async () => {
    const { s, tell } = await pair();
    const poll = await hold(two, s.c);
    const back = await again(s);
    await released(poll, '1');
    await gone(s.c);
    same(s, back);
    await tell('x');
    await sees(back, 'room-msg', 'x');
  });

  test('still open with packets nobody polled for: they come to the new one', async () => {
    const { s, tell } = await pair();
    for (let i = 0; i < 3; i++) await tell(i);
    const back = await again(s);
    same(s, back);
    assert.deepEqual(texts(back.missed), [0, 1, 2].map((i) => ['room-msg', i]));
    await gone(s.c);
  });

  test('L9 of claims at the same time one has the socket', async () => {
    for (let round = 0; round < 5; round++) {
      const { s, tell } = await pair();
      if (round % 2) await isOk(s.c.post(['1']));
      await tell('missed');
      const claims = await Promise.all(Array.from({ length: 4 }, async () => {
        const c = client(two);
        await c.handshake();
        return c;
      }));
      await Promise.all(claims.map((c) => c.post([`40${JSON.stringify({ pid: s.pid, offset: s.offset })}`])));
      // Who took it over from a faster one has closed that one's session.
      const owners = [];
      for (const c of claims) {
        const res = await c.get();
        const packets = res.status === 200 ? res.body.split(RS) : [];
        const connect = packets.find((p) => p.startsWith('40{'));
        if (connect && JSON.parse(connect.slice(2)).sid === s.sid && (await c.post(['3'])).status === 200) owners.push(c);
      }
      assert.equal(owners.length, 1);
      await gone(s.c);
      await tell('after');
      assert.deepEqual(said((await owners[0].take(1))[0]).args, ['room-msg', 'after']);
    }
  });

  test('events while it is being taken over: none lost, none twice', async () => {
    const { s, tell } = await pair();
    const N = 60;
    const sending = (async () => { for (let i = 0; i < N; i++) await tell(i); })();
    const seen = [];
    let now = s;
    const read = (packets) => {
      for (const { args, offset } of packets.map((p) => said(p))) {
        if (args[0] === 'room-msg') seen.push(args[1]);
        now.offset = offset;
      }
    };
    for (let rounds = 1; seen.length < N; rounds++) {
      read(await now.c.packets());
      if (rounds % 5 || seen.length >= N) continue;
      const back = await again(now);
      same(s, back);
      now = { ...back };
      read([...back.missed, ...back.later]);
      now.offset = back.offset;
    }
    await sending;
    assert.deepEqual(seen, Array.from({ length: N }, (_, i) => i));
  });
}

// ---- limits -------------------------------------------------------------------------------

function limits() {
  test('the log is capped: what fell out cannot be given back', async () => {
    const { s, other, room } = await pair();
    await isOk(s.c.post(['1']));
    for (let i = 0; i < 30; i++)
      await isOk(other.c.post(Array.from({ length: 100 }, (_, k) => `42${JSON.stringify(['to-room', room, i * 100 + k])}`)));
    const back = await again(s);
    different(s, back);
    await emit(back, 'message', 1);
    await sees(back, 'message-back', 1);
  });

  test('nobody polls: the overflow closes the session, its socket can be taken up', async () => {
    const { s, tell, other, room } = await pair();
    for (let i = 0; i < 11; i++)
      await isOk(other.c.post(Array.from({ length: 100 }, (_, k) => `42${JSON.stringify(['to-room', room, i * 100 + k])}`)));
    await gone(s.c);
    const back = await again(s);
    if (back.sid === s.sid) assert.equal(back.missed.length, 1100);
    else different(s, back);
    await tell('x');
    await emit(back, 'message', 1);
    await (back.sid === s.sid ? sees(back, 'room-msg', 'x') : sees(back, 'message-back', 1));
  });
}

function clocks() {
  test('L4 E7 a ping time-out: taken up again', async () => {
    const s = await connect(brief);
    await sleep(INTERVAL + TIMEOUT + 50);
    await gone(s.c);
    same(s, await again(s, undefined, brief));
  });

  test('L6 the window is over', async () => {
    const [closed, silent] = [await connect(brief), await connect(brief)];
    await isOk(closed.c.post(['1']));
    await sleep(INTERVAL + TIMEOUT + WINDOW_MS + 300);
    for (const s of [closed, silent]) different(s, await again(s, undefined, brief));
  });

  test('L6 a long session is within its window as long as it lives', async () => {
    const s = await connect(brief);
    const end = Date.now() + INTERVAL + TIMEOUT + WINDOW_MS + 500;
    while (Date.now() < end) {
      const packets = await s.c.packets();
      assert.deepEqual(packets, ['2']);
      await isOk(s.c.post(['3']));
    }
    await isOk(s.c.post(['1']));
    same(s, await again(s, undefined, brief));
  });
}

// Alone on its server: everybody there would hear these.
function everybody() {
  test('L3 no offset on acks, on events that want one, on volatile ones', async () => {
    const { s } = await pair(mortal);
    await echoes(s.c, ['421["message-with-ack",1]'], ['431[1]']);
    await echoes(s.c, ['42["ask-me",1]'], ['420["question",1]']);
    const poll = await hold(mortal, s.c);
    await emit(s, 'volatile', 1);
    await released(poll, '42["volatile-msg",1]');
  });

  test('what others broadcast comes again, not what the socket did itself', async () => {
    const [s, other] = [await connect(mortal), await connect(mortal)];
    await emit(s, 'broadcast', 'mine');
    await emit(other, 'broadcast', 'theirs');
    const back = await again(s, undefined, mortal);
    const heard = texts(back.missed).filter(([, by]) => by === 'mine' || by === 'theirs');
    assert.deepEqual(heard, [['broadcast-msg', 'theirs']]);
  });

  test('acks, questions and volatile events do not come again', async () => {
    const { s, tell } = await pair(mortal);
    await isOk(s.c.post(['42["ask-me",1]', '427["message-with-ack",1]', '42["volatile",1]']));
    await tell('kept');
    const back = await again(s, undefined, mortal);
    same(s, back);
    assert.deepEqual(texts(back.missed), [['room-msg', 'kept']]);
    // The question went with its session.
    await isOk(back.c.post(['430["late"]']));
    await emit(back, 'message', 'end');
    await sees(back, 'message-back', 'end');
  });
}

function killed() {
  for (const lastly of ['with all seen', 'with nothing seen'])
    test(`kill -9 of the process that held the poll, ${lastly}`, async () => {
      const { s, tell } = await pair(mortal);
      const poll = await hold(mortal, s.c);
      const old = mortal.kill('director.fcgi');
      const broken = await poll.answer.catch((error) => error);
      assert.notEqual(broken.status, 200);
      await mortal.replaced('director.fcgi', old);
      await until(async () => (await client(mortal).get()).status === 200, { what: 'an answer' });
      await tell('while away');
      const back = await again(s, lastly === 'with all seen' ? undefined : { pid: s.pid }, mortal);
      same(s, back);
      const first = lastly === 'with all seen' ? [] : [['auth', {}]];
      assert.deepEqual(texts(back.missed), [...first, ['room-msg', 'while away']]);
      await tell('after');
      await sees(back, 'room-msg', 'after');
    });

  test('nothing is left behind once windows are over', async () => {
    await until(async () => (await redis(brief, 'KEYS', '*}:[ep]:*')).length === 0,
      { ms: 6000, step: 100, what: 'the end of what sessions left' });
  });
}

main(async () => {
  const stacks = await Promise.all([
    start({ app: 'echo', processes: 2, env: { ...CALM, RECOVERY: '1' } }),
    start({ app: 'echo', env: { RECOVERY: '1', DIRECTOR_RECOVERY_MS: String(WINDOW_MS) } }),
    start({ app: 'echo', env: { ...CALM, RECOVERY: '1' } }),
  ]);
  [two, brief, mortal].forEach((place, i) => Object.setPrototypeOf(place, stacks[i]));
  clocks();
  await run(3);
  for (const group of [wire, losses, coming, takeover, limits]) group();
  await run(8);
  everybody();
  killed();
  await run(1);
});
