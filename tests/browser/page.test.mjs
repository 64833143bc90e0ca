// The page in a real browser against a running server.
//
//   BASE_URL=http://127.0.0.1:8080/ OUT=/tmp/shots node page.test.mjs
//
// The store may be empty or hold anything. CHROMIUM names another browser.
// Prints `ok NAME` or `not ok NAME: why` for each case; exits 0 or 1.

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const base = process.env.BASE_URL;
const out = process.env.OUT;
if (!base || !out) {
  console.error('Set BASE_URL (a running server) and OUT (a folder for screenshots).');
  process.exit(2);
}
mkdirSync(out, { recursive: true });

// A job waits for a free worker; everything else is quick.
const JOB_MS = 60000;
const STEP_MS = 15000;

const SECTIONS = ['analysis', 'structured_data', 'voice_prompt', 'training_data'];
const IMAGE_TAG = '<img src=x onerror="window.__pwned=1">';
const SCRIPT_LINK = '[x](javascript:alert(1))';
// Tags in a WebVTT cue are markup, so the tag stands in both spellings.
const TRANSCRIPT = `WEBVTT

00:00:00.000 --> 00:00:05.000
<v Anna>Thank you for your time today, Ben. How do you handle your invoices now?

00:00:05.000 --> 00:00:11.000
<v Ben>Mostly by hand. It takes two people every Friday.

00:00:11.000 --> 00:00:18.000
<v Anna>So it costs you about sixteen hours a week. Our customers cut that by half in the first month.

00:00:18.000 --> 00:00:24.000
<v Ben>That sounds too expensive for us. ${IMAGE_TAG}

00:00:24.000 --> 00:00:33.000
<v Anna>I understand the price is a concern. It is 40 euros a month, less than one hour of the time you save. ${SCRIPT_LINK}

00:00:33.000 --> 00:00:38.000
<v Ben>Is it safe? ${IMAGE_TAG.replace('<', '&lt;').replace('>', '&gt;')} ${SCRIPT_LINK}

00:00:38.000 --> 00:00:45.000
<v Anna>Would you like to try it for two weeks? I will send you the contract tomorrow.

00:00:45.000 --> 00:00:49.000
<v Ben>Yes, let us do that. I will sign it on Monday.
`;
const NAME = `Browser test ${Date.now()}`;

const FLAGS = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
];

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
  args: FLAGS,
});
const faults = [];
const visitors = []; // each new visitor that the server saw
const strangers = [];
const origin = new URL(base).origin;

// Runs before any script of the page.
function watchPolicy() {
  window.__violations = [];
  document.addEventListener('securitypolicyviolation', (event) => {
    window.__violations.push(`${event.violatedDirective} ${event.blockedURI}`);
  });
}

