using System.Text;

namespace ClaudeCluster.Agent;

/// <summary>The words about each specialty, from the Markdown files beside this one. A specialty is an open word: one that has no file gets the general words.</summary>
internal static class PromptTemplates
{
    public const string General = "general";

    /// <summary>The specialties that have words of their own.</summary>
    public static IReadOnlyList<string> Specialties { get; } = ["backend", "frontend", "testing", "devops", "database"];

    public static string For(Specialty specialty) => Read(Specialties.FirstOrDefault(name => string.Equals(name, specialty.Value, StringComparison.OrdinalIgnoreCase)) ?? General);

    private static string Read(string name)
    {
        using var stream = typeof(PromptTemplates).Assembly.GetManifestResourceStream($"ClaudeCluster.Agent.Prompts.{name}.md")
            ?? throw new InvalidOperationException($"The prompt template '{name}' is not in the assembly.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd().ReplaceLineEndings("\n").TrimEnd();
    }
}
