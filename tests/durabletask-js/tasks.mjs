// What the worker of these tests has code for.
import { sdk } from './sdk.mjs';

const { RetryPolicy, whenAll, whenAny } = sdk;

const failures = new Map();
/** Fails the first `times` times for a key. */
const flaky = (_, { key, times }) => {
  const before = failures.get(key) ?? 0;
  failures.set(key, before + 1);
  if (before < times) throw new Error(`failure ${before + 1}`);
  return before + 1;
};

export const activities = {
  plusOne: (_, number) => number + 1,
  echo: (_, value) => value,
  nothing: () => undefined,
  flaky,
  breaks: () => { throw new TypeError('broken for ever'); },
  failsUntilRepaired: () => {
    if (!activities.isRepaired) throw new Error('not yet repaired');
    return 'repaired';
  },
};
Object.defineProperty(activities, 'isRepaired', { value: false, writable: true, enumerable: false });

export const orchestrators = {
  async *sequence(context, number) {
    for (let i = 0; i < 5; i++) number = yield context.callActivity('plusOne', number);
    return number;
  },
  async *fanOut(context, width) {
    const calls = Array.from({ length: width }, (_, i) => context.callActivity('plusOne', i));
    return (yield whenAll(calls)).reduce((sum, n) => sum + n, 0);
  },
  async *parent(context) {
    const first = yield context.callSubOrchestrator('sequence', 0);
    const second = yield context.callSubOrchestrator('sequence', first, { instanceId: `${context.instanceId}-child` });
    return { second, parent: context.parent ?? null };
  },
  async *asksItsParent(context) {
    return yield context.callSubOrchestrator('tellsItsParent');
  },
  async *tellsItsParent(context) {
    return { name: context.parent.name, instanceId: context.parent.instanceId };
  },
  async *sleeps(context, milliseconds) {
    const began = context.currentUtcDateTime.getTime();
    yield context.createTimer(milliseconds / 1000);
    return context.currentUtcDateTime.getTime() - began;
  },
  async *waitsForThree(context) {
    const heard = [];
    for (let i = 0; i < 3; i++) heard.push(yield context.waitForExternalEvent('word'));
    return heard;
  },
  async *waitsOrGivesUp(context) {
    const event = context.waitForExternalEvent('approval');
    const timer = context.createTimer(3600);
    const winner = yield whenAny([event, timer]);
    return winner === event ? event.getResult() : 'gave up';
  },
  async *waits(context) {
    return yield context.waitForExternalEvent('go');
  },
  async *waitsWithChild(context) {
    return yield context.callSubOrchestrator('waits', null, { instanceId: `${context.instanceId}-child` });
  },
  async *countsDown(context, { left, heard = [] }) {
    heard.push(yield context.waitForExternalEvent('word'));
    if (left === 1) return heard;
    context.continueAsNew({ left: left - 1, heard }, true);
  },
  async *tells(context) {
    context.setCustomStatus({ step: 1 });
    yield context.waitForExternalEvent('next');
    context.setCustomStatus({ step: 2 });
    yield context.waitForExternalEvent('next');
    return 'told';
  },
  async *sends(context, to) {
    context.sendEvent(to, 'go', { from: context.instanceId });
    return 'sent';
  },
  async *retries(context, { key, times, attempts }) {
    const retry = new RetryPolicy({ maxNumberOfAttempts: attempts, firstRetryIntervalInMilliseconds: 10 });
    return yield context.callActivity('flaky', { key, times }, { retry });
  },
  async *catches(context) {
    try {
      yield context.callActivity('breaks');
    } catch (e) {
      return e.message;
    }
  },
  async *fails(context) {
    yield context.callActivity('breaks');
  },
  async *repairable(context) {
    const first = yield context.callActivity('plusOne', 1);
    return [first, yield context.callActivity('failsUntilRepaired')];
  },
  async *echoes(context, value) {
    return yield context.callActivity('echo', value);
  },
  async *callsNothing(context) {
    const answer = yield context.callActivity('nothing');
    return answer ?? 'nothing';
  },
  async *versioned(context) {
    return context.version;
  },
  async *identifies(context) {
    const ids = [context.newGuid(), context.newGuid()];
    yield context.callActivity('nothing');
    return ids;
  },
  async *callsAbroad(context, number) {
    return yield context.callActivity('Twice', number);
  },
};

/** A worker with all of this. */
export const register = (worker) => {
  for (const [name, activity] of Object.entries(activities)) worker.addNamedActivity(name, activity);
  for (const [name, orchestrator] of Object.entries(orchestrators)) worker.addNamedOrchestrator(name, orchestrator);
  return worker;
};
