// Bad requests, made of the description of the REST API: every parameter and
// every member of a body with what nobody should send, and some that is only odd.

import { bodyTypes, examplesOf, operations, resolve } from './lib_openapi.mjs';

const LONG = 5000;
const NESTED = 3000;
const FILTERS = 10000;
const VALUES = 2500; // of a list: what an address has room for
const ROWS = 1001; // one more than a POST takes

// What is no text of ours, or wants to be SQL, JSON, HTML, a path, a header, a format.
const WORDS = [
  '', ' ', '-1', '0', '1e999', '99999999999999999999', '9223372036854775808', '-9223372036854775809', 'NaN', 'true',
  'null', '[]', '{}', '"', '\\', '(', ')', ',', '.', '*', '%', '_', '$1', '?1', '@v', '{own}', '%s%n',
  '\' OR 1=1 --', '\'; DROP TABLE videos; --', '") OR ("1"="1', '1)) UNION SELECT 1,2,3 --', '*/ SELECT 1 /*',
  '->>', '->', 'metadata->>', 'a.b.c', 'eq.', 'in.(', '<script>alert(1)</script>', '../../etc/passwd', '..\\..', '\n\r\t',
  '\r\nX-Bad: 1', '\u0001\u007f', '\u202e\ufeff', '\u{1f600}', 'é', 'e\u0301', '\uffff', 'İ', 'default', '0001-01-01T00:00:00Z',
  '9999-12-31T23:59:60Z', '2026-13-40', '00000000-0000-0000-0000-000000000000', 'x'.repeat(LONG), '\u{10ffff}'.repeat(300),
];
// As they stand in an address: NUL, not UTF-8, no characters, half an escape.
const RAW = ['%00', '%ff%fe', '%c0%80', '%ed%a0%80', '%f8%88%80%80%80', '%', '%zz', '%25%32%35', '%2f', '%0d%0a'];
const ENCODED = [...WORDS.map(encodeURIComponent), ...RAW];

const OPERATORS = ['eq', 'neq', 'gt', 'gte', 'lt', 'lte', 'like', 'ilike', 'in', 'is', 'not.eq', 'not.in', 'not.like', 'cs', 'not.not.eq'];
const JSON_VALUES = [
  null, true, 0, -1, 1.5, 1e300, 2 ** 63, [], [[]], {}, { a: { b: [null] } }, { '': 0, 'a"b': 1, $: 2, '->>': 3, __proto__x: 4 }, ...WORDS,
];
const JSON_TEXTS = [
  '', ' ', 'null', 'true', '1', '"x"', '[]', '[[]]', '[null]', '[1,2]', '{', '}', '{"a"}', '{"a":1,"a":2}', '{}{}', '\ufeff{}',
  '{"metadata":{"a":"\\ud800"}}', '{"metadata":{"a":"\\u0000"}}', '{"metadata":{"\\u0000":1}}', '{"metadata":{"a":1e999}}',
  '{"metadata":{"a":123456789012345678901234567890.5}}', '{"metadata":{"a":-0}}', '{"metadata":{"a":NaN}}', '{"id":[1]}',
  `{"metadata":${'['.repeat(NESTED)}${']'.repeat(NESTED)}}`, '['.repeat(NESTED), '{"a":'.repeat(NESTED),
  `[${Array(ROWS).fill('{}')}]`, Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), Buffer.from('{"name":"\xff","metadata":{"a":"\xc3"}}', 'latin1'),
];
const TEXTS = ['', ' \n', '\u0000', '\ufeffWEBVTT', 'WEBVTT\n\n00:00.000 --> ', 'x', ...WORDS, Buffer.from([0xff, 0xfe, 0x00, 0xd8]),
  '00:00:00,000 --> 99:99:99,999\n', `WEBVTT\n\n${'00:01.000 --> 00:02.000\nx\n\n'.repeat(LONG)}`];
