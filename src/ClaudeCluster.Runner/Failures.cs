using ClaudeCluster.Agent;
using ClaudeCluster.DurableTask.Storage;
using ClaudeCluster.GitHub;

namespace ClaudeCluster.Runner;

/// <summary>From an exception to what a person reads and a caller gets.</summary>
internal static class Failures
{
    public static ExitCode Report(Exception failure, Output output, bool isInterrupted)
    {
        switch (failure)
        {
            case OperationCanceledException when isInterrupted:
                output.Error("interrupted", [new Problem("stopped", "What was done is kept.", "Call the same command again, and it goes on.")]);
                return ExitCode.Interrupted;
            case BadInputException bad:
                output.Error("badInput", bad.Problems);
                return ExitCode.BadInput;
            case HostNotReadyException host:
                output.Error("hostNotReady", [new Problem("this machine", host.Detail, host.Fix)]);
                return ExitCode.HostNotReady;
            case UntrustedCoordinatorException untrusted:
                output.Error("hostNotReady", [untrusted.Problem]);
                return ExitCode.HostNotReady;
            case HubFileException hub:
                output.Error("hostNotReady", [new Problem(hub.Path, Sentence(hub.Reason), hub.Fix)]);
                return ExitCode.HostNotReady;
            case HubDatabaseException hub:
                output.Error("hostNotReady", [new Problem(hub.Database, Sentence(hub.Reason), hub.Fix)]);
                return ExitCode.HostNotReady;
            case GitException git:
                output.Error("hostNotReady", [new Problem("git", git.Message, "Mend what git complains about; then call the same command again.")]);
                return ExitCode.HostNotReady;
            case GitHubException gitHub:
                output.Error("failed", [gitHub.Problem]);
                return ExitCode.Failed;
            case IOException or UnauthorizedAccessException:
                output.Error("hostNotReady", [new Problem("disk", failure.Message, "See that the folder exists, is writable, and that the disk is not full; then call the same command again.")]);
                return ExitCode.HostNotReady;
            default:
                output.Error("failed", [new Problem(failure.GetType().Name, failure.Message, "This is not expected. Run with --debug for the details.")]);
                return ExitCode.Failed;
        }
    }

    /// <summary>A hub file's reason is a part of a sentence.</summary>
    public static string Sentence(string reason) => $"{char.ToUpperInvariant(reason[0])}{reason[1..].TrimEnd('.')}.";
}
