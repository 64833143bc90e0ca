// The stock socket.io-client with its default options, each on a connection of
// its own, and words to wait for what it says.

import { createRequire } from 'node:module';
import { join } from 'node:path';
import { ROOT } from './stack.mjs';
import { cleanup, within } from './tap.mjs';

export const { io } = createRequire(join(ROOT, 'www/package.json'))('socket.io-client');

const WAIT_MS = 10000;
const sockets = new Set();
cleanup(() => { for (const s of sockets) s.disconnect(); });

// forceNew: as another page would, not sharing what this process has.
export function socket(stack, nsp = '/', options = {}) {
  const s = io(stack.url + nsp, { forceNew: true, ...options });
  sockets.add(s);
  return s;
}

export function once(s, event, ms = WAIT_MS) {
  return within(ms, new Promise((done) => s.once(event, (...args) => done(args))), `"${event}"`);
}

export async function connected(s, ms = WAIT_MS) {
  if (!s.connected) await once(s, 'connect', ms);
  return s;
}

export const connect = (stack, nsp, options) => connected(socket(stack, nsp, options));

export async function disconnect(...list) {
  for (const s of list) s.disconnect();
}
