// Reads a JSON list of GraphQL documents from standard input and prints what GitHub's schema says against them, one line each.
import fs from 'node:fs';
import { buildSchema, parse, validate } from 'graphql';

const schema = buildSchema(fs.readFileSync(new URL('node_modules/@octokit/graphql-schema/schema.graphql', import.meta.url), 'utf8'), { assumeValid: true, assumeValidSDL: true }); // as published, one of its types names two fields twice
for (const document of JSON.parse(fs.readFileSync(0, 'utf8'))) {
  for (const problem of validate(schema, parse(document))) console.log(problem.message);
}
