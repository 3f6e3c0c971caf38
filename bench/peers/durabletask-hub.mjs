// @microsoft/durabletask-js as client and worker of a hub of ours, --hub HOST:PORT. Prints one JSON object.
import { createRequire } from 'node:module';
import { endWithParent, optionsFrom, shapes } from './lanes.mjs';

const require = createRequire(import.meta.url);
const { NoOpLogger, TaskHubGrpcClient, TaskHubGrpcWorker } = require('@microsoft/durabletask-js');
const { version } = require('@microsoft/durabletask-js/package.json');

endWithParent();
const options = optionsFrom(process.argv);
const connection = { hostAddress: options.hub, logger: new NoOpLogger() };
const client = new TaskHubGrpcClient(connection);
const worker = new TaskHubGrpcWorker(connection);

const plusOne = async (_, number) => number + 1;
const seq5 = async function* seq5(context) {
  let number = 0;
  for (let i = 0; i < 5; i++) number = yield context.callActivity(plusOne, number);
  return number;
};
worker.addActivity(plusOne);
worker.addOrchestrator(seq5);
await worker.start();

const run = async () => {
  const id = await client.scheduleNewOrchestration(seq5);
  const state = await client.waitForOrchestrationCompletion(id, true, 60);
  if (state?.serializedOutput !== '5') throw new Error(`${id} ended with ${state?.serializedOutput}, not 5`);
};
const results = await shapes(options, { seq5: run });
process.stdout.write(`${JSON.stringify({ version, results })}\n`, () => process.exit(0));
