// The page against a server that asks for a key.
//
//   BASE_URL=http://127.0.0.1:8080/ KEY=… OUT=/tmp/shots node key.test.mjs
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
const context = await browser.newContext();
const page = await context.newPage();
page.setDefaultTimeout(15000);
const at = (id) => page.getByTestId(id);
const online = () => page.locator('[data-testid=link][data-link=online]').waitFor();
let failed = 0;

async function run(name, steps) {
  try {
    await steps();
    console.log(`ok ${name}`);
  } catch (error) {
    failed++;
    console.log(`not ok ${name}: ${error.message.split('\n')[0]}`);
  }
}

async function give(text) {
  await at('key').fill(text);
  await page.keyboard.press('Enter');
}

await run('it asks for the key', async () => {
  await page.goto(base);
  await at('key').waitFor();
  await page.screenshot({ path: join(out, 'key-1-asks.png') });
  assert.equal(await at('key-error').count(), 0);
  await page.keyboard.press('Escape');
  assert.ok(await at('key').isVisible(), 'there is no way around it');
});

await run('a wrong one is asked for again', async () => {
  await give('wrong');
  await at('key-error').waitFor();
});

await run('with the key it works', async () => {
  await give(key);
  await online();
  await page.getByText('Sample pitch').first().waitFor();
  assert.equal(await at('key').isVisible(), false);
});

await run('a reload knows the key, another tab does not', async () => {
  await page.reload();
  await online();
  assert.equal(await at('key').isVisible(), false);
  const other = await context.newPage();
  await other.goto(base);
  await other.getByTestId('key').waitFor();
});

await browser.close();
process.exit(failed ? 1 : 0);
