using System.CommandLine;
using System.Net.Http.Headers;
using ClaudeCluster.Agent;
using ClaudeCluster.GitHub;

namespace ClaudeCluster.Runner;

/// <summary><c>claude-cluster trigger</c>: a job of GitHub Actions hands its event to the coordinator on the same PC, and ends.</summary>
internal static class TriggerCommand
{
    private const string TriggerToken = "CLAUDE_CLUSTER_TRIGGER_TOKEN";
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    public static Command Create(CommandLine.Invocation invocation)
    {
        var connection = new CoordinatorConnection();
        var file = new Option<string?>("--event") { Description = "The event's file. Default: GITHUB_EVENT_PATH, which a job has.", HelpName = "FILE" };
        var name = new Option<string?>("--event-name") { Description = "The event's name. Default: GITHUB_EVENT_NAME.", HelpName = "NAME" };
        var patience = new Option<int>("--patience") { Description = "For how many seconds to try while the coordinator is away.", HelpName = "SECONDS", DefaultValueFactory = _ => 120 };
        var command = new Command(
            "trigger",
            "Hands the event of a GitHub Actions job to the coordinator, byte for byte, and ends when it is stored there.\n"
            + $"{TriggerToken} holds the credential for that and nothing else; without it, CLAUDE_CLUSTER_TOKEN is used.\n\n"
            + "Example, as a step of a job on the coordinator's own runner: claude-cluster trigger\n"
            + "Example: claude-cluster trigger --event event.json --event-name issues")
        {
            file, name, patience,
        };
        connection.AddTo(command);
        return invocation.With(command, async (parsed, output, cancellation) =>
        {
            var host = invocation.Host;
            var body = await ReadAsync(parsed.GetValue(file), host, cancellation);
            var eventName = parsed.GetValue(name) ?? host.Variable("GITHUB_EVENT_NAME")
                ?? throw new BadInputException("--event-name", "The event has no name.", "Give it, such as issues; a job of GitHub Actions has it in GITHUB_EVENT_NAME.");
            using var coordinator = connection.Open(parsed, host, TriggerToken, CoordinatorConnection.TokenVariable);
            var arrival = await HandInAsync(coordinator, body, eventName, TimeSpan.FromSeconds(parsed.GetValue(patience)), host, output, cancellation);
            output.Answer(arrival);
            output.Good(arrival.Event is { } id ? $"{(arrival.IsNew ? "Received" : "Received before")}: {id}" : arrival.Reason ?? "Received.");
            // An event of no use is no failure of the job that brought it.
            return ExitCode.Done;
        });
    }

    private static async Task<byte[]> ReadAsync(string? option, HostEnvironment host, CancellationToken cancellation)
    {
        var file = option ?? host.Variable("GITHUB_EVENT_PATH")
            ?? throw new BadInputException("--event", "There is no event.", "Name its file; a job of GitHub Actions has it in GITHUB_EVENT_PATH.");
        try
        {
            var path = host.FullPath(file);
            if (new FileInfo(path).Length > EventReader.MaxSize)
                throw new BadInputException("--event", $"{path} is larger than GitHub's events are.", "Give the event as GitHub sent it.");
            return await File.ReadAllBytesAsync(path, cancellation);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException("--event", failure.Message, "Name the event's file.");
        }
    }

    /// <summary>A coordinator that is being restarted must not cost an event.</summary>
    private static async Task<Arrived> HandInAsync(
        CoordinatorClient coordinator, byte[] body, string eventName, TimeSpan patience, HostEnvironment host, Output output, CancellationToken cancellation)
    {
        var begin = host.Time.GetTimestamp();
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, "api/events") { Content = new ByteArrayContent(body) };
                request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
                request.Headers.TryAddWithoutValidation(WebhookHeaders.EventName, eventName);
                return await coordinator.SendAsync<Arrived>(request, cancellation);
            }
            catch (HostNotReadyException away) when (host.Time.GetElapsedTime(begin) + pause < patience)
            {
                output.Note($"{away.Detail.TrimEnd('.')}. Next try in {pause.TotalSeconds:0} s.");
                await Task.Delay(pause, host.Time, cancellation);
            }
        }
    }

    /// <summary>The door's answer.</summary>
    private sealed record Arrived(string? Event, bool IsNew, string? Reason);
}
