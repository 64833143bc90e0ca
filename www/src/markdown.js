// Markdown to HTML without trusting it. `html: false` makes every tag in the
// source plain text; links keep only the schemes below; nothing is fetched.
// What these functions return is the only thing the page gives to v-html.

import MarkdownIt from 'markdown-it';

const md = new MarkdownIt({ html: false, linkify: false });
const ALLOWED_LINK = /^(https?:\/\/|mailto:)/i;
const validByDefault = md.validateLink;

md.validateLink = (url) => validByDefault(url) && ALLOWED_LINK.test(url);

// An image would make the browser call an address out of a transcript.
md.renderer.rules.image = (tokens, index) =>
  md.utils.escapeHtml(tokens[index].content);

md.renderer.rules.link_open = (tokens, index, options, env, self) => {
  tokens[index].attrSet('target', '_blank');
  tokens[index].attrSet('rel', 'noopener noreferrer nofollow');
  return self.renderToken(tokens, index, options);
};

// The policy forbids style attributes, which markdown-it uses to align cells.
function alignByClass(tokens, index, options, env, self) {
  const token = tokens[index];
  const align = /text-align:(\w+)/.exec(token.attrGet('style') ?? '');
  if (align) token.attrs = [['class', `align-${align[1]}`]];
  return self.renderToken(tokens, index, options);
}
md.renderer.rules.th_open = alignByClass;
md.renderer.rules.td_open = alignByClass;

// Headings of a message stand below those of the page.
function lowerHeading(tokens, index, options, env, self) {
  const level = Number(tokens[index].tag.slice(1));
  tokens[index].tag = `h${Math.min(6, level + 2)}`;
  return self.renderToken(tokens, index, options);
}
md.renderer.rules.heading_open = lowerHeading;
md.renderer.rules.heading_close = lowerHeading;

export const render = (text) => md.render(text);

const SECTIONS = {
  'Analysis': 'analysis',
  'Structured Data': 'structured_data',
  'Voice Prompt': 'voice_prompt',
  'Training Data': 'training_data',
};

// A section is a level 2 heading of a known name with a fence right below.
function sectionAt(tokens, index) {
  const [open, inline, , fence] = tokens.slice(index, index + 4);
  if (open.type !== 'heading_open' || open.tag !== 'h2') return null;
  if (fence?.type !== 'fence') return null;
  const title = inline.content.trim();
  if (!Object.hasOwn(SECTIONS, title)) return null;
  return { kind: SECTIONS[title], title, content: fence.content };
}

/**
 * Cuts the text of a result into blocks in their order: the known sections
 * ({kind, title, content}, content raw) and all else ({kind: 'html', html}).
 */
export function blocksOf(text) {
  const env = {};
  const tokens = md.parse(text, env);
  const blocks = [];
  let run = [];
  const flush = () => {
    if (run.length === 0) return;
    const html = md.renderer.render(run, md.options, env);
    blocks.push({ kind: 'html', html });
    run = [];
  };
  for (let i = 0; i < tokens.length; i++) {
    const section = sectionAt(tokens, i);
    if (section) {
      flush();
      blocks.push(section);
      i += 3;
    } else {
      run.push(tokens[i]);
    }
  }
  flush();
  return blocks;
}

const ENTITIES = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/**
 * The server escapes its plain strings for clients which insert them as HTML.
 * This page inserts text, so the escapes are undone once.
 */
export function plain(text) {
  return String(text ?? '').replace(/&(?:(lt|gt|amp|quot|apos)|#(\d{1,3})|#x([0-9a-f]{1,2}));/g,
    (_, name, decimal, hex) => ENTITIES[name] ?? String.fromCharCode(decimal ?? parseInt(hex, 16)));
}
