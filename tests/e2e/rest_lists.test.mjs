// Lists by REST: filters, members, orders, pages by cursor and by range; what is
// hostile in them is a value or a 400, never SQL. On either store (TOPOLOGY=pg).

import assert from 'node:assert/strict';
import { start } from '../harness/stack.mjs';
import { main, test } from '../harness/tap.mjs';
import { addVideo, assertProblem, textContent, chatMessage, Chat } from './lib_app.mjs';
import { Api, NO_ROW, nextOf, stored } from './lib_rest.mjs';

const ROWS = 120;
const TIE = 40; // rows of one group that are made at once
const enc = encodeURIComponent;

let stack;
let api;
let rows; // of c-list, in the order they were made

const names = (list) => list.map((row) => row.video_id).sort();
const wanted = (test_) => names(rows.filter(test_));
const list = (query) => api.rows(`/videos?collection_id=eq.c-list&${query}`);

// ---- Filters --------------------------------------------------------------------

const meta = (row) => row.metadata;
const FILTERS = [
  ['video_id=eq.l-007', (row) => row.video_id === 'l-007'],
  ['video_id=neq.l-007', (row) => row.video_id !== 'l-007'],
  ['video_id=not.eq.l-007', (row) => row.video_id !== 'l-007'],
  ['video_id=gt.l-100', (row) => row.video_id > 'l-100'],
  ['video_id=lte.l-010&video_id=gte.l-005', (row) => row.video_id <= 'l-010' && row.video_id >= 'l-005'],
  ['video_id=lt.l-001', (row) => row.video_id < 'l-001'],
  ['video_id=like.l-01*', (row) => row.video_id.startsWith('l-01')],
  ['video_id=like.l-_1_', (row) => /^l-.1.$/.test(row.video_id)],
  ['video_id=like.L-*', () => false],
  ['video_id=ilike.L-01*', (row) => row.video_id.startsWith('l-01')],
  ['video_id=not.like.l-0*', (row) => !row.video_id.startsWith('l-0')],
  ['video_id=in.(l-001,"l-002",nope)', (row) => ['l-001', 'l-002'].includes(row.video_id)],
  ['video_id=not.in.(l-001,l-002)', (row) => !['l-001', 'l-002'].includes(row.video_id)],
  ['metadata->>lang=eq.de', (row) => meta(row).lang === 'de'],
  ['metadata->>lang=is.null', (row) => meta(row).lang === undefined],
  ['metadata->>lang=is.not_null', (row) => meta(row).lang !== undefined],
  ['metadata->>lang=not.eq.de', (row) => meta(row).lang !== undefined && meta(row).lang !== 'de'],
  ['metadata->n=eq.7', (row) => meta(row).n === 7],
  ['metadata->n=gt.9&metadata->n=lt.11.5', (row) => meta(row).n > 9 && meta(row).n < 11.5],
  ['metadata->>n=eq.7', (row) => meta(row).n === 7],
  ['metadata->n=in.(1,2,"3","\\"4\\"")', (row) => [1, 2, 3].includes(meta(row).n)],
  ['metadata->odd=is.true', (row) => meta(row).odd === true],
  ['metadata->odd=is.false', (row) => meta(row).odd === false],
  ['metadata->tags->>1=eq.t3', (row) => meta(row).tags[1] === 't3'],
  ['metadata->tags->1=eq."t3"', (row) => meta(row).tags[1] === 't3'],
  ['metadata->deep->"a,b"->>"c:d"=eq.5', (row) => meta(row).deep?.['a,b']['c:d'] === 5],
  ['metadata->tags=eq.["t","t3"]', (row) => meta(row).tags[1] === 't3'],
];

for (const [query, test_] of FILTERS)
  test(`filter: ${query}`, async () => {
    assert.deepEqual(names(await list(query.replaceAll('"', '%22').replaceAll('>', '%3E'))), wanted(test_));
  });

test('filters: metadata as a whole compares as a value', async () => {
  const { metadata, video_id } = rows[3];
  const turned = Object.fromEntries(Object.entries(metadata).reverse());
  for (const json of [JSON.stringify(metadata), JSON.stringify(turned).replaceAll(':', ' : ')])
    assert.deepEqual(names(await list(`metadata=eq.${enc(json)}`)), [video_id]);
});

