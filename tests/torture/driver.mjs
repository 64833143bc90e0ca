// kill -9 under load: processes of ledger.fcgi are killed while clients listen
// and send; then everything that was seen goes to the checker.
//
//   const result = await torture({ events: 3000, kills: 6 });
//   result.findings                   // none, or what was lost, doubled, …
//   result.report()                   // lines about them, and the summary
//
// It goes on until there were as many events and as many kills; kills: 0 is for
// a run without any.

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { randomSource } from '../harness/random.mjs';
import { redis, socketOf } from '../harness/redis.mjs';
import { BUILD, start } from '../harness/stack.mjs';
import { cleanup, sleep, until } from '../harness/tap.mjs';
import { check } from './check.mjs';
import { Client } from './client.mjs';
import { Result } from './report.mjs';

const PREFIX = 'ledger';
const PROCESSES = 2;
const DIED = 'died by itself';
const LATE_MS = 500;
// One kill in three finds the clients of the last one on their way back.
const SOON_MS = 300;

const DEFAULTS = {
  events: 100000,
  kills: 100,
  clients: 8,
  seed: 1,
  rooms: 8, // the last is everybody's, each client is in one of the others
  // Ticks a second. Both processes may be down for ten seconds and more; what a
  // client misses must fit into its log, 1,000 events and a megabyte.
  rate: 250,
  batch: 20, // ticks in a row, at most
  sendMs: 50, // between two events of a client
  killMs: 2500, // between two kills, on average
  settleMs: 30000,
  stack: {},
  say: () => {},
};

/** Numbers ticks from outside of the processes: tests/torture/publish.c. */
class Publisher {
  constructor(stack, { rooms, rate, batch, seed }) {
    this.last = {};
    this.total = 0;
    this.said = '';
    this.child = spawn(join(BUILD, 'tests/torture/publish'), [rooms, rate, batch].map(String), {
      env: { ...process.env, REDIS_URL: `unix:${socketOf(stack)}`, REDIS_PREFIX: PREFIX, SEED: String(seed) },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    // After its last line was read.
    this.closed = new Promise((done) => this.child.once('close', done));
    this.child.on('error', (error) => { this.said += error.message; });
    this.child.stderr.on('data', (data) => { this.said += data; });
    createInterface({ input: this.child.stdout }).on('line', (line) => {
      const [room, n] = line.split(' ');
      this.last[room] = Number(n);
      this.total++;
    });
  }

  async stop() {
    this.child.stdin.end();
    if (await this.closed !== 0) throw new Error(`the publisher failed: ${this.said.trim()}`);
  }
}

/** Kills processes at moments of chance; the supervisor starts them again. */
class Killer {
  constructor(stack, { kills, killMs, random, tell }) {
    Object.assign(this, { stack, kills, killMs, random, tell, dead: new Set() });
  }

  // One that is not up again yet cannot be killed.
  alive() {
    return this.stack.apps.filter((name) => this.stack.pid(name) && !this.dead.has(this.stack.pid(name)));
  }

  async run(enough) {
    while (!enough()) {
      await sleep(this.random(this.random(3) ? 2 * this.killMs : SOON_MS));
      const names = this.alive();
      if (names.length === 0 || this.kills === 0) continue;
      const name = names[this.random(names.length)];
      const pid = this.stack.kill(name);
      this.dead.add(pid);
      this.tell(`${name} (${pid}) was killed`);
    }
  }

  // What ended without us: a crash.
  crashes() {
    return [...this.stack.said.matchAll(/^director\.fcgi \(process (\d+)\) .*$/gm)]
      .filter(([, pid]) => !this.dead.has(Number(pid)))
      .map(([what]) => ({ kind: DIED, part: 'processes', client: 'the server', what }));
  }
}

/** What the server did for a client, read from Redis itself. */
async function ledgerOf(stack, name) {
  const key = (kind) => `{${PREFIX}:ledger:${name}}:${kind}`;
  const once = await redis(stack, 'HGETALL', key('once'));
  const lines = await redis(stack, 'LRANGE', key('lines'), '0', '-1');
  return {
    lines: lines.map((line) => Number(line.split(' ')[0])),
    once: Object.fromEntries(once.flatMap((id, i) => (i % 2 ? [] : [[id, Number(once[i + 1])]]))),
  };
}

async function connectAll(stack, { clients, rooms }, tell) {
  const all = Array.from({ length: clients }, (_, i) => new Client(stack, `c${i}`, {
    rooms: [...new Set([i % Math.max(1, rooms - 1), rooms - 1])].map(String),
    retried: i % 2 === 0,
    tell,
  }));
  await Promise.all(all.map((client) => client.start()));
  return all;
}

/** Sends, emits and kills until there was enough of it. */
async function load(stack, options, clients, tell) {
  const { events, kills, killMs, sendMs, say } = options;
  const publisher = new Publisher(stack, options);
  const killer = new Killer(stack, { kills, killMs, random: randomSource(options.seed), tell });
  const total = () => publisher.total + clients.reduce((sum, client) => sum + client.events, 0);
  const failed = publisher.closed.then(() => { throw new Error(`the publisher ended: ${publisher.said.trim()}`); });
  const senders = clients.map((client) => setInterval(() => client.send(), sendMs));
  const talk = setInterval(() => say(`# ${total()} events, ${killer.dead.size} kills`), 10000);
  cleanup(() => { for (const timer of [talk, ...senders]) clearInterval(timer); });
  cleanup(() => publisher.child.kill());
  try {
    await Promise.race([failed, killer.run(() => killer.dead.size >= kills && total() >= events)]);
  } finally {
    for (const timer of [talk, ...senders]) clearInterval(timer);
  }
  failed.catch(() => {}); // it may end from here on
  await publisher.stop();
  return { publisher, killer, events: total() };
}

/**
 * Until the last of everything has come and nothing changes any more. Whoever
 * does not get there has something to be found.
 */
async function settle(clients, published, ms) {
  const end = Date.now() + ms;
  const settled = () => clients.every((client) => client.settled(published));
  do {
    await until(settled, { ms: end - Date.now() }).catch(() => {});
    // Clients notice the last kill, what comes twice comes.
    await sleep(LATE_MS);
  } while (!settled() && Date.now() < end);
}

export async function torture(given = {}) {
  const options = { ...DEFAULTS, ...given };
  const timeline = [];
  const tell = (what) => timeline.push({ at: Date.now(), what });
  const stack = await start({ app: 'ledger', processes: PROCESSES, ...options.stack });
  const clients = await connectAll(stack, options, tell);
  const began = Date.now();
  const { publisher, killer, events } = await load(stack, options, clients, tell);
  await settle(clients, publisher.last, options.settleMs);
  const history = { rooms: publisher.last, clients };
  for (const client of clients) client.ledger = await ledgerOf(stack, client.name);
  const findings = [...check(history), ...killer.crashes()];
  for (const client of clients) client.socket.disconnect();
  await stack.stop();
  return new Result({
    findings, timeline, began, events,
    kills: killer.dead.size,
    reconnects: clients.reduce((sum, client) => sum + client.connects.length, 0),
    repeats: clients.reduce((sum, client) => sum + client.told.filter((one) => one.run > 1).length, 0),
  });
}
