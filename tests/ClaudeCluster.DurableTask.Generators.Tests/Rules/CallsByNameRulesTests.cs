namespace ClaudeCluster.DurableTask.Generators.Tests.Rules;

public sealed class CallsByNameRulesTests
{
    private const string Tasks = """

        public record Animal;
        public record Dog : Animal;

        public sealed class Feed : TaskActivity<Animal, int>
        {
            public override Task<int> RunAsync(TaskActivityContext context, Animal input) => Task.FromResult(1);
        }

        [DurableTask("Walk")]
        public sealed class WalkTheDog : TaskActivity<int?, Dog>
        {
            public override Task<Dog> RunAsync(TaskActivityContext context, int? input) => Task.FromResult(new Dog());
        }

        """;

    private const string Registration = """
        public static class Registration
        {
            public static void Add(DurableTaskRegistry registry) => registry
                .AddOrchestrator<User.Flow>()
                .AddActivity<Feed>()
                .AddActivityFunc<string, string>("Echo", (context, input) => input);
        }
        """;

    [Theory]
    [InlineData("""await context.CallActivityAsync<int>(nameof(Feed), "bone");""", "'Feed' takes Animal and is given string")]
    [InlineData("""await context.CallActivityAsync("walk", 2.5);""", "'walk' takes int? and is given double")]
    [InlineData("""await context.CallActivityAsync<string>("Echo", 5);""", "'Echo' takes string and is given int")]
    [InlineData("""await context.CallSubOrchestratorAsync<string>("Flow", 5);""", "'Flow' takes string and is given int")]
    public Task Another_input_than_the_tasks_is_found(string body, string found) => Finds(body, $"CCDT2001 {found}");

    [Theory]
    [InlineData("""await context.CallActivityAsync<string>(nameof(Feed), new Dog());""", "'Feed' gives int and is asked for string")]
    [InlineData("""await context.CallActivityAsync<int>("Walk", 1);""", "'Walk' gives Dog and is asked for int")]
    public Task Another_output_than_the_tasks_is_found(string body, string found) => Finds(body, $"CCDT2002 {found}");

    [Theory]
    [InlineData("await context.CallActivityAsync<int>(nameof(Feed), new Dog());")]
    [InlineData("await context.CallActivityAsync(nameof(Feed), null);")]
    [InlineData("await context.CallActivityAsync<Animal>(\"Walk\", 1);")]
    [InlineData("await context.CallActivityAsync<object>(\"Walk\");")]
    [InlineData("await context.CallActivityAsync<string>(input, 5);")]
    public Task Calls_that_fit_are_fine(string body) => Finds(body);

    [Fact]
    public Task A_name_that_nobody_registered_is_found() => Finds("""await context.CallActivityAsync("Fed");""", "CCDT2003 The call of 'Fed'");

    [Theory]
    [InlineData("""public static class More { public static void Add(DurableTaskRegistry registry, string name) => registry.AddActivity<Feed>(name); }""")]
    [InlineData("""public static class More { public static void Add(DurableTaskRegistry registry) => Microsoft.Extensions.Options.Options.Create(registry); }""")]
    public async Task Where_names_stay_unknown_nothing_is_said(string more) =>
        Assert.Empty(await Source.FindAsync(Source.Orchestrator("""await context.CallActivityAsync("Fed");"""), Tasks, Registration, more));

    [Fact]
    public async Task An_assembly_that_registers_nothing_calls_what_others_register() =>
        Assert.Empty(await Source.FindAsync(Source.Orchestrator("""await context.CallActivityAsync("Fed");""")));

    private static async Task Finds(string body, params string[] findings) =>
        Assert.Equal(findings, await Source.FindAsync(Source.Orchestrator(body), Tasks, Registration));
}
