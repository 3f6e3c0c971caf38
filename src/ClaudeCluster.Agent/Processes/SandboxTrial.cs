namespace ClaudeCluster.Agent;

/// <summary>One empty command in bubblewrap, as attempts use it: only that shows whether this user may make namespaces.</summary>
internal static class SandboxTrial
{
    private const string Name = "sandbox-trial";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <param name="environment">Of the attempts; at least PATH.</param>
    /// <returns>Why it does not work; null: it does.</returns>
    public static async Task<string?> RunAsync(IReadOnlyDictionary<string, string> environment, TimeProvider time, CancellationToken cancellationToken)
    {
        var result = await ChildProcess.RunAsync(
            new ChildCommand
            {
                Program = "bwrap",
                Arguments = ["--ro-bind", "/", "/", "--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-net", "--die-with-parent", "--dev", "/dev", "--proc", "/proc", "--", "/bin/sh", "-c", "exit 42"],
                Folder = "/",
                Environment = environment,
                Mark = Name,
                WallTime = Patience,
            },
            time,
            cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        return result is { End: ChildEnd.Exited, ExitCode: 42 } ? null : $"The sandbox does not work on this PC: {(result.Reason ?? result.Both).Trim()}";
    }
}