const part = (head, text = 'x') => `--b\r\n${head}\r\n\r\n${text}\r\n--b--\r\n`;
const FORMS = ['', '--b', '--b--', '--b--\r\n', '--b\r\n', part(''), part('Content-Disposition: form-data'),
  part('Content-Disposition: form-data; name=file'), part('Content-Disposition: form-data; name="file"; filename=""'),
  part('Content-Disposition: form-data; name="file"; filename="a.exe"'), part('Content-Disposition: form-data; name="other"'),
  part('Content-Disposition: form-data; name="file"; filename="../../x.png"\r\nContent-Type: text/html'),
  part(`Content-Disposition: form-data; name="file"; filename="${'x'.repeat(LONG)}.png"`),
  ...WORDS.filter((word) => !/[\r\n]/.test(word)).map((word) => part(`Content-Disposition: form-data; name="${word}"; filename="${word}"\r\nContent-Type: ${word}`))];
const TYPES = ['text/html', 'application/json; charset=latin1', 'application/xml', 'multipart/form-data', 'multipart/form-data; boundary=',
  `multipart/form-data; boundary=${'b'.repeat(LONG)}`, 'a', '/', ';', 'x'.repeat(LONG)];
// Header fields are bytes; what would end them, no client sends.
const HEADERS = [...WORDS.filter((word) => !/[^\t\x20-\x7e]/.test(word)), '\xff\xfe', '\xe9', '"', '"a', 'W/"a"', '*, *', ',,,', '"a","b"',
  'items=9-1', 'items=-1-', 'items=0-', 'items=99999999999999999999-', 'bytes=0-1', 'return=', 'count=exact, count=none', '='.repeat(LONG),
  Array(LONG).fill('"a"').join(',')].filter((word) => word.length < 2 * LONG);

// What every address reads, or what stands in front of it.
const EVERYWHERE = ['Accept', 'Authorization', 'Cookie', 'Range-Unit', 'traceparent', 'X-Forwarded-For'];

/** A path with ids in it; `ids` by the parameters' names. */
const pathOf = (path, ids) => path.replace(/\{(\w+)\}/g, (_, name) => ids[name] ?? encodeURIComponent(ids.other));

function* inPath({ path }, ids) {
  for (const [, name] of path.matchAll(/\{(\w+)\}/g))
    for (const word of ENCODED)
      // Another address, or none: servers take such segments away.
      yield { url: pathOf(path, { ...ids, [name]: word }), elsewhere: /^(%2e|\.|%2f)*$/i.test(word) };
}

function* valuesOf(parameter) {
  yield* ENCODED;
  if (!/Filter/.test(parameter.schema?.$ref)) return;
  const list = Array.from({ length: VALUES }, (_, i) => i).join(',');
  yield `in.(${list})`;
  for (const operator of OPERATORS) for (const word of ENCODED) yield `${operator}.${word}`;
}

function* inQuery({ path, op }, ids) {
  const url = pathOf(path, ids);
  const parameters = (op.parameters ?? []).map(resolve).filter((one) => one.in === 'query');
  for (const one of parameters.filter((p) => p.name !== 'paths')) {
    const good = encodeURIComponent(examplesOf(one)[0] ?? '');
    for (const value of valuesOf(one)) {
      yield { url: `${url}?${one.name}=${value}`, shaped: one.name === 'select' };
      yield { url: `${url}?${one.name}=${good}&${one.name}=${value}`, shaped: one.name === 'select', rare: true };
    }
    yield { url: `${url}?${one.name}` };
  }
  for (const word of ENCODED) {
    yield { url: `${url}?${word}=eq.1`, elsewhere: true };
    yield { url: `${url}?metadata->>${word}=eq.1` };
    yield { url: `${url}?metadata->${word}->x=gt.${word}` };
    yield { url: `${url}?order=metadata->>${word}.desc` };
    yield { url: `${url}?select=a:metadata->${word}`, shaped: true };
  }
}

