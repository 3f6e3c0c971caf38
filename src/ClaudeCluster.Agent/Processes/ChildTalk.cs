namespace ClaudeCluster.Agent;

/// <summary>
/// A child whose standard input stays open after its input was written: until it has said all that was wanted of it, or until it is asked to
/// end by itself. Asked so, a program can still tell what it did and what it cost; a signal would only take it away.
/// </summary>
/// <param name="goodbye">What the child understands as the wish that it ends.</param>
public sealed class ChildTalk(string goodbye)
{
    private readonly TaskCompletionSource<string> _lastWord = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>How long a child that was asked to end may take before it is signalled.</summary>
    /// <value>Default: five seconds.</value>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Nothing more is said to it: standard input is closed.</summary>
    public void Close() => _lastWord.TrySetResult(string.Empty);

    /// <returns>False: the talk is over, so asking is no use.</returns>
    internal bool TryAskToEnd() => _lastWord.TrySetResult(goodbye);

    internal Task<string> LastWord => _lastWord.Task;
}
