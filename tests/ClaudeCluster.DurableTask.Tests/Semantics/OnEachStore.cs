using ClaudeCluster.DurableTask.Tests.Kit;

namespace ClaudeCluster.DurableTask.Tests.Semantics;

public sealed class ActivityFactsOnMemory() : ActivityFacts(StoreKind.Memory);

public sealed class ActivityFactsOnSqlite() : ActivityFacts(StoreKind.Sqlite);

public sealed class ActivityFactsOnPostgres() : ActivityFacts(StoreKind.Postgres);

public sealed class RetryFactsOnMemory() : RetryFacts(StoreKind.Memory);

public sealed class RetryFactsOnSqlite() : RetryFacts(StoreKind.Sqlite);

public sealed class RetryFactsOnPostgres() : RetryFacts(StoreKind.Postgres);

public sealed class TimerFactsOnMemory() : TimerFacts(StoreKind.Memory);

public sealed class TimerFactsOnSqlite() : TimerFacts(StoreKind.Sqlite);

public sealed class TimerFactsOnPostgres() : TimerFacts(StoreKind.Postgres);

public sealed class EventFactsOnMemory() : EventFacts(StoreKind.Memory);

public sealed class EventFactsOnSqlite() : EventFacts(StoreKind.Sqlite);

public sealed class EventFactsOnPostgres() : EventFacts(StoreKind.Postgres);

public sealed class SubOrchestrationFactsOnMemory() : SubOrchestrationFacts(StoreKind.Memory);

public sealed class SubOrchestrationFactsOnSqlite() : SubOrchestrationFacts(StoreKind.Sqlite);

public sealed class SubOrchestrationFactsOnPostgres() : SubOrchestrationFacts(StoreKind.Postgres);

public sealed class ContinueAsNewFactsOnMemory() : ContinueAsNewFacts(StoreKind.Memory);

public sealed class ContinueAsNewFactsOnSqlite() : ContinueAsNewFacts(StoreKind.Sqlite);

public sealed class ContinueAsNewFactsOnPostgres() : ContinueAsNewFacts(StoreKind.Postgres);

public sealed class LifecycleFactsOnMemory() : LifecycleFacts(StoreKind.Memory);

public sealed class LifecycleFactsOnSqlite() : LifecycleFacts(StoreKind.Sqlite);

public sealed class LifecycleFactsOnPostgres() : LifecycleFacts(StoreKind.Postgres);

public sealed class FailureFactsOnMemory() : FailureFacts(StoreKind.Memory);

public sealed class FailureFactsOnSqlite() : FailureFacts(StoreKind.Sqlite);

public sealed class FailureFactsOnPostgres() : FailureFacts(StoreKind.Postgres);

public sealed class RefusalFactsOnMemory() : RefusalFacts(StoreKind.Memory);

public sealed class RefusalFactsOnSqlite() : RefusalFacts(StoreKind.Sqlite);

public sealed class RefusalFactsOnPostgres() : RefusalFacts(StoreKind.Postgres);

public sealed class WorkerFactsOnMemory() : WorkerFacts(StoreKind.Memory);

public sealed class WorkerFactsOnSqlite() : WorkerFacts(StoreKind.Sqlite);

public sealed class WorkerFactsOnPostgres() : WorkerFacts(StoreKind.Postgres);

public sealed class TerminationFactsOnMemory() : TerminationFacts(StoreKind.Memory);

public sealed class TerminationFactsOnSqlite() : TerminationFacts(StoreKind.Sqlite);

public sealed class TerminationFactsOnPostgres() : TerminationFacts(StoreKind.Postgres);

public sealed class QueryFactsOnMemory() : QueryFacts(StoreKind.Memory);

public sealed class QueryFactsOnSqlite() : QueryFacts(StoreKind.Sqlite);

public sealed class QueryFactsOnPostgres() : QueryFacts(StoreKind.Postgres);

public sealed class PurgeFactsOnMemory() : PurgeFacts(StoreKind.Memory);

public sealed class PurgeFactsOnSqlite() : PurgeFacts(StoreKind.Sqlite);

public sealed class PurgeFactsOnPostgres() : PurgeFacts(StoreKind.Postgres);

public sealed class SuspensionFactsOnMemory() : SuspensionFacts(StoreKind.Memory);

public sealed class SuspensionFactsOnSqlite() : SuspensionFacts(StoreKind.Sqlite);

public sealed class SuspensionFactsOnPostgres() : SuspensionFacts(StoreKind.Postgres);

public sealed class RestartFactsOnMemory() : RestartFacts(StoreKind.Memory);

public sealed class RestartFactsOnSqlite() : RestartFacts(StoreKind.Sqlite);

public sealed class RestartFactsOnPostgres() : RestartFacts(StoreKind.Postgres);

public sealed class RewindFactsOnMemory() : RewindFacts(StoreKind.Memory);

public sealed class RewindFactsOnSqlite() : RewindFacts(StoreKind.Sqlite);

public sealed class RewindFactsOnPostgres() : RewindFacts(StoreKind.Postgres);

public sealed class RewindTreeFactsOnMemory() : RewindTreeFacts(StoreKind.Memory);

public sealed class RewindTreeFactsOnSqlite() : RewindTreeFacts(StoreKind.Sqlite);

public sealed class RewindTreeFactsOnPostgres() : RewindTreeFacts(StoreKind.Postgres);

public sealed class VersionFactsOnMemory() : VersionFacts(StoreKind.Memory);

public sealed class VersionFactsOnSqlite() : VersionFacts(StoreKind.Sqlite);

public sealed class VersionFactsOnPostgres() : VersionFacts(StoreKind.Postgres);

public sealed class IdReuseFactsOnMemory() : IdReuseFacts(StoreKind.Memory);

public sealed class IdReuseFactsOnSqlite() : IdReuseFacts(StoreKind.Sqlite);

public sealed class IdReuseFactsOnPostgres() : IdReuseFacts(StoreKind.Postgres);

public sealed class LimitFactsOnMemory() : LimitFacts(StoreKind.Memory);

public sealed class LimitFactsOnSqlite() : LimitFacts(StoreKind.Sqlite);

public sealed class LimitFactsOnPostgres() : LimitFacts(StoreKind.Postgres);

public sealed class TraceFactsOnMemory() : TraceFacts(StoreKind.Memory);

public sealed class TraceFactsOnSqlite() : TraceFacts(StoreKind.Sqlite);

public sealed class TraceFactsOnPostgres() : TraceFacts(StoreKind.Postgres);

public sealed class FairnessFactsOnMemory() : FairnessFacts(StoreKind.Memory);

public sealed class FairnessFactsOnSqlite() : FairnessFacts(StoreKind.Sqlite);

public sealed class FairnessFactsOnPostgres() : FairnessFacts(StoreKind.Postgres);

public sealed class HistoryFactsOnMemory() : HistoryFacts(StoreKind.Memory);

public sealed class HistoryFactsOnSqlite() : HistoryFacts(StoreKind.Sqlite);

public sealed class HistoryFactsOnPostgres() : HistoryFacts(StoreKind.Postgres);

public sealed class DisposalFactsOnMemory() : DisposalFacts(StoreKind.Memory);

public sealed class DisposalFactsOnSqlite() : DisposalFacts(StoreKind.Sqlite);

public sealed class DisposalFactsOnPostgres() : DisposalFacts(StoreKind.Postgres);
