// Binary events and acks of Socket.IO 5: placeholders, attachments over several
// POSTs and processes, and what closes the session. The letters are those of
// ../shared/reference/polling-protocol.md. Two processes share one socket: which
// of them takes a POST is chance.

import assert from 'node:assert/strict';
import { client } from '../harness/polling.mjs';
import { start } from '../harness/stack.mjs';
import { main, run, test } from '../harness/tap.mjs';
import {
  CALM, MAX_PAYLOAD, closes, echoes, hold, isOk, released, works,
} from './words.mjs';

const two = {};

const open = () => client(two).open();
const base64 = (bytes) => `b${Buffer.from(bytes).toString('base64')}`;
const place = (num) => `{"_placeholder":true,"num":${num}}`;
const places = (n) => Array.from({ length: n }, (_, i) => place(i)).join(',');
// A packet of kind 45 or 46 with its attachments.
const packet = (kind, rest, ...attachments) => [`${kind}${attachments.length}-${rest}`, ...attachments];
const event = (rest, ...attachments) => packet('45', rest, ...attachments);

const A = base64([1, 2, 3]);
const B = base64([4, 5, 6]);

// ---- what comes back --------------------------------------------------------------

// [name, packets, what comes back]
const ECHOES = [
  ['one attachment', event(`["message",${place(0)}]`, A), event(`["message-back",${place(0)}]`, A)],
  ['two', event(`["message",${places(2)}]`, A, B), event(`["message-back",${places(2)}]`, A, B)],
  ['two, in the other order', event(`["message",${place(1)},${place(0)}]`, A, B), event(`["message-back",${places(2)}]`, B, A)],
  ['one twice', event(`["message",${place(0)},${place(0)}]`, A), event(`["message-back",${places(2)}]`, A, A)],
  ['ten', event(`["message",${places(10)}]`, ...Array(10).fill(A)), event(`["message-back",${places(10)}]`, ...Array(10).fill(A))],
  ['one of two is used', event(`["message",${place(1)}]`, A, B), event(`["message-back",${place(0)}]`, B)],
  ['none is used', event('["message","x"]', A), ['42["message-back","x"]']],
  ['deep inside', event(`["message",[[{"a":[1,${place(0)}],"b":{"c":${place(1)}}}]],"é"]`, A, B),
    event(`["message-back",[[{"a":[1,${place(0)}],"b":{"c":${place(1)}}}]],"é"]`, A, B)],
  ['an empty one', event(`["message",${place(0)}]`, 'b'), event(`["message-back",${place(0)}]`, 'b')],
  ['every byte', event(`["message",${place(0)}]`, base64(Array.from({ length: 256 }, (_, i) => i))),
    event(`["message-back",${place(0)}]`, base64(Array.from({ length: 256 }, (_, i) => i)))],
  ['a mark that is not true is data', event(`["message",{"_placeholder":false,"num":5},{"_placeholder":1,"num":0},${place(0)}]`, A),
    event(`["message-back",{"_placeholder":false,"num":5},{"_placeholder":1,"num":0},${place(0)}]`, A)],
  ['J9 in a text event a placeholder is data', [`42["message",${place(0)},${place(7)}]`], [`42["message-back",${place(0)},${place(7)}]`]],
  ['K9 an ack', event(`7["message-with-ack",${places(2)}]`, A, B), packet('46', `7[${places(2)}]`, A, B)],
  ['K9 an ack without what it was asked with', event('9007199254740991["message-with-ack","x"]', A), ['439007199254740991["x"]']],
  ['an unknown event, then a known one', [...event(`["nobody listens",${place(0)}]`, A), '42["message"]'], ['42["message-back"]']],
  ['numbers keep their text', event(`["message",1.0,1e3,12345678901234567890,-0,${place(0)}]`, A),
    event(`["message-back",1.0,1e3,12345678901234567890,-0,${place(0)}]`, A)],
  ['64 levels', event(`["message",${'['.repeat(62)}${place(0)}${']'.repeat(62)}]`, A),
    event(`["message-back",${'['.repeat(62)}${place(0)}${']'.repeat(62)}]`, A)],
  ['two events in one POST', [...event(`["message",1,${place(0)}]`, A), ...event(`["message",2,${place(0)}]`, B)],
    [...event(`["message-back",1,${place(0)}]`, A), ...event(`["message-back",2,${place(0)}]`, B)]],
  ['between texts', ['42["message",1]', ...event(`["message",2,${place(0)}]`, A), '42["message",3]'],
    ['42["message-back",1]', ...event(`["message-back",2,${place(0)}]`, A), '42["message-back",3]']],
];

