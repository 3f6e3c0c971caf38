// @microsoft/durabletask-js with its in-memory test back end, all in this process. Stores nothing. Prints one JSON object.
import { createRequire } from 'node:module';
import { endWithParent, optionsFrom, shapes } from './lanes.mjs';

// The SDK writes a dozen lines per step to the console; a log of that size would be what we measure.
for (const level of ['log', 'info', 'warn', 'debug', 'error']) console[level] = () => {};

const require = createRequire(import.meta.url);
const { InMemoryOrchestrationBackend, TestOrchestrationClient, TestOrchestrationWorker, whenAll } = require('@microsoft/durabletask-js');
const { version } = require('@microsoft/durabletask-js/package.json');

endWithParent();
const backend = new InMemoryOrchestrationBackend();
const client = new TestOrchestrationClient(backend);
const worker = new TestOrchestrationWorker(backend);

const plusOne = async (_, number) => number + 1;
const seq5 = async function* seq5(context) {
  let number = 0;
  for (let i = 0; i < 5; i++) number = yield context.callActivity(plusOne, number);
  return number;
};
const fan100 = async function* fan100(context) {
  const calls = Array.from({ length: 100 }, (_, i) => context.callActivity(plusOne, i));
  return (yield whenAll(calls)).reduce((sum, n) => sum + n, 0);
};
worker.addActivity(plusOne);
worker.addOrchestrator(seq5);
worker.addOrchestrator(fan100);
await worker.start();

const run = (orchestrator, expected) => async () => {
  const id = await client.scheduleNewOrchestration(orchestrator);
  const state = await client.waitForOrchestrationCompletion(id, true, 60);
  if (state?.serializedOutput !== expected) throw new Error(`${id} ended with ${state?.serializedOutput}, not ${expected}`);
  await client.purgeOrchestration(id);
};
const results = await shapes(optionsFrom(process.argv), { seq5: run(seq5, '5'), fan100: run(fan100, '5050') });
process.stdout.write(`${JSON.stringify({ version, results })}\n`, () => process.exit(0));
