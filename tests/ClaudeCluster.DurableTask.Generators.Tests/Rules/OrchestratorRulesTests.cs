namespace ClaudeCluster.DurableTask.Generators.Tests.Rules;

/// <summary>The rules 0001 to 0012, each with what it finds and with what it leaves alone.</summary>
public sealed class OrchestratorRulesTests
{
    [Theory]
    [InlineData("_ = DateTime.Now;", "'DateTime.Now'")]
    [InlineData("_ = DateTime.UtcNow.AddDays(1);", "'DateTime.UtcNow'")]
    [InlineData("_ = DateTime.Today;", "'DateTime.Today'")]
    [InlineData("_ = DateTimeOffset.UtcNow;", "'DateTimeOffset.UtcNow'")]
    [InlineData("_ = System.Diagnostics.Stopwatch.StartNew();", "'Stopwatch.StartNew'")]
    [InlineData("_ = TimeProvider.System;", "'TimeProvider.System'")]
    [InlineData("_ = Environment.TickCount64;", "'Environment.TickCount64'")]
    public Task Clocks_are_found(string body, string found) => Finds(body, $"CCDT0001 {found}");

    [Fact]
    public Task Clock_of_the_context_is_the_one_to_ask() =>
        FindsNothing("_ = context.CurrentUtcDateTime.AddDays(1); _ = new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc).ToUniversalTime(); _ = DateTime.MinValue;");

    [Theory]
    [InlineData("_ = Guid.NewGuid();", "'Guid.NewGuid'")]
    [InlineData("_ = Guid.CreateVersion7();", "'Guid.CreateVersion7'")]
    public Task New_guids_are_found(string body, string found) => Finds(body, $"CCDT0002 {found}");

    [Fact]
    public Task Guids_of_the_context_and_known_ones_are_fine() =>
        FindsNothing("""_ = context.NewGuid(); _ = Guid.Parse("00000000-0000-0000-0000-000000000001"); _ = Guid.Empty;""");

    [Theory]
    [InlineData("await Task.Delay(1000);", "'Task.Delay'")]
    [InlineData("Thread.Sleep(10);", "'Thread.Sleep'")]
    [InlineData("await context.CallActivityAsync(\"A\").WaitAsync(TimeSpan.FromSeconds(1));", "'Task.WaitAsync'")]
    [InlineData("using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));", "'new PeriodicTimer'")]
    public Task Waits_that_no_history_knows_are_found(string body, string found) => Finds(body, $"CCDT0003 {found}");

    [Fact]
    public Task Durable_timers_and_events_are_fine() =>
        FindsNothing("""await context.CreateTimer(TimeSpan.FromDays(1), CancellationToken.None); await context.WaitForExternalEvent<int>("x", TimeSpan.FromDays(1));""");

    [Theory]
    [InlineData("await Task.Run(() => 1);", "'Task.Run'")]
    [InlineData("await Task.Factory.StartNew(() => 1);", "'TaskFactory.StartNew'")]
    [InlineData("Parallel.For(0, 3, i => { });", "'Parallel.For'")]
    [InlineData("_ = new Thread(() => { });", "'new Thread'")]
    [InlineData("ThreadPool.QueueUserWorkItem(state => { });", "'ThreadPool.QueueUserWorkItem'")]
    [InlineData("await context.CallActivityAsync(\"A\").ContinueWith(task => { });", "'Task.ContinueWith'")]
    [InlineData("context.CallActivityAsync(\"A\").Wait();", "'Task.Wait'")]
    public Task Other_threads_are_found(string body, string found) => Finds(body, $"CCDT0004 {found}");

    [Fact]
    public Task Several_tasks_of_the_context_at_once_are_fine() =>
        FindsNothing("""await Task.WhenAll(context.CallActivityAsync("A"), context.CallActivityAsync("B")); await Task.WhenAny(Task.FromResult(1));""");

