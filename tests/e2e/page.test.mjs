// The page in a real browser: starts an installation and runs the test of
// tests/browser against it. SHOTS=FOLDER keeps the screenshots.

import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT, start } from '../harness/stack.mjs';
import { cleanup, main, skip, test } from '../harness/tap.mjs';

const FOLDER = join(ROOT, 'tests/browser');

function chromium() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  const found = spawnSync('sh', ['-c', 'command -v chromium'], { encoding: 'utf8' });
  return found.stdout.trim();
}

function shots() {
  const chosen = process.env.SHOTS ?? process.env.TEST_DIR;
  if (chosen) return chosen;
  const made = mkdtempSync(join(tmpdir(), 'director-page-'));
  cleanup(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

/** A test of tests/browser. Its lines `ok NAME` and `not ok NAME: why` become ours. */
function browse(program, name, url, more) {
  const env = { ...process.env, BASE_URL: `${url}/`, OUT: shots(), CHROMIUM: program, ...more };
  const child = spawn(process.execPath, [`${name}.test.mjs`], { cwd: FOLDER, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  let said = '';
  child.stdout.on('data', (data) => { text += data; });
  child.stderr.on('data', (data) => { said += data; });
  cleanup(() => child.kill('SIGKILL'));
  return new Promise((done) => child.once('close', (status) => done({ status, text, said })));
}

async function cases(program, name, url, more) {
  const { status, text, said } = await browse(program, name, url, more);
  for (const line of text.split('\n')) {
    const [, verdict, what, why] = /^(ok|not ok) ([^:]*)(?:: (.*))?$/.exec(line) ?? [];
    if (verdict) test(`${name}: ${what}`, () => { if (verdict !== 'ok') throw new Error(why); });
    else if (line) console.log(`# ${line}`);
  }
  test(`${name}: the browser test ends well`, () => {
    if (status !== 0) throw new Error(`status ${status}: ${said.slice(-500)}`);
  });
}

main(async () => {
  const program = chromium();
  const missing = !program ? 'chromium is not installed'
    : !existsSync(join(FOLDER, 'node_modules/playwright-core')) && 'playwright-core is not installed (adm/install test)';
  if (missing) {
    test('page', () => skip(missing));
    return;
  }
  await cases(program, 'page', (await start()).url);
  const KEY = 'key-of-the-test';
  const { url } = await start({ env: { DIRECTOR_API_KEY: KEY } });
  await cases(program, 'key', url, { KEY });
  await cases(program, 'docs', url, { KEY });
});
