// An OpenAPI description as what the page shows of it: groups of operations with
// their parameters, bodies, answers and examples. Pure.

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];
const BASE = '#/components/';

/** What a $ref means, else the thing itself. */
export function resolve(doc, thing) {
  if (!thing?.$ref) return thing ?? {};
  const found = thing.$ref.slice(2).split('/').reduce((at, step) => at?.[step], doc);
  return resolve(doc, found);
}

const refName = (thing) => thing?.$ref?.startsWith(`${BASE}schemas/`) ? thing.$ref.split('/').pop() : '';

function limitsOf(schema) {
  const words = [];
  if (schema.minimum !== undefined) words.push(`at least ${schema.minimum}`);
  if (schema.maximum !== undefined && schema.maximum < Number.MAX_SAFE_INTEGER) words.push(`at most ${schema.maximum}`);
  if (schema.minLength > 1) words.push(`${schema.minLength} characters or more`);
  if (schema.maxLength !== undefined) words.push(`at most ${schema.maxLength} characters`);
  if (schema.maxItems !== undefined) words.push(`at most ${schema.maxItems}`);
  if (schema.default !== undefined && schema.default !== null) words.push(`default ${JSON.stringify(schema.default)}`);
  return words.join(', ');
}

/** A schema in words: { text, names: schemas it mentions, limits }. */
export function typeOf(schema) {
  if (refName(schema)) return { text: refName(schema), names: [refName(schema)], limits: '' };
  if (schema.oneOf || schema.allOf) {
    const parts = (schema.oneOf ?? schema.allOf).map(typeOf);
    const join = schema.oneOf ? ' or ' : ' and ';
    return { text: parts.map((one) => one.text).join(join), names: parts.flatMap((one) => one.names), limits: limitsOf(schema) };
  }
  if (schema.type === 'array') {
    const items = typeOf(schema.items ?? {});
    return { text: `array of ${items.text}`, names: items.names, limits: limitsOf(schema) };
  }
  if ('const' in schema) return { text: JSON.stringify(schema.const), names: [], limits: '' };
  if (schema.enum) return { text: schema.enum.map((one) => JSON.stringify(one)).join(', '), names: [], limits: limitsOf(schema) };
  const text = [schema.type ?? 'anything'].flat().join(' or ');
  return { text, names: [], limits: limitsOf(schema) };
}

/** The members of an object: [{ name, required, type, description }]. */
export function membersOf(doc, schema) {
  const flat = resolve(doc, schema);
  if (flat.allOf) return flat.allOf.flatMap((one) => membersOf(doc, one));
  return Object.entries(flat.properties ?? {}).map(([name, one]) => ({
    name,
    required: flat.required?.includes(name) ?? false,
    type: typeOf(one),
    description: one.description ?? '',
  }));
}

function exampleOf(doc, schema) {
  const flat = resolve(doc, schema);
  if (flat.examples?.length) return flat.examples[0];
  if (flat.type === 'array') {
    const one = exampleOf(doc, flat.items);
    return one === undefined ? undefined : [one];
  }
  return (flat.oneOf ?? []).map((one) => exampleOf(doc, one)).find((one) => one !== undefined);
}

const asText = (value) => (typeof value === 'string' ? value : JSON.stringify(value, null, 2));

function examplesOf(doc, media) {
  if (media.examples)
    return Object.values(media.examples).map((one) => ({ summary: one.summary ?? '', text: asText(one.value) }));
  const value = 'example' in media ? media.example : exampleOf(doc, media.schema);
  return value === undefined ? [] : [{ summary: '', text: asText(value) }];
}

const mediaOf = (doc, content = {}) => Object.entries(content).map(([type, media]) => ({
  type,
  schema: media.schema ? typeOf(media.schema) : null,
  examples: examplesOf(doc, media),
}));

function parameterOf(doc, raw) {
  const one = resolve(doc, raw);
  const schema = one.schema ?? {};
  const example = one.example ?? Object.values(one.examples ?? {})[0]?.value ?? resolve(doc, schema).examples?.[0];
  return {
    name: one.name,
    in: one.in,
    required: one.required ?? false,
    free: one.style === 'form' && one.explode === true, // any name is a parameter
    type: typeOf(schema),
    filter: refName(schema).startsWith('Filter'),
    description: one.description ?? '',
    example,
  };
}

