using ClaudeCluster.Agent;

namespace ClaudeCluster.Runner;

/// <summary>What edits for this agent, after a look whether it can.</summary>
internal static class AgentCoder
{
    /// <exception cref="HostNotReadyException">Claude Code cannot be used here.</exception>
    /// <exception cref="BadInputException">The script has problems.</exception>
    public static async Task<ICoder> CreateAsync(CoderChoice choice, AgentPlace place, AgentOptions options, HostEnvironment host, CancellationToken cancellationToken)
    {
        if (choice.ScriptFile is { } file)
            return new ScriptedCoder(CoderScript.Read(await File.ReadAllTextAsync(file, cancellationToken), file), options, host.Time);
        var found = await InspectAsync(place, host, cancellationToken);
        return found.Problem switch
        {
            null => new ClaudeCoder(place.ClaudeOptions(found.Version), host.Time, options),
            AttemptOutcome.HostNotReady problem => throw new HostNotReadyException(problem.Detail, problem.Fix),
            AttemptOutcome problem => throw new HostNotReadyException(OutcomeText.Describe(problem), "'claude-cluster agent --check' tells more."),
        };
    }

    public static async Task<ClaudeInstallation> InspectAsync(AgentPlace place, HostEnvironment host, CancellationToken cancellationToken)
    {
        var scratch = ScratchFolder.Create();
        try
        {
            return await ClaudeInstallation.InspectAsync(place.FindClaude(), place.ClaudeOptions(), scratch.FullName, host.Time, cancellationToken);
        }
        finally
        {
            scratch.Delete(recursive: true);
        }
    }
}
