// What a dropped or pasted transcript is. The server decides in the end; this
// only picks the media type and the words shown to the user.

// The server's limit for a transcript (10 MB); checked here to save the trip.
export const MAX_BYTES = 10_000_000;

export const FORMATS = {
  vtt: { label: 'WebVTT', type: 'text/vtt' },
  srt: { label: 'SRT', type: 'application/x-subrip' },
  txt: { label: 'plain text', type: 'text/plain' },
};

const VTT = /^\uFEFF?WEBVTT(?=[\s]|$)/;
const SRT = /^\uFEFF?\s*\d+[ \t]*\r?\n\d{1,2}:\d\d:\d\d[,.]\d{1,3}\s*-->/;
const SPEAKER_LINE = /^\s*[^\s:<>][^:<>\n]{0,39}:\s+\S/;

export function formatOf(text, fileName = '') {
  if (VTT.test(text)) return 'vtt';
  if (SRT.test(text)) return 'srt';
  const ending = fileName.toLowerCase().split('.').pop();
  return ending === 'vtt' || ending === 'srt' ? ending : 'txt';
}

// Is this more likely a transcript than a question? Asked when something is
// pasted into the composer.
export function looksLikeTranscript(text) {
  if (VTT.test(text) || SRT.test(text)) return true;
  const lines = text.split('\n').filter((line) => line.trim());
  const spoken = lines.filter((line) => SPEAKER_LINE.test(line));
  return lines.length >= 6 && spoken.length * 2 > lines.length;
}

export function nameOf(fileName) {
  const bare = fileName.replace(/\.[^.]{1,5}$/, '').replace(/[_\s]+/g, ' ');
  return bare.trim().slice(0, 120);
}

export function sizeOf(bytes) {
  if (bytes < 1000) return `${bytes} bytes`;
  if (bytes < 1_000_000) return `${Math.round(bytes / 1000)} KB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
