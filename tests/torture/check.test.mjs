// The checker finds what is wrong, and nothing else: each row breaks a good
// history in one way.

import assert from 'node:assert/strict';
import { main, test } from '../harness/tap.mjs';
import { CONNECTION, DOUBLE, LOST, ORDER, RECOVERY, check } from './check.mjs';

/** A client killed about once, with each kind of event. */
const good = () => ({
  rooms: { a: 5, b: 2 },
  clients: [{
    name: 'c1',
    connected: true,
    connects: [{ recovered: true }],
    ticks: { a: [1, 2, 3, 4, 5].map((n) => ({ n })), b: [{ n: 1 }, { n: 2 }] },
    appends: 3,
    // The ack of the second one's first run was lost.
    told: [{ id: 1, run: 1 }, { id: 2, run: 1 }, { id: 2, run: 2 }, { id: 3, run: 1 }],
    acks: [
      { id: 1, run: 1, position: 1, after: 1 },
      { id: 2, run: 2, position: 2, after: 3 },
      { id: 3, run: 1, position: 3, after: 4 },
    ],
    onces: 3,
    onceAcks: [1, 3],
    ledger: { lines: [1, 2, 3], once: { 1: 1, 3: 1 } },
  }],
});

const ticksOf = (...numbers) => (c) => { c.ticks.a = numbers.map((n) => ({ n })); };

// name, what is done to the client of a good history, kinds found
const ROWS = [
  ['nothing is wrong', () => {}, []],
  ['a once without ack took no effect', (c) => { delete c.ledger.once[2]; }, []],
  ['a once without ack took effect', (c) => { c.ledger.once[2] = 1; }, []],
  ['an event without ack was not told', (c) => { c.told.splice(1, 1); c.acks[1].after--; c.acks[2].after--; }, []],

  ['a tick is missing', ticksOf(1, 2, 4, 5), [LOST]],
  ['the first tick is missing', ticksOf(2, 3, 4, 5), [LOST]],
  ['the last ticks are missing', ticksOf(1, 2, 3), [LOST, LOST]],
  ['all ticks are missing', ticksOf(), [LOST, LOST, LOST, LOST, LOST]],
  ['a tick came twice in a row', ticksOf(1, 2, 2, 3, 4, 5), [DOUBLE]],
  ['ticks were replayed', ticksOf(1, 2, 3, 2, 3, 4, 5), [DOUBLE, DOUBLE]],
  ['ticks changed places', ticksOf(1, 3, 2, 4, 5), [ORDER]],
  ['a tick came late, and twice', ticksOf(1, 3, 4, 2, 2, 5), [ORDER, DOUBLE]],
  ['one is missing, another came twice', ticksOf(1, 2, 2, 4, 5), [DOUBLE, LOST]],
  ['a tick nobody emitted', ticksOf(1, 2, 3, 4, 5, 6), [ORDER]],
  ['another room is broken', (c) => c.ticks.b.pop(), [LOST]],

  ['an append is not in the ledger', (c) => { c.ledger.lines = [1, 3]; c.acks.length = 1; }, [LOST]],
  ['an append took effect twice', (c) => { c.ledger.lines = [1, 2, 3, 2]; }, [DOUBLE]],
  ['appends changed places', (c) => { c.ledger.lines = [2, 1, 3]; c.acks.length = 0; }, [ORDER]],
  ['the position was another one', (c) => { c.acks[2].position = 2; }, [LOST]],

  ['an acked event was not told', (c) => { c.told[3] = { id: 3, run: 2 }; }, [LOST]],
  ['an event was told behind its ack', (c) => { c.acks[2].after = 3; }, [ORDER]],
  ['an event was told twice', (c) => c.told.push({ id: 2, run: 1 }), [DOUBLE]],
  ['the runs changed places', (c) => { [c.told[1], c.told[2]] = [c.told[2], c.told[1]]; }, [ORDER]],

  ['a once came twice', (c) => { c.ledger.once[1] = 2; }, [DOUBLE]],
  ['an acked once took no effect', (c) => { delete c.ledger.once[3]; }, [LOST]],
  ['a once was acked twice', (c) => c.onceAcks.push(3), [DOUBLE]],
  ['a once that was never sent', (c) => { c.ledger.once[4] = 1; }, [DOUBLE]],

  ['connected again as another', (c) => c.connects.push({ recovered: false }), [RECOVERY]],
  ['left disconnected', (c) => { c.connected = false; }, [CONNECTION]],
];

main(async () => {
  for (const [name, breakIt, kinds] of ROWS)
    test(`the checker: ${name}`, () => {
      const history = good();
      breakIt(history.clients[0]);
      const found = check(history);
      assert.deepEqual(found.map((one) => one.kind).sort(), [...kinds].sort(), JSON.stringify(found));
      for (const one of found) assert.equal(one.client, 'c1');
    });
});
