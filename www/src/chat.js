// The chat session on screen and the socket that feeds it. One instance; the
// components read `chat` and call the functions.

import { computed, reactive } from 'vue';
import { io } from 'socket.io-client';
import * as api from './api.js';
import { key, refuseKey } from './key.js';
import * as msgs from './messages.js';

// A session id as the server accepts it.
const SESSION_HASH = /^#\/session\/([A-Za-z0-9_-]{8,64})$/;
// While an answer is awaited the history is read this often, in case every
// event about its end was lost.
const RECHECK_MS = 20000;

export const chat = reactive({
  link: 'connecting', // connecting | online | reconnecting | closed
  linkReason: '',
  sessionId: msgs.newSessionId(),
  messages: [],
  videoId: null,
  collectionId: null,
  history: 'ready', // loading | ready | failed
  historyError: '',
  missing: false, // its address was opened, and the server does not know it
  deleted: false, // the one before was deleted elsewhere, while it was on screen
});

export const busy = computed(() => msgs.isBusy(chat.messages));

// Messages that no acknowledgement has come for, of every session.
const unsent = new Map();
const removing = new Set(); // sessions that are deleted here
const listeners = { finished: () => {}, videos: () => {}, sessions: () => {}, back: () => {} };
let reading = 0;
let socket = null;
let shownKey = ''; // with the last CONNECT

/**
 * Who is told when a job of any session ends (`finished`), when the list of
 * videos (`videos`) or of sessions changed (`sessions`) and when a lost connection
 * is there again (`back`).
 */
export function onServerNews(given) {
  Object.assign(listeners, given);
}

export function sessionInHash() {
  return SESSION_HASH.exec(location.hash)?.[1] ?? null;
}

function showSession(id) {
  reading++;
  chat.sessionId = id;
  chat.messages = [...unsent.values()].filter((m) => m.session_id === id);
  chat.history = 'ready';
  chat.historyError = '';
  chat.missing = false;
  chat.deleted = false;
}

export function newSession() {
  showSession(msgs.newSessionId());
  if (location.hash) history.pushState(null, '', location.pathname);
}

/** The session on screen is gone, by somebody else's hand: say so, begin anew. */
function leaveDeleted() {
  showSession(msgs.newSessionId());
  chat.deleted = true;
  if (location.hash) history.replaceState(null, '', location.pathname);
}

export async function removeSession(id) {
  removing.add(id);
  try {
    await api.deleteSession(id);
    if (id === chat.sessionId && sessionInHash()) newSession();
  } finally {
    removing.delete(id);
  }
}

export async function openSession(id) {
  if (sessionInHash() !== id) history.pushState(null, '', `#/session/${id}`);
  showSession(id);
  chat.history = 'loading';
  await readHistory();
}

export function followHash() {
  const id = sessionInHash();
  if (!id) newSession();
  else if (id !== chat.sessionId) openSession(id);
}

/** Reads the session on screen again; what is newer on screen stays. */
export async function readHistory() {
  const mine = ++reading;
  const known = isKnown();
  try {
    const session = await api.readSession(chat.sessionId);
    if (mine === reading) takeHistory(session);
  } catch (error) {
    if (mine === reading) missHistory(error, known);
  }
}

function takeHistory(session) {
  const first = chat.history !== 'ready';
  chat.messages = msgs.mergeHistory(chat.messages, session.conversation ?? []);
  if (first && session.video_id) {
    chat.videoId = session.video_id;
    chat.collectionId = session.collection_id ?? null;
  }
  chat.history = 'ready';
}

// Does the server have something of what is on screen?
function isKnown() {
  return chat.messages.some((m) => m.session_id === chat.sessionId && !m.delivery);
}

function missHistory(error, known) {
  if (error.status === 404 && known && !removing.has(chat.sessionId)) {
    leaveDeleted();
    return;
  }
  // A session nobody wrote in yet is unknown to the server: that is no error.
  if (error.status === 404 || chat.history === 'ready') {
    chat.missing = chat.history === 'loading' && chat.messages.length === 0;
    chat.history = 'ready';
    return;
  }
  chat.history = 'failed';
  chat.historyError = error.message;
}

/** Sends `text` about the chosen video; `agents` are the names in it. */
export function send(text, agents) {
  const message = {
    agents,
    msg_type: 'input',
    sender: 'user',
    ...msgs.nextIds(),
    session_id: chat.sessionId,
    collection_id: chat.collectionId,
    video_id: chat.videoId,
    content: [{ type: 'text', text }],
  };
  if (sessionInHash() !== chat.sessionId) {
    history.pushState(null, '', `#/session/${chat.sessionId}`);
  }
  chat.messages.push({ ...message, delivery: 'sending' });
  deliver(message);
}

