using System.Collections.Concurrent;

namespace ClaudeCluster.Agent;

/// <summary>
/// One thread that starts all children and lives as long as this process. "Die with your parent" is in Linux a matter of the thread
/// that started a child, and a thread of the pool goes after some idle seconds: a sandbox that it had started would die with it.
/// </summary>
internal static class ProcessStarter
{
    private static readonly BlockingCollection<Action> Orders = [];

    static ProcessStarter() => new Thread(Run) { IsBackground = true, Name = "process starter" }.Start();

    /// <summary>Runs it on that thread; fails as it fails.</summary>
    public static Task RunAsync(Action start)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Orders.Add(() =>
        {
            try
            {
                start();
                done.SetResult();
            }
            catch (Exception failure) when (failure is not OutOfMemoryException)
            {
                // Whoever asked for the start hears it; the thread lives on for all others.
                done.SetException(failure);
            }
        });
        return done.Task;
    }

    private static void Run()
    {
        foreach (var order in Orders.GetConsumingEnumerable())
            order();
    }
}
