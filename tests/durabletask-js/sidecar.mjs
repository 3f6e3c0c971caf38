// A hub of another make for our worker and client: the SDK's own in-memory back end behind its own protocol classes. Prints "ready PORT".
import { createRequire } from 'node:module';
import { grpc, sdk } from './sdk.mjs';

const require = createRequire(import.meta.url);
const pb = require('@microsoft/durabletask-js/dist/proto/orchestrator_service_pb');
const { TaskHubSidecarServiceService } = require('@microsoft/durabletask-js/dist/proto/orchestrator_service_grpc_pb');
const { StringValue } = require('google-protobuf/google/protobuf/wrappers_pb');
const { Timestamp } = require('google-protobuf/google/protobuf/timestamp_pb');
const { Empty } = require('google-protobuf/google/protobuf/empty_pb');

const backend = new sdk.InMemoryOrchestrationBackend();
const isTerminal = ({ status }) => [1, 3, 4, 5].includes(status);
const wrap = (value) => {
  if (value === undefined || value === null) return undefined;
  const wrapped = new StringValue();
  wrapped.setValue(value);
  return wrapped;
};
const plain = (wrapped) => wrapped?.getValue();
const at = (date) => Timestamp.fromDate(date);
const event = () => {
  const happened = new pb.HistoryEvent();
  happened.setEventid(-1);
  happened.setTimestamp(at(new Date()));
  return happened;
};

const stateOf = (instance, payloads) => {
  const state = new pb.OrchestrationState();
  state.setInstanceid(instance.instanceId);
  state.setName(instance.name);
  state.setOrchestrationstatus(instance.status);
  state.setCreatedtimestamp(at(instance.createdAt));
  state.setLastupdatedtimestamp(at(instance.lastUpdatedAt));
  state.setFailuredetails(instance.failureDetails);
  if (payloads) {
    state.setInput(wrap(instance.input));
    state.setOutput(wrap(instance.output));
    state.setCustomstatus(wrap(instance.customStatus));
  }
  return state;
};
const answer = (instance, request) => {
  const response = new pb.GetInstanceResponse();
  response.setExists(instance !== undefined);
  if (instance) response.setOrchestrationstate(stateOf(instance, request.getGetinputsandoutputs()));
  return response;
};

// One open step per instance; what comes meanwhile is for the next one.
const open = new Map();
const activities = new Map();
let tokens = 0;
const stepItem = (instance) => {
  const events = [...instance.pendingEvents];
  if (!events[0].hasOrchestratorstarted()) {
    const started = event();
    started.setOrchestratorstarted(new pb.OrchestratorStartedEvent());
    events.unshift(started);
    instance.pendingEvents.unshift(started);
  }
  const request = new pb.OrchestratorRequest();
  request.setInstanceid(instance.instanceId);
  request.setExecutionid(wrap(instance.executionId));
  request.setPasteventsList(instance.history);
  request.setNeweventsList(events);
  const item = new pb.WorkItem();
  item.setOrchestratorrequest(request);
  item.setCompletiontoken(`step-${++tokens}`);
  open.set(item.getCompletiontoken(), { instance, events: events.length, token: instance.completionToken });
  return item;
};
const activityItem = (work) => {
  const request = new pb.ActivityRequest();
  request.setName(work.name);
  request.setTaskid(work.taskId);
  request.setInput(wrap(work.input));
  const run = new pb.OrchestrationInstance();
  run.setInstanceid(work.instanceId);
  request.setOrchestrationinstance(run);
  const item = new pb.WorkItem();
  item.setActivityrequest(request);
  item.setCompletiontoken(`activity-${++tokens}`);
  activities.set(item.getCompletiontoken(), work);
  return item;
};
const enqueue = (id) => { if (!backend.orchestrationQueueSet.has(id)) backend.enqueueOrchestration(id); };
const lost = (call, done) => done({ code: grpc.status.NOT_FOUND, details: 'no such work item' });
const say = (work) => (call, done) => {
  try {
    done(null, work(call.request));
  } catch (e) {
    done({ code: /not found/.test(e.message) ? grpc.status.NOT_FOUND : grpc.status.UNKNOWN, details: e.message });
  }
};

