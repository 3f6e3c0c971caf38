using ClaudeCluster.DurableTask.Tests.Kit;

namespace ClaudeCluster.DurableTask.Tests.Stores;

public sealed class PostgresHubStoreTests() : TaskHubStoreContract(StoreKind.Postgres);
