using System.Collections.Immutable;
using ClaudeCluster.DurableTask.Generators.Rules;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

namespace ClaudeCluster.DurableTask.Generators.Tests;

/// <summary>Code of a user, as the compiler sees it.</summary>
internal static class Source
{
    public static readonly CSharpParseOptions Language = new(LanguageVersion.Latest);

    public static readonly CSharpCompilationOptions Options = new(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable);

    public static ImmutableArray<MetadataReference> References { get; } =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path) is var name && (name.StartsWith("System.", StringComparison.Ordinal)
                || name.StartsWith("Microsoft.Extensions.", StringComparison.Ordinal)
                || name is "mscorlib.dll" or "netstandard.dll" or "ClaudeCluster.DurableTask.dll"))
            .Select(path => MetadataReference.CreateFromFile(path)),
    ];

    public const string Usings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Threading;
        global using System.Threading.Tasks;
        global using ClaudeCluster.DurableTask;
        global using ClaudeCluster.DurableTask.Client;
        """;

    public static CSharpCompilation Compile(params string[] files) => CSharpCompilation.Create(
        "User",
        files.Prepend(Usings).Select((text, index) => CSharpSyntaxTree.ParseText(text, Language, path: $"File{index}.cs")),
        References,
        Options);

    /// <summary>An orchestrator with this body, and these members beside it.</summary>
    public static string Orchestrator(string body, string members = "") => $$"""
        namespace User;

        public sealed class Flow : TaskOrchestrator<string, string>
        {
            public override async Task<string> RunAsync(TaskOrchestrationContext context, string input)
            {
                {{body}}
                await Task.CompletedTask;
                return input;
            }

            {{members}}
        }
        """;

    /// <summary>What all rules say: id and first words, in the order of the text.</summary>
    public static async Task<string[]> FindAsync(params string[] files) =>
        [.. (await DiagnoseAsync(Compile(files))).Select(one => $"{one.Id} {one.GetMessage(System.Globalization.CultureInfo.InvariantCulture).Split(':')[0]}")];

    public static async Task<ImmutableArray<Diagnostic>> DiagnoseAsync(Compilation compilation)
    {
        Assert.Empty(compilation.GetDiagnostics().Where(one => one.Severity == DiagnosticSeverity.Error));
        var found = await compilation
            .WithAnalyzers([new OrchestratorRules(), new DeclarationRules(), new CallsByNameRules()])
            .GetAnalyzerDiagnosticsAsync();
        return [.. found.OrderBy(one => one.Location.SourceTree?.FilePath, StringComparer.Ordinal).ThenBy(one => one.Location.SourceSpan.Start)];
    }
}
