namespace ClaudeCluster.Agent;

/// <summary>What is remembered of one run of the CLI while it prints, to judge it at its end.</summary>
internal sealed class ClaudeRecord
{
    private readonly List<ClaudeEvent.Result> _results = [];
    private readonly Dictionary<string, ClaudeEvent.Answered> _answers = new(StringComparer.Ordinal);

    public ClaudeEvent.Started? Started { get; private set; }

    /// <summary>The last usage limit that was not let through.</summary>
    public ClaudeEvent.UsageLimit? Rejected { get; private set; }

    public ClaudeEvent.ApiFailed? ApiFailed { get; private set; }

    /// <summary>A run may have several; only the last one says how it ended.</summary>
    public ClaudeEvent.Result? Result => _results.LastOrDefault();

    public void Add(ClaudeEvent happened)
    {
        switch (happened)
        {
            case ClaudeEvent.Started started:
                Started = started;
                break;
            case ClaudeEvent.UsageLimit limit:
                Rejected = limit.IsRejected ? limit : null;
                break;
            case ClaudeEvent.ApiFailed failed:
                ApiFailed = failed;
                break;
            case ClaudeEvent.Answered answer:
                _answers[answer.Id] = answer;
                break;
            case ClaudeEvent.Result result:
                _results.Add(result);
                break;
            default:
                break;
        }
    }

    /// <summary>What can be seen of it while it runs. What it costs is told only at the end.</summary>
    public Usage SoFar => new()
    {
        Turns = _answers.Count,
        InputTokens = _answers.Values.Sum(answer => answer.InputTokens),
        OutputTokens = _answers.Values.Sum(answer => answer.OutputTokens),
        Usd = Result?.SessionUsd ?? 0,
    };

    /// <summary>Turns and tokens stand in each result, the cost of the whole session in the last one.</summary>
    /// <param name="usdBefore">What the session had cost before this run.</param>
    public Usage UsageSince(decimal usdBefore, TimeSpan duration) => new()
    {
        Turns = _results.Sum(result => result.Turns),
        InputTokens = _results.Sum(result => result.InputTokens),
        OutputTokens = _results.Sum(result => result.OutputTokens),
        Usd = Math.Max(0, (Result?.SessionUsd ?? usdBefore) - usdBefore),
        Duration = duration,
    };
}
