// Runs the steps of one job as GitHub's runner does: bash, GITHUB_* and RUNNER_* variables, files for event, output and summary, time-outs.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { contexts, work } from './workflow-file.mjs';

// GITHUB_TOKEN is not among them: a workflow has to hand it on.
const exported = [
  'actor', 'actor_id', 'api_url', 'base_ref', 'event_name', 'graphql_url', 'head_ref', 'ref', 'ref_name', 'ref_protected', 'ref_type', 'repository', 'repository_id', 'repository_owner',
  'repository_owner_id', 'retention_days', 'run_attempt', 'run_id', 'run_number', 'server_url', 'sha', 'triggering_actor', 'workflow', 'workflow_ref', 'workflow_sha',
];

export async function runJob(runner, file, given, isCancelled) {
  const { steps, minutes } = work(file, given);
  const folder = path.join(runner.folder, '_work');
  const places = prepare(folder, given);
  const log = new Log();
  const status = { failed: false, cancelled: false };
  const over = new Date(Date.now() + minutes * 60_000);
  for (const [at, step] of steps.entries()) {
    if (!step.isDue(status)) continue;
    const script = path.join(places.temp, `step-${at}.sh`);
    fs.writeFileSync(script, step.run);
    const code = await runStep(script, places.workspace, environment(runner, file, given, places, step, at), log, over, async () => (status.cancelled = await isCancelled()));
    status.failed ||= code !== 0;
    log.add(`${step.name} ended with ${code}`);
  }
  return { conclusion: status.cancelled ? 'cancelled' : status.failed ? 'failure' : 'success', log: log.text() };
}

function prepare(folder, given) {
  const name = given.github.repository.split('/')[1];
  const places = { workspace: path.join(folder, name, name), temp: path.join(folder, '_temp'), folder };
  fs.rmSync(places.temp, { recursive: true, force: true });
  for (const place of [places.workspace, places.temp]) fs.mkdirSync(place, { recursive: true });
  fs.writeFileSync(path.join(places.temp, 'event.json'), JSON.stringify(given.payload));
  return places;
}

function environment(runner, file, given, places, step, at) {
  const { github } = contexts(file, given);
  const files = Object.fromEntries(['OUTPUT', 'ENV', 'PATH', 'STATE', 'STEP_SUMMARY'].map((name) => [`GITHUB_${name}`, path.join(places.temp, `${name.toLowerCase()}-${at}`)]));
  for (const name of Object.values(files)) fs.writeFileSync(name, '');
  return {
    ...runner.env,
    ...Object.fromEntries(exported.map((name) => [`GITHUB_${name.toUpperCase()}`, String(github[name] ?? '')])),
    ...files,
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    GITHUB_ACTION: `__run_${at}`,
    GITHUB_EVENT_PATH: path.join(places.temp, 'event.json'),
    GITHUB_JOB: given.key,
    GITHUB_WORKSPACE: places.workspace,
    RUNNER_NAME: runner.name,
    RUNNER_OS: 'Linux',
    RUNNER_ARCH: 'X64',
    RUNNER_ENVIRONMENT: 'self-hosted',
    RUNNER_TEMP: places.temp,
    RUNNER_TOOL_CACHE: path.join(places.folder, '_tool'),
    RUNNER_WORKSPACE: path.dirname(places.workspace),
    RUNNER_TRACKING_ID: `github_${given.job}`,
    ...Object.fromEntries(Object.entries(step.env).map(([name, value]) => [name, String(value)])),
  };
}

// Resolves with the exit code. A step that is cancelled or takes too long is told first, and killed with all its processes after a while.
function runStep(script, cwd, env, log, over, isCancelled) {
  return new Promise((resolve, reject) => {
    const bash = spawn('bash', ['-e', script], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    const signal = (name) => { try { process.kill(-bash.pid, name); } catch { /* It has ended. */ } };
    const children = (name) => () => signal(name);
    let told = false;
    const watch = setInterval(async () => {
      if (told || !((await isCancelled()) || Date.now() > over)) return;
      told = true;
      signal('SIGINT');
      setTimeout(children('SIGKILL'), 10_000).unref();
    }, 1000);
    process.once('exit', children('SIGKILL'));
    for (const stream of [bash.stdout, bash.stderr]) createInterface({ input: stream }).on('line', (line) => log.hear(line));
    bash.on('error', reject);
    bash.on('close', (code, how) => {
      clearInterval(watch);
      signal('SIGKILL'); // What a step leaves behind ends with it.
      resolve(code ?? `signal ${how}`);
    });
  });
}

// Masks what it is told to, and takes no command between `stop-commands` and its token.
class Log {
  #lines = [];
  #masks = [];
  #until = null;

  hear(line) {
    const stop = /^::stop-commands::(.+)$/.exec(line);
    const mask = /^::add-mask::(.+)$/.exec(line);
    if (this.#until !== null) this.#until = line === `::${this.#until}::` ? null : this.#until;
    else if (stop) this.#until = stop[1];
    else if (mask) return void this.#masks.push(mask[1]);
    this.add(line);
  }

  add(line) {
    this.#lines.push(this.#masks.reduce((text, mask) => text.replaceAll(mask, '***'), line));
  }

  text() {
    return this.#lines.slice(-500).join('\n');
  }
}
