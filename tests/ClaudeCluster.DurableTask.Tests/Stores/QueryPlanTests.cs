using System.Text.RegularExpressions;
using ClaudeCluster.DurableTask.Storage.Sqlite;
using ClaudeCluster.DurableTask.Tests.Kit;

namespace ClaudeCluster.DurableTask.Tests.Stores;

/// <summary>What is asked again and again does not get slower with what waits: no table is read through, nothing is sorted.</summary>
public sealed class QueryPlanTests : IAsyncLifetime
{
    private readonly TestFolder _folder = new();
    private SqliteWriter _writer = null!;

    public static TheoryData<string, string> Queries => new()
    {
        { SqliteClaims.Ready, "SEARCH i USING INDEX instances_ready" },
        { SqliteClaims.Rung, "SEARCH m USING COVERING INDEX inbox_timed" },
        { SqliteClaims.Waiting, "SCAN activities USING INDEX activities_waiting" },
        { SqliteReads.NextTimer, "SEARCH inbox USING COVERING INDEX inbox_timed" },
        { SqliteReads.ExpiredSteps, "SEARCH instances USING INDEX instances_leased" },
        { SqliteReads.ExpiredActivities, "SEARCH a USING INDEX activities_leased" },
        { SqliteReads.HistoryOfExecution, "SEARCH h USING INTEGER PRIMARY KEY" },
    };

    public ValueTask InitializeAsync()
    {
        _writer = SqliteWriter.Open(new SqliteStoreOptions(_folder.File("hub.db")));
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _writer.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [MemberData(nameof(Queries))]
    public async Task A_query_walks_an_index(string sql, string step)
    {
        var plan = await _writer.WriteAsync(tables => tables.Session.Rows($"EXPLAIN QUERY PLAN {sql}", row => row.Text(3)));

        Assert.Contains(plan, line => line.StartsWith(step, StringComparison.Ordinal));
        Assert.DoesNotContain(plan, line => line.Contains("TEMP B-TREE", StringComparison.Ordinal));
        Assert.DoesNotContain(plan, line => Regex.IsMatch(line, "^SCAN (?!json_each)", RegexOptions.None, TimeSpan.FromSeconds(1)) && !line.Contains("INDEX", StringComparison.Ordinal));
    }
}
