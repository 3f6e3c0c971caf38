// Cuts GitHub's description of its REST API (13 MB of OpenAPI) down to the operations named on the command line, as one file of JSON Schema
// (draft-07): {"definitions": …, "operations": {"POST /repos/{owner}/{repo}/pulls": {"request": …, "responses": {"201": …}}}}.
//   node trim.mjs OUTPUT 'POST /repos/{owner}/{repo}/pulls' 'webhook-issues-labeled' …
// The payload of a webhook is its request.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const [output, ...operations] = process.argv.slice(2);
const openapi = JSON.parse(fs.readFileSync(createRequire(import.meta.url).resolve('@octokit/openapi/generated/api.github.com.json')));
const schemaKey = '#/components/schemas/';
const definitions = {};

// Notes for people, and what JSON Schema does not know.
const dropped = new Set(['example', 'examples', 'description', 'externalDocs', 'deprecated', 'readOnly', 'xml', 'discriminator', 'format']);

// Inside `properties` the keys are names of fields: a field may be called 'description'.
function properties(fields) {
  return Object.fromEntries(Object.entries(fields).map(([name, schema]) => [name, draft07(schema)]));
}

function draft07(schema) {
  if (Array.isArray(schema)) return schema.map(draft07);
  if (schema === null || typeof schema !== 'object') return schema;
  if (schema.$ref?.startsWith(schemaKey)) return { $ref: `#/definitions/${keep(schema.$ref.slice(schemaKey.length))}` };
  const result = {};
  for (const [key, value] of Object.entries(schema)) {
    if (dropped.has(key) || key.startsWith('x-') || key === 'nullable') continue;
    if (key === 'properties') result[key] = properties(value);
    else if (key === 'enum' || key === 'required' || key === 'default') result[key] = value;
    else result[key] = draft07(value);
  }
  return schema.nullable ? orNull(result) : result;
}

function orNull(schema) {
  if (typeof schema.type === 'string' && !schema.enum) return { ...schema, type: [schema.type, 'null'] };
  return { anyOf: [schema, { type: 'null' }] };
}

function keep(name) {
  if (!(name in definitions)) {
    definitions[name] = null; // a schema may name itself
    definitions[name] = draft07(openapi.components.schemas[name]);
  }
  return name;
}

function resolve(node) {
  return node?.$ref ? node.$ref.slice(2).split('/').reduce((found, part) => found[part], openapi) : node;
}

function json(node) {
  const schema = resolve(node)?.content?.['application/json']?.schema;
  return schema ? draft07(schema) : null;
}

// A field that GitHub does not name would be dropped by it without a word.
function closed(schema) {
  return schema?.properties ? { ...schema, additionalProperties: false } : schema;
}

function read(operation) {
  if (operation in openapi.components.schemas) return { request: draft07({ $ref: schemaKey + operation }), responses: {} };
  const [method, place] = operation.split(' ');
  const found = openapi.paths[place]?.[method.toLowerCase()];
  if (!found) throw new Error(`GitHub describes no ${operation}`);
  const responses = Object.entries(found.responses).map(([status, response]) => [status, json(response)]);
  return { request: closed(json(found.requestBody)), responses: Object.fromEntries(responses) };
}

const trimmed = { operations: Object.fromEntries(operations.map((operation) => [operation, read(operation)])), definitions };
for (const name of ['basic-error', 'validation-error']) keep(name);
fs.mkdirSync(path.dirname(output), { recursive: true });
fs.writeFileSync(output, JSON.stringify(trimmed));
