using System.CommandLine;

namespace ClaudeCluster.Runner;

/// <summary><c>claude-cluster dry-run</c>: the real flow, with every effect replaced by its description.</summary>
internal static class DryRunCommand
{
    public static Command Create(CommandLine.Invocation invocation)
    {
        var eventFile = new Option<string?>("--event") { Description = "A GitHub 'issues' event: the webhook's body, or the file that GITHUB_EVENT_PATH names.", HelpName = "FILE" };
        var title = new Option<string?>("--issue-title") { Description = "Instead of --event: an issue of this title, just labelled for work.", HelpName = "TEXT" };
        var body = new Option<string?>("--issue-body") { Description = "The issue's text.", HelpName = "TEXT" };
        var labels = new Option<string[]>("--label") { Description = "A label of the issue; may be repeated.", HelpName = "NAME", AllowMultipleArgumentsPerToken = false };
        var repository = new Option<string?>("--repo") { Description = "A local clone: its policy and its tests are read, nothing in it is changed.", HelpName = "PATH" };
        var policy = new Option<string?>("--policy") { Description = "A policy file to try instead of the repository's own.", HelpName = "FILE" };
        var coder = CoderChoice.Option();
        var command = new Command(
            "dry-run",
            "Shows what would happen to an issue: routing and its reasons, the prompt, the exact command line, branch, tests, pull request and comment.\n"
            + "Nothing is changed anywhere; no token and no network are needed.\n\n"
            + "Example: claude-cluster dry-run --issue-title \"The API returns 500\" --issue-body \"GET /users fails.\"")
        {
            eventFile,
            title,
            body,
            labels,
            repository,
            policy,
            coder,
        };
        command.Validators.Add(result =>
        {
            if ((result.GetValue(eventFile) is null) == (result.GetValue(title) is null))
                result.AddError("Give either --event FILE or --issue-title TEXT.");
        });
        return invocation.With(command, async (parsed, output, cancellationToken) =>
        {
            var host = invocation.Host;
            var request = new DryRunRequest(
                parsed.GetValue(repository) is { } path ? await LocalRepository.OpenAsync(host.FullPath(path), host, cancellationToken) : null,
                parsed.GetValue(policy) is { } file ? host.FullPath(file) : null,
                CoderChoice.Parse(parsed.GetValue(coder)!, host));
            var run = new DryRun(request, host);
            var received = parsed.GetValue(eventFile) is { } eventPath
                ? await EventSource.ReadFileAsync(host.FullPath(eventPath), cancellationToken)
                : EventSource.FromText(parsed.GetValue(title)!, parsed.GetValue(body) ?? string.Empty, parsed.GetValue(labels) ?? [], await run.TriggerAsync(cancellationToken));
            Show(await run.DescribeAsync(received, cancellationToken), output);
            return ExitCode.Done;
        });
    }

    private static void Show(DryRunAnswer answer, Output output)
    {
        output.Answer(answer);
        output.Heading(answer.Starts ? "A flow would start" : "No flow would start");
        output.Line(answer.Reason);
        if (!answer.Starts)
            output.Line("What follows is what would happen if it did.");
        output.Heading($"Routing: {answer.Routing.Specialty?.Value ?? "nobody"}");
        foreach (var reason in answer.Routing.Reasons)
            output.Line($"- {reason}");
        Section(output, "Prompt", answer.Prompt);
        Section(output, "Command", answer.Command);
        Section(output, "Environment (names only)", answer.Environment is [] ? null : string.Join(' ', answer.Environment));
        Section(output, "Branch", answer.Branch);
        Section(output, "Tests", answer.Tests is [] ? null : string.Join('\n', answer.Tests));
        Section(output, "Pull request", answer.PullRequest is { } pullRequest ? $"{pullRequest.Title}\n\n{pullRequest.Body}" : null);
        Section(output, "Comment", answer.Comment);
        output.Heading("Timeline");
        foreach (var entry in answer.Timeline)
            output.Line($"· {entry.Step}: {entry.Text}");
    }

    private static void Section(Output output, string title, string? text)
    {
        if (text is null)
            return;
        output.Heading(title);
        output.Line(text);
    }
}
