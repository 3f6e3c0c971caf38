namespace ClaudeCluster.Agent;

/// <summary>A lock that other processes of this PC see too. The system frees it when its holder dies.</summary>
internal static class FileLock
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);

    /// <returns>Dispose it to free the lock; null: somebody else holds it.</returns>
    public static IDisposable? TryTake(string file)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        try
        {
            return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException held) when (!DiskIsFull.Caused(held))
        {
            return null;
        }
    }

    public static async Task<IDisposable> TakeAsync(string file, TimeSpan atMost, TimeProvider time, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        while (true)
        {
            if (TryTake(file) is { } taken)
                return taken;
            if (time.GetElapsedTime(start) > atMost)
                throw new IOException($"{file} was held by another process for more than {atMost}.");
            await Task.Delay(Look, time, cancellationToken);
        }
    }
}
