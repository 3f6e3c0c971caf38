namespace ClaudeCluster.DurableTask.Storage.Sqlite;

/// <summary>Copies a hub file while it is worked on: the copy is the hub as it was at one commit.</summary>
internal static class FileBackup
{
    /// <exception cref="HubFileException">There is such a file already, or it cannot be written.</exception>
    public static void Write(SqliteSession source, string path)
    {
        // Under another name until it is whole, so that half a copy is never taken for one.
        var part = path + ".part";
        try
        {
            Refuse(path);
            Remove(part);
            Copy(source, part);
            File.Move(part, path, overwrite: false);
        }
        catch (HubFileException)
        {
            throw;
        }
        catch (Exception e)
        {
            Remove(part);
            Refuse(path);
            throw SqliteErrors.Translate(e, path) ?? (e is IOException or UnauthorizedAccessException ? SqliteErrors.NoAccess(path, e) : e);
        }
    }

    private static void Remove(string part)
    {
        if (File.Exists(part))
            File.Delete(part);
    }

    private static void Refuse(string path)
    {
        if (Path.Exists(path))
            throw new HubFileException(HubFileProblem.Exists, path, "there is such a file already", "Name a new one: a backup never replaces a file.");
    }

    private static void Copy(SqliteSession source, string path)
    {
        using (var copy = SqliteSession.Open(path, writes: true))
            source.CopyTo(copy);

        // Nobody owns the copy.
        using var session = SqliteSession.Open(path, writes: true);
        session.Execute("DELETE FROM hub WHERE name = 'owner'");
    }
}
