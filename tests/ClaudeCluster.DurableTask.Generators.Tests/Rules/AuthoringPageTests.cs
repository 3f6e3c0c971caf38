using ClaudeCluster.DurableTask.Generators.Rules;
using Microsoft.CodeAnalysis;

namespace ClaudeCluster.DurableTask.Generators.Tests.Rules;

/// <summary>docs/authoring.md and the rules say the same.</summary>
public sealed class AuthoringPageTests
{
    private static readonly string[] Page = File.ReadAllLines(Path.Combine(Repository.Root, "docs", "authoring.md"));

    [Fact]
    public void Each_rule_has_its_row_and_each_row_its_rule() =>
        Assert.Equal(RuleBook.All.Select(Row), Page.Where(line => line.StartsWith("| CCDT", StringComparison.Ordinal)));

    [Fact]
    public void Rules_have_one_id_each_in_the_order_of_the_page() =>
        Assert.Equal(RuleBook.All.Select(rule => rule.Id).Distinct().Order(StringComparer.Ordinal), RuleBook.All.Select(rule => rule.Id));

    [Fact]
    public void Each_rule_is_one_that_an_analyzer_reports()
    {
        var reported = new OrchestratorRules().SupportedDiagnostics.Concat(new DeclarationRules().SupportedDiagnostics).Concat(new CallsByNameRules().SupportedDiagnostics);

        Assert.Equal(RuleBook.All.Select(rule => rule.Id), reported.Select(rule => rule.Id));
    }

    private static string Row(Rule rule)
    {
        var severity = rule.Descriptor.DefaultSeverity switch { DiagnosticSeverity.Warning => "", var other => $" ({other.ToString().ToLowerInvariant()})" };
        return $"| {rule.Id}{severity} | {rule.What} | {rule.Why} | {rule.Instead} |";
    }
}
