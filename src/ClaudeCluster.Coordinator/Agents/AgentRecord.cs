namespace ClaudeCluster.Coordinator;

/// <summary>An agent as it is stored: who it is, and what its token may do. The token itself is nowhere.</summary>
internal sealed record AgentRecord
{
    public required AgentId Id { get; init; }

    public required string TokenHash { get; init; }

    public required IReadOnlyList<Specialty> Specialties { get; init; }

    public required DateTimeOffset AddedAt { get; init; }

    public DateTimeOffset? RevokedAt { get; init; }

    /// <summary>A person wants it to take no more tasks.</summary>
    public bool Maintenance { get; init; }
}

/// <summary>The last sign of life, as it is stored.</summary>
internal sealed record LastReport(AgentReport Report, DateTimeOffset At);

#pragma warning disable CA1001 // Without a timer the source holds nothing, and whoever still runs with this token listens to it.
/// <summary>An agent as this process knows it.</summary>
internal sealed class RegisteredAgent(AgentRecord record, long revision)
{
    private readonly CancellationTokenSource _revoked = new();

    public AgentRecord Record { get; } = record;

    public long Revision { get; } = revision;

    /// <summary>Cancelled when its token has been taken away, here or by another coordinator.</summary>
    public CancellationToken Revoked => _revoked.Token;

    /// <summary>The same token in another state: what runs with it goes on.</summary>
    public RegisteredAgent With(AgentRecord record, long revision) => new(this, record, revision);

    public void Revoke() => _revoked.Cancel();

    private RegisteredAgent(RegisteredAgent before, AgentRecord record, long revision)
        : this(record, revision) => _revoked = before._revoked;
}
