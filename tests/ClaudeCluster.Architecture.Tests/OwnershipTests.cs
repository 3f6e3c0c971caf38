using System.Text.RegularExpressions;

namespace ClaudeCluster.Architecture.Tests;

/// <summary>Each outside world is known in one place. The text of src is read as it stands, comments aside.</summary>
public sealed partial class OwnershipTests
{
    /// <param name="Knowledge">What only the owners may know.</param>
    /// <param name="Words">How one sees that a line knows it.</param>
    /// <param name="Owners">Projects; an empty list means nobody.</param>
    /// <param name="Caught">A line that the words must find: a rule that finds nothing guards nothing.</param>
    private sealed record Ownership(string Knowledge, Regex Words, string[] Owners, string Caught);

    private static readonly Ownership[] Rules =
    [
        new("SQL", Sql(), ["ClaudeCluster.DurableTask.Storage"], "command.CommandText = \"SELECT id FROM instance\";"),
        // Generators forbids them to orchestrators, by name.
        new("database connections", Databases(), ["ClaudeCluster.DurableTask.Storage", "ClaudeCluster.DurableTask.Generators"], "using var connection = new SqliteConnection(path);"),
        new("protobuf", Protobuf(), ["ClaudeCluster.DurableTask.Grpc"], "using Google.Protobuf;"),
        new("GitHub's JSON", GitHubJson(), ["ClaudeCluster.GitHub"], "[JsonPropertyName(\"full_name\")]"),
        new("GitHub's headers and workflow commands", GitHubWire(), ["ClaudeCluster.GitHub"], "request.Headers[\"X-GitHub-Event\"]"),
        new("starting processes", Processes(), ["ClaudeCluster.Agent"], "var start = new ProcessStartInfo(\"git\");"),
        new("Claude's command line", ClaudeCli(), ["ClaudeCluster.Agent"], "\"--output-format\", \"stream-json\","),
        new("the console", Consoles(), ["ClaudeCluster.Runner"], "Console.WriteLine(text);"),
        new("Kestrel", Kestrel(), ["ClaudeCluster.DurableTask.Grpc", "ClaudeCluster.Agent", "ClaudeCluster.Coordinator"], "using Microsoft.AspNetCore.Builder;"),
    ];

    public static TheoryData<string> Knowledge => [.. Rules.Select(rule => rule.Knowledge)];

    [Theory]
    [MemberData(nameof(Knowledge))]
    public void Knowledge_stands_only_with_its_owner(string knowledge)
    {
        var rule = Rules.Single(rule => rule.Knowledge == knowledge);

        var strangers =
            from file in Repository.ProductCode
            where !rule.Owners.Contains(Repository.ProjectOf(file), StringComparer.Ordinal)
            from line in File.ReadLines(Path.Combine(Repository.Root, file)).Select((text, index) => (Text: text, Number: index + 1))
            where !IsComment(line.Text) && rule.Words.IsMatch(line.Text)
            select $"{file}:{line.Number}: {line.Text.Trim()}";

        Findings.None(strangers);
    }

    [Theory]
    [MemberData(nameof(Knowledge))]
    public void Rule_finds_what_it_is_for(string knowledge)
    {
        var rule = Rules.Single(rule => rule.Knowledge == knowledge);

        Assert.Matches(rule.Words, rule.Caught);
    }

    [Theory]
    [InlineData(".sql", "ClaudeCluster.DurableTask.Storage")]
    [InlineData(".proto", "ClaudeCluster.DurableTask.Grpc")]
    public void Files_of_a_kind_stand_only_with_their_owner(string extension, string owner) =>
        Assert.All(
            Repository.ProductFiles.Where(file => file.EndsWith(extension, StringComparison.Ordinal)),
            file => Assert.Equal(owner, Repository.ProjectOf(file)));

    private static bool IsComment(string line) => line.TrimStart().StartsWith("//", StringComparison.Ordinal);

    private const int MatchLimitMs = 1000;

    [GeneratedRegex(@"\b(SELECT\b.*\bFROM|INSERT\s+(OR\s+\w+\s+)?INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|CREATE\s+(TABLE|INDEX|UNIQUE)|ALTER\s+TABLE|PRAGMA\s+\w+|BEGIN\s+IMMEDIATE)\b", RegexOptions.None, MatchLimitMs)]
    private static partial Regex Sql();

    [GeneratedRegex(@"\b(Sqlite(Connection|Command|Transaction|DataReader)|Npgsql\w*|DbConnection|Microsoft\.Data\.Sqlite|SQLitePCL)\b", RegexOptions.None, MatchLimitMs)]
    private static partial Regex Databases();

    [GeneratedRegex(@"\bGoogle\.Protobuf\b|\bByteString\b", RegexOptions.None, MatchLimitMs)]
    private static partial Regex Protobuf();

    [GeneratedRegex(@"\b(full_name|html_url|author_association|default_branch|role_name|pull_request|issue_comment|head_sha|workflow_run)\b", RegexOptions.None, MatchLimitMs)]
    private static partial Regex GitHubJson();

    [GeneratedRegex(@"X-GitHub-|X-Hub-Signature|application/vnd\.github|::(add-mask|stop-commands|notice|warning|error|group)|GITHUB_(OUTPUT|STEP_SUMMARY)", RegexOptions.None, MatchLimitMs)]
    private static partial Regex GitHubWire();

    [GeneratedRegex(@"\bProcessStartInfo\b|\bProcess\.Start\b|\bnew Process\b", RegexOptions.None, MatchLimitMs)]
    private static partial Regex Processes();

    [GeneratedRegex(@"--output-format|stream-json|--permission-mode|--dangerously|--allowedTools|--append-system-prompt", RegexOptions.None, MatchLimitMs)]
    private static partial Regex ClaudeCli();

    [GeneratedRegex(@"\b(Console\.(Write|WriteLine|Out|Error|In|Read|ReadLine|ReadKey|OpenStandard\w+|IsOutputRedirected)|AnsiConsole)\b", RegexOptions.None, MatchLimitMs)]
    private static partial Regex Consoles();

    [GeneratedRegex(@"\bMicrosoft\.AspNetCore\b|\bWebApplication\b|\bKestrel\w*", RegexOptions.None, MatchLimitMs)]
    private static partial Regex Kestrel();
}
