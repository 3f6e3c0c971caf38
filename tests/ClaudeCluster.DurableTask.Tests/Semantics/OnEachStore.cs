using ClaudeCluster.DurableTask.Tests.Kit;

namespace ClaudeCluster.DurableTask.Tests.Semantics;

public sealed class ActivityFactsOnMemory() : ActivityFacts(StoreKind.Memory);

public sealed class ActivityFactsOnSqlite() : ActivityFacts(StoreKind.Sqlite);

public sealed class RetryFactsOnMemory() : RetryFacts(StoreKind.Memory);

public sealed class RetryFactsOnSqlite() : RetryFacts(StoreKind.Sqlite);

public sealed class TimerFactsOnMemory() : TimerFacts(StoreKind.Memory);

public sealed class TimerFactsOnSqlite() : TimerFacts(StoreKind.Sqlite);

public sealed class EventFactsOnMemory() : EventFacts(StoreKind.Memory);

public sealed class EventFactsOnSqlite() : EventFacts(StoreKind.Sqlite);

public sealed class SubOrchestrationFactsOnMemory() : SubOrchestrationFacts(StoreKind.Memory);

public sealed class SubOrchestrationFactsOnSqlite() : SubOrchestrationFacts(StoreKind.Sqlite);

public sealed class ContinueAsNewFactsOnMemory() : ContinueAsNewFacts(StoreKind.Memory);

public sealed class ContinueAsNewFactsOnSqlite() : ContinueAsNewFacts(StoreKind.Sqlite);

public sealed class LifecycleFactsOnMemory() : LifecycleFacts(StoreKind.Memory);

public sealed class LifecycleFactsOnSqlite() : LifecycleFacts(StoreKind.Sqlite);

public sealed class FailureFactsOnMemory() : FailureFacts(StoreKind.Memory);

public sealed class FailureFactsOnSqlite() : FailureFacts(StoreKind.Sqlite);

public sealed class RefusalFactsOnMemory() : RefusalFacts(StoreKind.Memory);

public sealed class RefusalFactsOnSqlite() : RefusalFacts(StoreKind.Sqlite);

public sealed class WorkerFactsOnMemory() : WorkerFacts(StoreKind.Memory);

public sealed class WorkerFactsOnSqlite() : WorkerFacts(StoreKind.Sqlite);

public sealed class TerminationFactsOnMemory() : TerminationFacts(StoreKind.Memory);

public sealed class TerminationFactsOnSqlite() : TerminationFacts(StoreKind.Sqlite);

public sealed class QueryFactsOnMemory() : QueryFacts(StoreKind.Memory);

public sealed class QueryFactsOnSqlite() : QueryFacts(StoreKind.Sqlite);

public sealed class PurgeFactsOnMemory() : PurgeFacts(StoreKind.Memory);

public sealed class PurgeFactsOnSqlite() : PurgeFacts(StoreKind.Sqlite);

public sealed class SuspensionFactsOnMemory() : SuspensionFacts(StoreKind.Memory);

public sealed class SuspensionFactsOnSqlite() : SuspensionFacts(StoreKind.Sqlite);

public sealed class RestartFactsOnMemory() : RestartFacts(StoreKind.Memory);

public sealed class RestartFactsOnSqlite() : RestartFacts(StoreKind.Sqlite);

public sealed class RewindFactsOnMemory() : RewindFacts(StoreKind.Memory);

public sealed class RewindFactsOnSqlite() : RewindFacts(StoreKind.Sqlite);

public sealed class RewindTreeFactsOnMemory() : RewindTreeFacts(StoreKind.Memory);

public sealed class RewindTreeFactsOnSqlite() : RewindTreeFacts(StoreKind.Sqlite);

public sealed class VersionFactsOnMemory() : VersionFacts(StoreKind.Memory);

public sealed class VersionFactsOnSqlite() : VersionFacts(StoreKind.Sqlite);
