// A VideoDB of the test's own, on loopback: the answers of its API as far as
// this project asks for them, and what goes wrong on the way.
//
//   const db = await openVideodb();
//   db.url, db.key            // VIDEO_DB_BASE_URL, VIDEO_DB_API_KEY
//   db.add('video', 'c-1', { name: 'A call' })       // {id, …}
//   db.calls                  // [{ method, path, query, key, body }]
//   db.count('POST', /upload$/)
//   db.fail(/^GET \/video/, 'stall', 2)               // the next two such calls
//   db.polls = 3              // work takes so many polls
//   db.hold(/^GET \/video/)    // its answer is made now and sent by db.release()
//
// Its shapes are those of the public specification (videodb-python,
// openapi.yaml) and of what its client reads.

import http from 'node:http';
import { cleanup } from './tap.mjs';

const KEY = 'sk-test-0123456789abcdef';
const PLURAL = { video: 'videos', audio: 'audios', image: 'images' };
const PREFIX = { video: 'm', audio: 'a', image: 'img' };

// What a server can do wrong: with the response, and what it would have said.
const FAULTS = {
  stall: () => {}, // nothing, ever
  mute: (r, text) => { r.writeHead(200, { 'Content-Length': text.length }); r.flushHeaders(); },
  drip: (r, text) => {
    r.writeHead(200, { 'Content-Type': 'application/json' });
    let at = 0;
    const timer = setInterval(() => r.write(text[at++ % text.length]), 1000);
    r.on('close', () => clearInterval(timer));
  },
  cut: (r, text) => { r.writeHead(200, { 'Content-Length': text.length }); r.write(text.slice(0, text.length / 2)); r.socket.end(); },
  reset: (r) => r.socket.resetAndDestroy?.() ?? r.socket.destroy(),
  junk: (r, text) => r.writeHead(200).end(text.slice(0, -3)),
  page: (r) => r.writeHead(200, { 'Content-Type': 'text/html' }).end('<!doctype html>We are back soon'),
  shape: (r) => r.writeHead(200).end('{"success":true,"data":[[[7]]]}'),
  huge: (r) => {
    r.writeHead(200, { 'Content-Type': 'application/json' });
    const block = ' '.repeat(65536);
    const more = () => { if (!r.destroyed) r.write(block) ? setImmediate(more) : r.once('drain', more); };
    more();
  },
  busy: (r) => r.writeHead(429, { 'Retry-After': '1' }).end('{"success":false,"message":"Slow down"}'),
  broken: (r) => r.writeHead(500).end('{"success":false,"message":"Internal"}'),
  gateway: (r) => r.writeHead(502).end('<html>Bad Gateway'),
  refuse: (r) => r.writeHead(200).end('{"success":false,"message":"This <b>cannot</b> be done"}'),
  invalid: (r) => r.writeHead(400).end('{"success":false,"message":"Not like this"}'),
  unauthorized: (r) => r.writeHead(401).end(`{"success":false,"message":"Token ${KEY} is invalid"}`),
};

class Videodb {
  constructor() {
    this.key = KEY;
    this.calls = [];
    this.faults = [];
    this.polls = 0;
    this.work = new Map();
    this.collections = new Map();
    this.ids = 0;
    this.defaultId = 'c-default';
    this.saysDefault = true;
    this.make('c-default', 'My default');
    this.transcripts = new Map(); // video: words, or null for "has to be made"
    this.heard = new Map(); // what is heard when it is made
    this.signed = 0;
    this.uploads = [];
  }

  make(id, name, description = '') {
    this.collections.set(id, { id, name, description, video: [], audio: [], image: [] });
    return id;
  }

  /** A medium; `more` changes it. */
  add(kind, collection, more = {}) {
    const id = more.id ?? `${PREFIX[kind]}-${++this.ids}`;
    const one = { id, collection_id: collection, name: `${kind} ${this.ids}` };
    if (kind !== 'image') one.length = '12.5';
    if (kind === 'video') Object.assign(one, {
      stream_url: `https://stream.videodb.example/${id}.m3u8`, player_url: `https://console.videodb.example/${id}`,
      thumbnail_url: `https://assets.videodb.example/${id}.jpg`, description: null, size: '1048576',
    });
    if (kind === 'image') one.url = `https://assets.videodb.example/${id}.png`;
    Object.assign(one, more);
    this.collections.get(collection)[kind].push(one);
    return one;
  }

