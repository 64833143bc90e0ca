// The words of the tests of /api/v1: requests with their headers, pages, rows
// behind the server's back.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { ask } from './lib_app.mjs';

export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
export const NO_ROW = '00000000-0000-4000-8000-000000000000';

/** Requests to one server; paths begin behind /api/v1. */
export class Api {
  constructor(stack, headers = {}) {
    this.stack = stack;
    this.headers = headers;
  }

  /** The same for a visitor with another cookie. */
  as(cookie) {
    return new Api(this.stack, { Cookie: cookie });
  }

  ask(method, path, headers = {}, options = {}) {
    return ask(this.stack.url, method, `/api/v1${path}`, { ...options, headers: { ...this.headers, ...headers } });
  }

  get(path, headers) {
    return this.ask('GET', path, headers);
  }

  post(path, json, headers) {
    return this.ask('POST', path, headers, { json });
  }

  patch(path, json, headers) {
    return this.ask('PATCH', path, headers, { json, type: 'application/merge-patch+json' });
  }

  delete(path, headers) {
    return this.ask('DELETE', path, headers);
  }

  /** The value of a good answer. */
  async rows(path, headers) {
    const answer = await this.get(path, headers);
    assert.ok([200, 206].includes(answer.status), `${path}: ${answer.status} ${answer.text.slice(0, 300)}`);
    return answer.json;
  }

  /** The new row, or rows, of a POST. */
  async made(path, json, headers) {
    const answer = await this.post(path, json, headers);
    assert.equal(answer.status, 201, answer.text.slice(0, 300));
    return answer.json;
  }

  /** All pages by their Link headers, as a list of lists. */
  async pages(path, headers) {
    const pages = [];
    for (let next = path; next; next = nextOf(pages.at(-1).answer)) {
      const answer = await this.get(next, headers);
      assert.ok([200, 206].includes(answer.status), `${next}: ${answer.text.slice(0, 300)}`);
      pages.push({ answer, rows: answer.json });
      assert.ok(pages.length < 2000, 'the pages come to an end');
    }
    return pages.map((page) => page.rows);
  }
}

/** Where the next page is, as an Api has its paths; undefined at the end. */
export function nextOf(answer) {
  if (answer.headers.link === undefined) return undefined;
  const [, path] = /^<\/api\/v1([^<>\s]+)>; rel="next"$/.exec(answer.headers.link) ?? [];
  assert.ok(path, answer.headers.link);
  return path;
}

/** What the store has: lines of values with | between. `own.` is before tables of the program's own. */
export function stored(stack, text) {
  if (stack.pg) return stack.pg.sql(text.replaceAll('own.', 'director.'));
  return execFileSync('sqlite3', ['-readonly', '-cmd', '.timeout 5000', join(stack.var, 'director.db'),
    text.replaceAll('own.', '')], { encoding: 'utf8' }).trimEnd();
}
