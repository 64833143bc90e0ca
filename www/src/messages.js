// The conversation as data: which snapshot wins, and in what order messages
// stand. Pure functions over plain objects.

export const keyOf = (message) => `${message.conv_id}\n${message.msg_id}`;

const isFinal = (message) => message.status !== 'progress';
const revOf = (message) => (Number.isInteger(message.rev) ? message.rev : null);

// Snapshots are whole messages with a growing `rev`. Nothing follows a final
// one, and an older one that was overtaken is dropped. A history row without
// `rev` wins only where it ends what is shown.
function wins(incoming, shown) {
  if (!shown) return true;
  if (shown.msg_type === 'output' && isFinal(shown)) return false;
  const [next, now] = [revOf(incoming), revOf(shown)];
  if (next !== null && now !== null) return next >= now;
  return now === null || isFinal(incoming);
}

/** Puts one snapshot into the list, in place. */
export function applySnapshot(list, incoming) {
  const key = keyOf(incoming);
  const index = list.findIndex((message) => keyOf(message) === key);
  if (index < 0) list.push(incoming);
  else if (wins(incoming, list[index])) list[index] = incoming;
}

/** The server's history in its order, then what it does not have yet. */
export function mergeHistory(list, history) {
  const known = new Map(list.map((message) => [keyOf(message), message]));
  const merged = [];
  for (const row of history) {
    const shown = known.get(keyOf(row));
    merged.push(wins(row, shown) ? row : shown);
    known.delete(keyOf(row));
  }
  return merged.concat([...known.values()]);
}

export const isBusy = (list) => list.some((message) =>
  message.delivery === 'sending' ||
  (message.msg_type === 'output' && message.status === 'progress'));

export const textOf = (message) => (message.content ?? [])
  .filter((item) => item?.type === 'text' && item.text)
  .map((item) => item.text)
  .join('\n\n');

const SAFE_URL = /^(https?:\/\/|\/(?!\/))/i;

// Videos that an answer shows: {name, url}. The server has checked the addresses;
// they came from metadata that anybody may have written, so they are here again.
export const videosOf = (message) => (message.content ?? [])
  .filter((item) => item?.type === 'video' && item.status === 'success')
  .map(({ video }) => ({ name: video?.name || 'Video', url: video?.stream_url || video?.external_url || '' }))
  .filter(({ url }) => SAFE_URL.test(url));

// Ids as the stock client makes them: the clock, in strings, never twice.
let lastId = 0;
export function nextIds() {
  lastId = Math.max(Date.now(), lastId + 2);
  return { conv_id: String(lastId), msg_id: String(lastId + 1) };
}

// crypto.randomUUID is missing on plain http to another machine.
export function newSessionId() {
  const b = crypto.getRandomValues(new Uint8Array(16));
  b[6] = (b[6] & 0x0f) | 0x40;
  b[8] = (b[8] & 0x3f) | 0x80;
  const hex = Array.from(b, (x) => x.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
