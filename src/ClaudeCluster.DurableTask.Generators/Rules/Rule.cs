using Microsoft.CodeAnalysis;

namespace ClaudeCluster.DurableTask.Generators.Rules;

/// <summary>A rule for people who write tasks. Its words stand in docs/authoring.md too, and a test holds the two together.</summary>
internal sealed class Rule
{
    public Rule(string id, string category, string what, string why, string instead, DiagnosticSeverity severity = DiagnosticSeverity.Warning, bool sawWholeAssembly = false)
    {
        (Id, What, Why, Instead) = (id, what, why, instead);
#pragma warning disable RS1032 // The message is "'what was found': why. Instead." It is more than one sentence on purpose.
        Descriptor = new DiagnosticDescriptor(
            id,
            what,
            $"{{0}}: {Escaped(why)}. {Escaped(instead)}.{{1}}",
            category,
            severity,
            isEnabledByDefault: true,
            description: $"{why}. {instead}.",
            customTags: sawWholeAssembly ? [WellKnownDiagnosticTags.CompilationEnd] : []);
#pragma warning restore RS1032
    }

    public string Id { get; }

    /// <summary>What must not be, as a title.</summary>
    public string What { get; }

    public string Why { get; }

    public string Instead { get; }

    public DiagnosticDescriptor Descriptor { get; }

    /// <param name="location">Where it was found.</param>
    /// <param name="found">What was found, quoted if it is code.</param>
    /// <param name="more">A sentence that only this finding needs.</param>
    public Diagnostic At(Location? location, string found, string more = "") =>
        Diagnostic.Create(Descriptor, location, found, more.Length == 0 ? "" : " " + more);

    private static string Escaped(string text) => text.Replace("{", "{{").Replace("}", "}}");
}
