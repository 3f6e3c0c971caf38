using Microsoft.Data.Sqlite;

namespace ClaudeCluster.Runner.Tests;

/// <summary>Hub files in states that no run of this version leaves.</summary>
internal static class HubFiles
{
    /// <summary>As a later version of this program would have left it.</summary>
    public static void MakeNewer(string path)
    {
        SQLitePCL.Batteries_V2.Init();
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA user_version = 4711; PRAGMA wal_checkpoint(TRUNCATE);";
        command.ExecuteNonQuery();
    }

    /// <summary>A database of another program.</summary>
    public static void MakeForeign(string path)
    {
        SQLitePCL.Batteries_V2.Init();
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "CREATE TABLE songs (title TEXT);";
        command.ExecuteNonQuery();
    }
}
