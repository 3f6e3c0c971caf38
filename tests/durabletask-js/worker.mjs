// A worker with the tasks of tasks.mjs, until it is killed. Prints "ready".
import { newWorker } from './sdk.mjs';
import { register } from './tasks.mjs';

const worker = register(newWorker());
await worker.start();
console.log('ready');
setInterval(() => {}, 60_000);
