using System.Diagnostics;

namespace ClaudeCluster.Bench.Peers;

/// <summary>
/// A network of its own, with nothing but loopback, so that no peer can ask the internet for updates; and a process tree of its own, so
/// that nothing outlives its first process. Linux, as root or where users may make namespaces; elsewhere a peer runs without.
/// </summary>
internal static class NetworkNamespace
{
    private const string Loopback = "ip link set lo up && exec \"$@\"";
    private static readonly string[][] Ways = [[], ["--user", "--map-root-user"]];

    /// <summary>The command that runs the given one inside, or the given one itself.</summary>
    public static IReadOnlyList<string> Around(params IReadOnlyList<string> command) =>
        Ways.Select(Prefix).FirstOrDefault(prefix => Runs([.. prefix, "true"])) is { } works ? [.. works, .. command] : command;

    private static string[] Prefix(string[] way) => ["unshare", .. way, "--net", "--pid", "--fork", "--kill-child", "sh", "-c", Loopback, "sh"];

    private static bool Runs(IReadOnlyList<string> command)
    {
        if (!OperatingSystem.IsLinux())
            return false;
        try
        {
            using var process = Process.Start(new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardError = true, RedirectStandardOutput = true })!;
            return process.WaitForExit(TimeSpan.FromSeconds(10)) && process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false; // There is no unshare here.
        }
    }
}
