using System.Globalization;

namespace ClaudeCluster.Orchestrations;

/// <summary>How steps are called that talk to somebody else's server, unless a flow says otherwise.</summary>
internal static class Patience
{
    private const int MostTries = 30;

    // What lasts may still be a cache that lags behind. In a row: one between other troubles says little.
    private const int MostTriesOfWhatLasts = 3;
    private const int MostTriesOfACall = 3;

    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(10);

    /// <summary>
    /// GitHub may be away for hours, and a permission may be given back; where it says until when asking is in vain, the step waits so long, as a
    /// durable timer. What is not there, and a bad input, does not get better by asking again.
    /// </summary>
    public static TaskOptions WithGitHub => Asking();

    /// <summary>Once, or not at all: nothing waits for it.</summary>
    public static TaskOptions Once { get; } = TaskOptions.FromRetryHandler(static _ => Task.FromResult(false));

    /// <summary>As <see cref="WithGitHub"/>, and people are told of the first wait that may be long, for one step.</summary>
    /// <param name="tell">Takes what GitHub said, and until when asking is in vain; null: nobody knows.</param>
    public static TaskOptions Telling(Func<string, DateTimeOffset?, Task> tell)
    {
        var isTold = false;
        return Asking(async failure =>
        {
            if (isTold || !MayTakeLong(failure))
                return;
            isTold = true;
            await tell(failure.ErrorMessage, RetryAt(failure));
        });
    }

    /// <summary>Of a step that is called again and again by itself: it waits a few seconds, and out no limit.</summary>
    public static TaskOptions ForACall { get; } = TaskOptions.FromRetryHandler(async again => again.LastAttemptNumber < MostTriesOfACall && RetryAt(again.LastFailure) is null && await AskAgainAsync(again, triesOfWhatLasts: 0));

    /// <returns>Why the step failed for good; null: it did not. What only a bug explains still ends the flow.</returns>
    public static async Task<string?> ProblemOf(Task step)
    {
        try
        {
            await step;
            return null;
        }
        catch (TaskFailedException failed) when (!failed.IsCausedByException<InvalidOperationException>())
        {
            return failed.FailureDetails.ErrorMessage;
        }
    }

    /// <summary>Of one step: what it went through is counted as often as history is read.</summary>
    private static TaskOptions Asking(Func<TaskFailureDetails, Task>? beforeWait = null)
    {
        var triesOfWhatLasts = 0;
        return TaskOptions.FromRetryHandler(again =>
        {
            triesOfWhatLasts = IsLasting(again.LastFailure) ? triesOfWhatLasts + 1 : 0;
            return AskAgainAsync(again, triesOfWhatLasts, beforeWait);
        });
    }

    private static async Task<bool> AskAgainAsync(RetryContext again, int triesOfWhatLasts, Func<TaskFailureDetails, Task>? beforeWait = null)
    {
        var failure = again.LastFailure;
        if (failure.IsCausedBy<BadInputException>() || failure.IsCausedBy<BranchMovedException>() || failure.IsCausedBy<InvalidOperationException>())
            return false;
        if (again.LastAttemptNumber >= MostTries || triesOfWhatLasts >= MostTriesOfWhatLasts)
            return false;
        if (beforeWait is not null)
            await beforeWait(failure);
        var grown = TimeSpan.FromTicks(Math.Min(LongestWait.Ticks, FirstWait.Ticks << Math.Min(again.LastAttemptNumber - 1, 16)));
        var asked = RetryAt(failure) is { } at ? at - again.OrchestrationContext.CurrentUtcDateTime : TimeSpan.Zero;
        await again.OrchestrationContext.CreateTimer(asked > grown ? asked : grown, CancellationToken.None);
        return true;
    }

    /// <summary>A limit, or a permission that somebody must give back.</summary>
    private static bool MayTakeLong(TaskFailureDetails failure) => RetryAt(failure) is not null || IsRefused(failure);

    private static bool IsRefused(TaskFailureDetails failure) =>
        failure.ErrorType.EndsWith("Unauthorized", StringComparison.Ordinal) || failure.ErrorType.EndsWith("Forbidden", StringComparison.Ordinal);

    /// <summary>Time alone does not help. A credential or a permission is another matter: somebody gives a new one, and all goes on.</summary>
    private static bool IsLasting(TaskFailureDetails failure) =>
        string.Equals(Read(failure, "isLasting"), bool.TrueString, StringComparison.OrdinalIgnoreCase) && !IsRefused(failure);

    private static DateTimeOffset? RetryAt(TaskFailureDetails failure) =>
        DateTimeOffset.TryParse(Read(failure, "retryAt"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at : null;

    /// <summary>What the host's worker kept of the exception; each SDK has it as text in the end.</summary>
    private static string? Read(TaskFailureDetails failure, string name) =>
        failure.Properties is { } properties && properties.TryGetValue(name, out var value) ? $"{value}" : null;
}
