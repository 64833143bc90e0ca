// Raw Engine.IO over polling: HTTP requests as they are, nothing hidden.
//
//   const c = await client(stack).open();      // handshake, CONNECT, first poll
//   await c.post('42["message",1]');  (await c.get()).body
//
// GET and POST go over two keep-alive connections, as the stock client does it.

import http from 'node:http';
import { cleanup, within } from './tap.mjs';

export const RS = '\x1e';
const ANSWER_MS = 10000;

const agents = new Set();
cleanup(() => { for (const a of agents) a.destroy(); });

export function agent() {
  const a = new http.Agent({ keepAlive: true, keepAliveMsecs: 60000 });
  agents.add(a);
  return a;
}

// One request: {status, headers, body, ms}. `body` may be a Buffer. With
// `signal` it can be aborted; `sent` is called once it is written.
export function request(url, { method = 'GET', headers = {}, body, agent: via, signal, sent, ms = ANSWER_MS } = {}) {
  const started = Date.now();
  const answer = new Promise((done, fail) => {
    const req = http.request(url, { method, headers, agent: via, signal }, (res) => {
      const parts = [];
      res.on('data', (d) => parts.push(d));
      res.on('error', fail);
      res.on('end', () => done({
        status: res.statusCode,
        headers: res.headers,
        raw: Buffer.concat(parts),
        body: Buffer.concat(parts).toString('utf8'),
        ms: Date.now() - started,
      }));
    });
    req.on('error', fail);
    if (sent) req.on('finish', sent);
    if (body !== undefined) req.setHeader('Content-Length', Buffer.byteLength(body));
    req.end(body);
  });
  return within(ms, answer, `${method} ${url}`);
}

export class Client {
  constructor(stack, path = '/socket.io/') {
    this.base = stack.url + path;
    this.polls = agent();
    this.posts = agent();
  }

  url(query = {}) {
    const all = { EIO: 4, transport: 'polling', ...(this.sid ? { sid: this.sid } : {}), ...query };
    return `${this.base}?${new URLSearchParams(all)}`;
  }

  get(options = {}) {
    return request(this.url(options.query), { agent: this.polls, ...options });
  }

  post(body, options = {}) {
    const text = Array.isArray(body) ? body.join(RS) : body;
    return request(this.url(options.query), {
      method: 'POST',
      agent: this.posts,
      ...options,
      headers: { 'Content-Type': 'text/plain;charset=UTF-8', ...options.headers },
      body: text,
    });
  }

  // The handshake: its JSON.
  async handshake(options) {
    const res = await this.get(options);
    if (res.status !== 200 || res.body[0] !== '0') throw new Error(`handshake: ${res.status} ${res.body}`);
    this.answer = res;
    this.open_ = JSON.parse(res.body.slice(1));
    this.sid = this.open_.sid;
    return this.open_;
  }

  // Handshake, CONNECT, and what comes first is read: the sid in `ssid`.
  async open(auth) {
    await this.handshake();
    const res = await this.post(`40${auth === undefined ? '' : JSON.stringify(auth)}`);
    if (res.status !== 200) throw new Error(`CONNECT: ${res.status} ${res.body}`);
    const first = await this.packets();
    if (!first[0]?.startsWith('40{')) throw new Error(`no CONNECT: ${first}`);
    this.ssid = JSON.parse(first[0].slice(2)).sid;
    this.first = first.slice(1);
    return this;
  }

  // One poll, split.
  async packets(options) {
    const res = await this.get(options);
    if (res.status !== 200) throw new Error(`poll: ${res.status} ${res.body}`);
    return res.body.split(RS);
  }

  // A poll that is under way: resolves once it is written and, as far as can
  // be seen from here, held.
  async hold(options) {
    let written;
    const out = new Promise((done) => { written = done; });
    const poll = { ...options, sent: written };
    const answer = this.get(poll);
    answer.catch(() => {});
    await out;
    return { answer };
  }

  // Is the session still open? A poll is not made: it would change it.
  async alive() {
    return (await this.post('6')).status === 200;
  }
}

export const client = (stack, path) => new Client(stack, path);
