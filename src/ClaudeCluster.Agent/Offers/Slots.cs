using System.Globalization;

namespace ClaudeCluster.Agent;

/// <summary>This PC's places for tasks, which a daemon and a run in an Actions job share: one lock file each, freed by the system if its holder dies.</summary>
public sealed class Slots(string folder, int count, TimeProvider time)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);

    /// <returns>Dispose it to free the place; null: all are taken.</returns>
    public IDisposable? TryTake() => Enumerable.Range(1, count)
        .Select(number => FileLock.TryTake(Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"slot-{number}.lock"))))
        .FirstOrDefault(taken => taken is not null);

    public async Task<IDisposable> TakeAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (TryTake() is { } taken)
                return taken;
            await Task.Delay(Look, time, cancellationToken);
        }
    }
}
