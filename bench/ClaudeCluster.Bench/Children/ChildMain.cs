using System.Globalization;
using System.Text.Json;

namespace ClaudeCluster.Bench.Children;

/// <summary>What a child process does: measures, answers, and waits to be killed.</summary>
internal static class ChildMain
{
    public static async Task<int> RunAsync(string[] args)
    {
        using var orphaned = new CancellationTokenSource();
        var parent = Task.Run(() => EndsWithParent(orphaned), CancellationToken.None);
        try
        {
            switch (args)
            {
                case [FillHub.Verb, var hub, var count]:
                    await FillHub.RunAsync(hub, Number(count), StayAsync, orphaned.Token);
                    break;
                case [FinishHub.Verb, var hub, var count]:
                    await AnswerAsync(await FinishHub.RunAsync(hub, Number(count), orphaned.Token));
                    break;
                case [ResumeHub.Verb, var hub]:
                    await AnswerAsync(await ResumeHub.RunAsync(hub, orphaned.Token));
                    break;
                default:
                    return (int)ExitCode.BadInput;
            }

            return (int)ExitCode.Done;
        }
        catch (OperationCanceledException) when (orphaned.IsCancellationRequested)
        {
            return (int)ExitCode.Interrupted;
        }

        // The hub stays open and its worker at work: so a process dies in the middle of everything.
        async Task StayAsync(FilledHub answer)
        {
            await AnswerAsync(answer);
            await parent;
        }
    }

    /// <summary>Nobody writes to our standard input; it ends when our parent does.</summary>
    private static void EndsWithParent(CancellationTokenSource orphaned)
    {
        Console.In.ReadToEnd();
        orphaned.Cancel();
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static async Task AnswerAsync<T>(T answer)
    {
        await Console.Out.WriteLineAsync(JsonSerializer.Serialize(answer, JsonSerializerOptions.Web));
        await Console.Out.FlushAsync();
    }
}
