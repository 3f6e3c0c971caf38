using System.Collections.Immutable;
using ClaudeCluster.DurableTask.Generators.Calls;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace ClaudeCluster.DurableTask.Generators.Tests.Calls;

/// <summary>The generated text, as a person approved it, and whether it compiles.</summary>
public sealed class CallGeneratorTests
{
    [Fact]
    public void Activities_and_orchestrations_get_their_calls() => Generates(
        "Tasks",
        """
        namespace Shop.Orders;

        public sealed record Order(string Id);

        /// <summary>An order, from the basket to the parcel.</summary>
        [DurableTask]
        public sealed class ShipOrder : TaskOrchestrator<Order, string?>
        {
            public override Task<string?> RunAsync(TaskOrchestrationContext context, Order input) => context.CallPackAsync(input);
        }

        [DurableTask]
        public sealed class Pack : TaskActivity<Order, string?>
        {
            public override Task<string?> RunAsync(TaskActivityContext context, Order input) => Task.FromResult<string?>(input.Id);
        }
        """);

    [Fact]
    public void Events_can_be_awaited_sent_and_raised() => Generates(
        "Events",
        """
        namespace Shop.Orders;

        [DurableEvent]
        public sealed record Paid(decimal Amount);

        [DurableEvent("order-cancelled")]
        internal readonly record struct Cancelled(string Why);
        """);

    [Fact]
    public void What_is_internal_stays_internal() => Generates(
        "Internal",
        """
        namespace Shop
        {
            internal sealed record Secret(int Value);

            [DurableTask]
            public sealed class Seen : TaskActivity<int, int>
            {
                public override Task<int> RunAsync(TaskActivityContext context, int input) => Task.FromResult(input);
            }

            [DurableTask]
            internal sealed class Hidden : TaskActivity<int, int>
            {
                public override Task<int> RunAsync(TaskActivityContext context, int input) => Task.FromResult(input);
            }
        }

        namespace Shop.Inside
        {
            [DurableTask]
            internal sealed class AllHidden : TaskActivity<Secret[], List<Secret>>
            {
                public override Task<List<Secret>> RunAsync(TaskActivityContext context, Secret[] input) => Task.FromResult(input.ToList());
            }
        }
        """);

    [Fact]
    public void Names_versions_options_nested_classes_and_the_global_namespace_are_handled() => Generates(
        "Shapes",
        """
        [DurableTask("say \"hello\"", Version = "2.1")]
        public sealed class Greet : TaskActivity<(string Who, int? Times), IReadOnlyDictionary<string, string?>>
        {
            public static SubOrchestrationOptions CallOptions { get; } = new();

            public override Task<IReadOnlyDictionary<string, string?>> RunAsync(TaskActivityContext context, (string Who, int? Times) input) =>
                Task.FromResult<IReadOnlyDictionary<string, string?>>(new Dictionary<string, string?>());
        }

        public partial class Outer
        {
            [DurableTask("Inner", Version = "3")]
            public sealed class Nested : Middle<string?>;

            public abstract class Middle<T> : TaskOrchestrator<T, int>
            {
                public override Task<int> RunAsync(TaskOrchestrationContext context, T input) => Task.FromResult(1);
            }
        }
        """);

    [Fact]
    public void Several_versions_of_a_name_have_calls_of_their_own() => Generates(
        "Versions",
        """
        namespace Shop;

        [DurableTask("Pack")]
        public sealed class PackInPaper : TaskActivity<int, int> { public override Task<int> RunAsync(TaskActivityContext context, int input) => Task.FromResult(input); }

        [DurableTask("Pack", Version = "2.1")]
        public sealed class PackInFoil : TaskActivity<int, int> { public override Task<int> RunAsync(TaskActivityContext context, int input) => Task.FromResult(input); }

        [DurableTask("pack", Version = "3-beta")]
        public sealed class PackInAir : TaskActivity<int, int> { public override Task<int> RunAsync(TaskActivityContext context, int input) => Task.FromResult(input); }
        """);

    [Fact]
    public void Of_two_tasks_with_one_name_the_first_is_called_and_the_code_compiles()
    {
        var files = Run(Source.Compile("""
            [DurableTask("Same")] public class B : TaskActivity<int, int> { public override Task<int> RunAsync(TaskActivityContext context, int input) => Task.FromResult(input); }
            [DurableTask("same")] public class A : TaskActivity<int, int> { public override Task<int> RunAsync(TaskActivityContext context, int input) => Task.FromResult(input); }
            """));

        Assert.Contains("<see cref=\"global::A\"/>", files["GeneratedDurableTaskExtensions.g.cs"], StringComparison.Ordinal);
        Assert.DoesNotContain("global::B", string.Concat(files.Values), StringComparison.Ordinal);
    }

