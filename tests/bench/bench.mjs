// node bench.mjs [--quick] [PART,...]: measures side by side, in rounds, and
// compares medians with the bars. doc/bench.md says what each figure means.

import { main, run, skip, test } from '../harness/tap.mjs';
import { NAMES, load, server } from './servers.mjs';
import { cpu, median, table } from './figures.mjs';

const quick = process.argv.includes('--quick');
const parts = (process.argv.slice(2).filter((a) => !a.startsWith('--')).pop() ?? 'events').split(',');
const ROUNDS = Number(process.env.ROUNDS ?? (quick ? 1 : 3));
const SECONDS = Number(process.env.SECONDS ?? 3);
const names = quick ? NAMES.slice(0, 3) : NAMES;

const failures = [];
function bar(what, value, op, limit) {
  const fine = op === '>=' ? value >= limit : value <= limit;
  const line = `${what} ${value.toFixed(2)} ${op} ${limit}`;
  console.log(`# ${fine ? 'holds' : 'FAILS'}: ${line}`);
  if (!fine) failures.push(line);
}

// A bar that does not hold fails the part.
function verdict() {
  const all = failures.splice(0);
  if (all.length) throw new Error(all.join('; '));
}

async function acked(s) {
  const text = await (await fetch(`${s.url}/metrics`)).text();
  return Number(/^director_events_total\{direction="in"\} (\d+)/m.exec(text)?.[1] ?? NaN);
}

// What the load generator counted is what the server counted: an event of each
// client may be under way at the end.
async function verified(s, clients, measure) {
  const before = await acked(s);
  const r = await measure();
  await new Promise((done) => setTimeout(done, 50));
  const seen = (await acked(s)) - before;
  if (!(seen >= r.acks && seen <= r.acks + clients)) throw new Error(`the server saw ${seen} events, ${r.acks} were acked`);
  return r;
}

async function events(clients) {
  const servers = {};
  for (const name of names) {
    try {
      servers[name] = await server(name);
    } catch (error) {
      console.log(`# skipped: ${name}: ${error.message}`);
    }
  }
  const results = Object.fromEntries(Object.keys(servers).map((name) => [name, []]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, s] of Object.entries(servers)) {
      const one = () => load(name === 'ceiling' ? 'ceiling' : 'events', { port: s.port, clients, seconds: SECONDS });
      const spent = cpu(s.pids());
      const r = await (name === 'ours' ? verified(s, clients, one) : one());
      r.cpu = spent(r.acks);
      results[name].push(r);
    }
  }
  const of = (name, key) => median(results[name].map((r) => r[key]));
  table(['server', 'events/s', 'p50 us', 'p99 us', 'errors', 'CPU us/event'], Object.entries(results).map(([name, all]) => [
    name, of(name, 'rate'), of(name, 'p50_us'), of(name, 'p99_us'), all.reduce((n, r) => n + r.errors, 0), all.at(-1).cpu,
  ]));
  for (const [name, all] of Object.entries(results)) {
    const broken = all.find((r) => r.errors);
    if (broken) console.log(`# ${name}: ${broken.why}`);
    if (broken && name === 'ours') failures.push(`errors: ${broken.why}`);
  }
  return of;
}

const PARTS = {
  async events() {
    const of = await events(64);
    bar('ours / node behind lighttpd', of('ours', 'rate') / of('node behind lighttpd', 'rate'), '>=', 1.75);
    bar('ours / ceiling', of('ours', 'rate') / of('ceiling', 'rate'), '>=', 0.65);
    bar('ours p99 / p50', of('ours', 'p99_us') / of('ours', 'p50_us'), '<=', 3);
  },
  async one() {
    const of = await events(1);
    bar('one client, p50 ours / ceiling', of('ours', 'p50_us') / of('ceiling', 'p50_us'), '<=', 1.8);
  },
};

void main(async () => {
  for (const part of parts) {
    if (!PARTS[part]) throw new Error(`parts: ${Object.keys(PARTS)}`);
    test(part, { timeout: 3600000 }, async () => {
      console.log(`# ---- ${part}`);
      await PARTS[part]();
      verdict();
    });
  }
  await run();
});