// ---- Hostile values -------------------------------------------------------------------

const HOSTILE = [
  "'", "''", "' OR '1'='1", "'; DROP TABLE videos; --", "\\'; DELETE FROM videos; --", '" OR ""="', '`id`', "x' UNION SELECT 1--",
  '$1', '$$', '$x$', ':name', '?', '?1', '@v', '{own}', '%s%n', '%', '_', '*', '\\', '\\\\', "E'\\x41'", '/* */', '--', ';', '(', ')',
  '(SELECT 1)', 'null', 'NULL', 'true', "a'||'b", "' || pg_sleep(5) --", 'ä😀\u2028', '{"a":1}', '[1]', 'x'.repeat(3000),
  "1; ATTACH DATABASE 'x' AS y", "')) OR 1=1 --", ',', '.', 'eq.x', 'not.eq.x',
];

async function survives(work) {
  const count = () => stored(stack, 'SELECT count(*), min(video_id), max(video_id) FROM videos');
  const before = await count();
  await work();
  assert.equal(await count(), before);
}

const quoted = (value) => `"${value.replace(/[\\"]/g, '\\$&')}"`;

for (const op of ['eq', 'neq', 'gt', 'gte', 'lt', 'lte', 'like', 'ilike', 'in', 'not.eq', 'not.in', 'not.like'])
  test(`hostile values: ${op}`, () => survives(async () => {
    for (const value of HOSTILE) {
      const word = op.endsWith('in') ? `(${quoted(value)})` : value;
      for (const column of ['video_id', 'metadata->>lang', 'metadata->>evil']) {
        const answer = await api.get(`/videos?collection_id=eq.c-list&select=video_id&${enc(column)}=${op}.${enc(word)}`);
        if (answer.status === 400) {
          // A lone backslash ends no pattern.
          assert.ok(op.endsWith('like'), `${op} ${value}: ${answer.text}`);
          continue;
        }
        assert.equal(answer.status, 200, `${column} ${op} ${value}: ${answer.text}`);
        if (['eq', 'in'].includes(op)) assert.deepEqual(answer.json, [], `${column} ${op} ${value}`);
        if (column === 'video_id' && ['neq', 'not.eq', 'not.in'].includes(op)) assert.equal(answer.json.length, ROWS);
      }
    }
  }));

