using System.Security.Cryptography;
using System.Text;

namespace ClaudeCluster.Agent;

/// <summary>
/// Tries a contact with the repository's server again for as long as the trouble is one that passes: what an attempt has cost is worth more than half
/// an hour. A refusal is told at once.
/// </summary>
internal sealed class Perseverance(TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(2);

    /// <param name="attemptId">Whose contact: not all attempts come back at the same moment.</param>
    /// <param name="contact">May be repeated.</param>
    /// <param name="progress">Told of each failure.</param>
    /// <param name="stopping">Then it is tried one last time.</param>
    public async Task<T> TryAsync<T>(string attemptId, Func<Task<T>> contact, IProgress<string>? progress, CancellationToken stopping)
    {
        var start = time.GetTimestamp();
        for (var pauses = 0; ; pauses++)
        {
            try
            {
                return await contact();
            }
            catch (Exception failure) when (PassingTrouble.Is(failure) && !stopping.IsCancellationRequested && time.GetElapsedTime(start) < Patience)
            {
                progress.Hear(failure.ToString());
                progress?.Report($"the repository's server cannot be reached, which is tried again: {failure.Message}");
            }

            await Task.WhenAny(Task.Delay(PauseAfter(pauses, attemptId), time, stopping));
        }
    }

    /// <summary>Twice as long each time, and between half of it and all of it.</summary>
    internal static TimeSpan PauseAfter(int pauses, string attemptId)
    {
        var longest = pauses < 10 && FirstPause * (1 << pauses) is var doubled && doubled < LongestPause ? doubled : LongestPause;
        var chance = SHA256.HashData(Encoding.UTF8.GetBytes($"{attemptId} {pauses}"))[0] / 255d;
        return longest * (0.5 + (chance / 2));
    }
}
