// The words of the application's end-to-end tests: requests as they are on the
// wire, the stock client speaking as the Director page does, and events to
// wait for instead of times.

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import http from 'node:http';
import { createRequire } from 'node:module';
import net from 'node:net';
import { join } from 'node:path';
import { BUILD, ROOT } from '../harness/stack.mjs';
import { cleanup, until as waitFor } from '../harness/tap.mjs';

const { io } = createRequire(join(ROOT, 'www/package.json'))('socket.io-client');

export const JSON_TYPE = 'application/json';
export const VTT_TYPE = 'text/vtt';
export const OUTPUT_TYPES = ['analysis', 'structured_data', 'training_data', 'voice_prompt'];

// Nothing takes so long unless it never comes, also on a busy machine.
const PATIENCE_MS = 18000;

/** Asks again until the answer is truthy, and gives it back. */
export const until = (what, check, ms = PATIENCE_MS) => waitFor(check, { what, ms });

// ---- HTTP -------------------------------------------------------------------

const agent = new http.Agent({ keepAlive: true, maxSockets: 16 });
cleanup(() => agent.destroy());

function bodyOf(options) {
  if (!('json' in options)) return options.body;
  return JSON.stringify(options.json);
}

function answerOf(response, chunks) {
  const text = Buffer.concat(chunks).toString();
  let json;
  try {
    json = JSON.parse(text);
  } catch {
    json = undefined;
  }
  return { status: response.statusCode, headers: response.headers, text, json };
}

/**
 * One request. options: headers, json or body (with `type`), chunked: without
 * a Content-Length. Any path goes out as it is.
 */
export function ask(base, method, path, options = {}) {
  const url = new URL(base);
  const body = bodyOf(options);
  const headers = { ...options.headers };
  const type = options.type ?? ('json' in options ? JSON_TYPE : undefined);
  if (type) headers['Content-Type'] = type;
  if (options.chunked) headers['Transfer-Encoding'] = 'chunked';
  else if (body !== undefined) headers['Content-Length'] = Buffer.byteLength(body);
  return new Promise((resolve, reject) => {
    const request = http.request(
      { host: url.hostname, port: url.port, method, path, headers, agent },
      (response) => {
        const chunks = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('end', () => resolve(answerOf(response, chunks)));
        response.on('error', reject);
      },
    );
    request.setTimeout(PATIENCE_MS, () => request.destroy(new Error(`${method} ${path}: no answer`)));
    request.on('error', reject);
    request.end(body);
  });
}

export const get = (base, path, headers) => ask(base, 'GET', path, { headers });

/** Bytes as they are, in one connection; what comes back until it is closed. */
export function wire(base, bytes) {
  const { hostname, port } = new URL(base);
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, hostname, () => socket.write(bytes));
    let text = '';
    socket.setTimeout(PATIENCE_MS, () => socket.destroy(new Error('the connection stays open')));
    socket.on('data', (chunk) => { text += chunk.toString('latin1'); });
    socket.on('error', (error) => (text ? resolve(text) : reject(error)));
    socket.on('close', () => resolve(text));
  });
}

/** A problem document as RFC 9457 has it, with a sentence in it. */
export function assertProblem(answer, status, name, field) {
  assert.equal(answer.status, status, answer.text.slice(0, 300));
  assert.equal(answer.headers['content-type'], 'application/problem+json');
  const { type, title, status: told, detail, field: at } = answer.json ?? {};
  assert.equal(type, `/problems/${name}`);
  assert.equal(told, status);
  assert.match(title, /^[A-Z][a-z]/);
  assert.match(detail, /^[A-Za-z].{10,}[.:;!?)]$/s, 'a sentence');
  assert.equal(at, field, `field of "${detail}"`);
}

// ---- Videos -----------------------------------------------------------------

export async function addVideo(base, name, transcript, type = VTT_TYPE) {
  const made = await ask(base, 'POST', '/api/v1/videos', { json: { metadata: { name } } });
  assert.equal(made.status, 201, made.text);
  if (transcript !== undefined) {
    const path = `${made.headers.location}/transcript`;
    const put = await ask(base, 'PUT', path, { body: transcript, type });
    assert.equal(put.status, 201, put.text);
  }
  return made.json;
}

export async function outputsOf(base, video) {
  const answer = await get(base, `/api/v1/videos/${video.id}/outputs`);
  assert.equal(answer.status, 200, answer.text);
  return answer.json;
}

