// Socket.IO between sockets: rooms, namespaces, acks both ways, volatile events,
// middleware. The letters are those of ../shared/reference/polling-protocol.md.
// Two processes share one socket: who emits and who listens is mostly not in one.

import assert from 'node:assert/strict';
import { client } from '../harness/polling.mjs';
import { start } from '../harness/stack.mjs';
import { main, run, sleep, test } from '../harness/tap.mjs';
import { CALM, closes, echoes, gone, hold, isOk, released, works } from './words.mjs';

const two = {};
const alone = {}; // nobody else is on it: who hears a broadcast is counted

let rooms = 0;
const room = () => `room${++rooms}`;
const open = (stack = two) => client(stack).open();
const opened = (n, stack) => Promise.all(Array.from({ length: n }, () => open(stack)));

const emit = (c, ...args) => isOk(c.post([`42${JSON.stringify(args)}`]));
const event = (...args) => `42${JSON.stringify(args)}`;
const hears = async (c, ...events) => assert.deepEqual(await c.take(events.length), events);
// What was sent before would stand before the ack.
const hearsNothing = (c) => works(c, 'nothing');

const join = (c, name) => echoes(c, [`421${JSON.stringify(['join', name])}`], ['431["joined"]']);
const leave = (c, name) => echoes(c, [`422${JSON.stringify(['leave', name])}`], ['432["left"]']);

// ---- rooms ------------------------------------------------------------------------------

function membership() {
  test('K13 the sender hears it when it is in the room', async () => {
    const [a, b, name] = [await open(), await open(), room()];
    await join(a, name);
    await emit(a, 'to-room', name, 1);
    await hears(a, event('room-msg', 1));
    await emit(b, 'to-room', name, 2);
    await hears(a, event('room-msg', 2));
    await hearsNothing(b);
  });

  test('K13 joining twice is being in once, leaving once is being out', async () => {
    const [c, name] = [await open(), room()];
    await join(c, name);
    await join(c, name);
    await emit(c, 'to-room', name, 1);
    await hears(c, event('room-msg', 1));
    await hearsNothing(c);
    await leave(c, name);
    await emit(c, 'to-room', name, 2);
    await hearsNothing(c);
    await leave(c, name);
    await join(c, name);
    await emit(c, 'to-room', name, 3);
    await hears(c, event('room-msg', 3));
  });

  test('K13 several rooms, each for itself', async () => {
    const c = await open();
    const names = [room(), room(), room()];
    for (const name of names) await join(c, name);
    await leave(c, names[1]);
    await isOk(c.post(names.map((name, i) => event('to-room', name, i))));
    await hears(c, event('room-msg', 0), event('room-msg', 2));
    await hearsNothing(c);
  });

  test('K13 names of rooms are matched exactly', async () => {
    const [a, b] = [await open(), await open()];
    const name = room();
    await join(a, name);
    for (const other of [`${name} `, name.toUpperCase(), `${name}:`, `*`, 'all', '__proto__']) await emit(b, 'to-room', other, 'no');
    await hearsNothing(a);
  });

  test('K13 an empty room is no error', async () => {
    const c = await open();
    await emit(c, 'to-room', room(), 1);
    await hearsNothing(c);
  });

  test('K15 many in a room: all hear all, in order', async () => {
    const [name, all] = [room(), await opened(12)];
    for (const c of all) await join(c, name);
    const sent = Array.from({ length: 20 }, (_, i) => i);
    for (let i = 0; i < 20; i += 4) await isOk(all[0].post(sent.slice(i, i + 4).map((n) => event('to-room', name, n))));
    for (const c of all) await hears(c, ...sent.map((n) => event('room-msg', n)));
  });

  test('K15 held polls of a room are all answered', async () => {
    const [name, all] = [room(), await opened(8)];
    for (const c of all) await join(c, name);
    const polls = await Promise.all(all.map((c) => hold(two, c)));
    await emit(await open(), 'to-room', name, 'é😀');
    for (const poll of polls) await released(poll, event('room-msg', 'é😀'));
  });

  const ENDS = [
    ['the client leaves the namespace', (c) => isOk(c.post(['41']))],
    ['the client closes', async (c) => { await isOk(c.post(['1'])); await gone(c); }],
    ['it is kicked', async (c) => { await emit(c, 'kick'); await hears(c, '41'); }],
    ['it is closed', async (c) => { await emit(c, 'kick-close'); await hears(c, '41', '1'); await gone(c); }],
    ['it breaks the protocol', async (c) => { await isOk(c.post(['4x'])); await gone(c); }],
  ];
  for (const [name, end] of ENDS)
    test(`K11 K13 rooms are left when ${name}`, async () => {
      const [c, other, r] = [await open(), await open(), room()];
      for (const x of [c, other]) await join(x, r);
      await end(c);
      await emit(other, 'to-room', r, 1);
      await hears(other, event('room-msg', 1));
      if (!c.sid || (await c.post(['3'])).status !== 200) return;
      // Joined anew it is in no room.
      await isOk(c.post(['40']));
      assert.equal((await c.take(2))[1], '42["auth",{}]');
      await emit(other, 'to-room', r, 2);
      await hears(other, event('room-msg', 2));
      await hearsNothing(c);
    });
}

