namespace ClaudeCluster.Orchestrations;

/// <summary>One thing that is wrong with an input, told so that a person can mend it.</summary>
/// <param name="Place">Where: a file with its line, a flag, a field.</param>
/// <param name="Reason">What is wrong there.</param>
/// <param name="Fix">What to do about it.</param>
public sealed record Problem(string Place, string Reason, string Fix)
{
    public override string ToString() => $"{Place}: {Reason} {Fix}";
}

/// <summary>An input that cannot be used, with all its problems at once.</summary>
public sealed class BadInputException(IReadOnlyList<Problem> problems)
    : Exception(string.Join('\n', problems))
{
    public BadInputException(string place, string reason, string fix)
        : this([new Problem(place, reason, fix)])
    {
    }

    public IReadOnlyList<Problem> Problems { get; } = problems;
}