async function newPage(options) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(STEP_MS);
  await page.addInitScript(watchPolicy);
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(`console: ${message.text()} ${message.location().url}`);
  });
  page.on('pageerror', (error) => faults.push(`script: ${error.message}`));
  page.on('dialog', (dialog) => {
    faults.push(`dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  page.on('response', async (response) => {
    const cookie = await response.headerValue('set-cookie').catch(() => null);
    if (cookie?.includes('director_visitor=')) visitors.push(response.url());
  });
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== origin) strangers.push(request.url());
  });
  return page;
}

const page = await newPage({ colorScheme: 'light' });
const at = (id) => page.getByTestId(id);
const online = (where) => where.locator('[data-testid=link][data-link=online]').waitFor();
const shot = (where, name) => where.screenshot({ path: join(out, `${name}.png`) });

// The browser tells of each answer that is an error: this one was provoked.
function forgive(status) {
  const at = faults.findIndex((fault) => fault.includes(`status of ${status} `));
  assert.ok(at >= 0, `an answer ${status}`);
  faults.splice(at, 1);
}

async function assertHarmless(where) {
  const seen = await where.evaluate(() => ({
    pwned: typeof window.__pwned,
    violations: window.__violations,
    links: [...document.querySelectorAll('[href],[src],[action]')]
      .flatMap((node) => ['href', 'src', 'action'].map((name) => node.getAttribute(name) ?? ''))
      .filter((value) => /^\s*(javascript|vbscript|data):/i.test(value)),
    handlers: [...document.querySelectorAll('*')]
      .filter((node) => [...node.attributes].some((a) => a.name.startsWith('on') || a.name === 'srcdoc'))
      .map((node) => node.outerHTML.slice(0, 80)),
    images: document.querySelectorAll('.log img, .log script, .log iframe').length,
  }));
  assert.deepEqual(seen, { pwned: 'undefined', violations: [], links: [], handlers: [], images: 0 });
}

async function opens() {
  await page.goto(base);
  await online(page);
  await at('welcome').waitFor();
  await page.waitForLoadState();
  assert.equal(visitors.length, 1, `one visitor, not one for each request: ${visitors}`);
  await shot(page, '1-open');
}

// What the server does not take leaves no video behind.
async function refusesBinary() {
  await at('add-transcript').click();
  await at('transcript-file').setInputFiles({ name: 'broken_call.vtt', mimeType: 'text/vtt', buffer: Buffer.from([0, 159, 146, 150, 0, 1]) });
  await at('transcript-save').click();
  await at('transcript-error').waitFor();
  forgive(400);
  await shot(page, '2-refused');
  await page.keyboard.press('Escape');
  await at('transcript-dialog').waitFor({ state: 'hidden' });
  assert.equal(await at('video').filter({ hasText: 'broken call' }).count(), 0);
}

async function pastesTranscript() {
  await at('add-transcript').click();
  await at('transcript-name').fill(NAME);
  await at('transcript-text').fill(TRANSCRIPT);
  assert.match(await at('transcript-format').innerText(), /WebVTT/);
  await shot(page, '2-paste');
  await at('transcript-save').click();
  await at('transcript-dialog').waitFor({ state: 'hidden' });
  const chosen = at('video').filter({ hasText: NAME });
  await chosen.waitFor();
  // The list may know of the video before it is chosen.
  await at('chosen-video').filter({ hasText: NAME }).waitFor();
}

async function asksAnAgent() {
  await at('composer').pressSequentially('@sales_p');
  await at('agent-sales_prompt_extractor').waitFor();
  await page.keyboard.press('Enter');
  await page.keyboard.type('What worked in this pitch?');
  await page.keyboard.press('Enter');
  await at('message-input').filter({ hasText: '@sales_prompt_extractor What worked' }).waitFor();
  await at('message-output').first().waitFor();
  await shot(page, '3-asked');
}

async function showsResult() {
  await page.locator('[data-testid=message-output]:not([data-status=progress])').waitFor({ timeout: JOB_MS });
  const output = at('message-output');
  assert.equal(await output.count(), 1, 'one answer');
  assert.equal(await output.getAttribute('data-status'), 'success', await output.innerText());
  for (const name of SECTIONS) {
    const section = at(`section-${name}`);
    assert.equal(await section.count(), 1, `section ${name}`);
    assert.ok((await section.textContent()).length > 40, `section ${name} has content`);
  }
  assert.ok(await at('section-analysis').locator('.prose h3, .prose h4').count() > 0, 'headings are rendered');
  for (const name of ['structured_data', 'training_data']) {
    JSON.parse(await at(`section-${name}`).locator('pre').textContent());
  }
  assert.ok(await at('stages').count() === 1, 'the stages are listed');
  await shot(page, '4-result');
}

async function unlocksComposer() {
  await at('composer').fill('x');
  assert.equal(await at('send').isEnabled(), true);
  await at('composer').fill('');
}

async function runsNothing() {
  await at('section-structured_data').locator('summary').click();
  await at('section-training_data').locator('summary').click();
  await assertHarmless(page);
  await shot(page, '5-unfolded');
}

async function survivesReload() {
  const before = await at('section-analysis').textContent();
  assert.match(page.url(), /#\/session\/[A-Za-z0-9_-]{8,64}$/);
  await page.reload();
  await online(page);
  await at('section-analysis').waitFor();
  assert.equal(await at('section-analysis').textContent(), before);
  assert.equal(await at('message-input').count(), 1);
  assert.match(await at('message-input').innerText(), /What worked in this pitch\?/);
  for (const name of SECTIONS) assert.equal(await at(`section-${name}`).count(), 1, name);
  await assertHarmless(page);
  await shot(page, '6-reloaded');
}

async function startsNewSession() {
  const old = page.url();
  await page.keyboard.press('Control+k');
  await at('welcome').waitFor();
  assert.notEqual(page.url(), old);
  assert.equal(await at('message-output').count(), 0);
  assert.equal(await at('composer').evaluate((node) => node === document.activeElement), true, 'ready to type');
  await shot(page, '7-new');
  const id = old.split('/').pop();
  await page.locator(`[data-session-id="${id}"] .row`).click();
  await at('section-analysis').waitFor();
}

// A name that was typed to its end needs no choosing.
async function sendsWithOneEnter() {
  await page.keyboard.press('Control+k');
  await at('composer').pressSequentially('@sales_prompt_extractor');
  await at('agent-sales_prompt_extractor').waitFor();
  await page.keyboard.press('Enter');
  await at('message-input').waitFor();
  await page.locator('[data-testid=message-output]:not([data-status=progress])').waitFor({ timeout: JOB_MS });
}

async function tellsOfAMissingSession() {
  await page.goto(`${base}#/session/nobody-knows-this`);
  await at('missing').waitFor();
  forgive(404);
  await page.keyboard.press('Control+k');
  await at('missing').waitFor({ state: 'hidden' });
}

/** A conversation in this tab: its address's id. */
async function converse(where) {
  await where.keyboard.press('Control+k');
  await where.getByTestId('composer').fill('Hello there');
  await where.getByTestId('send').click();
  await where.locator('[data-testid=message-output]:not([data-status=progress])').waitFor({ timeout: JOB_MS });
  return where.url().split('/').pop();
}

async function assertBegunAnew(id) {
  await at('deleted').waitFor();
  assert.match(await at('deleted').innerText(), /deleted in another window/);
  assert.equal(await page.getByTestId('message-input').count(), 0);
  assert.ok(!page.url().includes(id), page.url());
  await page.locator(`[data-session-id="${id}"]`).waitFor({ state: 'detached' });
  const next = await converse(page);
  assert.notEqual(next, id);
  assert.equal(await at('deleted').count(), 0);
  assert.equal(await at('message-input').count(), 1);
}

async function followsADeletionInAnotherTab() {
  const id = await converse(page);
  await page.evaluate(() => { window.__loaded = 'once'; });
  const other = await page.context().newPage();
  await other.goto(base);
  await online(other);
  const row = other.locator(`[data-session-id="${id}"]`);
  await row.hover();
  await row.getByRole('button', { name: /^Delete the session/ }).click();
  await row.getByRole('button', { name: 'Delete', exact: true }).click();
  await row.waitFor({ state: 'detached' });
  assert.equal(await other.getByTestId('deleted').count(), 0, 'not its own deletion');
  await assertBegunAnew(id);
  assert.equal(await page.evaluate(() => window.__loaded), 'once', 'without a reload');
  await other.close();
}

// What came while the connection was away is told when it is back, or is seen in
// the history.
async function followsADeletionItDidNotHear() {
  const id = await converse(page);
  await page.context().setOffline(true);
  await page.locator('[data-testid=link]:not([data-link=online])').waitFor();
  const gone = await fetch(`${base}session/${id}`, { method: 'DELETE' });
  assert.equal(gone.status, 200);
  await page.context().setOffline(false);
  await online(page);
  await assertBegunAnew(id);
  for (let i = faults.length - 1; i >= 0; i--) if (/ERR_INTERNET_DISCONNECTED|status of 404 /.test(faults[i])) faults.splice(i, 1);
}

async function deletesItsOwn() {
  const id = await converse(page);
  const row = page.locator(`[data-session-id="${id}"]`);
  await row.hover();
  await row.getByRole('button', { name: /^Delete the session/ }).click();
  await row.getByRole('button', { name: 'Delete', exact: true }).click();
  await row.waitFor({ state: 'detached' });
  await at('welcome').waitFor();
  assert.equal(await at('deleted').count(), 0);
}

// What the user types comes back from the server too.
async function hostileQuestion() {
  await page.keyboard.press('Control+k');
  await at('composer').fill(`${IMAGE_TAG} ${SCRIPT_LINK} @sales_prompt_extractor`);
  await page.keyboard.press('Escape');
  await at('send').click();
  await page.locator('[data-testid=message-output]:not([data-status=progress])').waitFor({ timeout: JOB_MS });
  const shown = await at('message-input').locator('.bubble').innerText();
  await assertHarmless(page);
  await page.reload();
  await online(page);
  await at('message-input').waitFor();
  assert.ok(shown.includes(IMAGE_TAG), shown);
  assert.equal(await at('message-input').locator('.bubble').innerText(), shown);
  await assertHarmless(page);
}

async function darkAndNarrow() {
  for (const [name, options] of [
    ['8-dark', { colorScheme: 'dark' }],
    ['9-narrow', { viewport: { width: 390, height: 844 } }],
  ]) {
    const other = await newPage(options);
    await other.goto(page.url());
    await other.getByTestId('message-input').waitFor();
    await online(other);
    const wide = await other.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
    assert.equal(wide, false, `${name} does not scroll sideways`);
    const tall = await other.evaluate(() => document.documentElement.scrollHeight > window.innerHeight);
    assert.equal(tall, false, `${name}: only the panes scroll, not the window`);
    await shot(other, name);
    await other.context().close();
  }
}

async function staysQuiet() {
  assert.deepEqual(faults, []);
  assert.deepEqual(strangers, [], 'requests to other origins');
}

const cases = {
  opens, refusesBinary, pastesTranscript, asksAnAgent, showsResult, unlocksComposer, runsNothing,
  survivesReload, startsNewSession, sendsWithOneEnter, tellsOfAMissingSession, followsADeletionInAnotherTab,
  followsADeletionItDidNotHear, deletesItsOwn, hostileQuestion, darkAndNarrow, staysQuiet,
};

let failed = 0;
for (const [name, run] of Object.entries(cases)) {
  try {
    await run();
    console.log(`ok ${name}`);
  } catch (error) {
    failed++;
    console.log(`not ok ${name}: ${String(error.message).replace(/\s+/g, ' ').slice(0, 600)}`);
    await shot(page, `failed-${name}`).catch(() => {});
    if (run === opens) break; // nothing else can be told without a page
  }
}
await browser.close();
process.exit(failed ? 1 : 0);
