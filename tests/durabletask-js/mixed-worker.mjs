// A worker that takes only the tasks of tasks.mjs that it is told, so that a worker in another language can take the others.
import { newWorker } from './sdk.mjs';
import { activities, orchestrators } from './tasks.mjs';

const names = process.argv.slice(2);
const worker = newWorker({ workItemFilters: 'auto' });
for (const name of names.filter((n) => activities[n])) worker.addNamedActivity(name, activities[name]);
for (const name of names.filter((n) => orchestrators[n])) worker.addNamedOrchestrator(name, orchestrators[name]);
// Filters of no entries mean everything, so a worker of one kind names something of the other kind too.
await worker.start();
console.log('ready');
setInterval(() => {}, 60_000);
