using ClaudeCluster.Agent;

namespace ClaudeCluster.Runner;

/// <summary>Of <c>agent --check</c> and <c>doctor</c>: the sandbox's programs are here, and bubblewrap does what it must.</summary>
internal static class SandboxCheck
{
    private const string Name = "sandbox";

    public static async Task<Check> LookAsync(HostEnvironment host, bool isNeeded, CancellationToken cancellationToken)
    {
        var missing = new[] { "bwrap", "socat" }.Where(program => ProgramPath.Find(program, host.ForChildren) is null).ToList();
        if (missing.Count > 0)
            return new Check(Name, Ok: false, isNeeded, $"{string.Join(" and ", missing)} not found, so what the model writes cannot be confined", "Install them: apt-get install bubblewrap socat");
        return await SandboxTrial.RunAsync(host.ForChildren, host.Time, cancellationToken) is { } trouble
            ? new Check(Name, Ok: false, isNeeded, trouble, ClaudeCluster.Agent.Sandbox.HowToFix)
            : new Check(Name, Ok: true, isNeeded, "bubblewrap and socat are here, and bubblewrap works", Fix: null);
    }
}
