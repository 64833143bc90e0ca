// The page that shows the API, of a server that asks for a key.
//
//   BASE_URL=http://127.0.0.1:8080/ KEY=… OUT=/tmp/shots node docs.test.mjs
//
// The store holds the sample. Prints `ok NAME` or `not ok NAME: why`.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const { BASE_URL: base, KEY: key, OUT: out } = process.env;
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
});
const faults = [];
let failed = 0;

async function newPage(options) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 1000 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(15000);
  page.on('console', (message) => {
    // The browser tells of the 401 that is wanted.
    if (message.type() === 'error' && !/status of 401/.test(message.text())) faults.push(message.text());
  });
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== new URL(base).origin) faults.push(`asks ${request.url()}`);
  });
  return page;
}

async function run(name, steps) {
  try {
    await steps();
    console.log(`ok ${name}`);
  } catch (error) {
    failed++;
    console.log(`not ok ${name}: ${error.message.split('\n')[0]}`);
  }
}

const page = await newPage();
const at = (id) => page.getByTestId(id);
const op = (id, part) => at(`op-${id}`).getByTestId(part);
const operations = () => page.locator('[data-testid^=op-]');

await run('it shows every operation, without a key', async () => {
  await page.goto(`${base}docs`);
  await at('op-listVideos').waitFor();
  const doc = await (await fetch(`${base}api/v1/openapi.json`)).json();
  const all = Object.values(doc.paths).flatMap((item) => Object.values(item)).map((one) => `op-${one.operationId}`);
  const shown = await operations().evaluateAll((nodes) => nodes.map((node) => node.dataset.testid));
  assert.deepEqual(shown.sort(), all.sort());
  for (const name of Object.keys(doc.components.schemas)) assert.equal(await page.locator(`#schema-${name}`).count(), 1, name);
  await page.screenshot({ path: join(out, 'docs-1.png') });
});

await run('every operation has a command; links lead somewhere', async () => {
  const commands = await operations().evaluateAll((nodes) => nodes.map((node) => node.querySelector('pre').textContent));
  for (const command of commands) assert.match(command, /^curl (-X [A-Z]+ )?'http/);
  const dead = await page.locator('a[href^="#"]').evaluateAll((links) => links
    .map((link) => decodeURIComponent(link.hash.slice(1))).filter((id) => !document.getElementById(id)));
  assert.deepEqual(dead, []);
});

await run('search leaves what has all the words', async () => {
  await page.keyboard.press('/');
  await page.keyboard.type('give transcript');
  await at('op-putTranscriptOfVideo').waitFor();
  assert.equal(await operations().count(), 1);
  await at('search').fill('');
});

await run('a GET can be tried, with the key', async () => {
  await op('listVideos', 'try').click();
  await op('listVideos', 'send').click();
  await at('key').fill(key);
  await page.keyboard.press('Enter');
  await op('listVideos', 'answer').filter({ hasText: '401' }).waitFor();
  await op('listVideos', 'send').click();
  await op('listVideos', 'answer').filter({ hasText: '200' }).waitFor();
  assert.match(await op('listVideos', 'answer').innerText(), /m-sample-pitch/);
  await page.screenshot({ path: join(out, 'docs-2-tried.png') });
});

await run('the first page leads to it', async () => {
  await page.goto(base);
  await at('docs').click();
  await at('op-listVideos').waitFor();
});

await run('dark, narrow, and at a place of its own', async () => {
  for (const [name, options] of [['dark', { colorScheme: 'dark' }], ['narrow', { viewport: { width: 390, height: 844 } }]]) {
    const other = await newPage(options);
    await other.goto(`${base}docs/#createVideos`);
    const heading = other.getByTestId('op-createVideos').getByRole('heading', { name: 'Create videos' });
    await heading.waitFor();
    await other.waitForFunction(() => window.scrollY > 0);
    const { y } = await heading.boundingBox();
    assert.ok(y >= 0 && y < 300, `${name}: the heading is at ${y}`);
    assert.equal(await other.evaluate(() => document.documentElement.scrollWidth > window.innerWidth), false, name);
    await other.screenshot({ path: join(out, `docs-3-${name}.png`) });
    await other.context().close();
  }
});

await run('it breaks no rule and asks nobody else', async () => {
  assert.deepEqual(faults, []);
});

await browser.close();
process.exit(failed ? 1 : 0);
