// The lists beside the chat: videos, sessions, agents.

import { computed, reactive } from 'vue';
import * as api from './api.js';
import { chat } from './chat.js';

export const EXTRACTOR = 'sales_prompt_extractor';

const list = () => reactive({ rows: [], state: 'loading', error: '' });
export const videos = list();
export const sessions = list();
export const agents = list();

async function load(target, read) {
  try {
    const rows = await read();
    target.rows = Array.isArray(rows) ? rows : [];
    target.state = 'ready';
    target.error = '';
  } catch (error) {
    // What is on screen stays; the sentence says that it may be old.
    target.state = target.rows.length ? 'ready' : 'failed';
    target.error = error.message;
  }
}

export const loadVideos = () => load(videos, api.listVideos);
export const loadSessions = () => load(sessions, api.listSessions);

export async function loadAgents() {
  await load(agents, api.listAgents);
  if (agents.rows.length === 0) {
    agents.rows = [{
      name: EXTRACTOR,
      description: 'Finds techniques, objections and answers in a pitch.',
    }];
  }
}

export const newest = (rows) => [...rows].sort((a, b) =>
  timeOf(b.created_at) - timeOf(a.created_at));

/** Milliseconds, of unix seconds or of a timestamp in words. */
export function timeOf(value) {
  if (typeof value === 'number') return value * 1000;
  const time = Date.parse(String(value ?? '').replace(' ', 'T'));
  return Number.isNaN(time) ? 0 : time;
}

const dayFormat = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const clockFormat = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' });

export function whenOf(value) {
  const time = timeOf(value);
  if (!time) return '';
  const date = new Date(time);
  const today = date.toDateString() === new Date().toDateString();
  return today ? `Today, ${clockFormat.format(date)}` : `${dayFormat.format(date)}, ${clockFormat.format(date)}`;
}

export const videoName = (row) => row?.metadata?.name || row?.video_id || 'Video';

export const chosenVideo = computed(() => {
  if (!chat.videoId) return null;
  return videos.rows.find((row) => row.video_id === chat.videoId) ??
    { video_id: chat.videoId, collection_id: chat.collectionId };
});

export function chooseVideo(row) {
  chat.videoId = row?.video_id ?? null;
  chat.collectionId = row?.collection_id ?? null;
}

const MENTION = /(?:^|\s)@([A-Za-z0-9_-]+)/g;

/** The names of known agents in a text, in their order, each once. */
export function agentsIn(text) {
  const known = new Set(agents.rows.map((row) => row.name));
  const named = [...text.matchAll(MENTION)].map((match) => match[1]);
  return [...new Set(named)].filter((name) => known.has(name));
}
