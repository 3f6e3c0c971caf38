using System.Text.Json.Serialization;

namespace ClaudeCluster.Orchestrations;

/// <summary>What an agent says at the end of an attempt. Only what it checked itself stands under <see cref="Verified"/>.</summary>
public sealed record AttemptResult
{
    public required AgentId Agent { get; init; }

    public required AttemptOutcome Outcome { get; init; }

    /// <summary>The head of the attempt's branch; null if nothing was changed.</summary>
    public CommitId? Commit { get; init; }

    public IReadOnlyList<Verification> Verified { get; init; } = [];

    public DiffSummary? Diff { get; init; }

    public Usage Usage { get; init; } = new();

    /// <summary>What edited the code, for people: <c>Claude Code 2.1.330</c>, or <c>scripted (no model)</c>.</summary>
    public string Coder { get; init; } = string.Empty;

    public string? ClaudeSession { get; init; }

    /// <summary>Where people can see how it was made, such as an Actions run; the attempt knows it from the claim.</summary>
    public string? RunUrl { get; init; }

    /// <summary>The coder's own words about its work: a claim, shown as such.</summary>
    public string? Claimed { get; init; }
}

/// <summary>One command that the agent ran itself, on a clean checkout of the commit.</summary>
/// <param name="Command">As it was run.</param>
/// <param name="ExitCode">0 is a pass; null: it did not end in time.</param>
/// <param name="Duration">Wall time.</param>
/// <param name="Tail">The end of its output.</param>
/// <param name="Source">Where the command comes from: <c>policy</c>, or what was detected.</param>
public sealed record Verification(string Command, int? ExitCode, TimeSpan Duration, string Tail, string Source)
{
    public bool Passed => ExitCode == 0;

    /// <summary>What the command itself said of its tests: for people, and decides nothing.</summary>
    /// <value>Null: nothing that is known.</value>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TestCounts? Counts { get; init; }
}

/// <summary>How many tests there were.</summary>
public sealed record TestCounts(int Passed, int Failed, int Skipped)
{
    /// <summary>Such as <c>5 passed, 1 failed, 2 skipped</c>.</summary>
    public override string ToString() =>
        FormattableString.Invariant($"{Passed} passed") + (Failed > 0 ? FormattableString.Invariant($", {Failed} failed") : "") + (Skipped > 0 ? FormattableString.Invariant($", {Skipped} skipped") : "");
}

/// <summary>The change from base to commit.</summary>
public sealed record DiffSummary(IReadOnlyList<FileChange> Files)
{
    /// <summary>What a person should look at twice, such as a removed assertion.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}

/// <param name="Path">With forward slashes, from the repository's root.</param>
/// <param name="Added">Lines; null for a binary file.</param>
/// <param name="Removed">Lines; null for a binary file.</param>
public sealed record FileChange(string Path, int? Added, int? Removed);

/// <summary>What an attempt took.</summary>
public sealed record Usage
{
    public int Turns { get; init; }

    public long InputTokens { get; init; }

    public long OutputTokens { get; init; }

    public decimal Usd { get; init; }

    /// <summary>From claim to result.</summary>
    public TimeSpan Duration { get; init; }
}
