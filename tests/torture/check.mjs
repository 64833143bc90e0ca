// Is what was seen what was promised? Pure: a history in, findings out; none
// is the proof.
//
//   history = {
//     rooms: { ROOM: number of the last tick emitted into it },
//     clients: [{
//       name, connected,               // connected: at the end
//       connects: [{ recovered }],     // from the second on
//       ticks: { ROOM: [{ n }] },      // as the handler got them
//       told: [{ id, run }],           // what its own events caused: of each
//                                      // id, sent in order, each run by itself
//       acks: [{ id, run, after, position }],  // after: told.length then
//                                      // position: of an append in the ledger
//       appends, onces, onceAcks: [id],        // ids sent: 1 to appends, onces
//       ledger: { lines: [id], once: { id: count } },  // at the server
//     }] }
//
// A finding is { kind, part, client, what } and, where it is about a place in a
// stream of events, that { stream, index }.

export const LOST = 'lost';
export const DOUBLE = 'double';
export const ORDER = 'out of order';
export const RECOVERY = 'not recovered';
export const CONNECTION = 'not connected';

/** 1 to `last`, each once, in order: [{ kind, n, index }]. */
export function sequence(numbers, last) {
  const found = [];
  const missing = new Map(); // number -> where it should have stood
  let next = 1;
  numbers.forEach((n, index) => {
    if (n > last || missing.has(n)) found.push({ kind: ORDER, n, index });
    else if (n < next) found.push({ kind: DOUBLE, n, index });
    missing.delete(n);
    for (; next < n; next++) missing.set(next, index);
    next = Math.max(next, n + 1);
  });
  for (; next <= last; next++) missing.set(next, numbers.length);
  for (const [n, index] of missing) found.push({ kind: LOST, n, index });
  return found;
}

function checkTicks(client, rooms) {
  return Object.entries(client.ticks).flatMap(([room, stream]) =>
    sequence(stream.map((tick) => tick.n), rooms[room] ?? 0)
      .map(({ kind, n, index }) => ({ kind, what: `tick ${n} of room ${room}`, stream, index })));
}

// One append is sent after the other was acked, so their order is given.
function checkLedger({ appends, ledger }) {
  return sequence(ledger.lines, appends)
    .map(({ kind, n }) => ({ kind, what: `append ${n} in the ledger` }));
}

const keyOf = ({ id, run }) => `${id}.${run}`;
const nameOf = ({ id, run }) => `what ${id} caused${run > 1 ? `, run ${run}` : ''}`;

// Each run of an event tells once; no run is overtaken by the next.
function checkTold({ told }) {
  const found = [];
  const seen = new Set();
  let newest = { id: 0, run: 0 };
  told.forEach((one, index) => {
    const finding = { what: nameOf(one), stream: told, index };
    const older = one.id < newest.id || (one.id === newest.id && one.run < newest.run);
    if (seen.has(keyOf(one))) found.push({ kind: DOUBLE, ...finding });
    else if (older) found.push({ kind: ORDER, ...finding });
    else newest = one;
    seen.add(keyOf(one));
  });
  return found;
}

// The ack was sent behind what was told: who has the one had the other.
function checkAcks({ told, acks, ledger }) {
  const places = new Map();
  told.forEach((one, index) => places.has(keyOf(one)) || places.set(keyOf(one), index));
  return acks.flatMap((ack) => {
    const place = places.get(keyOf(ack));
    const finding = { what: `${nameOf(ack)}, before its ack`, stream: told, index: ack.after };
    const found = [];
    if (place === undefined) found.push({ kind: LOST, ...finding });
    else if (place >= ack.after) found.push({ kind: ORDER, ...finding });
    if (ack.position && ledger.lines[ack.position - 1] !== ack.id)
      found.push({ kind: LOST, what: `append ${ack.id} at position ${ack.position}, as was acked` });
    return found;
  });
}

function checkOnces({ onces, onceAcks, ledger }) {
  const found = [];
  for (const [id, count] of Object.entries(ledger.once)) {
    if (count > 1) found.push({ kind: DOUBLE, what: `once ${id} came ${count} times` });
    if (!(id >= 1 && id <= onces)) found.push({ kind: DOUBLE, what: `once ${id} was never sent` });
  }
  const acked = new Set();
  for (const id of onceAcks) {
    if (!ledger.once[id]) found.push({ kind: LOST, what: `once ${id}, which was acked` });
    if (acked.has(id)) found.push({ kind: DOUBLE, what: `the ack of once ${id}` });
    acked.add(id);
  }
  return found;
}

function checkConnection({ connected, connects }) {
  const found = connects.flatMap((one, index) =>
    (one.recovered ? [] : [{ kind: RECOVERY, what: 'connected again as another', stream: connects, index }]));
  if (!connected)
    found.push({ kind: CONNECTION, what: 'not connected at the end', stream: connects, index: connects.length });
  return found;
}

const PARTS = {
  connection: checkConnection,
  ticks: checkTicks,
  ledger: checkLedger,
  told: checkTold,
  acks: checkAcks,
  onces: checkOnces,
};

export function check({ rooms, clients }) {
  return clients.flatMap((client) => Object.entries(PARTS).flatMap(([part, checkPart]) =>
    checkPart(client, rooms).map((finding) => ({ ...finding, part, client: client.name }))));
}

export const count = (findings, kind) => findings.filter((one) => one.kind === kind).length;
