// Reads a JSON list of {query, variables, answer} from standard input and prints what is not as GitHub's schema says, one line each: the query is
// run by the reference implementation over the data of the answer, so a field that is missing, one too many, or of a wrong kind is found.
import fs from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { buildSchema, execute, parse } from 'graphql';

const schema = buildSchema(fs.readFileSync(new URL('node_modules/@octokit/graphql-schema/schema.graphql', import.meta.url), 'utf8'), { assumeValid: true, assumeValidSDL: true });

// An answer says fields by the names that the query gives them, and of which kind something is only where it was asked.
const fieldResolver = (source, _arguments, _context, info) => source?.[info.path.key];
const typeResolver = (value, _context, info, kind) => value.__typename ?? firstKind(info.fieldNodes) ?? schema.getPossibleTypes(kind)[0].name;
const firstKind = (nodes) => nodes.flatMap((node) => node.selectionSet.selections).find((selection) => selection.typeCondition)?.typeCondition.name.value;

for (const { query, variables, answer } of JSON.parse(fs.readFileSync(0, 'utf8'))) {
  if (!answer.data) continue; // nothing but errors
  const { data, errors = [] } = await execute({ schema, document: parse(query), variableValues: variables, rootValue: answer.data, fieldResolver, typeResolver });
  const name = /\w+ (\w+)/.exec(query)[1];
  for (const error of errors) console.log(`${name}: ${error.message} (${error.path?.join('.')})`);
  if (errors.length === 0 && !isDeepStrictEqual(JSON.parse(JSON.stringify(data)), answer.data)) console.log(`${name}: it should be ${JSON.stringify(data)} and is ${JSON.stringify(answer.data)}`);
}
