// The language service imports .json files without saying what they are; Node wants to be told. Use: node --import ./json-modules.mjs …
import { register } from 'node:module';

register('data:text/javascript,' + encodeURIComponent(`
  import fs from 'node:fs';
  import { fileURLToPath } from 'node:url';
  export async function load(url, context, next) {
    if (!url.startsWith('file:') || !url.endsWith('.json')) return next(url, context);
    return { format: 'module', shortCircuit: true, source: 'export default ' + fs.readFileSync(fileURLToPath(url), 'utf8') };
  }`));
