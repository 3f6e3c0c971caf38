// Reads a JSON list of GraphQL documents from standard input and prints what GitHub's schema says against them, one line each.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import { buildSchema, parse, validate } from 'graphql';

const schema = buildSchema(fs.readFileSync(createRequire(import.meta.url).resolve('@octokit/graphql-schema/schema.graphql'), 'utf8'));
for (const document of JSON.parse(fs.readFileSync(0, 'utf8'))) {
  for (const problem of validate(schema, parse(document))) console.log(problem.message);
}
