using ClaudeCluster.DurableTask.Tests.Kit;

namespace ClaudeCluster.DurableTask.Tests.Semantics;

public sealed class ActivityFactsOnMemory() : ActivityFacts(StoreKind.Memory);

public sealed class ActivityFactsOnSqlite() : ActivityFacts(StoreKind.Sqlite);

public sealed class ActivityFactsOnPostgres() : ActivityFacts(StoreKind.Postgres);

public sealed class ActivityFactsOnWire() : ActivityFacts(StoreKind.Wire);

public sealed class RetryFactsOnMemory() : RetryFacts(StoreKind.Memory);

public sealed class RetryFactsOnSqlite() : RetryFacts(StoreKind.Sqlite);

public sealed class RetryFactsOnPostgres() : RetryFacts(StoreKind.Postgres);

public sealed class RetryFactsOnWire() : RetryFacts(StoreKind.Wire);

public sealed class TimerFactsOnMemory() : TimerFacts(StoreKind.Memory);

public sealed class TimerFactsOnSqlite() : TimerFacts(StoreKind.Sqlite);

public sealed class TimerFactsOnPostgres() : TimerFacts(StoreKind.Postgres);

public sealed class TimerFactsOnWire() : TimerFacts(StoreKind.Wire);

public sealed class EventFactsOnMemory() : EventFacts(StoreKind.Memory);

public sealed class EventFactsOnSqlite() : EventFacts(StoreKind.Sqlite);

public sealed class EventFactsOnPostgres() : EventFacts(StoreKind.Postgres);

public sealed class EventFactsOnWire() : EventFacts(StoreKind.Wire);

public sealed class SubOrchestrationFactsOnMemory() : SubOrchestrationFacts(StoreKind.Memory);

public sealed class SubOrchestrationFactsOnSqlite() : SubOrchestrationFacts(StoreKind.Sqlite);

public sealed class SubOrchestrationFactsOnPostgres() : SubOrchestrationFacts(StoreKind.Postgres);

public sealed class SubOrchestrationFactsOnWire() : SubOrchestrationFacts(StoreKind.Wire);

public sealed class ContinueAsNewFactsOnMemory() : ContinueAsNewFacts(StoreKind.Memory);

public sealed class ContinueAsNewFactsOnSqlite() : ContinueAsNewFacts(StoreKind.Sqlite);

public sealed class ContinueAsNewFactsOnPostgres() : ContinueAsNewFacts(StoreKind.Postgres);

public sealed class ContinueAsNewFactsOnWire() : ContinueAsNewFacts(StoreKind.Wire);

public sealed class LifecycleFactsOnMemory() : LifecycleFacts(StoreKind.Memory);

public sealed class LifecycleFactsOnSqlite() : LifecycleFacts(StoreKind.Sqlite);

public sealed class LifecycleFactsOnPostgres() : LifecycleFacts(StoreKind.Postgres);

public sealed class LifecycleFactsOnWire() : LifecycleFacts(StoreKind.Wire);

public sealed class FailureFactsOnMemory() : FailureFacts(StoreKind.Memory);

public sealed class FailureFactsOnSqlite() : FailureFacts(StoreKind.Sqlite);

public sealed class FailureFactsOnPostgres() : FailureFacts(StoreKind.Postgres);

public sealed class FailureFactsOnWire() : FailureFacts(StoreKind.Wire);

public sealed class RefusalFactsOnMemory() : RefusalFacts(StoreKind.Memory);

public sealed class RefusalFactsOnSqlite() : RefusalFacts(StoreKind.Sqlite);

public sealed class RefusalFactsOnPostgres() : RefusalFacts(StoreKind.Postgres);

public sealed class RefusalFactsOnWire() : RefusalFacts(StoreKind.Wire);

public sealed class WorkerFactsOnMemory() : WorkerFacts(StoreKind.Memory);

public sealed class WorkerFactsOnSqlite() : WorkerFacts(StoreKind.Sqlite);

public sealed class WorkerFactsOnPostgres() : WorkerFacts(StoreKind.Postgres);

public sealed class WorkerFactsOnWire() : WorkerFacts(StoreKind.Wire);

public sealed class TerminationFactsOnMemory() : TerminationFacts(StoreKind.Memory);

public sealed class TerminationFactsOnSqlite() : TerminationFacts(StoreKind.Sqlite);

public sealed class TerminationFactsOnPostgres() : TerminationFacts(StoreKind.Postgres);

public sealed class TerminationFactsOnWire() : TerminationFacts(StoreKind.Wire);

public sealed class QueryFactsOnMemory() : QueryFacts(StoreKind.Memory);

public sealed class QueryFactsOnSqlite() : QueryFacts(StoreKind.Sqlite);

public sealed class QueryFactsOnPostgres() : QueryFacts(StoreKind.Postgres);

public sealed class QueryFactsOnWire() : QueryFacts(StoreKind.Wire);

public sealed class PurgeFactsOnMemory() : PurgeFacts(StoreKind.Memory);

