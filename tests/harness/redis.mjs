// Looking into a stack's Redis: for what cannot be seen from outside, such as
// whether a poll is held by now.

import { createConnection } from 'node:net';
import { readFileSync } from 'node:fs';
import { cleanup, until } from './tap.mjs';

const open = new Set();
cleanup(() => { for (const s of open) s.destroy(); });

export function socketOf(stack) {
  const argv = readFileSync(`/proc/${stack.pid('redis')}/cmdline`, 'utf8').split('\0');
  return argv[argv.indexOf('--unixsocket') + 1];
}

// One reply off the front of `text`: [value, rest], or null when it is not whole.
function parse(text) {
  const end = text.indexOf('\r\n');
  if (end < 0) return null;
  const line = text.slice(1, end);
  let rest = text.slice(end + 2);
  switch (text[0]) {
    case '+': return [line, rest];
    case '-': return [new Error(line), rest];
    case ':': return [Number(line), rest];
    case '$': {
      const n = Number(line);
      if (n < 0) return [null, rest];
      return rest.length < n + 2 ? null : [rest.slice(0, n), rest.slice(n + 2)];
    }
    default: {
      const list = [];
      for (let n = Number(line); n > 0; n--) {
        const one = parse(rest);
        if (!one) return null;
        list.push(one[0]);
        rest = one[1];
      }
      return [list, rest];
    }
  }
}

const command = (words) =>
  `*${words.length}\r\n${words.map((w) => `$${Buffer.byteLength(w)}\r\n${w}\r\n`).join('')}`;

// A connection that is open already when something is sent on it later.
export function redisOpen(stack) {
  return new Promise((done, fail) => {
    const socket = createConnection(socketOf(stack));
    open.add(socket);
    socket.on('error', fail);
    socket.on('close', () => open.delete(socket));
    socket.once('data', () => done({ send: (...words) => socket.write(command(words)) }));
    socket.resume();
    socket.write(command(['PING']));
  });
}

// await redis(stack, 'HGET', key, field)
export function redis(stack, ...words) {
  return new Promise((done, fail) => {
    const socket = createConnection(socketOf(stack));
    let text = '';
    open.add(socket);
    socket.setEncoding('latin1');
    socket.on('error', fail);
    socket.on('close', () => open.delete(socket));
    socket.on('data', (d) => {
      text += d;
      const reply = parse(text);
      if (!reply) return;
      socket.destroy();
      if (reply[0] instanceof Error) fail(reply[0]);
      else done(reply[0]);
    });
    socket.write(command(words));
  });
}

const PREFIX = 'echo'; // of the echo server's keys

export const sessionKey = (sid, kind = 'e', prefix = PREFIX) => `{${prefix}}:${kind}:${sid}`;

// Until a GET of the session is held; the process that holds it.
export function held(stack, sid, prefix = PREFIX) {
  return until(() => redis(stack, 'HGET', sessionKey(sid, 'e', prefix), 'lp'), { step: 2, what: 'a held poll' });
}
