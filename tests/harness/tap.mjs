// A tiny test runner. A test file ends with
//
//   main(async () => {
//     const stack = await start({ app: 'echo' });
//     test('name', async () => { ... });
//     await run(4);      // what was registered so far, four at a time
//   });
//
// prints `ok NAME`, `not ok NAME: why` or `skip NAME: why` for each case and
// ends with status 0 or 1. What cleanup() was given runs in any case, newest
// first: when the body throws, at TERM and INT too.

const TIMEOUT_MS = 20000; // of a case that says nothing else
const CLEANUP_MS = 8000;

let cases = [];
const cleanups = [];
let failed = 0;
let done = 0;
let ending = null;

class Skip extends Error {}

export function skip(why) {
  throw new Skip(why);
}

// Where the environment chooses a topology (stack.mjs), names say so.
const { TOPOLOGY = 'one' } = process.env;
const topology = TOPOLOGY === 'one' ? '' : `[${TOPOLOGY}] `;

// test(name, fn), test(name, {timeout}, fn)
export function test(name, options, fn) {
  const run_ = typeof options === 'function' ? options : fn;
  const { timeout = TIMEOUT_MS } = (typeof options === 'function' ? fn : options) ?? {};
  cases.push({ name: topology + name, fn: run_, timeout });
}

export function cleanup(fn) {
  cleanups.push(fn);
}

// One line, with the place in the test file.
function why(error) {
  const text = String(error?.message ?? error).replace(/\s*\n\s*/g, ' | ').slice(0, 600);
  const at = /([\w.-]+\.test\.mjs:\d+)/.exec(error?.stack ?? '');
  return at ? `${at[1]}: ${text}` : text;
}

// Rejects when `ms` are over before `promise` is.
export function within(ms, promise, what = 'it') {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} took more than ${ms} ms`)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// Waits until `check` gives something true, and gives it.
export async function until(check, { ms = 10000, step = 20, what = 'the condition' } = {}) {
  const end = Date.now() + ms;
  for (;;) {
    const got = await check();
    if (got) return got;
    if (Date.now() > end) throw new Error(`${what} did not come within ${ms} ms`);
    await sleep(step);
  }
}

async function runCase({ name, fn, timeout }) {
  try {
    await within(timeout, (async () => fn())(), 'the case');
    console.log(`ok ${name}`);
  } catch (error) {
    if (error instanceof Skip) {
      console.log(`skip ${name}: ${error.message}`);
    } else {
      failed++;
      console.log(`not ok ${name}: ${why(error)}`);
    }
  }
  done++;
}

// Runs what was registered, `jobs` at a time. ONLY=TEXT: names that have it.
export async function run(jobs = 1) {
  const mine = cases.filter((c) => !process.env.ONLY || c.name.includes(process.env.ONLY));
  cases = [];
  const next = async () => {
    for (let c = mine.shift(); c && !ending; c = mine.shift()) await runCase(c);
  };
  await Promise.all(Array.from({ length: jobs }, next));
}

function end(status) {
  ending ??= (async () => {
    while (cleanups.length) {
      try {
        await within(CLEANUP_MS, Promise.resolve(cleanups.pop()()), 'cleaning up');
      } catch (error) {
        status = 1;
        console.log(`not ok cleaning up: ${why(error)}`);
      }
    }
    process.exit(status);
  })();
  return ending;
}

export async function main(body) {
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => end(130));
  const broken = (error) => {
    console.log(`not ok the test itself: ${why(error)}`);
    void end(1);
  };
  process.on('uncaughtException', broken);
  process.on('unhandledRejection', broken);
  try {
    await body();
    await run();
    if (done === 0) throw new Error('no case ran');
  } catch (error) {
    broken(error);
    return;
  }
  await end(failed ? 1 : 0);
}
