using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Transitions;
using ClaudeCluster.DurableTask.WorkItems;

namespace ClaudeCluster.DurableTask.Storage.Sqlite.Tables;

/// <summary>An instance's row as the writer knows it. What is changed here is written at the end of the batch, in one statement.</summary>
internal sealed class KnownInstance(long key, InstanceState state)
{
    public long Key { get; } = key;

    public string Id => State.InstanceId;

    /// <summary>As it is stored, without regard to <see cref="IsSuspended"/>.</summary>
    public InstanceState State { get; set; } = state;

    public bool IsSuspended { get; set; }

    /// <summary>Who holds the next step; null if nobody does.</summary>
    public string? Token { get; set; }

    public string? WorkerId { get; set; }

    public DateTimeOffset? Until { get; set; }

    public int Deliveries { get; set; }

    public KnownKeys Keys { get; init; } = new();

    /// <summary>What must still be written.</summary>
    public UnwrittenColumns Unwritten { get; set; }

    public bool IsOpen => !State.Status.IsTerminal();

    /// <summary>As it is shown.</summary>
    public InstanceState Shown => IsSuspended && IsOpen ? State with { Status = OrchestrationRuntimeStatus.Suspended } : State;

    public bool IsExecution(string? executionId) => string.Equals(executionId, State.ExecutionId, StringComparison.Ordinal);

    public bool Takes(InboxMessage message) => IsOpen && (message.ExecutionId is null || IsExecution(message.ExecutionId));

    /// <summary>True if a step may be given, were there something to do.</summary>
    public bool IsFree(DateTimeOffset now) => Token is null && IsOpen && !IsSuspended && !(State.StartAt > now);

    public StepLease ToLease() => new(Id, Token!, WorkerId!, Until!.Value, Deliveries, Shown);
}

/// <summary>The last key given in each table of what belongs to an instance; 0 if it must be looked up. See <see cref="RowKeys"/>.</summary>
internal sealed class KnownKeys
{
    public long History;
    public long Inbox;
    public long Activities;
}

/// <summary>Columns of an instance's row, in groups that are written together.</summary>
[Flags]
internal enum UnwrittenColumns
{
    None = 0,

    /// <summary>What <see cref="InstanceState"/> holds.</summary>
    State = 1,

    /// <summary>Who holds the next step, and whether one waits.</summary>
    Turn = 2,
}
