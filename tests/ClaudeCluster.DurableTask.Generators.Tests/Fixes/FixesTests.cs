using System.Collections.Immutable;
using ClaudeCluster.DurableTask.Fixes;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;

namespace ClaudeCluster.DurableTask.Generators.Tests.Fixes;

/// <summary>Fixes as an editor applies them. Where only a person can decide, none is offered.</summary>
public sealed class FixesTests
{
    private static readonly CodeFixProvider[] All = [new ClockFix(), new NewGuidFix(), new DelayFix(), new ConfigureAwaitFix(), new CancelFix()];

    [Theory]
    [InlineData("_ = DateTime.UtcNow;", "_ = context.CurrentUtcDateTime;")]
    [InlineData("_ = DateTime.UtcNow.AddDays(1); // soon", "_ = context.CurrentUtcDateTime.AddDays(1); // soon")]
    [InlineData("_ = System.DateTime.UtcNow;", "_ = context.CurrentUtcDateTime;")]
    [InlineData("_ = DateTimeOffset.UtcNow;", "_ = new DateTimeOffset(context.CurrentUtcDateTime);")]
    [InlineData("_ = Guid.NewGuid().ToString();", "_ = context.NewGuid().ToString();")]
    [InlineData("await Task.Delay(TimeSpan.FromDays(1));", "await context.CreateTimer(TimeSpan.FromDays(1), CancellationToken.None);")]
    [InlineData("await Task.Delay(500);", "await context.CreateTimer(TimeSpan.FromMilliseconds(500), CancellationToken.None);")]
    [InlineData("using var end = new CancellationTokenSource(); await Task.Delay(500, end.Token);", "using var end = new CancellationTokenSource(); await context.CreateTimer(TimeSpan.FromMilliseconds(500), end.Token);")]
    [InlineData("await context.CallActivityAsync(\"A\").ConfigureAwait(false);", "await context.CallActivityAsync(\"A\");")]
    [InlineData("using var end = new CancellationTokenSource(); await end.CancelAsync();", "using var end = new CancellationTokenSource(); end.Cancel();")]
    public async Task A_mechanical_fix_is_applied_and_the_rule_is_content(string before, string after)
    {
        var document = Open(Source.Orchestrator(before));

        var action = Assert.Single(await FixesOf(document));

        var changed = await ApplyAsync(document, action);
        Assert.Equal(Source.Orchestrator(after), (await changed.GetTextAsync()).ToString());
        Assert.Empty(await Source.DiagnoseAsync((await changed.Project.GetCompilationAsync())!));
    }

    [Theory]
    [InlineData("_ = DateTime.Now;")]
    [InlineData("await Task.Delay(TimeSpan.FromDays(1), TimeProvider.System);")]
    [InlineData("using var end = new CancellationTokenSource(); var ended = end.CancelAsync();")]
    [InlineData("using var end = new CancellationTokenSource(); end.CancelAfter(5);")]
    [InlineData("await Task.Run(() => 1);")]
    public async Task What_a_person_must_decide_has_no_fix(string body) => Assert.Empty(await FixesOf(Open(Source.Orchestrator(body))));

    [Fact]
    public async Task Where_no_context_is_at_hand_there_is_no_fix() =>
        Assert.Empty(await FixesOf(Open(Source.Orchestrator("_ = Now();", "private static DateTime Now() => DateTime.UtcNow;"))));

    [Fact]
    public async Task The_context_is_called_as_its_parameter_is()
    {
        var document = Open(Source.Orchestrator("_ = Now(context);", "private static DateTime Now(TaskOrchestrationContext flow) => DateTime.UtcNow;"));

        var changed = await ApplyAsync(document, Assert.Single(await FixesOf(document)));

        Assert.Contains("flow) => flow.CurrentUtcDateTime;", (await changed.GetTextAsync()).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void All_places_of_a_file_or_solution_can_be_fixed_at_once() => Assert.All(All, fix => Assert.NotNull(fix.GetFixAllProvider()));

    private static Document Open(string text)
    {
        var workspace = new AdhocWorkspace();
        var project = workspace.AddProject(ProjectInfo.Create(
            ProjectId.CreateNewId(), VersionStamp.Default, "User", "User", LanguageNames.CSharp,
            compilationOptions: Source.Options, parseOptions: Source.Language, metadataReferences: Source.References));
        var usings = project.AddDocument("Usings.cs", Source.Usings);
        return usings.Project.AddDocument("Flow.cs", text);
    }

    private static async Task<IReadOnlyList<CodeAction>> FixesOf(Document document)
    {
        var tree = await document.GetSyntaxTreeAsync();
        var actions = new List<CodeAction>();
        foreach (var diagnostic in await Source.DiagnoseAsync((await document.Project.GetCompilationAsync())!))
        {
            Assert.Equal(tree, diagnostic.Location.SourceTree);
            foreach (var fix in All.Where(fix => fix.FixableDiagnosticIds.Contains(diagnostic.Id)))
                await fix.RegisterCodeFixesAsync(new CodeFixContext(document, diagnostic, (action, _) => actions.Add(action), CancellationToken.None));
        }

        return actions;
    }

    private static async Task<Document> ApplyAsync(Document document, CodeAction action)
    {
        ImmutableArray<CodeActionOperation> operations = await action.GetOperationsAsync(CancellationToken.None);
        return operations.OfType<ApplyChangesOperation>().Single().ChangedSolution.GetDocument(document.Id)!;
    }
}
