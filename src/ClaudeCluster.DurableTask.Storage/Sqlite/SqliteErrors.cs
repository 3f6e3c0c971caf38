using Microsoft.Data.Sqlite;

namespace ClaudeCluster.DurableTask.Storage.Sqlite;

/// <summary>SQLite's codes in words, each with what to do.</summary>
internal static class SqliteErrors
{
    private const int NoPermission = 3;
    private const int Busy = 5;
    private const int Locked = 6;
    private const int ReadOnly = 8;
    private const int InputOutput = 10;
    private const int Corrupt = 11;
    private const int Full = 13;
    private const int CannotOpen = 14;
    private const int NotADatabase = 26;

    /// <summary>The exception to throw instead, or null if the error is not about the file.</summary>
    public static HubFileException? Translate(Exception error, string path) => error is SqliteException sqlite ? Translate(sqlite, path) : null;

    /// <inheritdoc cref="Translate(Exception, string)"/>
    public static HubFileException? Translate(SqliteException error, string path) => error.SqliteErrorCode switch
    {
        Full => new(HubFileProblem.DiskFull, path, "the disk is full", "Free some space and start again; what was committed is safe.", error),
        NotADatabase => NotAHub(path, "it is not a database", error),
        Corrupt => new(HubFileProblem.Damaged, path, "the file is damaged", "Restore it from a backup.", error),
        InputOutput => new(HubFileProblem.Damaged, path, $"reading or writing failed ({error.Message})", "Check the disk and start again.", error),
        NoPermission or ReadOnly => NoAccess(path, error),
        CannotOpen => NoAccess(path, error),
        Busy or Locked => new(
            HubFileProblem.InUse, path, "another program holds it", "Close that program, such as a database browser, and start again.", error),
        _ => null,
    };

    public static HubFileException NotAHub(string path, string reason, Exception? error = null) =>
        new(HubFileProblem.NotAHub, path, reason, "Name another file, or a new one.", error);

    public static HubFileException NoLog(string path) => new(
        HubFileProblem.NoAccess, path, "its file system cannot hold a write-ahead log", "Name a file on a local disk.");

    public static HubFileException NoAccess(string path, Exception error) => new(
        HubFileProblem.NoAccess, path, "it cannot be opened for writing", "Check that its folder exists and that this user may write there.", error);
}
