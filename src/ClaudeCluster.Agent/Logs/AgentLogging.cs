using Microsoft.Extensions.Logging;

namespace ClaudeCluster.Agent;

/// <summary>What an agent's log tells, apart from the lines of its attempts.</summary>
internal static partial class AgentLogging
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Attempt '{Attempt}' begins: {Title}")]
    public static partial void AttemptBegins(this ILogger logger, string attempt, string title);

    [LoggerMessage(Level = LogLevel.Information, Message = "Attempt '{Attempt}' ends: {Outcome}")]
    public static partial void AttemptEnds(this ILogger logger, string attempt, string outcome);

    [LoggerMessage(Level = LogLevel.Information, Message = "Attempt '{Attempt}': {Line}")]
    public static partial void AttemptSays(this ILogger logger, string attempt, string line);

    [LoggerMessage(Level = LogLevel.Information, Message = "Attempt '{Attempt}' was ended elsewhere: the work stops.")]
    public static partial void AttemptEndedElsewhere(this ILogger logger, string attempt);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Whether the attempt '{Attempt}' has ended cannot be asked; the work goes on.")]
    public static partial void WatchFailed(this ILogger logger, string attempt, Exception failure);

    [LoggerMessage(Level = LogLevel.Information, Message = "The result of '{Attempt}' was delivered.")]
    public static partial void ResultDelivered(this ILogger logger, string attempt);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The result of '{Attempt}' is not wanted any more: the attempt has ended, or this agent's lease has. What was done stands on its wip branch.")]
    public static partial void ResultRefused(this ILogger logger, string attempt);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The result of '{Attempt}' cannot be stored on this disk; it is sent all the same.")]
    public static partial void ResultNotStored(this ILogger logger, string attempt, Exception failure);

    [LoggerMessage(Level = LogLevel.Information, Message = "An earlier process of this agent left the result of '{Attempt}'; it is sent now.")]
    public static partial void ResultLeftOver(this ILogger logger, string attempt);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The left result of '{Attempt}' came too late and is discarded. What was done stands on its wip branch.")]
    public static partial void ResultDiscarded(this ILogger logger, string attempt);

    [LoggerMessage(Level = LogLevel.Warning, Message = "No more tasks are taken: {Why}")]
    public static partial void OfferClosed(this ILogger logger, string why);

    [LoggerMessage(Level = LogLevel.Information, Message = "Tasks are taken again.")]
    public static partial void OfferOpened(this ILogger logger);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Failed to connect to coordinator: {Address} ({Reason}); tried {Tries} times, next in {Seconds} s. What runs goes on.")]
    public static partial void CoordinatorAway(this ILogger logger, string address, string reason, int tries, int seconds);

    [LoggerMessage(Level = LogLevel.Information, Message = "Connected to the coordinator {Address}.")]
    public static partial void CoordinatorBack(this ILogger logger, string address);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Reason}")]
    public static partial void CoordinatorRefuses(this ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "The coordinator did not hear the progress of '{Attempt}'.")]
    public static partial void NewsNotHeard(this ILogger logger, string attempt, Exception failure);

    [LoggerMessage(Level = LogLevel.Debug, Message = "The hub {Address} is there, and refuses the question.")]
    public static partial void HubRefuses(this ILogger logger, string address, Exception answer);
}