/** Sends a message again that did not get through, under the same ids. */
export function resend(shown) {
  const { delivery, note, ...message } = shown;
  if (!delivery) return;
  mark(message, { delivery: 'sending', note: '' });
  deliver(JSON.parse(JSON.stringify(message)));
}

function deliver(message) {
  unsent.set(msgs.keyOf(message), { ...message, delivery: 'sending' });
  // The client repeats the packet itself (see `connect`); only then it fails.
  socket.emit('chat', message, (error, ack) => settle(message, error, ack));
}

function settle(message, error, ack) {
  if (error) {
    mark(message, {
      delivery: 'failed',
      note: 'This message did not reach the server.',
    });
    return;
  }
  unsent.delete(msgs.keyOf(message));
  if (ack?.status === 'error') {
    mark(message, {
      delivery: 'refused',
      note: ack.message || 'The server refused this message.',
    });
    return;
  }
  mark(message, { delivery: undefined });
  if (ack?.msg_id) expectAnswer(message, ack);
}

// Until the first snapshot arrives the answer is shown as started. If it is
// there already, its place is taken and this changes nothing.
function expectAnswer(message, ack) {
  const answer = { ...ack, conv_id: message.conv_id, session_id: message.session_id };
  const known = chat.messages.some((m) => msgs.keyOf(m) === msgs.keyOf(answer));
  if (known || message.session_id !== chat.sessionId) return;
  chat.messages.push({
    session_id: answer.session_id,
    conv_id: answer.conv_id,
    msg_id: answer.msg_id,
    msg_type: 'output',
    status: 'progress',
    actions: [],
    content: [],
  });
}

function mark(message, change) {
  const key = msgs.keyOf(message);
  if (unsent.has(key)) Object.assign(unsent.get(key), change);
  const shown = chat.messages.find((m) => msgs.keyOf(m) === key);
  if (shown) Object.assign(shown, change);
}

function receive(snapshot) {
  if (!snapshot?.conv_id || !snapshot.msg_id) return;
  if (snapshot.session_id === chat.sessionId) {
    // An answer to what another tab asked: the question is in the history.
    const known = chat.messages.some((one) => one.conv_id === snapshot.conv_id);
    msgs.applySnapshot(chat.messages, snapshot);
    if (!known) readHistory();
  }
  if (snapshot.status !== 'progress') listeners.finished(snapshot);
}

function update({ update: what, session_id: id }) {
  if (what !== 'sessions') {
    listeners.videos();
    return;
  }
  if (id === chat.sessionId && !removing.has(id)) leaveDeleted();
  listeners.sessions();
}

function lost(reason) {
  // After these the client does not come back by itself.
  const final = reason === 'io server disconnect' || reason === 'io client disconnect';
  chat.link = final ? 'closed' : 'reconnecting';
  chat.linkReason = '';
}

function refused(error) {
  if (socket.active) {
    if (chat.link !== 'connecting') chat.link = 'reconnecting';
    return;
  }
  chat.link = 'closed';
  chat.linkReason = error.message.replace(/\.$/, '');
  if (error.data?.code === 'unauthorized') refuseKey(shownKey);
}

export function connectAgain() {
  if (!socket) return connect();
  chat.link = 'connecting';
  socket.disconnect().connect();
}

export function connect() {
  // A lost packet is sent again until the server has acknowledged it; the
  // server knows a repeated message by its ids.
  socket = io('/chat', {
    retries: 3,
    ackTimeout: 10000,
    // Follow the session on screen, also where nothing else tells whose it is.
    auth: (give) => {
      shownKey = key.value;
      give({ session_id: chat.sessionId ?? undefined, token: shownKey || undefined });
    },
  });
  let before = false;
  socket.on('connect', () => {
    chat.link = 'online';
    if (before) listeners.back();
    before = true;
    if (sessionInHash() === chat.sessionId) readHistory();
  });
  socket.on('disconnect', lost);
  socket.on('connect_error', refused);
  socket.on('chat', receive);
  socket.on('event', (event) => {
    if (event?.event_type === 'update_data') update(event);
  });
  setInterval(() => {
    if (busy.value && chat.link === 'online') readHistory();
  }, RECHECK_MS);
}