    [Theory]
    [InlineData("_ = File.ReadAllText(input);", "'File.ReadAllText'")]
    [InlineData("_ = Directory.GetFiles(input);", "'Directory.GetFiles'")]
    [InlineData("_ = new FileInfo(input);", "'new FileInfo'")]
    [InlineData("Console.WriteLine(input);", "'Console.WriteLine'")]
    [InlineData("_ = System.Diagnostics.Process.GetCurrentProcess();", "'Process.GetCurrentProcess'")]
    [InlineData("_ = new System.Net.Http.HttpClient();", "'new HttpClient'")]
    [InlineData("_ = await System.Net.Dns.GetHostAddressesAsync(input);", "'Dns.GetHostAddressesAsync'")]
    [InlineData("_ = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);", "'new Socket'")]
    public Task Input_and_output_are_found(string body, string found) => Finds(body, $"CCDT0005 {found}");

    [Fact]
    public Task What_a_type_inherits_is_of_that_type_too() => Finds(
        "_ = await Http!.GetStringAsync(input); _ = Stream!.ReadByte();",
        members: "private static readonly System.Net.Http.HttpClient? Http = null; private static readonly FileStream? Stream = null;",
        "CCDT0005 'HttpClient.GetStringAsync'",
        "CCDT0005 'FileStream.ReadByte'");

    [Fact]
    public Task Paths_and_memory_are_fine() =>
        FindsNothing("""_ = Path.Combine(input, "a"); using var memory = new MemoryStream(); memory.WriteByte(1); _ = FileMode.Open; _ = new StringReader(input).ReadLine();""");

    [Theory]
    [InlineData("_ = Environment.GetEnvironmentVariable(\"A\");", "'Environment.GetEnvironmentVariable'")]
    [InlineData("_ = Environment.MachineName;", "'Environment.MachineName'")]
    [InlineData("_ = Path.GetTempPath();", "'Path.GetTempPath'")]
    [InlineData("_ = TimeZoneInfo.Local;", "'TimeZoneInfo.Local'")]
    [InlineData("_ = context.CurrentUtcDateTime.ToLocalTime();", "'DateTime.ToLocalTime'")]
    public Task Looks_at_the_machine_are_found(string body, string found) => Finds(body, $"CCDT0006 {found}");

    [Fact]
    public Task A_line_break_and_a_time_zone_by_name_are_fine() => FindsNothing("""_ = Environment.NewLine; _ = TimeZoneInfo.Utc;""");

    [Theory]
    [InlineData("_ = Random.Shared.Next();", "'Random.Shared'")]
    [InlineData("_ = new Random().Next();", "'new Random'")]
    [InlineData("_ = System.Security.Cryptography.RandomNumberGenerator.GetInt32(6);", "'RandomNumberGenerator.GetInt32'")]
    [InlineData("_ = Path.GetRandomFileName();", "'Path.GetRandomFileName'")]
    [InlineData("_ = input.GetHashCode();", "'String.GetHashCode'")]
    [InlineData("_ = HashCode.Combine(1, 2);", "'HashCode.Combine'")]
    public Task Chance_is_found(string body, string found) => Finds(body, $"CCDT0007 {found}");

    [Fact]
    public Task Seeded_chance_is_none() => FindsNothing("_ = new Random(input.Length).Next(); _ = 5.GetHashCode();");

    [Theory]
    [InlineData("private static int _count;")]
    [InlineData("private static int _count { get; set; }")]
    public Task Statics_that_may_change_are_found(string declaration) => Finds("_count = _count + 1;", declaration, "CCDT0008 'Flow._count'", "CCDT0008 'Flow._count'");

    [Fact]
    public Task Statics_that_stay_and_locals_are_fine() => FindsNothing(
        """var count = Start + Other; count++; input += $"{Wait} {DayOfWeek.Monday}";""",
        members: "private static readonly TimeSpan Wait = TimeSpan.FromDays(1); private const int Start = 1; private static int Other => 2;");

