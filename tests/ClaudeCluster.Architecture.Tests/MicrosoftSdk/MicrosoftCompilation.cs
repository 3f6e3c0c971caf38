using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace ClaudeCluster.Architecture.Tests.MicrosoftSdk;

/// <summary>
/// Our sources, compiled as <c>-p:DurableTaskSdk=Microsoft</c> would. The packages themselves cannot be had where these tests run;
/// the text files beside this one list their signatures, and stand in for them as references without code.
/// </summary>
internal static class MicrosoftCompilation
{
    private const string Folder = "tests/ClaudeCluster.Architecture.Tests/MicrosoftSdk";

    private const string ImplicitUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    /// <summary>In the order in which they reference each other.</summary>
    private static readonly string[] Packages =
    [
        "Microsoft.DurableTask.Abstractions", "Microsoft.DurableTask.Client", "Microsoft.DurableTask.Client.Grpc",
        "Microsoft.DurableTask.Worker", "Microsoft.DurableTask.Worker.Grpc", "Microsoft.DurableTask.InProcessTestHost",
    ];

    private static readonly CSharpParseOptions Language = new(LanguageVersion.Latest, DocumentationMode.Diagnose);

    private static readonly Lazy<MetadataReference[]> Framework = new(() =>
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => !Path.GetFileName(path).StartsWith("ClaudeCluster.", StringComparison.Ordinal))
            .Select(path => MetadataReference.CreateFromFile(path)),
    ]);

    private static readonly Lazy<MetadataReference[]> Sdk = new(() =>
    {
        var lists = new List<MetadataReference>();
        foreach (var package in Packages)
        {
            // CS8618: a property of a list is never set.
            var compilation = Create(package, [.. Framework.Value, .. lists], [$"{Folder}/{package}.txt"], OutputKind.DynamicallyLinkedLibrary, "CS8618");
            lists.Add(Emit(compilation));
        }

        return [.. lists];
    });

    /// <summary>The flow, and further text of a test's own.</summary>
    public static Compilation Flow(string more = "") => Generate(Create(
        "ClaudeCluster.Orchestrations",
        [.. Framework.Value, .. Sdk.Value],
        [.. Sources("src/ClaudeCluster.Orchestrations", "Sdk/"), "src/ClaudeCluster.Orchestrations/Sdk/Microsoft.cs", $"text:{more}"],
        OutputKind.DynamicallyLinkedLibrary));

    /// <summary>The sample, over the flow, with the one of its files that says whose SDK and which hub.</summary>
    public static Compilation OwnFlow(string chosen) => Generate(Create(
        "OwnFlow",
        [.. Framework.Value, .. Sdk.Value, Emit(Flow())],
        [.. Sources("tests/consumers/OwnFlow", "Sdk."), $"tests/consumers/OwnFlow/{chosen}"],
        OutputKind.ConsoleApplication));

    /// <summary>What the compiler would stop at: our builds treat warnings as errors.</summary>
    public static IEnumerable<string> Problems(Compilation compilation) =>
        compilation.GetDiagnostics().Where(one => one.Severity >= DiagnosticSeverity.Warning).Select(one => one.ToString());

    /// <summary>All source files of a project, relative to the root, but those of which the property chooses one: their paths begin so.</summary>
    public static string[] Sources(string project, string chosen) =>
    [
        .. Directory.GetFiles(Path.Combine(Repository.Root, project), "*.cs", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Repository.Root, path).Replace('\\', '/'))
            .Where(file => !file.Split('/').Any(part => part is "bin" or "obj") && !file.StartsWith($"{project}/{chosen}", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal),
    ];

    private static CSharpCompilation Create(string name, MetadataReference[] references, string[] files, OutputKind kind, params string[] silent)
    {
        var options = new CSharpCompilationOptions(kind, nullableContextOptions: NullableContextOptions.Enable)
            .WithSpecificDiagnosticOptions(silent.Concat(["CS1591", "CS1573", "CS1701", "CS1702"]).Select(id => KeyValuePair.Create(id, ReportDiagnostic.Suppress)));
        return CSharpCompilation.Create(name, [CSharpSyntaxTree.ParseText(ImplicitUsings, Language), .. files.Select(Parse)], references, options);
    }

    private static SyntaxTree Parse(string file) => file.StartsWith("text:", StringComparison.Ordinal)
        ? CSharpSyntaxTree.ParseText(file["text:".Length..], Language, "More.cs")
        : WithRegexes(CSharpSyntaxTree.ParseText(Repository.Read(file), Language, file));

    /// <summary>The framework's generator does not run here, so what it would write gets a body that compiles.</summary>
    private static SyntaxTree WithRegexes(SyntaxTree tree)
    {
        var root = tree.GetRoot();
        var regexes = root.DescendantNodes().OfType<MethodDeclarationSyntax>()
            .Where(method => method.AttributeLists.SelectMany(list => list.Attributes).Any(attribute => attribute.Name.ToString() == "GeneratedRegex"));
        var whole = root.ReplaceNodes(regexes, (_, method) => method
            .WithModifiers([.. method.Modifiers.Where(modifier => !modifier.IsKind(SyntaxKind.PartialKeyword))])
            .WithExpressionBody(SyntaxFactory.ArrowExpressionClause(SyntaxFactory.ParseExpression("null!"))));
        return tree.WithRootAndOptions(whole, tree.Options);
    }

    /// <summary>With the typed calls, which our generator writes here too.</summary>
    private static Compilation Generate(Compilation compilation)
    {
        var generator = Repository.Load("ClaudeCluster.DurableTask.Generators").GetTypes().Single(type => typeof(IIncrementalGenerator).IsAssignableFrom(type) && !type.IsAbstract);
        CSharpGeneratorDriver
            .Create([((IIncrementalGenerator)Activator.CreateInstance(generator)!).AsSourceGenerator()], parseOptions: Language)
            .RunGeneratorsAndUpdateCompilation(compilation, out var whole, out var problems);
        Assert.Empty(problems);
        return whole;
    }

    private static MetadataReference Emit(Compilation compilation)
    {
        using var image = new MemoryStream();
        var result = compilation.Emit(image, options: new(metadataOnly: true));
        Findings.None(result.Diagnostics.Where(one => one.Severity >= DiagnosticSeverity.Warning).Select(one => one.ToString()));
        return MetadataReference.CreateFromImage(image.ToArray());
    }
}
