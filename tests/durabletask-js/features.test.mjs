// The documented features of the SDK, against the hub at $HUB. Run by `node --test`.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { grpc, newClient, newWorker, sdk } from './sdk.mjs';
import { activities, register } from './tasks.mjs';

const { OrchestrationStatus: Status, ProtoOrchestrationStatus } = sdk;
const Patience = 60;
let client, worker;
before(async () => {
  client = newClient();
  worker = register(newWorker());
  await worker.start();
});
after(async () => {
  await worker.stop();
  await client.stop();
});

const start = (name, input, options) => client.scheduleNewOrchestration(name, input, options);
const endOf = (id) => client.waitForOrchestrationCompletion(id, true, Patience);
const run = async (name, input, options) => endOf(await start(name, input, options));
const output = (state) => {
  assert.equal(state.runtimeStatus, Status.COMPLETED, JSON.stringify(state.failureDetails));
  return JSON.parse(state.serializedOutput);
};
/** Asks until it is so: for what the SDK has no wait. */
const until = async (ask) => {
  for (const end = Date.now() + Patience * 1000; Date.now() < end; await new Promise((go) => setTimeout(go, 20))) {
    const answer = await ask();
    if (answer) return answer;
  }
  throw new Error(`It never came to be: ${ask}`);
};
const isStatus = (id, status) => until(async () => (await client.getOrchestrationState(id))?.runtimeStatus === status);

