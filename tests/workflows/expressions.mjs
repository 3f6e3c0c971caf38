// Expressions of workflow files, by GitHub's own parser. A context or function that is not given is an error, as on GitHub.
import { data, Evaluator, Lexer, Parser } from '@actions/expressions';

const truth = (value) => ({ call: () => new data.BooleanData(value), minArgs: 0, maxArgs: 0 });

// What an `if` may ask of the steps before it.
function statusFunctions({ failed = false, cancelled = false } = {}) {
  return Object.entries({ success: truth(!failed && !cancelled), failure: truth(failed), cancelled: truth(cancelled), always: truth(true) }).map(([name, rest]) => ({ name, ...rest }));
}

export function evaluate(expression, contexts, status) {
  const functions = statusFunctions(status);
  const parsed = new Parser(new Lexer(expression).lex().tokens, Object.keys(contexts), functions).parse();
  const known = JSON.parse(JSON.stringify(contexts), data.reviver);
  const result = new Evaluator(parsed, known, new Map(functions.map((each) => [each.name, each]))).evaluate();
  return JSON.parse(JSON.stringify(result, data.replacer));
}

export function isTrue(value) {
  return value !== null && value !== false && value !== 0 && value !== '';
}

// A piece of a workflow file as plain values, its expressions replaced.
export function resolve(token, contexts) {
  if (token === undefined || token === null || typeof token !== 'object') return token;
  if (token.type === 1) return token.seq.map((item) => resolve(item, contexts));
  if (token.type === 2) return Object.fromEntries((token.map ?? []).map(({ Key, Value }) => [resolve(Key, contexts), resolve(Value, contexts)]));
  if (token.type === 3) return evaluate(token.expr, contexts);
  throw new Error(`A part of the file is of a kind that is not known here: ${JSON.stringify(token)}`);
}
