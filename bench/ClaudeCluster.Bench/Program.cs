using ClaudeCluster.Bench.Children;

namespace ClaudeCluster.Bench;

/// <summary>The command, or one of the processes that it starts of itself: to be killed, or to have a memory of its own.</summary>
internal static class Program
{
    private static Task<int> Main(string[] args) => args is [ChildProcess.Verb, ..]
        ? ChildMain.RunAsync(args[1..])
        : BenchCommand.RunAsync(args, Console.Out, Console.Error);
}
