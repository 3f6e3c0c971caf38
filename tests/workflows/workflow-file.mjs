// A workflow file as GitHub reads it (@actions/workflow-parser), cut down to what is known here. Anything else is an error and never passed over.
import { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } from '@actions/workflow-parser';
import { evaluate, isTrue, resolve } from './expressions.mjs';

const known = {
  workflow: ['name', 'run-name', 'on', 'permissions', 'env', 'concurrency', 'jobs'],
  trigger: ['types', 'branches', 'workflows', 'inputs', 'cron'],
  concurrency: ['group', 'cancel-in-progress', 'queue'],
  job: ['name', 'if', 'runs-on', 'timeout-minutes', 'permissions', 'env', 'steps'],
  step: ['id', 'name', 'if', 'run', 'env'],
};

const fields = (token) => Object.fromEntries((token?.map ?? []).map(({ Key, Value }) => [Key, Value]));

function check(what, found, place) {
  const unknown = Object.keys(found).filter((key) => !known[what].includes(key));
  if (unknown.length > 0) throw new Error(`${place}: '${unknown.join("', '")}' of a ${what} is not known here`);
  return found;
}

export async function read(path, text) {
  const parsed = parseWorkflow({ name: path, content: text }, new NoOperationTraceWriter());
  const template = await convertWorkflowTemplate(parsed.context, parsed.value);
  const problems = [...parsed.context.errors.getErrors().map((error) => error.message), ...(template.errors ?? []).map((error) => error.Message)];
  if (problems.length > 0) throw new Error(`${path}: ${problems.join('; ')}`);
  // Tokens that are plain in the file become plain values: what is left as an object is a list, a map or an expression.
  const whole = fields(JSON.parse(JSON.stringify(parsed.value)));
  return { path, whole, events: template.events, jobs: template.jobs };
}

// Whether the file waits for this event. The rest of it is not looked at.
export function isWanted(file, event, payload) {
  const filter = file.events[event];
  if (filter === undefined) return false;
  for (const key of Object.keys(Array.isArray(filter) ? filter[0] : filter)) if (!known.trigger.includes(key)) throw new Error(`${file.path}: '${key}' of '${event}' is not known here`);
  if (filter.types && !filter.types.includes(payload.action)) return false;
  if (event === 'workflow_run') return !filter.workflows || filter.workflows.includes(payload.workflow_run.name);
  if (event === 'push') return !filter.branches || filter.branches.includes(payload.ref.replace('refs/heads/', ''));
  return true;
}

function inputs(file, event, payload) {
  if (event !== 'workflow_dispatch') return {};
  const declared = file.events.workflow_dispatch.inputs ?? {};
  for (const [name, { required }] of Object.entries(declared)) if (required && !payload.inputs?.[name]) throw new Error(`${file.path}: the input '${name}' is missing`);
  return Object.fromEntries(Object.keys(declared).map((name) => [name, payload.inputs?.[name] ?? declared[name].default ?? '']));
}

export function contexts(file, { event, payload, github }) {
  return { github: { ...github, event: payload, workflow: file.whole.name ?? file.path }, inputs: inputs(file, event, payload) };
}

function permissions(file, job) {
  const named = job.permissions ?? file.whole.permissions;
  if (named === undefined) throw new Error(`${file.path}: it does not say what its token may do`);
  return resolve(named, {});
}

function jobsOf(file) {
  return file.jobs.map((converted) => ({ converted, id: converted.id.value, raw: check('job', fields(fields(file.whole.jobs)[converted.id.value]), file.path) }));
}

export function plan(file, given) {
  check('workflow', file.whole, file.path);
  const known = contexts(file, given);
  return {
    name: known.github.workflow,
    title: file.whole['run-name'] === undefined ? known.github.workflow : resolve(file.whole['run-name'], known),
    concurrency: group(file, known),
    jobs: jobsOf(file).map((job) => planJob(file, given, known, job)),
  };
}

function planJob(file, given, known, { converted, id, raw }) {
  work(file, { ...given, key: id }); // What no runner here can do is found before one begins.
  return {
    key: id,
    name: raw.name === undefined ? id : resolve(raw.name, known),
    isSkipped: !isTrue(evaluate(converted.if.expression, known)),
    labels: [resolve(raw['runs-on'], known)].flat(),
    permissions: permissions(file, raw),
  };
}

function group(file, known) {
  if (file.whole.concurrency === undefined) return null;
  const found = resolve(file.whole.concurrency, known);
  if (typeof found === 'string') return { group: found, cancelsRunning: false, keepsAll: false };
  check('concurrency', found, file.path);
  return { group: String(found.group), cancelsRunning: isTrue(found['cancel-in-progress'] ?? false), keepsAll: found.queue === 'max' };
}

// What a runner does for a job.
export function work(file, given) {
  check('workflow', file.whole, file.path);
  const known = contexts(file, given);
  const { converted, raw } = jobsOf(file).find(({ id }) => id === given.key);
  const environment = { ...(resolve(file.whole.env, known) ?? {}), ...(resolve(raw.env, known) ?? {}) };
  return {
    minutes: raw['timeout-minutes'] === undefined ? 360 : resolve(raw['timeout-minutes'], known),
    steps: resolveSteps(file, raw, converted, known, environment),
  };
}

function resolveSteps(file, raw, converted, known, environment) {
  return raw.steps.seq.map((token, at) => {
    const step = check('step', fields(token), file.path);
    if (step.run === undefined) throw new Error(`${file.path}: a step without 'run' is not known here`);
    const here = { ...known, env: environment };
    return {
      name: step.name === undefined ? 'run' : resolve(step.name, here),
      isDue: (status) => isTrue(evaluate(converted.steps[at].if.expression, here, status)),
      run: resolve(step.run, here),
      env: { ...environment, ...(resolve(step.env, here) ?? {}) },
    };
  });
}
