using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using ClaudeCluster.DurableTask.Replay.Tests.Replay;

namespace ClaudeCluster.DurableTask.Tests.Semantics;

/// <summary>docs/durable-task-semantics.md has all 57 lines, and every test that it names exists.</summary>
public sealed class SemanticsTableTests
{
    private static readonly HashSet<string> Tests =
    [
        .. new[] { typeof(SemanticsTableTests).Assembly, typeof(ReplayTests).Assembly }.SelectMany(assembly => assembly.GetTypes())
            .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly))
            .Where(method => method.GetCustomAttributes().Any(attribute => attribute is FactAttribute))
            .Select(method => method.Name),
    ];

    [Fact]
    public void No_line_is_missing() =>
        Assert.Equal(Enumerable.Range(1, 57), Lines().Select(cells => int.Parse(cells[1], CultureInfo.InvariantCulture)));

    [Fact]
    public void Each_line_says_what_we_do_and_names_tests_that_exist()
    {
        foreach (var cells in Lines())
        {
            Assert.False(string.IsNullOrWhiteSpace(cells[2]) || string.IsNullOrWhiteSpace(cells[3]), $"Line {cells[1]} is empty.");
            var named = cells[4].Split(',', StringSplitOptions.TrimEntries).Select(name => name.Trim('`')).ToList();
            Assert.All(named, name => Assert.True(Tests.Contains(name), $"Line {cells[1]} names '{name}', which is no test."));
        }
    }

    /// <summary>The cells of each numbered line.</summary>
    private static List<string[]> Lines() =>
    [
        .. File.ReadAllLines(Path.Combine(Path.GetDirectoryName(ThisFile())!, "../../../docs/durable-task-semantics.md"))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
            .Where(cells => cells.Length == 6 && int.TryParse(cells[1], NumberStyles.None, CultureInfo.InvariantCulture, out _)),
    ];

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