    [Theory]
    [InlineData("await context.CallActivityAsync(\"A\").ConfigureAwait(false);")]
    [InlineData("_ = await context.CallActivityAsync<int>(\"A\").ConfigureAwait(false);")]
    [InlineData("await context.CallActivityAsync(\"A\").ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);")]
    public Task Awaits_that_leave_the_context_are_found(string body) => Finds(body, "CCDT0009 'ConfigureAwait(false)' in an orchestrator");

    [Fact]
    public Task Awaits_that_stay_are_fine() => FindsNothing(
        """
        await context.CallActivityAsync("A");
        await context.CallActivityAsync("A").ConfigureAwait(true);
        await context.CallActivityAsync("A").ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        """);

    [Theory]
    [InlineData("public sealed class Flow(Microsoft.Extensions.Logging.ILogger<Flow> log)")]
    [InlineData("public sealed class Flow(Microsoft.Extensions.Logging.ILoggerFactory log)")]
    public async Task Injected_loggers_are_found(string declaration) => Assert.Equal(
        ["CCDT0010 The logger 'log' in an orchestrator"],
        await Source.FindAsync($$"""
            {{declaration}} : TaskOrchestrator<int, int>
            {
                public override Task<int> RunAsync(TaskOrchestrationContext context, int input) => Task.FromResult(log is null ? 0 : 1);
            }
            """));

    [Fact]
    public Task Loggers_of_the_context_are_fine() => FindsNothing("_ = context.CreateReplaySafeLogger<Flow>();");

    [Theory]
    [InlineData("while (true) await context.CallActivityAsync(\"A\");")]
    [InlineData("for (;;) await context.CallActivityAsync(\"A\");")]
    [InlineData("do { await context.CallActivityAsync(\"A\"); } while (true);")]
    [InlineData("while (true) { foreach (var i in input) { break; } Func<int> f = () => { return 1; }; await context.CreateTimer(TimeSpan.FromDays(f()), default); }")]
    public async Task Loops_without_end_are_found(string body) => Assert.Equal(
        ["CCDT0011 A loop without end in an orchestrator"],
        await Source.FindAsync($$"""
            public sealed class Flow : TaskOrchestrator<string, string>
            {
                public override async Task<string> RunAsync(TaskOrchestrationContext context, string input)
                {
                    {{body}}
                }
            }
            """));

    [Theory]
    [InlineData("while (true) { if (await context.CallActivityAsync<bool>(\"A\")) break; }")]
    [InlineData("while (true) { if (await context.CallActivityAsync<bool>(\"A\")) return input; }")]
    [InlineData("while (true) { await context.CreateTimer(TimeSpan.FromDays(1), default); context.ContinueAsNew(input); return input; }")]
    [InlineData("while (input.Length < 3) input += await context.CallActivityAsync<string>(\"A\");")]
    public Task Loops_with_a_way_out_are_fine(string body) => FindsNothing(body.Contains("return input", StringComparison.Ordinal) ? $"if (input.Length > 0) {{ {body} }}" : body);

    [Theory]
    [InlineData("await new CancellationTokenSource().CancelAsync();", "'CancellationTokenSource.CancelAsync'")]
    [InlineData("new CancellationTokenSource().CancelAfter(5);", "'CancellationTokenSource.CancelAfter'")]
    [InlineData("_ = new CancellationTokenSource(TimeSpan.FromDays(1));", "'new CancellationTokenSource'")]
    public Task Cancellation_by_another_thread_is_found(string body, string found) => Finds(body, $"CCDT0012 {found}");

    [Fact]
    public Task Cancellation_at_once_is_fine() => FindsNothing("using var end = new CancellationTokenSource(); end.Cancel();");

    private static Task Finds(string body, string finding) => Finds(body, members: "", finding);

    private static async Task Finds(string body, string members, params string[] findings) =>
        Assert.Equal(findings, await Source.FindAsync(Source.Orchestrator(body, members)));

    private static Task FindsNothing(string body, string members = "") => Finds(body, members, []);
}