// How packets are spread over POSTs.
const SPLITS = {
  'in one POST': (all) => [all],
  'a POST each': (all) => all.map((p) => [p]),
  'the last alone': (all) => (all.length > 1 ? [all.slice(0, -1), all.slice(-1)] : [all]),
};

function coming() {
  for (const [how, split] of Object.entries(SPLITS))
    for (const [name, packets, back] of ECHOES)
      test(`J7 ${name}, ${how}`, async () => {
        const c = await open();
        for (const body of split(packets)) await isOk(c.post(body));
        assert.deepEqual(await c.take(back.length), back);
        await works(c);
      });

  test('J7 nothing happens before the last attachment is there', async () => {
    const c = await open();
    const poll = await hold(two, c);
    const [header, a, b] = event(`["message",${places(2)}]`, A, B);
    for (const one of [header, a]) await isOk(c.post([one]));
    let early = true;
    void poll.answer.then(() => { assert.ok(!early, 'answered too early'); });
    await isOk(c.post(['3']));
    early = false;
    await isOk(c.post([b]));
    const first = (await poll.answer).body.split('\x1e');
    assert.deepEqual([...first, ...await c.take(3 - first.length)], event(`["message-back",${places(2)}]`, A, B));
  });

  test('J7 pongs and other packets of Engine.IO may stand between', async () => {
    for (const between of [['3'], ['3', '3probe'], ['6'], ['5', '0']]) {
      const c = await open();
      await isOk(c.post([`452-["message",${places(2)}]`, ...between, A, ...between]));
      await isOk(c.post(between));
      await echoes(c, [B], event(`["message-back",${places(2)}]`, A, B));
    }
  });

  test('J7 attachments of one session are no business of another', async () => {
    const [a, b] = [await open(), await open()];
    for (const c of [a, b]) await isOk(c.post([`451-["message",${place(0)}]`]));
    await echoes(b, [B], event(`["message-back",${place(0)}]`, B));
    await echoes(a, [A], event(`["message-back",${place(0)}]`, A));
  });

  test('J1 another namespace', async () => {
    const c = await open();
    await isOk(c.post(['40/custom,']));
    await c.take(2);
    await isOk(c.post(event(`/custom,["nobody listens",${place(0)}]`, A)));
    await isOk(c.post(event(`/custom,5["nobody listens",${place(0)}]`, A)));
    await works(c);
  });

  test('K10 the server asks with attachments, the ack brings others', async () => {
    const c = await open();
    await echoes(c, event(`["ask-me",${places(2)}]`, A, B), event(`0["question",${places(2)}]`, A, B));
    await echoes(c, packet('46', `0["yes",${place(0)}]`, B), event(`["answer","yes",${place(0)}]`, B));
    // Again, unknown: ignored with their attachments.
    await isOk(c.post([...packet('46', `0[${place(0)}]`, A), ...packet('46', `99[${place(0)}]`, A)]));
    await works(c);
  });

  test('K10 an ack in several POSTs', async () => {
    const c = await open();
    await echoes(c, ['42["ask-me"]'], ['420["question"]']);
    for (const one of packet('46', `0[${places(2)}]`, A, B)) await isOk(c.post([one]));
    assert.deepEqual(await c.take(3), event(`["answer",${places(2)}]`, A, B));
  });

  test('K12 a close between drops what had come', async () => {
    const c = await open();
    await isOk(c.post([`451-["message",${place(0)}]`]));
    await closes(two, c, () => c.post(['1', A]), { bye: '6' });
    await works(await open());
  });

  test('K7 leaving with attachments pending closes: a text stands between', async () => {
    const c = await open();
    await isOk(c.post([`451-["message",${place(0)}]`]));
    await closes(two, c, () => c.post(['41']));
  });
}

