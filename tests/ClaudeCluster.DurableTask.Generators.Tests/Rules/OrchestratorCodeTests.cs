using System.Globalization;

namespace ClaudeCluster.DurableTask.Generators.Tests.Rules;

/// <summary>How far the rules see.</summary>
public sealed class OrchestratorCodeTests
{
    private const string Clock = "CCDT0001 'DateTime.UtcNow'";

    [Fact]
    public Task A_method_that_RunAsync_calls_is_seen() =>
        Finds(Source.Orchestrator("_ = Deadline();", "private static DateTime Deadline() => Now(); private static DateTime Now() => DateTime.UtcNow;"), Clock);

    [Fact]
    public Task A_method_that_nobody_calls_is_not() => Finds(Source.Orchestrator("", "public static DateTime ForTheClient() => DateTime.UtcNow;"));

    [Fact]
    public async Task A_method_of_another_file_is_seen_and_the_orchestrator_is_named()
    {
        var compilation = Source.Compile(
            Source.Orchestrator("_ = new Deadlines().Next;"),
            "public sealed class Deadlines { public DateTime Next { get { return DateTime.UtcNow; } } }");

        var found = Assert.Single(await Source.DiagnoseAsync(compilation));

        Assert.EndsWith("The orchestrator 'Flow' runs this code.", found.GetMessage(CultureInfo.InvariantCulture), StringComparison.Ordinal);
        Assert.Equal("File2.cs", found.Location.SourceTree!.FilePath);
    }

    [Fact]
    public async Task A_line_that_two_orchestrators_reach_is_told_to_both()
    {
        var compilation = Source.Compile(
            """
            public static class Tasks
            {
                public static DateTime Now() => DateTime.UtcNow;

                public static void Add(DurableTaskRegistry registry)
                {
                    registry.AddOrchestratorFunc<DateTime>("One", context => Task.FromResult(Now()));
                    registry.AddOrchestratorFunc<DateTime>("Two", context => Task.FromResult(Now()));
                }
            }
            """);

        var found = (await Source.DiagnoseAsync(compilation)).Select(one => one.GetMessage(CultureInfo.InvariantCulture)).Order(StringComparer.Ordinal);

        const string Words = "'DateTime.UtcNow': each replay would read another time. Use context.CurrentUtcDateTime.";
        Assert.Equal([$"{Words} The orchestrator 'One' runs this code.", $"{Words} The orchestrator 'Two' runs this code."], found);
    }

    [Fact]
    public Task Local_functions_of_a_program_are_seen() => Finds(
        """
        public static class Program
        {
            public static void Add(DurableTaskRegistry registry)
            {
                Task<DateTime> Run(TaskOrchestrationContext context) => Task.FromResult(Now());
                DateTime Now() => DateTime.UtcNow;
                registry.AddOrchestratorFunc<DateTime>("Run", Run);
            }
        }
        """,
        Clock);

    [Fact]
    public Task Methods_that_call_each_other_are_seen_once() => Finds(
        Source.Orchestrator("Ping(3);", "private static void Ping(int n) { if (n > 0) Pong(n - 1); } private static void Pong(int n) { _ = DateTime.UtcNow; Ping(n); }"), Clock);

    [Fact]
    public Task A_method_that_is_only_named_is_seen() =>
        Finds(Source.Orchestrator("_ = input.Select(At).ToList();", "private static DateTime At(char c) => DateTime.UtcNow;"), Clock);

    [Fact]
    public Task Lambdas_and_local_functions_are_seen_once() => Finds(
        Source.Orchestrator("Func<DateTime> now = () => DateTime.UtcNow; DateTime Later() => DateTime.UtcNow; _ = now() + (Later() - Later());"), Clock, Clock);

    [Fact]
    public Task Generic_extension_and_partial_methods_are_seen() => Finds(
        Source.Orchestrator("_ = input.Stamp();") + """

            public static partial class Stamps
            {
                public static string Stamp<T>(this T value) => Text(value);
                private static partial string Text<T>(T value);
            }

            public static partial class Stamps
            {
                private static partial string Text<T>(T value) => $"{value} {DateTime.UtcNow}";
            }
            """,
        Clock);

    [Fact]
    public Task Constructors_and_initialisers_are_seen() =>
        Finds(Source.Orchestrator("", "private readonly Guid _id = Guid.NewGuid(); private readonly DateTime _at; public Flow() => _at = DateTime.UtcNow;"), "CCDT0002 'Guid.NewGuid'", Clock);

    [Fact]
    public Task What_a_derived_orchestrator_overrides_is_seen() => Finds(
        """
        public abstract class WithStep : TaskOrchestrator<int, int>
        {
            public override Task<int> RunAsync(TaskOrchestrationContext context, int input) => StepAsync(context);
            protected abstract Task<int> StepAsync(TaskOrchestrationContext context);
        }

        public sealed class Mine : WithStep
        {
            protected override Task<int> StepAsync(TaskOrchestrationContext context) => Task.FromResult(DateTime.UtcNow.Day);
            public override string ToString() => DateTime.UtcNow.ToString();
        }
        """,
        Clock);

    [Fact]
    public Task A_lambda_given_to_AddOrchestratorFunc_is_seen() => Finds(
        """
        public static class Tasks
        {
            public static void Add(DurableTaskRegistry registry) => registry
                .AddOrchestratorFunc<int, DateTime>("Now", (context, input) => Task.FromResult(DateTime.UtcNow))
                .AddOrchestratorFunc<DateTime>("Also", Also)
                .AddActivityFunc<int, DateTime>("Clock", (context, input) => DateTime.UtcNow);

            private static Task<DateTime> Also(TaskOrchestrationContext context) => Task.FromResult(DateTime.UtcNow);
        }
        """,
        Clock, Clock);

    [Fact]
    public Task Activities_may_do_all_that() => Finds(
        """
        public sealed class Step(Microsoft.Extensions.Logging.ILogger<Step> log) : TaskActivity<string, string>
        {
            private static int _count;
            public override async Task<string> RunAsync(TaskActivityContext context, string input)
            {
                _count++;
                await Task.Delay(1).ConfigureAwait(false);
                return $"{log} {DateTime.Now} {Guid.NewGuid()} {await File.ReadAllTextAsync(input)}";
            }
        }
        """);

    [Fact]
    public Task What_nameof_names_is_not_run() => Finds(Source.Orchestrator("_ = nameof(DateTime.UtcNow);"));

    [Fact]
    public async Task Code_that_does_not_compile_yet_stops_no_rule()
    {
        var compilation = Source.Compile(
            """
            public static class Tasks
            {
                public static void Add(DurableTaskRegistry registry, TaskOrchestrationContext context)
                {
                    registry.AddOrchestratorFunc(); registry.AddOrchestratorFunc<int>("x", ; registry.AddActivity<>(
                    context.CallActivityAsync(; context.CallActivityAsync<>("a", 1);
                }

                [DurableTask(] public sealed class A : TaskActivity<int> { }
                [DurableTask(null, Version = )] public sealed class B : TaskOrchestrator<Missing, int> { public override RunAsync( }
            }
            """);

        // AD0001: an analyzer has thrown.
        Assert.DoesNotContain(await Source.DiagnoseUnfinishedAsync(compilation), found => found.Id == "AD0001");
    }

    private static async Task Finds(string source, params string[] findings) => Assert.Equal(findings, await Source.FindAsync(source));
}
