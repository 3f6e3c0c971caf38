namespace ClaudeCluster.DurableTask.Tests.Histories;

/// <summary>Orchestrators whose recorded histories lie beside this file. Their code and the histories must agree for ever.</summary>
internal static class Samples
{
    /// <summary>Set while the history of the rewind is recorded.</summary>
    public static bool IsRepaired { get; set; }

    public static void AddTo(DurableTaskRegistry tasks) => tasks
        .AddOrchestratorFunc<string, string>("Chain", async (context, word) =>
        {
            for (var i = 0; i < 3; i++)
                word = await context.CallActivityAsync<string>("Append", word);
            return word;
        })
        .AddOrchestratorFunc<int, int>("FanOut", async (context, count) =>
            (await Task.WhenAll(Enumerable.Range(1, count).Select(i => context.CallActivityAsync<int>("Square", i)))).Sum())
        .AddOrchestratorFunc<string>("RetriedAndCaught", async context =>
        {
            try
            {
                await context.CallActivityAsync("Throw", "日本語", TaskOptions.FromRetryPolicy(new RetryPolicy(2, TimeSpan.Zero)));
                return "unreached";
            }
            catch (TaskFailedException e) when (e.IsCausedByException<FormatException>())
            {
                return e.FailureDetails.ErrorMessage;
            }
        })
        .AddOrchestratorFunc<string>("ApprovalOrTimer", async context =>
        {
            context.SetCustomStatus("waiting");
            using var cancel = new CancellationTokenSource();
            var timer = context.CreateTimer(TimeSpan.FromDays(30), cancel.Token);
            var approval = context.WaitForExternalEvent<string>("Approval");
            if (await Task.WhenAny(timer, approval) == timer)
                return "timed out";
            cancel.Cancel();
            return await approval;
        })
        .AddOrchestratorFunc<string>("ParentAndChildren", async context =>
        {
            var children = await Task.WhenAll(
                context.CallSubOrchestratorAsync<string>("Chain", "x"),
                context.CallSubOrchestratorAsync<string>("Chain", "y", new SubOrchestrationOptions(instanceId: "named-child")));
            context.SendEvent("named-child", "TooLate", 1);
            return $"{string.Join(' ', children)} {context.NewGuid().ToString().Length}";
        })
        .AddOrchestratorFunc<int, string>("SecondGeneration", async (context, generation) =>
        {
            var number = await context.WaitForExternalEvent<int>("Number");
            if (generation == 0)
                context.ContinueAsNew(1);
            return $"{generation}: {number}";
        })
        .AddOrchestratorFunc<string>("Failing", context => throw new InvalidOperationException("on purpose", new FormatException("why")))
        .AddOrchestratorFunc<string>("SuspendedOnce", async context =>
            $"{await context.WaitForExternalEvent<string>("Go")} {await context.CallActivityAsync<string>("Append", "a")}")
        .AddOrchestratorFunc<string>("RewoundOnce", async context =>
        {
            var words = await Task.WhenAll(context.CallActivityAsync<string>("Append", "a"), context.CallActivityAsync<string>("Repaired", "b"));
            return string.Join(' ', words);
        })
        .AddOrchestratorFunc<string, string>("MovesOn", "1.0", (context, _) =>
        {
            context.ContinueAsNew(new ContinueAsNewOptions { NewInput = context.Version, NewVersion = "2.0" });
            return Task.FromResult(string.Empty);
        })
        .AddOrchestratorFunc<string, string>("MovesOn", "2.0", (context, from) => context.CallActivityAsync<string>("Append", $"{from} {context.Version} "))
        .AddActivityFunc<string, string>("Repaired", (_, word) => IsRepaired ? word : throw new InvalidOperationException("broken"))
        .AddOrchestratorFunc<string>("StillWaiting", context => context.WaitForExternalEvent<string>("Never"))
        .AddActivityFunc<string, string>("Append", (_, word) => word + "+")
        .AddActivityFunc<int, int>("Square", (_, number) => number * number)
        .AddActivityFunc<string, object?>("Throw", object? (_, message) => throw new FormatException(message));
}