function answerOf(doc, status, raw) {
  const one = resolve(doc, raw);
  const headers = Object.entries(one.headers ?? {}).map(([name, header]) => ({ name, ...resolve(doc, header) }));
  return { status, description: one.description, headers, media: mediaOf(doc, one.content) };
}

// What is said once of several, "200, 206", is shown once.
function answersOf(doc, responses) {
  const answers = new Map();
  for (const [status, raw] of Object.entries(responses)) {
    const known = raw.$ref && answers.get(raw.$ref);
    if (known) known.status += `, ${status}`;
    else answers.set(raw.$ref ?? status, answerOf(doc, status, raw));
  }
  return [...answers.values()];
}

function operationOf(doc, path, method, op) {
  const body = op.requestBody && resolve(doc, op.requestBody);
  const answers = answersOf(doc, op.responses);
  return {
    id: op.operationId,
    tag: op.tags[0],
    method: method.toUpperCase(),
    path,
    summary: op.summary,
    description: op.description ?? '',
    parameters: (op.parameters ?? []).map((one) => parameterOf(doc, one)),
    bodies: body ? mediaOf(doc, body.content) : [],
    maxBytes: body?.['x-max-bytes'] ?? 0,
    good: answers.filter((one) => /^[123]/.test(one.status)),
    bad: answers.filter((one) => !/^[123]/.test(one.status)),
    open: op.security?.length === 0, // needs no key
  };
}

/** [{ name, description, operations }], in the order of the tags. */
export function groupsOf(doc) {
  const all = Object.entries(doc.paths).flatMap(([path, item]) =>
    METHODS.filter((method) => item[method]).map((method) => operationOf(doc, path, method, item[method])));
  return doc.tags.map((tag) => ({ ...tag, operations: all.filter((one) => one.tag === tag.name) }));
}

/** [{ name, description, members, type }] */
export const schemasOf = (doc) => Object.entries(doc.components.schemas).map(([name, schema]) => ({
  name,
  description: schema.description ?? '',
  members: membersOf(doc, schema),
  type: typeOf(schema),
  examples: (schema.examples ?? []).map(asText),
}));

/** Does all of `words` occur in what is said of the operation? */
export function matches(op, words) {
  const text = [op.id, op.tag, op.method, op.path, op.summary, op.description,
    ...op.parameters.map((one) => one.name)].join(' ').toLowerCase();
  return words.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}

// ---- Asking -----------------------------------------------------------------

const part = encodeURIComponent;
// What may stand in a query as it is, and is easier to read.
const value = (text) => part(text).replace(/%(2A|2C|3A|3E|28|29|22)/gi, decodeURIComponent).replace(/"/g, '%22');

/** The address with `given` values by name: of the path, and of the query. */
export function addressOf(op, given) {
  const path = op.path.replace(/\{(\w+)\}/g, (_, name) => part(given[name] ?? ''));
  const query = op.parameters
    .filter((one) => one.in === 'query' && !one.free && given[one.name])
    .map((one) => `${one.name}=${value(given[one.name])}`);
  return query.length ? `${path}?${query.join('&')}` : path;
}

/** Values to begin with: the path's, and what keeps a list short. */
export function valuesOf(op) {
  const wanted = op.parameters.filter((one) => one.in === 'path' || one.name === 'limit');
  return Object.fromEntries(wanted.map((one) => [one.name, String(one.example ?? '')]));
}

const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

/** A command that a shell takes. */
export function curlOf(op, origin, withKey) {
  const body = op.bodies[0];
  const form = body?.type === 'multipart/form-data';
  const words = [`curl ${quoted(origin + addressOf(op, valuesOf(op)))}`];
  if (op.method !== 'GET' && !(op.method === 'POST' && body)) words[0] = words[0].replace('curl', `curl -X ${op.method}`);
  if (withKey && !op.open) words.push('-H "Authorization: Bearer $DIRECTOR_API_KEY"');
  if (form) words.push("-F 'file=@pitch.mp4'");
  else if (body) {
    const text = body.examples[0]?.text ?? '';
    const json = body.type.endsWith('json');
    words.push(`-H ${quoted(`Content-Type: ${body.type}`)}`);
    words.push(json ? `-d ${quoted(JSON.stringify(JSON.parse(text)))}` : '--data-binary @pitch.vtt');
  }
  return words.join(' \\\n  ');
}
