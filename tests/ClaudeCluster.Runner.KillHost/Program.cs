using ClaudeCluster.Runner;
using ClaudeCluster.Runner.KillHost;

// claude-cluster as it is, but for one thing: at the given kill point, the process kills itself as SIGKILL would.
//   KillHost NUMBER FILE VERB …   kills at that point, or at none for 0, and writes each point that it passed into FILE
var points = new KillPoints(killAt: int.Parse(args[0], System.Globalization.CultureInfo.InvariantCulture), report: args[1]);
var host = HostEnvironment.OfThisProcess() with
{
    Seams = new Seams
    {
        Store = store => new WatchedStore(store, points),
        GitHub = gitHub => new WatchedGitHub(gitHub, points),
    },
};
return await CommandLine.RunAsync(args[2..], host, Console.Out, Console.Error, isTerminal: false);
