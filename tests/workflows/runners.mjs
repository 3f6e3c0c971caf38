// GitHub's own half of Actions, and self-hosted runners, against the fake GitHub of these tests: reads the workflow files of events and dispatches, says
// which jobs there are, and runs them on the runners of the list that have their labels. Ends with code 1 at anything that it does not know.
//   node --import ./json-modules.mjs runners.mjs http://127.0.0.1:1234 runners.json
//   runners.json: [{"repository": "o/r", "name": "pc-1", "labels": ["self-hosted", …], "folder": "/…", "env": {"PATH": …}}]
import fs from 'node:fs';
import http from 'node:http';
import { isWanted, plan, read } from './workflow-file.mjs';
import { runJob } from './job.mjs';

const [root, list] = process.argv.slice(2);
const runners = JSON.parse(fs.readFileSync(list, 'utf8'));
const agent = new http.Agent({ keepAlive: true, maxSockets: 100 });

function call(name, body) {
  return new Promise((resolve, reject) => {
    const request = http.request(`${root}/_fake/actions/${name}`, { method: 'POST', agent, headers: { 'Content-Type': 'application/json' } }, (answer) => {
      const parts = [];
      answer.on('data', (part) => parts.push(part));
      answer.on('end', () => (answer.statusCode === 200 ? resolve(JSON.parse(Buffer.concat(parts))) : reject(new Error(`${name}: ${answer.statusCode} ${Buffer.concat(parts)}`))));
    });
    request.on('error', reject);
    request.end(JSON.stringify(body));
  });
}

async function planAll() {
  for (;;) {
    const given = await call('unplanned', {});
    if (given.run === undefined) continue;
    try {
      const file = await read(given.path, given.text);
      const wanted = isWanted(file, given.event, given.payload);
      await call('planned', wanted ? { run: given.run, isWanted: true, ...plan(file, given) } : { run: given.run, isWanted: false });
      if (wanted) console.log(`planned ${given.run}: ${given.path} for ${given.event}`);
    } catch (unknown) {
      await call('planned', { run: given.run, error: unknown.message });
      throw unknown;
    }
  }
}

async function runAll(runner) {
  const { runner: id } = await call('runners', { repository: runner.repository, name: runner.name, labels: runner.labels });
  for (;;) {
    const given = await call('take', { runner: id });
    if (given.job === undefined) continue;
    console.log(`${runner.name} begins ${given.job} of ${given.path}`);
    const done = await runJob(runner, await read(given.path, given.text), given, async () => (await call('cancelled', { job: given.job })).isCancelled);
    await call('finish', { job: given.job, ...done });
    console.log(`${runner.name} ends ${given.job}: ${done.conclusion}\n${done.log}`);
  }
}

for (const name of ['SIGTERM', 'SIGINT']) process.on(name, () => process.exit(0));
try {
  const working = [planAll(), ...runners.map(runAll)];
  console.log('runners are online');
  await Promise.race(working);
} catch (failure) {
  console.error(failure.stack);
  process.exit(1);
}
