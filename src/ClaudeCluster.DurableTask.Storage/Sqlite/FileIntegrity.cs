using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace ClaudeCluster.DurableTask.Storage.Sqlite;

/// <summary>What is known of a hub file's soundness since it was opened.</summary>
/// <param name="WasChecked">False if its last owner had closed it, so that there was no reason to look.</param>
/// <param name="Findings">What SQLite found wrong; empty if nothing.</param>
public sealed record FileIntegrity(bool WasChecked, IReadOnlyList<string> Findings)
{
    private const int Interrupted = 9;

    public bool IsSound => Findings.Count == 0;

    internal static Task<FileIntegrity> NotChecked { get; } = Task.FromResult(new FileIntegrity(false, []));

    /// <summary>Reads the whole file, beside the work and on a connection of its own.</summary>
    internal static Task<FileIntegrity> CheckAsync(string path, ILogger logger, CancellationToken cancellation) =>
        Task.Run(() => Check(path, logger, cancellation), cancellation);

    private static FileIntegrity Check(string path, ILogger logger, CancellationToken cancellation)
    {
        logger.UncleanStop(path);
        var found = new FileIntegrity(true, Look(path, cancellation));
        if (found.IsSound)
            logger.FileIsSound(path);
        else
            logger.FileIsDamaged(path, string.Join("; ", found.Findings));
        return found;
    }

    private static List<string> Look(string path, CancellationToken cancellation)
    {
        try
        {
            using var session = SqliteSession.Open(path, writes: false);
            using var end = cancellation.Register(session.Interrupt);
            var lines = session.Rows("PRAGMA integrity_check(20)", row => row.Text(0));
            return lines is ["ok"] ? [] : lines;
        }
        catch (SqliteException e) when (e.SqliteErrorCode != Interrupted)
        {
            return [e.Message];
        }
        catch (SqliteException e)
        {
            throw new OperationCanceledException("The store was closed during the check.", e, cancellation);
        }
    }
}