/** What there is but once for an address. */
function* crowds({ path }, ids) {
  const url = pathOf(path, ids);
  for (const many of [`${'id=eq.1&'.repeat(FILTERS)}`, 'a&'.repeat(7000), '&'.repeat(14000), '='.repeat(14000), 'select=id&'.repeat(1000),
    'id=not.is.null&'.repeat(31), `order=${'id,'.repeat(4000)}`, `select=${'id,'.repeat(4000)}`, `metadata${'->a'.repeat(3000)}=eq.1`])
    yield { url: `${url}?${many}`, elsewhere: true, shaped: true };
}

function* inHeaders({ path, op }, ids) {
  const url = pathOf(path, ids);
  for (const one of (op.parameters ?? []).map(resolve).filter((p) => p.in === 'header'))
    for (const value of [...HEADERS, ...examplesOf(one)]) {
      yield { url, headers: { [one.name]: value } };
      yield { url, headers: { [one.name]: [value, value] }, rare: true };
    }
  for (const name of EVERYWHERE) for (const value of HEADERS) yield { url, headers: { [name]: value }, rare: true };
}

function* jsonBodies(media) {
  const schemas = [resolve(media.schema)].flatMap((one) => one.oneOf?.map(resolve) ?? [one]);
  const { properties } = schemas.find((one) => one.properties);
  const [good] = examplesOf(media);
  yield* JSON_TEXTS;
  for (const word of WORDS) yield JSON.stringify({ ...good, [word]: 1 });
  for (const name of Object.keys(properties)) {
    const { [name]: _, ...rest } = good;
    yield JSON.stringify(rest);
    yield JSON.stringify([good, rest]);
    for (const value of JSON_VALUES) yield JSON.stringify({ ...good, [name]: value });
  }
}

function* inBody({ path, op }, ids) {
  const url = pathOf(path, ids);
  for (const [type, media] of Object.entries(resolve(op.requestBody)?.content ?? {})) {
    const form = type === 'multipart/form-data';
    const bodies = form ? FORMS : /json$/.test(type) ? jsonBodies(media) : TEXTS;
    for (const body of bodies) yield { url, type: form ? `${type}; boundary=b` : type, body };
  }
  for (const type of TYPES) yield { url, type, body: '{}' };
  const max = op.requestBody['x-max-bytes'];
  if (max) yield { url, type: bodyTypes(op)[0], body: ' '.repeat(max + 1) };
}

/** With a good body, where one is needed. */
function* withBody(of, requests) {
  const [[type, media]] = Object.entries(of.op.requestBody?.content ?? { '': null });
  const body = media && (examplesOf(media)[0] ?? '');
  for (const one of requests) {
    if (!media) yield one;
    else yield { ...one, type, body: typeof body === 'string' ? body : JSON.stringify(body) };
  }
}

function* allOf(of, ids) {
  yield* withBody(of, inPath(of, ids));
  yield* withBody(of, inQuery(of, ids));
  yield* withBody(of, inHeaders(of, ids));
  if (of.op.requestBody) yield* inBody(of, ids);
}

function shuffled(list, random) {
  for (let i = list.length - 1; i > 0; i--) {
    const j = random(i + 1);
    [list[i], list[j]] = [list[j], list[i]];
  }
  return list;
}

/**
 * The requests: {method, url, headers?, type?, body?, of: the operation}. Of an
 * operation at most `most`, chosen by `random`; ids: what stands in the paths.
 * elsewhere: another address may answer; shaped: the members are others; named:
 * the path is a good one.
 */
export function sweep(ids, most, random) {
  return operations.flatMap((of) => {
    const usual = shuffled([...allOf(of, ids)].filter((one) => !one.rare || random(8) === 0), random).slice(0, most);
    const named = pathOf(of.path, ids);
    return [...usual, ...of.method === 'GET' ? crowds(of, ids) : []]
      .map((one) => ({ ...one, method: of.method, of, named: one.url.split('?')[0] === named }));
  });
}