    [Fact]
    public void What_nobody_can_call_is_left_out() =>
        Assert.Empty(Run(Source.Compile("[DurableTask] public abstract class A : TaskActivity<int, int>; [DurableTask] public class B; [DurableEvent] public record E<T>;")));

    [Fact]
    public void Where_our_SDK_is_referenced_tasks_of_Microsofts_are_left_to_its_own_generator() => Assert.Empty(Run(Source.Compile("""
        namespace Microsoft.DurableTask
        {
            public interface ITaskOrchestrator;
            public sealed class DurableTaskAttribute : Attribute;
            public abstract class TaskActivity<TInput, TOutput>;
        }

        namespace Shop
        {
            [Microsoft.DurableTask.DurableTask] public class Pack : Microsoft.DurableTask.TaskActivity<int, int>;
        }
        """)));

    [Fact]
    public void Without_tasks_nothing_is_generated() => Assert.Empty(Run(Source.Compile("public class A;")));

    [Fact]
    public void Half_written_tasks_do_not_break_the_generator()
    {
        var compilation = Source.Compile("[DurableTask(] public class A : TaskActivity<Missing, int> { } [DurableTask] public class : TaskActivity<int> { } [DurableEvent] public record ;");

        var result = CSharpGeneratorDriver.Create([new CallGenerator().AsSourceGenerator()], parseOptions: Source.Language).RunGenerators(compilation).GetRunResult();

        Assert.Null(result.Results.Single().Exception);
    }

    [Fact]
    public void The_order_of_files_changes_nothing()
    {
        string Task(string name) => $"namespace N.{name}; [DurableTask] public class {name} : TaskActivity<int, int> {{ public override Task<int> RunAsync(TaskActivityContext context, int input) => System.Threading.Tasks.Task.FromResult(input); }}";

        Assert.Equal(Run(Source.Compile(Task("A"), Task("B"), Task("C"))), Run(Source.Compile(Task("C"), Task("A"), Task("B"))));
    }

    [Fact]
    public void An_edit_elsewhere_reads_no_task_anew_and_writes_nothing()
    {
        var task = "[DurableTask] public class A : TaskActivity<int, int> { public override Task<int> RunAsync(TaskActivityContext context, int input) => Task.FromResult(input); }";
        var before = Source.Compile(task, "public class Elsewhere;");
        var driver = CSharpGeneratorDriver
            .Create([new CallGenerator().AsSourceGenerator()], parseOptions: Source.Language, driverOptions: new GeneratorDriverOptions(default, trackIncrementalGeneratorSteps: true))
            .RunGenerators(before);

        var after = before.ReplaceSyntaxTree(before.SyntaxTrees[^1], CSharpSyntaxTree.ParseText("public class Elsewhere { public int More; }", Source.Language));
        var result = driver.RunGenerators(after).GetRunResult().Results.Single();

        var reasons = result.TrackedSteps[CallGenerator.TasksStep].Concat(result.TrackedOutputSteps.SelectMany(step => step.Value)).SelectMany(step => step.Outputs).Select(output => output.Reason);
        Assert.All(reasons, reason => Assert.True(reason is IncrementalStepRunReason.Cached or IncrementalStepRunReason.Unchanged, reason.ToString()));
    }

    private static void Generates(string golden, string source)
    {
        var files = Run(Source.Compile(source));

        foreach (var (name, text) in files)
            Golden.Matches(text, $"{golden}.{name}");
        Assert.Equal(files.Keys.Select(name => $"{golden}.{name}"), Golden.Names(golden));
    }

    /// <summary>What was generated, by file name; all of it compiles without a warning.</summary>
    private static ImmutableSortedDictionary<string, string> Run(Compilation compilation)
    {
        var driver = CSharpGeneratorDriver.Create([new CallGenerator().AsSourceGenerator()], parseOptions: Source.Language.WithDocumentationMode(DocumentationMode.Diagnose));

        var result = driver.RunGeneratorsAndUpdateCompilation(compilation, out var whole, out var problems).GetRunResult();

        Assert.Empty(problems);
        var generated = result.GeneratedTrees.ToHashSet();
        Assert.Empty(whole.GetDiagnostics().Where(one => one.Severity == DiagnosticSeverity.Error || (one.Severity == DiagnosticSeverity.Warning && generated.Contains(one.Location.SourceTree!))));
        return result.Results.Single().GeneratedSources.ToImmutableSortedDictionary(file => file.HintName, file => file.SourceText.ToString(), StringComparer.Ordinal);
    }
}
