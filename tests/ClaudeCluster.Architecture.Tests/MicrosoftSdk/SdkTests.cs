using System.Text.RegularExpressions;

namespace ClaudeCluster.Architecture.Tests.MicrosoftSdk;

/// <summary>The flow is compiled against our Durable Task SDK or Microsoft's, and one file of each project says against whose.</summary>
public sealed partial class SdkTests
{
    private static readonly string[] SourcesOfBoth =
    [
        .. MicrosoftCompilation.Sources("src/ClaudeCluster.Orchestrations", "Sdk/"),
        .. MicrosoftCompilation.Sources("tests/consumers/OwnFlow", "Sdk."),
    ];

    [Fact]
    public void Only_the_chosen_file_says_whose_the_Durable_Task_API_is()
    {
        var named =
            from file in SourcesOfBoth
            from line in Repository.Read(file).Split('\n').Select((text, index) => (Text: text, Number: index + 1))
            where SaysWhose().IsMatch(line.Text)
            select $"{file}:{line.Number}: {line.Text.Trim()}";

        Findings.None(named);
    }

    [Theory]
    [InlineData("using ClaudeCluster.DurableTask.Client;")]
    [InlineData("Microsoft.DurableTask.TaskName name;")]
    [InlineData("/// <see cref=\"DurableTask.Client.DurableTaskClient\"/>")]
    [InlineData("#if MICROSOFT")]
    public void What_says_whose_it_is_is_seen(string line) => Assert.Matches(SaysWhose(), line);

    [Fact]
    public void Flow_compiles_against_Microsofts_SDK() => Findings.None(MicrosoftCompilation.Problems(MicrosoftCompilation.Flow()));

    /// <summary>With a hub elsewhere, and with Microsoft's test host, in which CI runs it.</summary>
    [Theory]
    [InlineData("Sdk.Microsoft.cs")]
    [InlineData("Sdk.MicrosoftTestHost.cs")]
    public void Sample_compiles_against_Microsofts_SDK(string chosen) => Findings.None(MicrosoftCompilation.Problems(MicrosoftCompilation.OwnFlow(chosen)));

    [Theory]
    [InlineData("new TaskFailureDetails(\"a\", \"b\", null, null, null).IsNonRetriable", "CS1061")]
    [InlineData("TaskTags.Fail", "CS0103")]
    [InlineData("FailureTypes.WorkerLost", "CS0103")]
    [InlineData("default(OrchestrationAlreadyExistsException)", "CS0246")]
    [InlineData("client.DefaultVersion", "CS1061")]
    public void What_only_our_SDK_has_is_an_error_there(string expression, string error)
    {
        var flow = MicrosoftCompilation.Flow($"file static class Mistake {{ public static object? Of(DurableTaskClient client) => {expression}; }}");

        Assert.Contains($"error {error}", Assert.Single(MicrosoftCompilation.Problems(flow)), StringComparison.Ordinal);
    }

    /// <summary>A name directly after a quotation mark is data: a word of the hub.</summary>
    [GeneratedRegex(@"(?<!""|[\w.])((ClaudeCluster|Microsoft)\.DurableTask\b|DurableTask\.\w)|(?<=cref="")(\w+\.)?DurableTask\.|^\s*#if\b", RegexOptions.None, 1000)]
    private static partial Regex SaysWhose();
}
