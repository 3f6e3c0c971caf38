using Microsoft.Extensions.Logging;

namespace ClaudeCluster.DurableTask.Grpc.Client;

internal static partial class ClientLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Connected to {Hub}.")]
    public static partial void Connected(this ILogger logger, HubAddress hub);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Hub} ended the stream of work; it will be asked again.")]
    public static partial void StreamEnded(this ILogger logger, HubAddress hub);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Hub} sends work though there is no room for any; it will be asked again when there is.")]
    public static partial void StreamLeft(this ILogger logger, HubAddress hub);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Hub} was silent for {Seconds} seconds; it will be asked again.")]
    public static partial void StreamSilent(this ILogger logger, HubAddress hub, double seconds);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The stream of work from {Hub} failed and will be opened again: {Reason}")]
    public static partial void StreamFailed(this ILogger logger, HubAddress hub, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Work on '{Instance}' was not understood and goes back: {Reason}")]
    public static partial void WorkNotUnderstood(this ILogger logger, string instance, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Work on '{Instance}' could not be given back; its lease will run out: {Reason}")]
    public static partial void WorkNotGivenBack(this ILogger logger, string instance, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The hub refuses this process's credential, which may have been revoked ({Reason}). What it has to deliver is kept and tried again in ever longer pauses of up to {Minutes} minutes, until the credential is good again or this process ends.")]
    public static partial void CredentialRefused(this ILogger logger, string reason, double minutes);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The hub takes no more of this for now ({Reason}). What is to be delivered is kept and tried again in ever longer pauses of up to {Minutes} minutes.")]
    public static partial void TooMuchForHub(this ILogger logger, string reason, double minutes);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The hub did not take a completion ({Call}): {Reason}")]
    public static partial void CompletionRefused(this ILogger logger, string call, string reason);
}