public sealed class PurgeFactsOnSqlite() : PurgeFacts(StoreKind.Sqlite);

public sealed class PurgeFactsOnPostgres() : PurgeFacts(StoreKind.Postgres);

public sealed class PurgeFactsOnWire() : PurgeFacts(StoreKind.Wire);

public sealed class SuspensionFactsOnMemory() : SuspensionFacts(StoreKind.Memory);

public sealed class SuspensionFactsOnSqlite() : SuspensionFacts(StoreKind.Sqlite);

public sealed class SuspensionFactsOnPostgres() : SuspensionFacts(StoreKind.Postgres);

public sealed class SuspensionFactsOnWire() : SuspensionFacts(StoreKind.Wire);

public sealed class RestartFactsOnMemory() : RestartFacts(StoreKind.Memory);

public sealed class RestartFactsOnSqlite() : RestartFacts(StoreKind.Sqlite);

public sealed class RestartFactsOnPostgres() : RestartFacts(StoreKind.Postgres);

public sealed class RestartFactsOnWire() : RestartFacts(StoreKind.Wire);

public sealed class RewindFactsOnMemory() : RewindFacts(StoreKind.Memory);

public sealed class RewindFactsOnSqlite() : RewindFacts(StoreKind.Sqlite);

public sealed class RewindFactsOnPostgres() : RewindFacts(StoreKind.Postgres);

public sealed class RewindFactsOnWire() : RewindFacts(StoreKind.Wire);

public sealed class RewindTreeFactsOnMemory() : RewindTreeFacts(StoreKind.Memory);

public sealed class RewindTreeFactsOnSqlite() : RewindTreeFacts(StoreKind.Sqlite);

public sealed class RewindTreeFactsOnPostgres() : RewindTreeFacts(StoreKind.Postgres);

public sealed class RewindTreeFactsOnWire() : RewindTreeFacts(StoreKind.Wire);

public sealed class VersionFactsOnMemory() : VersionFacts(StoreKind.Memory);

public sealed class VersionFactsOnSqlite() : VersionFacts(StoreKind.Sqlite);

public sealed class VersionFactsOnPostgres() : VersionFacts(StoreKind.Postgres);

public sealed class VersionFactsOnWire() : VersionFacts(StoreKind.Wire);

public sealed class IdReuseFactsOnMemory() : IdReuseFacts(StoreKind.Memory);

public sealed class IdReuseFactsOnSqlite() : IdReuseFacts(StoreKind.Sqlite);

public sealed class IdReuseFactsOnPostgres() : IdReuseFacts(StoreKind.Postgres);

public sealed class IdReuseFactsOnWire() : IdReuseFacts(StoreKind.Wire);

public sealed class LimitFactsOnMemory() : LimitFacts(StoreKind.Memory);

public sealed class LimitFactsOnSqlite() : LimitFacts(StoreKind.Sqlite);

public sealed class LimitFactsOnPostgres() : LimitFacts(StoreKind.Postgres);

public sealed class LimitFactsOnWire() : LimitFacts(StoreKind.Wire);

public sealed class TraceFactsOnMemory() : TraceFacts(StoreKind.Memory);

public sealed class TraceFactsOnSqlite() : TraceFacts(StoreKind.Sqlite);

public sealed class TraceFactsOnPostgres() : TraceFacts(StoreKind.Postgres);

public sealed class TraceFactsOnWire() : TraceFacts(StoreKind.Wire);

public sealed class FairnessFactsOnMemory() : FairnessFacts(StoreKind.Memory);

public sealed class FairnessFactsOnSqlite() : FairnessFacts(StoreKind.Sqlite);

public sealed class FairnessFactsOnPostgres() : FairnessFacts(StoreKind.Postgres);

public sealed class FairnessFactsOnWire() : FairnessFacts(StoreKind.Wire);

public sealed class HistoryFactsOnMemory() : HistoryFacts(StoreKind.Memory);

public sealed class HistoryFactsOnSqlite() : HistoryFacts(StoreKind.Sqlite);

public sealed class HistoryFactsOnPostgres() : HistoryFacts(StoreKind.Postgres);

public sealed class HistoryFactsOnWire() : HistoryFacts(StoreKind.Wire);

public sealed class DisposalFactsOnMemory() : DisposalFacts(StoreKind.Memory);

public sealed class DisposalFactsOnSqlite() : DisposalFacts(StoreKind.Sqlite);

public sealed class DisposalFactsOnPostgres() : DisposalFacts(StoreKind.Postgres);

public sealed class DisposalFactsOnWire() : DisposalFacts(StoreKind.Wire);

public sealed class HubTroubleFactsOnMemory() : HubTroubleFacts(StoreKind.Memory);

public sealed class HubTroubleFactsOnSqlite() : HubTroubleFacts(StoreKind.Sqlite);

public sealed class HubTroubleFactsOnPostgres() : HubTroubleFacts(StoreKind.Postgres);