  find(kind, id) {
    for (const c of this.collections.values()) {
      const at = c[kind].findIndex((one) => one.id === id);
      if (at >= 0) return { list: c[kind], at, one: c[kind][at] };
    }
    return undefined;
  }

  remove(kind, id) {
    const { list, at } = this.find(kind, id);
    list.splice(at, 1);
  }

  /** The next `times` calls "METHOD /path" that match end like that. */
  fail(when, fault, times = 1) {
    this.faults.push({ when, fault, times });
  }

  /** The next answer is made at once, and sent when release() is called. */
  hold(when) {
    this.holding = { when };
  }

  release() {
    this.holding.send();
    this.holding = undefined;
  }

  count(method, path) {
    return this.calls.filter((c) => c.method === method && path.test(c.path)).length;
  }

  // ---- the server ----------------------------------------------------------------

  open() {
    this.server = http.createServer((request, response) => {
      const chunks = [];
      request.on('data', (chunk) => chunks.push(chunk));
      request.on('end', () => this.answer(request, response, Buffer.concat(chunks).toString()));
      response.on('error', () => {});
    });
    cleanup(() => { this.server.closeAllConnections(); this.server.close(); });
    return new Promise((done) => this.server.listen(0, '127.0.0.1', () => {
      this.url = `http://127.0.0.1:${this.server.address().port}`;
      done(this);
    }));
  }

  answer(request, response, text) {
    const url = new URL(request.url, this.url);
    const body = text ? JSON.parse(text) : undefined;
    const call = { method: request.method, path: url.pathname, query: Object.fromEntries(url.searchParams),
      key: request.headers['x-access-token'], body };
    this.calls.push(call);
    const fault = this.faults.find((f) => f.times > 0 && f.when.test(`${call.method} ${call.path}`));
    // What it does wrong, it does before it does anything; but for an answer that is lost.
    if (fault && !fault.fault.startsWith('lost-')) {
      fault.times--;
      FAULTS[fault.fault](response, JSON.stringify({ success: true, data: { collections: [], text: 'x'.repeat(1000) } }));
      return;
    }
    const [status, json] = this.say(call);
    if (this.holding && !this.holding.send && this.holding.when.test(`${call.method} ${call.path}`)) {
      const late = JSON.stringify(json);
      this.holding.send = () => response.writeHead(status).end(late);
      return;
    }
    if (fault) {
      fault.times--;
      FAULTS[fault.fault.slice(5)](response, JSON.stringify(json));
      return;
    }
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(json));
  }

  say(call) {
    if (call.key !== this.key && !call.path.startsWith('/async-response/'))
      return [401, { success: false, message: 'Invalid token' }];
    for (const [method, pattern, run] of ROUTES) {
      const found = method === call.method && pattern.exec(call.path);
      if (found) return run(this, call, ...found.slice(1));
    }
    return [404, { success: false, message: 'There is no such address' }];
  }

  /** The answer at once, or after some polls. */
  later(make, host = this.url) {
    if (this.polls === 0) return [200, make()];
    const id = `job-${++this.ids}`;
    this.work.set(id, { left: this.polls, make });
    return [200, { success: true, status: 'processing', request_type: 'sync', data: { id, output_url: `${host}/async-response/${id}` } }];
  }

  poll(id) {
    const work = this.work.get(id);
    if (!work) return [404, { success: false, message: 'Response not found' }];
    if (--work.left > 0) return [200, { success: true, status: 'in progress', data: { percentage: 50 } }];
    work.answer ??= work.make();
    return [200, { status: 'done', response: work.answer }];
  }

  upload(collection, body) {
    const c = this.collections.get(collection);
    if (!c) return [404, { success: false, message: 'Collection not found' }];
    this.uploads.push(body);
    return this.later(() => {
      if (/refused/.test(body.url)) return { success: false, message: 'The file <i>is</i> broken' };
      const kind = /\.mp3/.test(body.url) ? 'audio' : /\.png/.test(body.url) ? 'image' : 'video';
      const one = this.add(kind, collection, { name: body.name });
      return ok(kind === 'video' && /streamless/.test(body.url) ? { ...one, stream_url: null } : one);
    }, this.pollHost);
  }

  hear(video) {
    return this.later(() => {
      const words = this.heard.get(video);
      if (!words) return { success: false, message: 'No speech found' };
      this.transcripts.set(video, words);
      return ok({ word_timestamps: [], text: '' });
    });
  }

  words(video) {
    const words = this.transcripts.get(video);
    if (!words) return [400, { success: false, message: 'Transcription does not exist' }];
    return this.later(() => ok({ word_timestamps: words, text: words.map((w) => w.text).join(' ') }));
  }
}