/** The four outputs, each once, as {output_type: row}. */
export async function fourOutputs(base, video) {
  const rows = await outputsOf(base, video);
  assert.deepEqual(rows.map((row) => row.output_type).sort(), OUTPUT_TYPES, 'each output once');
  return Object.fromEntries(rows.map((row) => [row.output_type, row]));
}

/** What people say in a WebVTT file, a string a cue. */
export function cuesOf(vtt) {
  const cues = [];
  for (const block of vtt.replace(/\r\n?/g, '\n').split(/\n{2,}/)) {
    const lines = block.split('\n');
    const at = lines.findIndex((line) => line.includes('-->'));
    if (at < 0) continue;
    const text = lines.slice(at + 1).join('\n').replace(/<[^>]*>/g, '')
      .replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&nbsp;/g, '\u00a0')
      .replace(/&amp;/g, '&');
    if (text.trim()) cues.push(text.trim());
  }
  return cues;
}

/** The quotes of an analysis: see lib/text/report.h for their form. */
export function quotesOf(analysis) {
  const quotes = [];
  const form = /^ *> (?:\[[0-9:]+\] )?(?:[^\n“]*: )?“([^]*?)”$/gm;
  for (const [, words] of analysis.matchAll(form)) quotes.push(words.replace(/\n *> ?/g, '\n'));
  const open = analysis.split('“').length - 1;
  assert.equal(quotes.length, open, 'what stands between “ and ” is a quote in its own line');
  return quotes;
}

/** Every string of structured data that claims to be somebody's words. */
export function structuredQuotes(content) {
  const { analysis_data: data } = JSON.parse(content);
  const quotes = [...(data.key_phrases ?? [])];
  for (const list of Object.values(data).filter(Array.isArray))
    for (const item of list) if (Array.isArray(item?.examples)) quotes.push(...item.examples);
  for (const item of data.objection_handling) {
    quotes.push(item.objection);
    if (item.response) quotes.push(item.response);
  }
  assert.ok(quotes.every((quote) => typeof quote === 'string'), 'examples are plain strings');
  return quotes;
}

/** Every quote occurs verbatim in one cue; gives how many there were. */
export function assertVerbatim(vtt, outputs) {
  const cues = cuesOf(vtt);
  const quotes = [
    ...quotesOf(outputs.analysis.content),
    ...structuredQuotes(outputs.structured_data.content),
  ];
  for (const quote of quotes)
    assert.ok(quote && cues.some((cue) => cue.includes(quote)), `not in the transcript: “${quote}”`);
  return quotes.length;
}

// ---- Chat -------------------------------------------------------------------

let clock = Date.now();

/** The message as the Director page sends it; `more` changes it. */
export function chatMessage(more = {}) {
  const conv = (clock += 2);
  return {
    agents: [],
    msg_type: 'input',
    sender: 'user',
    conv_id: String(conv),
    msg_id: String(conv + 1),
    session_id: randomUUID(),
    collection_id: 'c-main',
    video_id: null,
    content: [{ type: 'text', text: 'Hello' }],
    ...more,
  };
}

export const textContent = (text) => [{ type: 'text', text }];

export const extract = (video, more = {}) => chatMessage({
  agents: ['sales_prompt_extractor'],
  video_id: video.video_id,
  content: textContent('@sales_prompt_extractor '),
  ...more,
});

/** A snapshot has all that the page needs (contract 0, 7 and 8). */
export function assertSnapshot(event) {
  for (const key of ['session_id', 'conv_id', 'msg_id']) assert.equal(typeof event[key], 'string', key);
  assert.ok(event.msg_id, 'msg_id');
  assert.equal(event.msg_type, 'output');
  assert.match(event.status, /^(progress|success|error)$/);
  for (const key of ['actions', 'agents'])
    assert.ok(Array.isArray(event[key]) && event[key].every((s) => typeof s === 'string'), key);
  assert.ok(Array.isArray(event.content), 'content');
  if (event.status === 'progress') return;
  assert.ok(event.content.length > 0, 'an end shows something');
  assert.ok(event.content.every((item) => item.status !== 'progress'), 'no item is left in progress');
}

/**
 * All snapshots of one answer in the order they came: rev never falls, each
 * revision is told as one state, and nothing follows the end but the end.
 */
