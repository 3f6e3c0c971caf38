using ClaudeCluster.DurableTask.Tests.Crashes;
using Xunit.Runner.InProc.SystemConsole;

namespace ClaudeCluster.DurableTask.Tests;

/// <summary>Runs the tests, or is the process that the kill tests kill.</summary>
internal static class Program
{
    private static Task<int> Main(string[] args) =>
        args is [CrashHost.Verb, ..] ? CrashHost.RunAsync(args[1..]) : ConsoleRunner.Run(args);
}
