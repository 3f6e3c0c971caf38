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

    /// <summary>Shared, because the framework is read once by it and by all that is added to it.</summary>
    private static readonly CSharpCompilation Nothing = CSharpCompilation.Create("User", [Parse(Usings, 0)], References, Options);

    public static CSharpCompilation Compile(params string[] files) => Nothing.AddSyntaxTrees(files.Select((text, index) => Parse(text, index + 1)));

    private static SyntaxTree Parse(string text, int number) => CSharpSyntaxTree.ParseText(text, Language, path: $"File{number}.cs");

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

    public static Task<ImmutableArray<Diagnostic>> DiagnoseAsync(Compilation compilation)
    {
        Assert.Empty(compilation.GetDiagnostics().Where(one => one.Severity == DiagnosticSeverity.Error));
        return DiagnoseUnfinishedAsync(compilation);
    }

    /// <summary>The same while somebody is still typing.</summary>
    public static async Task<ImmutableArray<Diagnostic>> DiagnoseUnfinishedAsync(Compilation compilation)
    {
        var found = await compilation
            .WithAnalyzers([new OrchestratorRules(), new DeclarationRules(), new CallsByNameRules()])
            .GetAnalyzerDiagnosticsAsync();
        return [.. found.OrderBy(one => one.Location.SourceTree?.FilePath, StringComparer.Ordinal).ThenBy(one => one.Location.SourceSpan.Start)];
    }
}