const calls = {
  hello: say(() => new Empty()),
  startInstance: (call, done) => {
    const request = call.request;
    if (backend.getInstance(request.getInstanceid())) return done({ code: grpc.status.ALREADY_EXISTS, details: 'exists' });
    const start = request.getScheduledstarttimestamp();
    backend.createInstance(request.getInstanceid(), request.getName(), plain(request.getInput()), start?.toDate());
    const response = new pb.CreateInstanceResponse();
    response.setInstanceid(request.getInstanceid());
    done(null, response);
  },
  getInstance: say((request) => answer(backend.getInstance(request.getInstanceid()), request)),
  waitForInstanceStart: (call, done) => backend.waitForState(call.request.getInstanceid(), (i) => i.status !== 6, 120_000).then((i) => done(null, answer(i, call.request)), done),
  waitForInstanceCompletion: (call, done) => backend.waitForState(call.request.getInstanceid(), isTerminal, 120_000).then((i) => done(null, answer(i, call.request)), done),
  raiseEvent: say((r) => { backend.raiseEvent(r.getInstanceid(), r.getName(), plain(r.getInput())); return new pb.RaiseEventResponse(); }),
  terminateInstance: say((r) => { backend.terminate(r.getInstanceid(), plain(r.getOutput())); return new pb.TerminateResponse(); }),
  suspendInstance: say((r) => { backend.suspend(r.getInstanceid()); return new pb.SuspendResponse(); }),
  resumeInstance: say((r) => { backend.resume(r.getInstanceid()); return new pb.ResumeResponse(); }),
  purgeInstances: say((r) => {
    const response = new pb.PurgeInstancesResponse();
    response.setDeletedinstancecount(backend.purge(r.getInstanceid()) ? 1 : 0);
    return response;
  }),
  streamInstanceHistory: (call) => {
    const chunk = new pb.HistoryChunk();
    chunk.setEventsList(backend.getInstance(call.request.getInstanceid())?.history ?? []);
    call.write(chunk);
    call.end();
  },
  getWorkItems: (call) => {
    let isOpen = true;
    call.on('cancelled', () => { isOpen = false; });
    const turn = () => {
      if (!isOpen) return;
      const instance = backend.getNextOrchestrationWorkItem();
      if (instance && ![...open.values()].some((step) => step.instance === instance)) call.write(stepItem(instance));
      const work = backend.getNextActivityWorkItem();
      if (work) call.write(activityItem(work));
      setImmediate(turn);
    };
    turn();
  },
  completeOrchestratorTask: (call, done) => {
    const step = open.get(call.request.getCompletiontoken());
    if (!step) return lost(call, done);
    open.delete(call.request.getCompletiontoken());
    const { instance } = step;
    const late = instance.pendingEvents.splice(step.events);
    backend.completeOrchestration(instance.instanceId, step.token, call.request.getActionsList(), plain(call.request.getCustomstatus()));
    instance.pendingEvents.push(...late);
    if (instance.pendingEvents.length > 0) enqueue(instance.instanceId);
    done(null, new pb.CompleteTaskResponse());
  },
  completeActivityTask: (call, done) => {
    const work = activities.get(call.request.getCompletiontoken());
    if (!work) return lost(call, done);
    activities.delete(call.request.getCompletiontoken());
    const failure = call.request.getFailuredetails();
    backend.completeActivity(work.instanceId, work.taskId, plain(call.request.getResult()), failure ? Object.assign(new Error(failure.getErrormessage()), { name: failure.getErrortype() }) : undefined);
    done(null, new pb.CompleteTaskResponse());
  },
  abandonTaskOrchestratorWorkItem: (call, done) => {
    const step = open.get(call.request.getCompletiontoken());
    open.delete(call.request.getCompletiontoken());
    if (step) enqueue(step.instance.instanceId);
    done(null, new pb.AbandonOrchestrationTaskResponse());
  },
  abandonTaskActivityWorkItem: (call, done) => {
    const work = activities.get(call.request.getCompletiontoken());
    activities.delete(call.request.getCompletiontoken());
    if (work) backend.activityQueue.push(work);
    done(null, new pb.AbandonActivityTaskResponse());
  },
};

const server = new grpc.Server();
server.addService(TaskHubSidecarServiceService, calls);
server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  console.log(`ready ${port}`);
});
