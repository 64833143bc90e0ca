// Raw Engine.IO over polling: HTTP requests as they are, nothing hidden.
//
//   const c = await client(stack).open();      // handshake, CONNECT, first poll
//   await c.post('42["message",1]');  (await c.get()).body
//
// GET and POST go over two keep-alive connections, as the stock client does it.
// `client(stack, '/engine.io/', { version: 3, query: { b64: 1 } })` speaks
// version 3: packets in and out are the same texts, only framed differently.

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

// ---- payloads: lists of packets as texts, binary ones in base64 ----------------

const BINARY = 'application/octet-stream';

// Version 3, octet-stream: 0 or 1, the length's digits as bytes, 255, the packet.
function unframe(raw) {
  const packets = [];
  for (let at = 0; at < raw.length;) {
    const colon = raw.indexOf(255, at + 1);
    if (colon < 0) throw new Error(`no length at ${at} of ${raw.toString('hex')}`);
    const size = Number(raw.subarray(at + 1, colon).join(''));
    const data = raw.subarray(colon + 1, colon + 1 + size);
    if (data.length !== size) throw new Error(`cut at ${at} of ${raw.toString('hex')}`);
    packets.push(raw[at] ? `b${data[0]}${data.subarray(1).toString('base64')}` : data.toString());
    at = colon + 1 + size;
  }
  return packets;
}

// Version 3, text: LENGTH:PACKET, the length in UTF-16 units.
function split(text) {
  const packets = [];
  for (let rest = text; rest;) {
    const [head, digits] = /^([1-9]\d*):/.exec(rest) ?? [];
    const end = head?.length + Number(digits);
    if (!head || rest.length < end) throw new Error(`no frame: ${rest}`);
    packets.push(rest.slice(head.length, end));
    rest = rest.slice(end);
  }
  return packets;
}

export const FRAMINGS = {
  3: {
    encode: (packets) => packets.map((p) => `${p.length}:${p}`).join(''),
    decode: (res) => (res.headers['content-type'] === BINARY ? unframe(res.raw) : split(res.body)),
  },
  4: {
    encode: (packets) => packets.join(RS),
    decode: (res) => res.body.split(RS),
  },
};

export class Client {
  constructor(stack, path = '/socket.io/', { version = 4, query = {} } = {}) {
    this.base = stack.url + path;
    this.fixed = { EIO: version, transport: 'polling', ...query };
    this.framing = FRAMINGS[version];
    this.polls = agent();
    this.posts = agent();
  }

  url(query = {}) {
    const all = { ...this.fixed, ...(this.sid ? { sid: this.sid } : {}), ...query };
    return `${this.base}?${new URLSearchParams(all)}`;
  }

  get(options = {}) {
    return request(this.url(options.query), { agent: this.polls, ...options });
  }

  post(body, options = {}) {
    const text = Array.isArray(body) ? this.framing.encode(body) : body;
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
    if (res.status !== 200) throw new Error(`handshake: ${res.status} ${res.body}`);
    const [packet, ...rest] = this.framing.decode(res);
    if (packet[0] !== '0') throw new Error(`no handshake: ${packet}`);
    this.answer = res;
    this.first = rest;
    this.open_ = JSON.parse(packet.slice(1));
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
    return this.framing.decode(res);
  }

  // As many packets, in as many polls as it takes.
  async take(n) {
    const all = [];
    while (all.length < n) all.push(...await this.packets());
    return all;
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

export const client = (stack, path, options) => new Client(stack, path, options);
