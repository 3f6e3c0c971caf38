namespace ClaudeCluster.DurableTask.Storage.Sqlite;

/// <summary>Which SQLite this is.</summary>
internal static class SqliteVersion
{
    public static Version Current
    {
        get
        {
            SQLitePCL.Batteries_V2.Init();
            return Version.Parse(SQLitePCL.raw.sqlite3_libversion().utf8_to_string());
        }
    }

    /// <summary>
    /// True if two connections that write or checkpoint at the same instant can damage a file (https://sqlite.org/wal.html#walresetbug).
    /// </summary>
    public static bool HasWalResetBug(Version version) =>
        version >= new Version(3, 7, 0) && version < new Version(3, 51, 3) && !IsFixed(version, new Version(3, 50, 7)) && !IsFixed(version, new Version(3, 44, 6));

    private static bool IsFixed(Version version, Version since) =>
        version.Major == since.Major && version.Minor == since.Minor && version.Build >= since.Build;
}
