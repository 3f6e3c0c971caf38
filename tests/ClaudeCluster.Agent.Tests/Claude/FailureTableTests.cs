using System.Reflection;
using System.Runtime.CompilerServices;

namespace ClaudeCluster.Agent.Tests;

public class FailureTableTests
{
    private static readonly Type[] Tests = [typeof(AccountFailures), typeof(LimitFailures), typeof(ModelFailures), typeof(ProcessFailures)];

    private static readonly Dictionary<string, string> Steps = new(StringComparer.Ordinal) { ["ask a human"] = "AskHuman", ["try here"] = "TryHere", ["try elsewhere"] = "TryElsewhere" };

    [Fact]
    public void Each_row_has_its_test_and_each_test_its_row()
    {
        var tests = Tests.SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)).Select(method => method.Name);

        Assert.Equal(Rows().Select(row => row.Test).Order(StringComparer.Ordinal), tests.Order(StringComparer.Ordinal));
    }

    /// <summary>The columns of the page are what the test of that row asserts of the real CLI's run.</summary>
    [Fact]
    public void Each_row_s_test_asserts_its_outcome_and_its_next_step()
    {
        var sources = Tests.Select(type => File.ReadAllText(Path.Combine(Here(), $"{type.Name}.cs"))).ToList();
        foreach (var (outcome, step, test) in Rows())
        {
            var source = sources.Single(text => text.Contains($" {test}(", StringComparison.Ordinal));
            var body = source[source.IndexOf($" {test}(", StringComparison.Ordinal)..];
            body = body[..body.IndexOf("\n    }\n", StringComparison.Ordinal)];

            Assert.Contains(outcome == "none" ? "Assert.Null(run.Failure)" : $"Ended<AttemptOutcome.{outcome}>({Steps.GetValueOrDefault(step, "WaitUntil")})", body, StringComparison.Ordinal);
            Assert.Contains("await ", body, StringComparison.Ordinal);
        }
    }

    private static List<(string Outcome, string Step, string Test)> Rows() =>
        [.. File.ReadLines(Path.Combine(Here(), "../../../src/ClaudeCluster.Agent/Claude/FailureTable.md"))
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal))
            .Skip(2)
            .Select(line => line.Split('|').Select(cell => cell.Trim()).ToArray())
            .Select(cells => (cells[3].Split(';')[0], cells[4], cells[5]))];

    private static string Here([CallerFilePath] string here = "") => Path.GetDirectoryName(here)!;
}