test('a sequence of activities', async () => assert.equal(output(await run('sequence', 1)), 6));
test('fan-out and fan-in', async () => assert.equal(output(await run('fanOut', 50)), 1275));
test('sub-orchestrations', async () => assert.deepEqual(output(await run('parent')), { second: 10, parent: null }));
test('a child knows its parent', async () => {
  const id = await start('asksItsParent');
  assert.deepEqual(output(await endOf(id)), { name: 'asksItsParent', instanceId: id });
});
test('timers', async () => assert.ok(output(await run('sleeps', 200)) >= 200));
test('external events come in order', async () => {
  const id = await start('waitsForThree');
  for (const word of ['one', 'two', 'three']) await client.raiseOrchestrationEvent(id, 'WORD', word);
  assert.deepEqual(output(await endOf(id)), ['one', 'two', 'three']);
});
test('an event wins over a timer', async () => {
  const id = await start('waitsOrGivesUp');
  await client.raiseOrchestrationEvent(id, 'approval', 'yes');
  assert.equal(output(await endOf(id)), 'yes');
});
test('an orchestration sends an event to another', async () => {
  const waiting = await start('waits');
  const sender = await start('sends', waiting);
  assert.equal(output(await endOf(sender)), 'sent');
  assert.deepEqual(output(await endOf(waiting)), { from: sender });
});
test('continue-as-new keeps the events that nobody waited for', async () => {
  const id = await start('countsDown', { left: 4 });
  for (const word of ['a', 'b', 'c', 'd']) await client.raiseOrchestrationEvent(id, 'word', word);
  assert.deepEqual(output(await endOf(id)), ['a', 'b', 'c', 'd']);
});
test('suspend and resume', async () => {
  const id = await start('waits');
  await client.waitForOrchestrationStart(id, false, Patience);
  await client.suspendOrchestration(id);
  await isStatus(id, Status.SUSPENDED);
  await client.raiseOrchestrationEvent(id, 'go', 'on');
  await client.resumeOrchestration(id);
  assert.equal(output(await endOf(id)), 'on');
});
test('terminate', async () => {
  const id = await start('waits');
  await client.terminateOrchestration(id, 'enough');
  const end = await endOf(id);
  assert.deepEqual([end.runtimeStatus, JSON.parse(end.serializedOutput)], [Status.TERMINATED, 'enough']);
});
test('terminate with all below', async () => {
  const id = await start('waitsWithChild');
  await until(() => client.getOrchestrationState(`${id}-child`));
  await client.terminateOrchestration(id, sdk.terminateOptions({ output: 'all', recursive: true }));
  assert.equal((await endOf(`${id}-child`)).runtimeStatus, Status.TERMINATED);
});
test('restart under the same id and under a new one', async () => {
  const id = await start('sequence', 10);
  await endOf(id);
  assert.equal(await client.restartOrchestration(id), id);
  assert.equal(output(await endOf(id)), 15);
  const other = await client.restartOrchestration(id, true);
  assert.notEqual(other, id);
  assert.equal(output(await endOf(other)), 15);
});
test('restart of what is not there, or runs, is refused', async () => {
  await assert.rejects(client.restartOrchestration('nobody-knows'), /not found|There is no/i);
  const id = await start('waits');
  await assert.rejects(client.restartOrchestration(id));
});
test('rewind', async () => {
  const id = await start('repairable');
  assert.equal((await endOf(id)).runtimeStatus, Status.FAILED);
  activities.isRepaired = true;
  await client.rewindInstance(id, 'repaired');
  await isStatus(id, Status.COMPLETED);
  assert.deepEqual(output(await endOf(id)), [2, 'repaired']);
});
test('purge one, and all that a filter names', async () => {
  const id = await start('sequence', 1);
  await endOf(id);
  assert.equal((await client.purgeOrchestration(id)).deletedInstanceCount, 1);
  assert.equal(await client.getOrchestrationState(id), undefined);
  assert.equal((await client.purgeOrchestration('nobody-knows')).deletedInstanceCount, 0);

  const begin = new Date();
  await Promise.all([1, 2, 3].map((n) => run('sequence', n, { instanceId: `purged-${n}-${begin.getTime()}` })));
  const filter = new sdk.PurgeInstanceCriteria();
  filter.setCreatedTimeFrom(begin);
  filter.setRuntimeStatusList([ProtoOrchestrationStatus.ORCHESTRATION_STATUS_COMPLETED]);
  assert.ok((await client.purgeOrchestration(filter)).deletedInstanceCount >= 3);
});
test('query in pages', async () => {
  const prefix = `queried-${Date.now()}-`;
  await Promise.all(Array.from({ length: 7 }, (_, n) => run('sequence', n, { instanceId: `${prefix}${n}` })));
  const found = [];
  for await (const page of client.getAllInstances({ instanceIdPrefix: prefix, statuses: [Status.COMPLETED], pageSize: 3, fetchInputsAndOutputs: true }).asPages())
    found.push(page.values.map((state) => JSON.parse(state.serializedOutput)));
  assert.deepEqual(found.map((page) => page.length), [3, 3, 1]);
  assert.deepEqual(found.flat().sort((a, b) => a - b), [5, 6, 7, 8, 9, 10, 11]);
});
test('the ids of what has ended', async () => {
  const begin = new Date();
  const ids = (await Promise.all([1, 2, 3].map((n) => run('sequence', n)))).map((state) => state.instanceId);
  const listed = [];
  for (let key; ; ) {
    const page = await client.listInstanceIds({ runtimeStatus: [Status.COMPLETED], completedTimeFrom: begin, pageSize: 2, lastInstanceKey: key });
    listed.push(...page.values);
    key = page.continuationToken;
    if (!page.hasMoreResults) break;
  }
  for (const id of ids) assert.ok(listed.includes(id), id);
});
test('history', async () => {
  const id = await start('sequence', 1);
  await endOf(id);
  const events = (await client.getOrchestrationHistory(id)).map((event) => sdk.HistoryEventType[event.type] ?? event.type);
  assert.equal(events.filter((type) => /TaskCompleted/i.test(type)).length, 5, JSON.stringify(events));
});
test('tags', async () => {
  const id = await start('sequence', 1, { tags: { team: 'blue', 'ключ': 'значение' } });
  assert.deepEqual({ ...(await endOf(id)).tags }, { team: 'blue', 'ключ': 'значение' });
});
test('versions', async () => assert.equal(output(await run('versioned', null, { version: '2.1.0' })), '2.1.0'));
test('custom status', async () => {
  const id = await start('tells');
  const isStep = (step) => until(async () => (await client.getOrchestrationState(id, true))?.serializedCustomStatus === JSON.stringify({ step }));
  await isStep(1);
  await client.raiseOrchestrationEvent(id, 'next');
  await isStep(2);
  await client.raiseOrchestrationEvent(id, 'next');
  assert.equal(output(await endOf(id)), 'told');
});
test('retry until it goes well', async () => assert.equal(output(await run('retries', { key: `a${Date.now()}`, times: 2, attempts: 5 })), 3));
test('retry until the attempts are used up', async () => {
  const end = await run('retries', { key: `b${Date.now()}`, times: 9, attempts: 3 });
  assert.equal(end.runtimeStatus, Status.FAILED);
  assert.match(end.failureDetails.message, /failure 3/);
});
test('failures are caught, and end what does not catch them', async () => {
  assert.match(output(await run('catches')), /broken for ever/);
  const end = await run('fails');
  assert.equal(end.runtimeStatus, Status.FAILED);
  assert.match(end.failureDetails.message, /broken for ever/);
});
test('a task that nobody has code for fails', async () => {
  assert.equal((await run('nobodyKnowsMe')).runtimeStatus, Status.FAILED);
});
test('ids made in an orchestration stay the same in every step', async () => {
  const [one, other] = output(await run('identifies'));
  assert.notEqual(one, other);
});
test('an activity without a result', async () => assert.equal(output(await run('callsNothing')), 'nothing'));
test('large payloads of any language', async () => {
  const text = 'größer 大きい 🚀 '.repeat(30_000);
  assert.equal(output(await run('echoes', text)), text);
});
test('a payload over the limit is refused with a reason', async () => {
  await assert.rejects(start('echoes', 'x'.repeat(2 * 1024 * 1024)), /limit/);
});
test('an id that is taken is refused while it runs, and free again afterwards', async () => {
  const id = await start('waits');
  await assert.rejects(start('waits', null, { instanceId: id }), (e) => e.code === grpc.status.ALREADY_EXISTS);
  await client.terminateOrchestration(id, 'make way');
  await endOf(id);
  assert.equal(output(await run('sequence', 1, { instanceId: id })), 6);
});
test('a scheduled start waits', async () => {
  const id = await start('sequence', 1, { startAt: new Date(Date.now() + 400) });
  assert.equal((await client.getOrchestrationState(id)).runtimeStatus, Status.PENDING);
  assert.equal(output(await endOf(id)), 6);
});
test('what is asked of an instance that nobody knows is an error', async () => {
  const isNotFound = (e) => e.code === grpc.status.NOT_FOUND;
  await assert.rejects(client.raiseOrchestrationEvent('nobody-knows', 'go'), isNotFound);
  await assert.rejects(client.terminateOrchestration('nobody-knows'), isNotFound);
  await assert.rejects(client.suspendOrchestration('nobody-knows'), isNotFound);
  await assert.rejects(client.rewindInstance('nobody-knows', 'why'));
  assert.equal(await client.getOrchestrationState('nobody-knows'), undefined);
});
test('entities are not spoken here', async () => {
  await assert.rejects(client.getEntity(new sdk.EntityInstanceId('counter', 'one')), (e) => e.code === grpc.status.UNIMPLEMENTED);
});
test('another task hub is not there', async () => {
  const elsewhere = newClient({ metadataGenerator: async () => { const m = new grpc.Metadata(); m.set('taskhub', 'elsewhere'); return m; } });
  await assert.rejects(elsewhere.getOrchestrationState('any'), (e) => e.code === grpc.status.NOT_FOUND);
  await elsewhere.stop();
});
test('a worker that names its tasks gets no others', async () => {
  const picky = newWorker({ workItemFilters: 'auto' });
  const seen = [];
  picky.addNamedActivity('onlyHere', (_, value) => { seen.push(value); return 'here'; });
  await picky.start();
  assert.equal(output(await run('sequence', 1)), 6);
  await picky.stop();
  assert.deepEqual(seen, []);
});
test('a thousand orchestrations', async () => {
  const ids = await Promise.all(Array.from({ length: 1000 }, (_, n) => start('sequence', n)));
  const ends = await Promise.all(ids.map(endOf));
  assert.deepEqual(ends.map(output), Array.from({ length: 1000 }, (_, n) => n + 5));
});
