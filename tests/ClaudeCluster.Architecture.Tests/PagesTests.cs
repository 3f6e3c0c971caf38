using System.Text.RegularExpressions;

namespace ClaudeCluster.Architecture.Tests;

/// <summary>Pages that point at files point at files that are there.</summary>
public sealed partial class PagesTests
{
    private const int RowsOfTheSeed = 111;

    private static readonly string[] StandingsOfARow = ["works", "replaced", "planned", "does not apply"];

    public static TheoryData<string> Pages => [.. Written("*.md")];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Link_leads_somewhere(string page)
    {
        var folder = Path.GetDirectoryName(page) ?? "";
        var broken = Link().Matches(Repository.Read(page))
            .Select(match => match.Groups["target"].Value.Split('#')[0])
            .Where(target => target.Length > 0 && !target.Contains("://", StringComparison.Ordinal) && !Repository.Has(Path.Combine(folder, target)));

        Findings.None(broken);
    }

    [Fact]
    public void Each_row_of_the_seed_stands_once_and_says_where_it_stands()
    {
        var rows = SeedRow().Matches(Repository.Read("docs/from-the-seed.md"));

        Assert.Equal(Enumerable.Range(1, RowsOfTheSeed).Select(number => $"S{number}"), rows.Select(row => row.Groups["number"].Value));
        Assert.All(rows, row => Assert.Contains(StandingsOfARow, standing => row.Groups["standing"].Value.StartsWith(standing, StringComparison.Ordinal)));
    }

    [Fact]
    public void Each_decision_is_in_the_index()
    {
        var index = Repository.Read("docs/adr/README.md");
        var records = Directory.GetFiles(Path.Combine(Repository.Root, "docs", "adr"), "0*.md").Select(path => Path.GetFileName(path));

        Findings.None(records.Where(record => !index.Contains($"({record})", StringComparison.Ordinal)));
    }

    private static IEnumerable<string> Written(string pattern) =>
        Directory.GetFiles(Repository.Root, pattern)
            .Concat(Directory.GetFiles(Path.Combine(Repository.Root, "docs"), pattern, SearchOption.AllDirectories))
            .Select(path => Path.GetRelativePath(Repository.Root, path).Replace('\\', '/'))
            .Order(StringComparer.Ordinal);

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)", RegexOptions.None, 1000)]
    private static partial Regex Link();

    [GeneratedRegex(@"^\| (?<number>S\d+) \|[^|\n]*\| \*\*(?<standing>[^*]+)\*\*", RegexOptions.Multiline, 1000)]
    private static partial Regex SeedRow();
}
