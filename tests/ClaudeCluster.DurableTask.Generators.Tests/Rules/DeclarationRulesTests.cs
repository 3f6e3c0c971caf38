namespace ClaudeCluster.DurableTask.Generators.Tests.Rules;

public sealed class DeclarationRulesTests
{
    private const string RunAsync = "{ public override Task<int> RunAsync(TaskActivityContext context, int input) => Task.FromResult(input); }";

    [Theory]
    [InlineData("[DurableTask] public class A;", "derives neither from TaskOrchestrator<TInput, TOutput> nor from TaskActivity<TInput, TOutput>")]
    [InlineData("[DurableTask] public abstract class A : TaskActivity<int, int>;", "is abstract, so no worker can run it")]
    [InlineData($"[DurableTask] public class A<T> : TaskActivity<int, int> {RunAsync}", "is generic, so it is no one task")]
    [InlineData($"public class Outer<T> {{ [DurableTask] public class A : TaskActivity<int, int> {RunAsync} }}", "is generic, so it is no one task")]
    [InlineData($"public class Outer {{ [DurableTask] private class A : TaskActivity<int, int> {RunAsync} }}", "cannot be reached from other files of its assembly, so no call can name it")]
    [InlineData($"[DurableTask] file class A : TaskActivity<int, int> {RunAsync}", "cannot be reached from other files of its assembly, so no call can name it")]
    public async Task A_task_that_nobody_can_call_is_found(string source, string why) =>
        Assert.Equal([$"CCDT1001 The task 'A' {why}"], await Source.FindAsync(source));

    [Fact]
    public async Task A_task_that_can_be_called_is_fine() =>
        Assert.Empty(await Source.FindAsync($"[DurableTask] internal sealed class A : TaskActivity<int, int> {RunAsync} public class Outer {{ [DurableTask(\"C\")] public class B : TaskActivity<int, int> {RunAsync} }}"));

    [Theory]
    [InlineData("[DurableEvent] public record E<T>(T Value);", "is generic, so it is no one event")]
    [InlineData("public class Outer { [DurableEvent] private record E(int Value); }", "cannot be reached from other files of its assembly, so no call can name it")]
    public async Task An_event_that_nobody_can_send_is_found(string source, string why) => Assert.Equal([$"CCDT1002 The event 'E' {why}"], await Source.FindAsync(source));

    [Fact]
    public async Task An_event_that_can_be_sent_is_fine() => Assert.Empty(await Source.FindAsync("[DurableEvent] public record struct E(int Value); [DurableEvent] internal enum F { One }"));

    [Theory]
    [InlineData("", "(\"a\")")]
    [InlineData("(\"Same\")", "(\"SAME\")")]
    public async Task Two_tasks_with_one_name_are_found(string first, string second) => Assert.Equal(
        ["CCDT1003 The name of 'B' is taken"],
        await Source.FindAsync($"[DurableTask{second}] public class B : TaskActivity<int, int> {RunAsync} [DurableTask{first}] public class A : TaskActivity<int, int> {RunAsync}"));

    [Theory]
    [InlineData("Version = \"2\"", 0)]
    [InlineData("Version = \"1\"", 1)]
    [InlineData("Version = \"1.\"", 0)]
    public async Task Two_versions_of_one_name_are_fine_and_one_version_twice_is_not(string version, int findings) => Assert.Equal(
        findings,
        (await Source.FindAsync($"[DurableTask(\"T\", Version = \"1\")] public class A : TaskActivity<int, int> {RunAsync} [DurableTask(\"T\", {version})] public class B : TaskActivity<int, int> {RunAsync}")).Length);

    [Fact]
    public async Task Two_events_with_one_name_are_found() => Assert.Equal(
        ["CCDT1003 The name of 'F' is taken"], await Source.FindAsync("[DurableEvent] public record E; [DurableEvent(\"E\")] public record F;"));

    [Fact]
    public async Task A_task_and_an_event_may_share_a_name() =>
        Assert.Empty(await Source.FindAsync($"[DurableTask] public class A : TaskActivity<int, int> {RunAsync} [DurableEvent(\"A\")] public record F;"));
}