// Alone on a server.
function everybody() {
  test('K13 broadcast: all others of the namespace, not those only in another', async () => {
    const [a, b, elsewhere, left] = await opened(4, alone);
    await isOk(elsewhere.post(['40/custom,', '41']));
    await elsewhere.take(2);
    await isOk(left.post(['41']));
    await emit(a, 'broadcast', 1, 'x');
    await hears(b, event('broadcast-msg', 1, 'x'));
    await hearsNothing(a);
    for (const c of [elsewhere, left]) {
      await isOk(c.post(['40']));
      assert.match((await c.take(2))[0], /^40\{/);
    }
    for (const c of [a, b, elsewhere, left]) await isOk(c.post(['1']));
  });

  // Not to itself by the room that has its name.
  test('K13 every socket is alone in the room named by its sid', async () => {
    const [a, b, c] = await opened(3, alone);
    await emit(a, 'to-room', b.ssid, 1);
    await hears(b, event('room-msg', 1));
    await emit(b, 'to-room', b.ssid, 2);
    await hears(b, event('room-msg', 2));
    await hearsNothing(a);
    await hearsNothing(c);
    // The sid of Engine.IO is nobody's room.
    await emit(a, 'to-room', b.sid, 3);
    await hearsNothing(b);
    await isOk(b.post(['41', '40']));
    const again = JSON.parse((await b.take(2))[0].slice(2)).sid;
    await emit(a, 'to-room', b.ssid, 4);
    await emit(a, 'to-room', again, 5);
    await hears(b, event('room-msg', 5));
    for (const x of [a, b, c]) await isOk(x.post(['1']));
  });

  test('K14 volatile: who holds a poll hears it, who does not never will', async () => {
    const [a, b, c] = await opened(3, alone);
    const poll = await hold(alone, b);
    await emit(a, 'volatile', 1, 'x');
    await released(poll, event('volatile-msg', 1, 'x'));
    for (const x of [a, b, c]) await hearsNothing(x);
    for (const x of [a, b, c]) await isOk(x.post(['1']));
  });

  test('K14 volatile: the sender with a held poll hears itself', async () => {
    const a = await open(alone);
    const poll = await hold(alone, a);
    await emit(a, 'volatile', 2);
    await released(poll, event('volatile-msg', 2));
    await isOk(a.post(['1']));
  });

  test('K14 a volatile binary event comes whole or not at all', async () => {
    const [a, b, c] = await opened(3, alone);
    const poll = await hold(alone, b);
    await isOk(a.post(['452-["volatile",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]', 'bAQ==', 'bAg==']));
    const first = (await poll.answer).body.split('\x1e');
    assert.deepEqual([...first, ...await b.take(3 - first.length)],
      ['452-["volatile-msg",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]', 'bAQ==', 'bAg==']);
    await hearsNothing(c);
    for (const x of [a, b, c]) await isOk(x.post(['1']));
  });

  test('K11 nobody hears for those who went', async () => {
    const before = await opened(6, alone);
    for (const c of before.slice(1)) await isOk(c.post(['1']));
    const b = await open(alone);
    await emit(before[0], 'broadcast', 1);
    await hears(b, event('broadcast-msg', 1));
    await hearsNothing(before[0]);
  });
}

// ---- namespaces ----------------------------------------------------------------------------

const REFUSAL = '44/guarded,{"message":"not authorized","data":{"code":401}}';

function namespaces() {
  test('K2 K7 three namespaces on one connection, left one by one', async () => {
    const c = await open();
    await isOk(c.post(['40/custom,{"a":1}', '40/guarded,{"token":"secret"}']));
    const got = await c.take(4);
    const sids = got.filter((p) => p.startsWith('40')).map((p) => JSON.parse(p.slice(p.indexOf('{'))).sid);
    assert.equal(new Set([c.sid, c.ssid, ...sids]).size, 4);
    assert.ok(got.includes('42/custom,["auth",{"a":1}]') && got.includes('42/guarded,["auth",{"token":"secret"}]'), got.join());
    await isOk(c.post(['41/custom,']));
    await isOk(c.post(['42/guarded,["nobody listens"]']));
    await works(c);
    await isOk(c.post(['41/guarded,']));
    await works(c);
    await closes(two, c, () => c.post(['42/guarded,["nobody listens"]']));
  });

  test('K3 refused by a middleware, then let in; the connection stays', async () => {
    const c = await open();
    for (const auth of ['', '{}', '{"token":"Secret"}', '{"token":["secret"]}', '{"token":{"toString":"secret"}}'])
      await echoes(c, [`40/guarded,${auth}`], [REFUSAL]);
    await isOk(c.post(['40/guarded,{"token":"secret"}']));
    assert.match((await c.packets())[0], /^40\/guarded,\{"sid":"[A-Za-z0-9_-]{20}"\}$/);
    await isOk(c.post(['42/guarded,["nobody listens"]']));
    await works(c);
  });

  test('K3 K6 refused is not joined: an event for it closes', async () => {
    const c = await open();
    await echoes(c, ['40/guarded,'], [REFUSAL]);
    await closes(two, c, () => c.post(['42/guarded,["message"]']));
  });

  test('K13 events of one namespace are unknown in another', async () => {
    const [a, b] = [await open(), await open()];
    const name = room();
    await join(a, name);
    await isOk(b.post(['40/custom,']));
    await b.take(2);
    await isOk(b.post([`42/custom,${JSON.stringify(['to-room', name, 1])}`, `42/custom,1${JSON.stringify(['join', name])}`]));
    await hearsNothing(b);
    await hearsNothing(a);
  });

  test('K8 kicked out of one namespace, the other goes on', async () => {
    const c = await open();
    await isOk(c.post(['40/custom,']));
    await c.take(2);
    await emit(c, 'kick');
    await hears(c, '41');
    await isOk(c.post(['42/custom,["nobody listens"]', '40']));
    assert.match((await c.take(2))[0], /^40\{/);
    await works(c);
  });

  test('K16 what stands before a DISCONNECT happens, what stands behind does not', async () => {
    const [c, other, name] = [await open(), await open(), room()];
    await join(other, name);
    await isOk(c.post([event('to-room', name, 'before'), '41', event('to-room', name, 'behind'), '40', event('to-room', name, 'again')]));
    await hears(other, event('room-msg', 'before'), event('room-msg', 'again'));
  });
}

// ---- acks ---------------------------------------------------------------------------------------

const idOf = (packet) => /^42(\d+)\["question"/.exec(packet)[1];

function acks() {
  test('K9 K10 acks both ways at once, in any order', async () => {
    const c = await open();
    await isOk(c.post([event('ask-me', 'a'), '42500["message-with-ack","x"]', event('ask-me', 'b')]));
    const [first, mine, second] = await c.take(3);
    assert.equal(mine, '43500["x"]');
    assert.notEqual(idOf(first), idOf(second));
    await isOk(c.post([`43${idOf(second)}["B"]`, '42501["message-with-ack"]', `43${idOf(first)}["A",1.50]`]));
    await hears(c, event('answer', 'B'), '43501[]', '42["answer","A",1.50]');
  });

  test('K10 an ack answers once; another socket\'s is not taken', async () => {
    const [a, b] = [await open(), await open()];
    await emit(a, 'ask-me', 'whose');
    const id = idOf((await a.packets())[0]);
    await isOk(b.post([`43${id}["stolen"]`]));
    await hearsNothing(b);
    await isOk(a.post([`43${id}["mine"]`, `43${id}["again"]`]));
    await hears(a, event('answer', 'mine'));
    await hearsNothing(a);
  });

  test('K10 an ack in another namespace is another\'s', async () => {
    const c = await open();
    await isOk(c.post(['40/custom,']));
    await c.take(2);
    await emit(c, 'ask-me', 1);
    const id = idOf((await c.packets())[0]);
    await isOk(c.post([`43/custom,${id}["wrong"]`]));
    await hearsNothing(c);
    await echoes(c, [`43${id}["right"]`], [event('answer', 'right')]);
  });

  test('K10 no answer to an ack after the namespace was left', async () => {
    const c = await open();
    await emit(c, 'ask-me', 1);
    const id = idOf((await c.packets())[0]);
    await isOk(c.post(['41', '40']));
    await c.take(2);
    await isOk(c.post([`43${id}["late"]`]));
    await hearsNothing(c);
  });

  const ask = (c, ms) => isOk(c.post([event('ask-within', ms, 'quick?')]));

  test('K10 a time-out of an ack: answered in time', async () => {
    const c = await open();
    await ask(c, 5000);
    const [question] = await c.packets();
    assert.equal(question, `42${idOf(question)}["question","quick?"]`);
    await echoes(c, [`43${idOf(question)}["yes"]`], [event('answer', 'yes')]);
  });

  test('K10 a time-out of an ack: too late', async () => {
    const c = await open();
    const asked = performance.now();
    await ask(c, 150);
    const id = idOf((await c.packets())[0]);
    await hears(c, event('no-answer'));
    assert.ok(performance.now() - asked >= 148, 'too early');
    await isOk(c.post([`43${id}["late"]`]));
    await hearsNothing(c);
  });

  test('K10 time-outs run with no poll held', async () => {
    const c = await open();
    await isOk(c.post([5000, 100, 200].map((ms) => event('ask-within', ms, ms))));
    const [first] = (await c.take(3)).map(idOf);
    await sleep(2500);
    await isOk(c.post([`43${first}["in time"]`]));
    await hears(c, event('no-answer'), event('no-answer'), event('answer', 'in time'));
    await hearsNothing(c);
  });

  test('K10 a time-out for one who went is nobody\'s', async () => {
    const c = await open();
    await ask(c, 100);
    await isOk(c.post(['41', '40']));
    await sleep(200);
    const got = await c.take(3);
    assert.ok(!got.join().includes('no-answer'), got.join());
    await works(c);
  });
}

// ---- values ----------------------------------------------------------------------------------------

const NUMBERS = '0,-0,1.0,1e3,1E+3,0.1e-7,-0.0,12345678901234567890,-12345678901234567890,9007199254740993,' +
  '123456789012345678901234567890,1e400,123456789.123456789123456789';

function values() {
  test('J11 numbers keep their text', async () => {
    const [c, name] = [await open(), room()];
    await echoes(c, [`42["message",${NUMBERS}]`], [`42["message-back",${NUMBERS}]`]);
    await echoes(c, [`425["message-with-ack",${NUMBERS}]`], [`435[${NUMBERS}]`]);
    await join(c, name);
    await echoes(c, [`42["to-room","${name}",${NUMBERS}]`], [`42["room-msg",${NUMBERS}]`]);
    await echoes(c, [`42["ask-me",${NUMBERS}]`], [`420["question",${NUMBERS}]`]);
    await echoes(c, [`430[${NUMBERS},{"a":[${NUMBERS}]}]`], [`42["answer",${NUMBERS},{"a":[${NUMBERS}]}]`]);
  });

  test('K2 J11 so they do in the auth payload', async () => {
    const c = await open();
    await isOk(c.post([`40/custom,{"n":[${NUMBERS}]}`]));
    assert.equal((await c.take(2))[1], `42/custom,["auth",{"n":[${NUMBERS}]}]`);
  });

  const nested = (n) => `${'['.repeat(n)}${']'.repeat(n)}`;
  // Of everything that carries JSON: [name, the packet with `n` levels in all].
  const NESTED = [
    ['an event with an ack', (n) => `421["nobody listens",${nested(n - 1)}]`],
    ['an ack', (n) => `4399[${nested(n - 1)}]`],
    ['an auth payload', (n) => `40/guarded,{"a":${nested(n - 1)}}`],
  ];
  for (const [name, packet] of NESTED)
    test(`J12 ${name}: 64 levels are taken, 65 close`, async () => {
      const c = await open();
      await isOk(c.post([packet(64)]));
      if (name === 'an auth payload') await hears(c, REFUSAL);
      await works(c);
      await closes(two, c, () => c.post([packet(65)]));
    });

  test('J11 names of members that mean something elsewhere', async () => {
    const c = await open();
    const object = '{"__proto__":1,"constructor":{"prototype":[]},"toString":null,"":0,"a b":"\\"","é":"\\u007f"}';
    await isOk(c.post([`42["message",${object}]`]));
    assert.deepEqual(JSON.parse((await c.packets())[0].slice(2))[1], JSON.parse(object));
  });
}

main(async () => {
  const stacks = await Promise.all([
    start({ app: 'echo', env: CALM, processes: 2 }),
    start({ app: 'echo', env: CALM }),
  ]);
  [two, alone].forEach((place, i) => Object.setPrototypeOf(place, stacks[i]));
  for (const group of [membership, namespaces, acks, values]) group();
  await run(8);
  everybody();
  await run(1);
});
