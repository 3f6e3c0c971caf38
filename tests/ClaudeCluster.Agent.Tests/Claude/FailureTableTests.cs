using System.Reflection;
using System.Runtime.CompilerServices;

namespace ClaudeCluster.Agent.Tests;

public class FailureTableTests
{
    private static readonly Type[] Tests = [typeof(AccountFailures), typeof(LimitFailures), typeof(ModelFailures), typeof(ProcessFailures)];

    [Fact]
    public void Each_row_has_its_test_and_each_test_its_row()
    {
        var rows = File.ReadLines(Path.Combine(Here(), "../../../src/ClaudeCluster.Agent/Claude/FailureTable.md"))
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal))
            .Skip(2)
            .Select(line => line.Split('|')[5].Trim())
            .ToList();
        var tests = Tests.SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)).Select(method => method.Name);

        Assert.Equal(rows.Order(StringComparer.Ordinal), tests.Order(StringComparer.Ordinal));
    }

    private static string Here([CallerFilePath] string here = "") => Path.GetDirectoryName(here)!;
}
