using System.Diagnostics;

namespace ClaudeCluster.Runner.KillHost;

/// <summary>Counts the moments before and after each write, in the order in which this process passes them.</summary>
internal sealed class KillPoints(int killAt, string report)
{
    private readonly Lock _gate = new();
    private int _passed;

    public async Task<T> AroundAsync<T>(string what, Func<Task<T>> write)
    {
        Pass($"before {what}");
        var result = await write();
        Pass($"after {what}");
        return result;
    }

    public Task AroundAsync(string what, Func<Task> write) => AroundAsync(what, async () =>
    {
        await write();
        return true;
    });

    private void Pass(string point)
    {
        lock (_gate)
        {
            File.AppendAllText(report, point + "\n");
            if (++_passed == killAt)
            {
                Process.GetCurrentProcess().Kill();
                Thread.Sleep(Timeout.Infinite);
            }
        }
    }
}