// ---- what closes ------------------------------------------------------------------------

const BAD_HEADERS = [
  ['no count', `45-["message",${place(0)}]`], ['no dash', `451["message",${place(0)}]`], ['a count of 0', '450-["message"]'],
  ['0 for an ack', '460-0[]'], ['eleven', `4511-["message",${places(11)}]`], ['2^64 + 1', `4518446744073709551617-["message",${place(0)}]`],
  ['400 digits', `45${'9'.repeat(400)}-["message"]`], ['a fraction', `451.0-["message",${place(0)}]`], ['a sign', `45+1-["message",${place(0)}]`],
  ['a negative', `45-1-["message",${place(0)}]`], ['a blank', `45 1-["message",${place(0)}]`], ['letters', '45a-["message"]'],
  ['no payload', '451-'], ['an object', `451-${place(0)}`], ['an empty array', '451-[]'], ['a placeholder as the name', `451-[${place(0)}]`],
  ['a reserved name', `451-["disconnect",${place(0)}]`], ['broken JSON', `451-["message",${place(0)}`], ['a text ack', `461-0${place(0)}`],
  ['65 levels', `451-["message",${'['.repeat(63)}${place(0)}${']'.repeat(63)}]`],
  ['an id of 2^53', `451-9007199254740992["message",${place(0)}]`], ['a namespace not joined', `451-/custom,["message",${place(0)}]`],
  ['an unknown namespace', `451-/nope,["message",${place(0)}]`],
];

const BAD_PLACES = ['1', '2', '-1', '0.5', '"0"', 'null', 'true', '[]', '{}', '1e400', '4294967296', '18446744073709551616'];

// [name, packets, which of them is one too many]
const BAD_ORDERS = [
  ['a text event between', [`451-["message",${place(0)}]`, '42["message"]', A], 1],
  ['an ack between', [`451-["message",${place(0)}]`, '430[]', A], 1],
  ['a CONNECT between', [`451-["message",${place(0)}]`, '40/custom,', A], 1],
  ['another header between', [`452-["message",${places(2)}]`, A, `451-["message",${place(0)}]`, A], 2],
  ['a binary message without a header', [A], 0],
  ['one too many', [...event(`["nobody listens",${place(0)}]`, A), B], 2],
  ['one after a text event', ['42["nobody listens"]', A], 1],
];

function closing() {
  for (const [name, header] of BAD_HEADERS)
    test(`J7 J8 the header: ${name}: closed`, async () => {
      const c = await open();
      await closes(two, c, () => c.post([header, A]));
    });

  for (const num of BAD_PLACES)
    test(`J7 placeholder ${num} of one: closed`, async () => {
      const [c, d] = [await open(), await open()];
      await closes(two, c, () => c.post([`451-["message",{"a":${place(num)}}]`, A]));
      await closes(two, d, () => d.post([`461-0[${place(num)}]`, A]));
    });

  test('J7 a placeholder without a number: closed', async () => {
    const c = await open();
    await closes(two, c, () => c.post(['451-["message",{"_placeholder":true}]', A]));
  });

  for (const [name, packets, culprit] of BAD_ORDERS) {
    test(`J7 ${name}: closed`, async () => {
      const c = await open();
      await closes(two, c, () => c.post(packets));
    });
    test(`J7 ${name}, in POSTs of its own: closed`, async () => {
      const c = await open();
      for (const one of packets.slice(0, culprit)) await isOk(c.post([one]));
      await closes(two, c, () => c.post([packets[culprit]]));
    });
  }
}

// ---- sizes ---------------------------------------------------------------------------------