const ok = (data, message) => ({ success: true, data, ...message && { message } });
const good = (data) => [200, ok(data)];
const public_ = ({ id, name, description }) => ({ id, name, description, is_public: false });

function list(kind) {
  return (db, call) => {
    const c = db.collections.get(call.query.collection_id ?? db.defaultId);
    if (!c) return [404, { success: false, message: 'Collection not found' }];
    const { page_index: page = 0, count = 5000 } = call.query;
    return good({ [PLURAL[kind]]: c[kind].slice(page * count, (Number(page) + 1) * count) });
  };
}

function remove(kind) {
  return (db, call, id) => {
    if (!db.find(kind, id)) return [404, { success: false, message: `No ${kind} of this id` }];
    db.remove(kind, id);
    return [200, { success: true, message: 'Deleted' }];
  };
}

const ROUTES = [
  ['GET', /^\/async-response\/(.+)$/, (db, call, id) => db.poll(id)],
  ['GET', /^\/collection$/, (db) => good({ collections: [...db.collections.values()].map(public_),
    ...db.saysDefault && { default_collection: db.defaultId } })],
  ['POST', /^\/collection$/, (db, call) => good(public_(db.collections.get(db.make(`c-${++db.ids}`, call.body.name, call.body.description))))],
  ['GET', /^\/collection\/([^/]+)$/, (db, call, id) => {
    const c = db.collections.get(id === 'default' ? db.defaultId : id);
    return c ? good(public_(c)) : [404, { success: false, message: 'Collection not found' }];
  }],
  ['DELETE', /^\/collection\/([^/]+)$/, (db, call, id) => {
    const c = db.collections.get(id);
    if (!c) return [404, { success: false, message: 'Collection not found' }];
    if (c.video.length + c.audio.length + c.image.length)
      return [400, { success: false, message: 'Your collection has non-zero videos' }];
    db.collections.delete(id);
    return [200, { success: true }];
  }],
  ['POST', /^\/collection\/([^/]+)\/upload$/, (db, call, id) => db.upload(id, call.body)],
  ['GET', /^\/video$/, list('video')],
  ['GET', /^\/audio$/, list('audio')],
  ['GET', /^\/image$/, list('image')],
  ['DELETE', /^\/video\/([^/]+)$/, remove('video')],
  ['DELETE', /^\/audio\/([^/]+)$/, remove('audio')],
  ['DELETE', /^\/image\/([^/]+)$/, remove('image')],
  ['POST', /^\/video\/([^/]+)\/stream$/, (db, call, id) => good({ stream_url: `https://stream.videodb.example/made/${id}.m3u8` })],
  ['POST', /^\/(?:audio|image)\/([^/]+)\/generate_url$/, (db, call, id) => good({ signed_url: `https://signed.videodb.example/${id}?n=${++db.signed}` })],
  ['GET', /^\/video\/([^/]+)\/transcription$/, (db, call, id) => db.words(id)],
  ['POST', /^\/video\/([^/]+)\/transcription$/, (db, call, id) => db.hear(id)],
];

/** Started, with an empty default collection. */
export function openVideodb() {
  return new Videodb().open();
}
