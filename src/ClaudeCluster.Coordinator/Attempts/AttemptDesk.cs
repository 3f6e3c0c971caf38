namespace ClaudeCluster.Coordinator;

/// <summary>What agents last said about their attempts: for people, bounded, and gone with the process. Nothing is decided by it.</summary>
internal sealed class AttemptDesk(TimeProvider time)
{
    public const int MostLines = 200;
    private const int MostAttempts = 1_000;
    private const int MostNewLines = 100;
    private const int LongestLine = 300;
    private const int LongestWord = 40;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, ProgressSeen> _seen = new(StringComparer.Ordinal);

    public ProgressSeen? Find(string attemptId)
    {
        lock (_lock)
            return _seen.GetValueOrDefault(attemptId);
    }

    public void Add(string attemptId, AttemptProgress progress)
    {
        lock (_lock)
        {
            var before = _seen.GetValueOrDefault(attemptId)?.Lines ?? [];
            var lines = progress.Lines.TakeLast(MostNewLines).Select(line => Short(line, LongestLine));
            _seen[attemptId] = new ProgressSeen(
                progress.Agent,
                Short(progress.Phase, LongestWord),
                progress.LastTool is { } tool ? Short(tool, LongestLine) : null,
                progress.Usage,
                [.. before.Concat(lines).TakeLast(MostLines)],
                time.GetUtcNow())
            {
                Told = _seen.GetValueOrDefault(attemptId)?.Told ?? [],
            };
            if (_seen.Count > MostAttempts)
                _seen.Remove(_seen.MinBy(pair => pair.Value.At).Key);
        }
    }

    /// <summary>What the attempt's agent has not been told yet; from now on it counts as told.</summary>
    public IReadOnlyList<string> TakeNew(string attemptId, IReadOnlyList<string> guidance)
    {
        lock (_lock)
        {
            if (_seen.GetValueOrDefault(attemptId) is not { } seen)
                return [];
            string[] fresh = [.. guidance.Except(seen.Told, StringComparer.Ordinal)];
            _seen[attemptId] = seen with { Told = guidance };
            return fresh;
        }
    }

    private static string Short(string text, int most) => text.Length <= most ? text : text[..most];
}

/// <summary>The last progress of an attempt, and its last lines.</summary>
internal sealed record ProgressSeen(AgentId Agent, string Phase, string? LastTool, Usage Usage, IReadOnlyList<string> Lines, DateTimeOffset At)
{
    /// <summary>What people said that its agent knows.</summary>
    public IReadOnlyList<string> Told { get; init; } = [];
}