function sizes() {
  test('D2 M2 a header and an attachment of nearly maxPayload, in POSTs of their own', async () => {
    const c = await open();
    const large = base64(Buffer.alloc(749997, 7));
    assert.ok(large.length < MAX_PAYLOAD && large.length > MAX_PAYLOAD - 10);
    await isOk(c.post([`451-["message",${place(0)}]`]));
    await isOk(c.post([large]));
    const got = await c.take(2);
    assert.equal(got[0], `451-["message-back",${place(0)}]`);
    assert.ok(got[1] === large);
  });

  test('D2 413 in the middle: the session lives, the rest may come', async () => {
    const c = await open();
    await isOk(c.post([`451-["message",${place(0)}]`]));
    assert.equal((await c.post([base64(Buffer.alloc(800000))])).status, 413);
    await echoes(c, [A], event(`["message-back",${place(0)}]`, A));
  });

  test('two attachments, a megabyte together', async () => {
    const c = await open();
    const half = base64(Buffer.alloc(370000, 1));
    await isOk(c.post([`452-["message",${places(2)}]`, half]));
    await isOk(c.post([half]));
    const got = await c.take(3);
    assert.equal(got[0], `452-["message-back",${places(2)}]`);
    assert.ok(got[1] === half && got[2] === half);
    await works(c);
  });
}

// ---- to others -------------------------------------------------------------------------------

// The packets of a binary stream, put together: [header, attachments]. J10: an
// attachment stands behind its header, with nothing between.
function assemble(packets) {
  const whole = [];
  for (let i = 0; i < packets.length;) {
    const n = Number(/^4[56](\d+)-/.exec(packets[i])?.[1] ?? 0);
    const attachments = packets.slice(i + 1, i + 1 + n);
    assert.equal(attachments.filter((p) => p[0] === 'b').length, n, `behind ${packets[i]}`);
    whole.push([packets[i], attachments]);
    i += 1 + n;
  }
  return whole;
}

function others() {
  test('K13 to a room and to all others', async () => {
    const [a, b] = [await open(), await open()];
    for (const c of [a, b]) await echoes(c, ['420["join","binary"]'], ['430["joined"]']);
    await isOk(a.post(event(`["to-room","binary",1,${place(0)}]`, A)));
    for (const c of [a, b]) assert.deepEqual(await c.take(2), event(`["room-msg",1,${place(0)}]`, A));
    const poll = await hold(two, b);
    await isOk(a.post(event(`["broadcast",${place(0)},${place(0)}]`, B)));
    const first = (await poll.answer).body.split('\x1e');
    assert.deepEqual([...first, ...await b.take(3 - first.length)], event(`["broadcast-msg",${places(2)}]`, B, B));
  });

  test('J10 many senders: headers and attachments stay together', async () => {
    const SENDERS = 4;
    const EACH = 12;
    const receiver = await open();
    await echoes(receiver, ['420["join","j10"]'], ['430["joined"]']);
    const senders = await Promise.all(Array.from({ length: SENDERS }, open));
    const sending = Promise.all(senders.map(async (c, s) => {
      for (let i = 0; i < EACH; i++) {
        await isOk(c.post([...event(`["to-room","j10",${s},${i},${places(3)}]`, base64([s]), base64([i]), 'b'),
          `42["to-room","j10",${s},${i},"text"]`]));
      }
    }));
    const [got] = await Promise.all([receiver.take(SENDERS * EACH * 5), sending]);
    const next = Array(SENDERS).fill(0);
    for (const [header, attachments] of assemble(got)) {
      const [, s, i, what] = JSON.parse(header.slice(header.indexOf('[')));
      assert.equal(next[s]++, 2 * i + (what === 'text' ? 1 : 0));
      if (what !== 'text') assert.deepEqual(attachments, [base64([s]), base64([i]), 'b']);
    }
    assert.deepEqual(next, Array(SENDERS).fill(2 * EACH));
  });

  test('a room hears binary and text in the order of sending', async () => {
    const [a, b] = [await open(), await open()];
    await echoes(b, ['420["join","order"]'], ['430["joined"]']);
    for (let i = 0; i < 20; i += 2) {
      await isOk(a.post(event(`["to-room","order",${i},${place(0)}]`, A)));
      await isOk(a.post([`42["to-room","order",${i + 1}]`]));
    }
    const got = assemble(await b.take(30)).map(([header]) => JSON.parse(header.slice(header.indexOf('[')))[1]);
    assert.deepEqual(got, Array.from({ length: 20 }, (_, i) => i));
  });
}

// Broadcasts are heard by whoever is there: `others` runs by itself.
main(async () => {
  Object.setPrototypeOf(two, await start({ app: 'echo', env: CALM, processes: 2 }));
  for (const group of [coming, closing, sizes]) group();
  await run(8);
  others();
  await run(1);
});