export function assertStory(events) {
  const last = events[events.length - 1];
  assert.ok(last && last.status !== 'progress', 'ends in success or error');
  let before;
  for (const event of events) {
    assertSnapshot(event);
    assert.equal(event.msg_id, last.msg_id, 'one msg_id');
    assert.equal(event.conv_id, last.conv_id);
    if (before) {
      assert.ok(event.rev >= before.rev, `rev ${event.rev} after ${before.rev}`);
      if (event.rev === before.rev || before.status !== 'progress') assert.deepEqual(event, before);
    }
    before = event;
  }
}

/** The stock client, connected to /chat. */
export class Chat {
  constructor(base, options) {
    this.events = [];
    this.socket = io(`${base}/chat`, { forceNew: true, ...options });
    this.socket.on('chat', (event) => this.events.push(event));
    cleanup(() => this.close());
  }

  static async open(base, options) {
    const chat = new Chat(base, options);
    await until('the socket to connect', () => chat.socket.connected);
    return chat;
  }

  close() {
    this.socket.disconnect();
  }

  /** Sends and gives the acknowledgement. */
  send(message) {
    return this.socket.timeout(PATIENCE_MS).emitWithAck('chat', message);
  }

  of(msgId) {
    return this.events.filter((event) => event.msg_id === msgId);
  }

  /** The first snapshot of this answer that meets `test`. */
  see(msgId, what, test, ms) {
    return until(`${what} of ${msgId}`, () => this.of(msgId).find(test), ms);
  }

  /** The end of the answer with this msg_id. */
  end(msgId, ms) {
    return this.see(msgId, 'the end', (event) => event.status !== 'progress', ms);
  }

  /** Sends, waits for the end, checks all that came. */
  async run(message, ms) {
    const ack = await this.send(message);
    assert.equal(ack.status, 'accepted', JSON.stringify(ack));
    const end = await this.end(ack.msg_id, ms);
    assertStory(this.of(ack.msg_id));
    return end;
  }
}

/** The conversation of a session as the store has it. */
export async function history(base, sessionId, headers) {
  const answer = await get(base, `/session/${sessionId}`, headers);
  assert.equal(answer.status, 200, answer.text);
  return answer.json.conversation;
}

// ---- Behind the scenes --------------------------------------------------------

/** To a stack's store, without its knowing; our own tables are own.NAME. */
export function write(stack, text) {
  if (stack.pg) return stack.pg.sql(text.replaceAll('own.', 'director.'));
  return execFileSync('sqlite3', ['-cmd', '.timeout 5000', join(stack.var, 'director.db'), text.replaceAll('own.', '')]);
}

/** A worker of the test's own, beside or instead of a stack's. */
export class Worker {
  constructor(stack, env = {}) {
    const all = { ...stack.environment('director.fcgi'), ...env };
    this.child = spawn(join(BUILD, 'director-worker'), { env: all, stdio: ['ignore', 'ignore', 'pipe'] });
    this.text = '';
    this.child.stderr.on('data', (data) => { this.text += data; });
    this.gone = new Promise((done) => this.child.once('exit', done));
    cleanup(() => this.end('SIGKILL'));
  }

  /** Waits for the line that says it has started. */
  static async open(stack, env) {
    const worker = new Worker(stack, env);
    await until('a worker', () => / msg="started/.test(worker.text));
    return worker;
  }

  /** The ends of jobs it has logged: {status, attempt, …}. */
  ends() {
    return jobsIn(this.text);
  }

  signal(name) {
    this.child.kill(name);
  }

  /** Sends a signal that ends it, and waits until it is gone. */
  end(name) {
    this.child.kill(name);
    return this.gone;
  }
}

/** The jobs in a worker's log. */
export function jobsIn(log) {
  const jobs = [];
  for (const line of log.split('\n').filter((one) => / msg=job /.test(one))) {
    const pairs = [...line.matchAll(/([a-z]+)=(?:"([^"]*)"|(\S*))/g)];
    jobs.push(Object.fromEntries(pairs.map(([, key, quoted, bare]) => [key, quoted ?? bare])));
  }
  return jobs;
}

/** A figure of /metrics; labels as they are printed. */
export async function metric(base, name) {
  const { text } = await get(base, '/metrics');
  const line = text.split('\n').find((one) => one.startsWith(`${name} `));
  assert.ok(line, `no ${name}`);
  return Number(line.slice(name.length + 1));
}
