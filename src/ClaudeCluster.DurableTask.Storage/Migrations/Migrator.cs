using System.Globalization;
using ClaudeCluster.DurableTask.Storage.Sqlite;

namespace ClaudeCluster.DurableTask.Storage.Migrations;

/// <summary>Brings a file to this version's tables, forward only. A newer file is refused, since this version cannot know what it holds.</summary>
internal static class Migrator
{
    /// <summary>"CCTH": a ClaudeCluster task hub.</summary>
    private const long ApplicationId = 0x43435448;

    public static IReadOnlyList<string> Scripts { get; } = ReadScripts();

    /// <exception cref="HubFileException">It is of a newer version, or no hub.</exception>
    public static void Check(SqliteSession session, string path)
    {
        var tables = session.Scalar<long>("SELECT count(*) FROM sqlite_schema");
        var application = session.Scalar<long>("PRAGMA application_id");
        var version = session.Scalar<long>("PRAGMA user_version");
        if (application != ApplicationId && (tables > 0 || application != 0 || version != 0))
            throw SqliteErrors.NotAHub(path, "it is a database of another program");
        if (version > Scripts.Count)
        {
            throw new HubFileException(
                HubFileProblem.NewerVersion,
                path,
                $"it was written by a newer version (its format is {version}, this version reads up to {Scripts.Count})",
                "Update this program, or name another file.");
        }
    }

    /// <exception cref="HubFileException">It is of a newer version, no hub, or not one yet.</exception>
    public static void CheckReadable(SqliteSession session, string path)
    {
        Check(session, path);
        if (session.Scalar<long>("PRAGMA user_version") == 0)
            throw SqliteErrors.NotAHub(path, "it is empty: its first run has not got as far as making it");
    }

    /// <summary>What is to be run on this file, each in a transaction of its own.</summary>
    public static IEnumerable<string> Missing(SqliteSession session)
    {
        for (var version = (int)session.Scalar<long>("PRAGMA user_version"); version < Scripts.Count; version++)
        {
            var next = (version + 1).ToString(CultureInfo.InvariantCulture);
            yield return $"{Scripts[version]} PRAGMA application_id = {ApplicationId.ToString(CultureInfo.InvariantCulture)}; PRAGMA user_version = {next};";
        }
    }

    private static List<string> ReadScripts()
    {
        var assembly = typeof(Migrator).Assembly;
        return
        [
            .. assembly.GetManifestResourceNames()
                .Where(name => name.EndsWith(".sql", StringComparison.Ordinal) && !name.StartsWith("Postgres/", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)
                .Select(name =>
                {
                    using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
                    return reader.ReadToEnd();
                }),
        ];
    }
}
