using Xunit.Runner.InProc.SystemConsole;

namespace ClaudeCluster.DurableTask.Simulation;

/// <summary>Runs the tests, or seeds for as long as one likes.</summary>
internal static class Program
{
    private static Task<int> Main(string[] args) =>
        CommandLine.Parse(args) is { } run ? Task.FromResult(run()) : ConsoleRunner.Run(args);
}
