// A stock client of ledger.fcgi and all that it saw, in the form check.mjs
// reads. Nothing here brings a connection back: that is socket.io-client's own
// work.

import { connected, socket } from '../harness/sio.mjs';

const NAMESPACE = '/ledger';
const SOON = { reconnectionDelay: 50, reconnectionDelayMax: 200 };
// A client that gives up loses what it was asked to send: never in these tests.
const RETRIED = { retries: 10000, ackTimeout: 2000 };
// No more than this waits for its ack: a client that is away sends nothing.
const WAITING_MAX = 20;

export class Client {
  constructor(stack, name, { rooms, retried, tell }) {
    this.name = name;
    this.retried = retried;
    this.connects = [];
    this.ticks = Object.fromEntries(rooms.map((room) => [room, []]));
    this.told = [];
    this.acks = [];
    this.appends = 0;
    this.onces = 0;
    this.onceAcks = [];
    this.echos = 0;
    this.socket = socket(stack, NAMESPACE, { ...SOON, ...(retried ? RETRIED : {}) });
    this.listen(tell);
  }

  listen(tell) {
    const { socket: s } = this;
    s.on('tick', (room, n) => this.ticks[room].push({ n, at: Date.now() }));
    s.on('told', (id, run) => this.told.push({ id, run, at: Date.now() }));
    s.on('connect', () => {
      tell(`${this.name} connected as ${s.id}${s.recovered ? ', recovered' : ''}`);
      if (this.subscribed) this.back();
    });
    s.on('disconnect', (why) => tell(`${this.name} disconnected: ${why}`));
  }

  // Recovered sockets are in their rooms; another one is at fault, and goes on.
  back() {
    this.connects.push({ recovered: Boolean(this.socket.recovered), at: Date.now() });
    if (!this.socket.recovered) this.subscribe().catch(() => {});
  }

  async subscribe() {
    for (const room of Object.keys(this.ticks)) await this.socket.emitWithAck('subscribe', room);
  }

  async start() {
    await connected(this.socket);
    await this.subscribe();
    this.subscribed = true;
  }

  send() {
    if (this.retried) this.append();
    else if (this.onces > this.echos) this.echo();
    else this.sendOnce();
  }

  append() {
    if (this.appends - this.acks.length >= WAITING_MAX) return;
    const id = ++this.appends;
    this.socket.emit('append', this.name, id, `of ${this.name}`, (error, run, position) => {
      if (!error) this.acks.push({ id, run, position, after: this.told.length });
    });
  }

  // Those below are buffered while it is away, and sent then.

  sendOnce() {
    const id = ++this.onces;
    this.socket.emit('once', this.name, id, () => this.onceAcks.push(id));
  }

  echo() {
    const id = ++this.echos;
    this.socket.emit('echo', id, (run) => this.acks.push({ id, run, after: this.told.length }));
  }

  get connected() {
    return this.socket.connected;
  }

  /** The last of everything has come; it is for the checker what else did. */
  settled(published) {
    return this.connected && this.acks.length >= this.appends &&
      Object.entries(this.ticks).every(([room, got]) => (got.at(-1)?.n ?? 0) >= (published[room] ?? 0));
  }

  /** Events it was asked to send. */
  get events() {
    return this.appends + this.onces + this.echos;
  }
}
