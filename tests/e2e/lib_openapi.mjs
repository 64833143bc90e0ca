// doc/openapi.json for tests: its operations, schemas and examples.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { ROOT as TREE } from '../harness/stack.mjs';

const require = createRequire(join(TREE, 'tests/openapi/package.json'));
const Ajv = require('ajv/dist/2020').default;
const addFormats = require('ajv-formats').default ?? require('ajv-formats');

/** Where it is, and what it says. */
export const ROOT = join(TREE, 'doc/openapi.json');
export const described = JSON.parse(readFileSync(ROOT, 'utf8'));

/** What a $ref means, else the thing itself. */
export function resolve(thing) {
  if (!thing?.$ref) return thing;
  const steps = thing.$ref.slice(2).split('/');
  return resolve(steps.reduce((at, step) => at[step], described));
}

const METHODS = ['get', 'put', 'post', 'patch', 'delete'];

/** [{ method: 'GET', path, op }] */
export const operations = Object.entries(described.paths).flatMap(([path, item]) => METHODS
  .filter((method) => item[method])
  .map((method) => ({ method: method.toUpperCase(), path, op: item[method] })));

export const bodyTypes = (op) => Object.keys(op.requestBody?.content ?? {});

function ofSchema(schema) {
  const flat = resolve(schema) ?? {};
  if (flat.examples) return flat.examples;
  if (flat.type === 'array') return ofSchema(flat.items).map((one) => [one]);
  return (flat.oneOf ?? []).flatMap(ofSchema);
}

/** The examples of a parameter or of one media type, or those of its schema. */
export function examplesOf(media) {
  if ('example' in media) return [media.example];
  if (media.examples) return Object.values(media.examples).map((one) => one.value);
  return ofSchema(media.schema);
}

const ajv = new Ajv({ strict: false, allErrors: true });
addFormats(ajv);
ajv.addSchema({ $id: 'all', components: described.components });
const compiled = new Map();

/** A function that says what is wrong with a value, or null. */
export function validator(schema) {
  const text = JSON.stringify(schema).replaceAll('"#/', '"all#/');
  if (!compiled.has(text)) compiled.set(text, ajv.compile(JSON.parse(text)));
  const check = compiled.get(text);
  return (value) => (check(value) ? null : ajv.errorsText(check.errors));
}