test('hostile values: a row that has them is found by each, and by no other', () => survives(async () => {
  const made = await api.made('/videos', HOSTILE.map((evil) => ({ collection_id: 'c-evil', metadata: { evil, [evil]: 1 } })));
  for (const [n, value] of HOSTILE.entries()) {
    const only = async (query) => (await api.rows(`/videos?collection_id=eq.c-evil&${query}`)).map((row) => row.id);
    assert.deepEqual(await only(`${enc('metadata->>evil')}=eq.${enc(value)}`), [made[n].id], value);
    assert.deepEqual(await only(`${enc('metadata->>evil')}=in.${enc(`(${quoted(value)})`)}`), [made[n].id], value);
    assert.deepEqual(await only(`${enc('metadata->evil')}=eq.${enc(JSON.stringify(value))}`), [made[n].id], value);
    if (/["\\]/.test(value)) continue; // no path has them
    const path = enc(`metadata->"${value}"`);
    assert.deepEqual(await only(`${path}=eq.1`), [made[n].id], `the key ${value}`);
  }
  for (const { id } of made) assert.equal((await api.delete(`/videos/${id}`)).status, 204);
}));

test('hostile values: of other types they are 400', () => survives(async () => {
  for (const value of HOSTILE)
    for (const column of ['id', 'created_at', 'metadata->n'])
      for (const op of ['eq', 'gt', 'lte']) {
        if (column === 'metadata->n' && (op === 'eq' ? ['null', 'true', '{"a":1}', '[1]'] : []).includes(value)) continue;
        assertProblem(await api.get(`/videos?${enc(column)}=${op}.${enc(value)}`), 400, 'bad-request', column);
      }
}));

test('hostile names, operators, members, orders, cursors are 400', () => survives(async () => {
  for (const value of HOSTILE) {
    const field = { 'limit': value, 'offset': value, 'cursor': value, 'order': value };
    for (const [name, bad] of Object.entries(field))
      assertProblem(await api.get(`/videos?${name}=${enc(bad)}`), 400, 'bad-request', name);
    if (value !== '*') assertProblem(await api.get(`/videos?select=${enc(value)}`), 400, 'bad-request', 'select');
    for (const query of [`${enc(value)}=eq.1`, `video_id=${enc(value.replace(/^(not\.)?eq\./, ''))}.1`, `order=id.${enc(value)}`]) {
      const answer = await api.get(`/videos?${query}`);
      assert.equal(answer.status, 400, `${query}: ${answer.text.slice(0, 200)}`);
    }
  }
}));

// ---- Members and orders ------------------------------------------------------------------

test('select: members, aliases, paths', async () => {
  const [row] = await list('video_id=eq.l-003&select=v:video_id,id,lang:metadata-%3E%3Elang,tags:metadata-%3Etags,metadata-%3En');
  assert.deepEqual(row, { v: 'l-003', id: rows[3].id, lang: rows[3].metadata.lang ?? null, tags: rows[3].metadata.tags, n: 3 });
  assert.deepEqual(Object.keys((await list('limit=1'))[0]), ['id', 'video_id', 'collection_id', 'metadata', 'created_at']);
  for (const bad of ['nope', 'id,nope', 'id,', ',', 'id:', 'metadata->', 'count()', 'id::text', 'id(*)'])
    assertProblem(await api.get(`/videos?select=${enc(bad)}`), 400, 'bad-request', 'select');
});

test('order: both ways, by text of a path, null last where it ascends', async () => {
  const lang = (row) => row.metadata.lang ?? '\uffff';
  const compare = (a, b) => (a < b ? -1 : Number(a > b));
  const sorted = (...by) => [...rows].sort((a, b) => by.map((f) => f(a, b)).find((n) => n) ?? 0).map((row) => row.video_id);
  const byId = (a, b) => compare(a.video_id, b.video_id);
  const byLang = (a, b) => compare(lang(a), lang(b));
  const shown = async (order) => (await list(`order=${enc(order)}`)).map((row) => row.video_id);
  assert.deepEqual(await shown('video_id'), sorted(byId));
  assert.deepEqual(await shown('video_id.desc'), sorted((a, b) => byId(b, a)));
  assert.deepEqual(await shown('metadata->>lang.asc,video_id.desc'), sorted(byLang, (a, b) => byId(b, a)));
  assert.deepEqual(await shown('metadata->>lang.desc,video_id'), sorted((a, b) => byLang(b, a), byId));
  for (const bad of ['nope', 'id.up', 'metadata', 'metadata->n', 'id.asc.nullsfirst', ''])
    assertProblem(await api.get(`/videos?order=${enc(bad)}`), 400, 'bad-request', 'order');
});

// ---- Pages ---------------------------------------------------------------------------------

const ORDERS = ['', 'created_at', 'created_at.desc', 'created_at,id.desc', 'metadata->>lang', 'metadata->>lang.desc,created_at',
  'collection_id,created_at.desc', 'video_id.desc'];

for (const order of ORDERS)
  for (const limit of [1, 7, ROWS / 2, ROWS, ROWS + 1])
    test(`Link: every row once, pages of ${limit}, order ${order || 'as it is'}`, async () => {
      const query = `/videos?collection_id=eq.c-list&limit=${limit}${order && `&order=${enc(order)}`}`;
      const pages = await api.pages(query);
      const whole = (await api.rows(query.replace(/limit=\d+/, 'limit=1000'))).map((row) => row.id);
      assert.equal(whole.length, ROWS);
      assert.deepEqual(pages.flat().map((row) => row.id), whole);
      assert.equal(pages.length, Math.ceil(ROWS / limit));
    });

test('times: rows of one moment are there, eq finds what was shown, and only that', async () => {
  const times = new Map();
  for (const row of rows) times.set(row.created_at, [...times.get(row.created_at) ?? [], row]);
  const milliseconds = new Set(rows.map((row) => row.created_at.slice(0, 23)));
  assert.ok(milliseconds.size < ROWS / 2, 'several rows of one millisecond');
  for (const [time, group] of times) {
    assert.deepEqual(names(await list(`created_at=eq.${time}`)), names(group));
    const before = await list(`created_at=lt.${time}`);
    const after = await list(`created_at=gt.${time}`);
    assert.equal(before.length + group.length + after.length, ROWS);
    assert.equal((await list(`created_at=gte.${time}`)).length, group.length + after.length);
    // The same moment elsewhere on earth, and one that lies beside it.
    const east = `${new Date(Date.parse(time) + 7200000).toISOString().slice(0, 19)}${time.slice(19, -1)}+02:00`;
    assert.deepEqual(names(await list(`created_at=eq.${enc(east)}`)), names(group), east);
    assert.deepEqual(await list(`created_at=eq.${time.slice(0, -1).padEnd(28, '0')}1Z`), []);
  }
});

test('cursors: rows that come meanwhile move nothing, those that go are only missing', async () => {
  const made = await api.made('/videos', Array.from({ length: 30 }, (_, n) => ({ collection_id: 'c-move', metadata: { n } })));
  const first = await api.get('/videos?collection_id=eq.c-move&limit=10');
  const rest = [...first.json];
  await api.made('/videos', [{ collection_id: 'c-move' }, { collection_id: 'c-move' }]);
  await api.delete(`/videos/${first.json[9].id}`); // where the page ended
  for (let next = nextOf(first); next;) {
    const page = await api.get(next);
    rest.push(...page.json);
    next = nextOf(page);
  }
  assert.deepEqual(rest.map((row) => row.id).sort(), made.map((row) => row.id).sort());
});

test('cursors: of another order or of nobody are 400', async () => {
  const link = nextOf(await api.get('/videos?order=video_id&limit=1'));
  const cursor = /cursor=([^&]+)/.exec(link)[1];
  assert.equal((await api.get(`/videos?order=video_id&limit=1&cursor=${cursor}`)).status, 200);
  for (const query of [`cursor=${cursor}`, `order=video_id.desc&cursor=${cursor}`, `order=video_id&cursor=${cursor}x`,
    `order=video_id&cursor=${cursor.slice(4)}`, 'cursor=', 'cursor=e30', 'cursor=bnVsbA'])
    assertProblem(await api.get(`/videos?${query}`), 400, 'bad-request', 'cursor');
});

test('Link keeps what was asked for', async () => {
  const evil = `"a b"&'<>#%+ä;,`;
  await api.made('/videos', [1, 2, 3].map((n) => ({ collection_id: 'c-link', metadata: { evil, n } })));
  const query = `/videos?select=${enc('e:metadata->>evil,n:metadata->n')}&${enc('metadata->>evil')}=eq.${enc(evil)}&limit=1`
    + '&collection_id=eq.c-link';
  const pages = await api.pages(query);
  assert.equal(pages.length, 3);
  for (const [row] of pages) assert.deepEqual(Object.keys(row), ['e', 'n']);
  const { headers: { location } } = await api.post('/videos', { video_id: 'odd?#%41' });
  const { id } = (await api.get(location.replace('/api/v1', ''))).json;
  for (let n = 0; n < 3; n++) await api.made('/outputs', { video_id: id, output_type: 'analysis', content: String(n) });
  assert.equal((await api.pages(`/videos/${enc('odd?#%41')}/outputs?limit=1`)).flat().length, 3);
});

test('times: a date is its midnight in UTC', async () => {
  const day = rows[0].created_at.slice(0, 10);
  const at = (date) => list(`created_at=${date}`);
  // The rows are all of today, or of the two days that midnight lies between.
  const next = new Date(Date.parse(day) + 2 * 86400000).toISOString().slice(0, 10);
  assert.equal((await at(`gte.${day}`)).length, ROWS);
  assert.equal((await at(`lt.${next}`)).length, ROWS);
  for (const none of [`lt.${day}`, `eq.${day}`, `gte.${next}`, `in.(${day},${next})`]) assert.deepEqual(await at(none), [], none);
  for (const [op, date] of [['gte', day], ['lte', next], ['gt', '2026-02-28'], ['not.lt', '2024-02-29']])
    assert.deepEqual(await at(`${op}.${date}`), await at(`${op}.${date}T00:00:00Z`), `${op}.${date}`);
  for (const list_ of ['sessions', 'messages', 'jobs', 'training-data'])
    assert.deepEqual(await api.rows(`/${list_}?created_at=gte.${day}`), []);
  for (const bad of ['2026-02-29', '2026-13-01', '2026-1-001', '20260101', '2026-01-01T', '2026-01-01Z', '2026-01', '0000-01-01'])
    assertProblem(await api.get(`/videos?created_at=gte.${bad}`), 400, 'bad-request', 'created_at');
});

const total = { Prefer: 'count=exact' };
const RANGES = [
  // [query, headers, status, Content-Range, rows]
  ['limit=10', {}, 200, '0-9/*', 10],
  ['limit=10', total, 206, `0-9/${ROWS}`, 10],
  ['limit=0', {}, 200, '*/*', 0],
  ['limit=0', total, 200, `*/${ROWS}`, 0],
  ['limit=0&offset=10', total, 200, `*/${ROWS}`, 0],
  ['limit=0&metadata-%3En=lt.3', total, 200, '*/3', 0],
  ['limit=0&metadata-%3En=lt.0&order=metadata-%3E%3En', total, 200, '*/0', 0],
  ['', total, 200, `0-${ROWS - 1}/${ROWS}`, ROWS],
  ['limit=10&offset=115', total, 206, `115-119/${ROWS}`, 5],
  ['', { Range: 'items=0-9' }, 206, '0-9/*', 10],
  ['', { Range: '0-9', 'Range-Unit': 'items' }, 206, '0-9/*', 10],
  ['', { Range: 'items=110-', ...total }, 206, `110-119/${ROWS}`, 10],
  ['', { Range: 'items=0-999', ...total }, 200, `0-${ROWS - 1}/${ROWS}`, ROWS],
  ['', { Range: 'bytes=0-9' }, 200, `0-${ROWS - 1}/*`, ROWS],
  ['video_id=eq.none', total, 200, '*/0', 0],
  ['video_id=eq.none', {}, 200, '*/*', 0],
  ['', { Range: 'items=120-129' }, 200, '*/*', 0],
];

for (const [query, headers, status, range, n] of RANGES)
  test(`Range: ${query} ${JSON.stringify(headers)} is ${range}`, async () => {
    for (const method of ['GET', 'HEAD']) {
      const answer = await api.ask(method, `/videos?collection_id=eq.c-list&${query}`, headers);
      assert.deepEqual([answer.status, answer.headers['content-range'], answer.headers['range-unit']], [status, range, 'items'], answer.text);
      assert.equal(answer.headers['preference-applied'], headers.Prefer);
      if (method === 'GET') assert.equal(answer.json.length, n);
    }
  });

test('Range: behind the end is 416 with the count, what is no range is 400', async () => {
  for (const [query, headers] of [['', { Range: 'items=120-129', ...total }], ['&offset=1000', total], [`&limit=0&offset=${ROWS}`, total]]) {
    const answer = await api.get(`/videos?collection_id=eq.c-list${query}`, headers);
    assertProblem(answer, 416, 'range');
    assert.equal(answer.headers['content-range'], `*/${ROWS}`);
  }
  for (const Range of ['items=9-0', 'items=-5', 'items=x', 'items=0-1,3-4', 'items='])
    assertProblem(await api.get('/videos', { Range }), 400, 'bad-request', 'Range');
});

test('Range: count behind a cursor is the whole, without a position', async () => {
  const first = await api.get('/videos?collection_id=eq.c-list&limit=50', total);
  const second = await api.get(nextOf(first), total);
  assert.deepEqual([second.status, second.headers['content-range'], second.json.length], [206, `*/${ROWS}`, 50]);
});

test('Range: the next page is as long as the range was', async () => {
  const answer = await api.get('/videos?collection_id=eq.c-list&order=video_id', { Range: 'items=2-3' });
  const next = nextOf(answer);
  assert.match(next, /[?&]limit=2(&|$)/);
  assert.deepEqual((await api.rows(next)).map((row) => row.video_id), ['l-004', 'l-005']);
});

// What has no room in an address is no part of it.
test('cursors: values of any length', async () => {
  const made = Array.from({ length: 7 }, (_, i) => ({ video_id: `long-${i}`, collection_id: 'c-long', metadata: { k: `${'x'.repeat(20000)}${i}` } }));
  await api.made('/videos', made);
  await api.made('/videos', { video_id: 'long-0b', collection_id: 'c-long', metadata: { k: 'a' } });
  const query = '/videos?collection_id=eq.c-long&order=metadata->>k&select=video_id&limit=';
  const want = ['long-0b', ...made.map((row) => row.video_id)];
  for (const limit of [1, 2, 3]) {
    const pages = await api.pages(`${query}${limit}`);
    assert.equal(pages.length, Math.ceil(8 / limit));
    assert.deepEqual(pages.flat().map((row) => row.video_id), want);
  }
  const past = await api.get(`${nextOf(await api.get(`${query}1`))}&offset=100`, total);
  assert.deepEqual([past.status, past.headers['content-range'], past.json], [200, '*/8', []]);
});

// ---- The other lists ------------------------------------------------------------------------

test('each list has filters, orders and pages of its own columns', async () => {
  const video = await addVideo(stack.url, 'lists', 'Anna: One.\nBen: Two.\n', 'text/plain');
  await api.made('/outputs', [1, 2, 3].map((n) => ({ video_id: video.id, output_type: `kind_${n}`, content: String(n) })));
  const chat = await Chat.open(stack.url);
  await chat.run(chatMessage({ content: textContent('Hello lists') }));
  chat.close();
  for (const name of ['collections', 'videos', 'transcripts', 'chunks', 'outputs', 'sessions', 'messages', 'jobs']) {
    const all = (await api.pages(`/${name}?limit=100`)).flat();
    const ones = (await api.pages(`/${name}?limit=${Math.max(1, Math.ceil(all.length / 5))}`)).flat();
    assert.deepEqual(ones, all, name);
    const [first] = all;
    if (!first) continue; // no chunks without an analysis
    for (const [column, value] of Object.entries(first)) {
      // The web server takes no control characters in an address.
      if (value === null || typeof value === 'object' || /[\0-\x1f]/.test(value)) continue;
      const answer = await api.get(`/${name}?${column}=eq.${enc(value)}&limit=1000`);
      if (answer.status === 400) {
        assert.equal(answer.json.field, column);
        continue;
      }
      const same = all.filter((row) => row[column] === value);
      assert.equal(answer.json?.length, same.length, `${name}?${column}=eq.${value}: ${answer.text.slice(0, 200)}`);
    }
  }
  assert.deepEqual(await api.rows(`/outputs?video_id=eq.${video.id}&output_type=in.(kind_1,kind_3)&order=output_type&select=content`),
    [{ content: '1' }, { content: '3' }]);
  for (const path of [`/videos/${NO_ROW}/outputs`, `/videos/${NO_ROW}/chunks`]) assertProblem(await api.get(path), 404, 'not-found');
});

main(async () => {
  stack = await start();
  api = new Api(stack);
  const of = (n) => ({
    video_id: `l-${String(n).padStart(3, '0')}`, collection_id: 'c-list',
    metadata: {
      n, odd: n % 2 === 1, tags: ['t', `t${n}`], ...(n % 4 && { lang: ['de', 'pt', 'en'][n % 4 - 1] }),
      ...(n === 5 && { deep: { 'a,b': { 'c:d': n } } }),
    },
  });
  const all = Array.from({ length: ROWS }, (_, n) => of(n));
  rows = [];
  for (let n = 0; n < ROWS; n += TIE) rows.push(...await api.made('/videos', all.slice(n, n + TIE)));
});
