using System.CommandLine;

namespace ClaudeCluster.Runner;

/// <summary><c>claude-cluster demo</c>: the whole flow on a sample repository, for a person who sees it for the first time.</summary>
internal static class DemoCommand
{
    private const string Scripted = "script";

    public static Command Create(CommandLine.Invocation invocation)
    {
        var coder = new Option<string>("--coder")
        {
            Description = "Who edits: 'script' (a small file of edits is played word for word; no model, no account) or 'claude' (the real CLI).",
            HelpName = "script|claude",
            DefaultValueFactory = _ => Scripted,
        };
        coder.AcceptOnlyFromAmong(Scripted, "claude");
        var folder = new Option<string?>("--folder") { Description = "Where the demo plays. Default: a folder of its own below your state folder.", HelpName = "FOLDER" };
        var command = new Command(
            "demo",
            "Makes a small repository with a failing test and an issue about it, and lets the cluster work on it, all in this process:\n"
            + "an embedded task hub, four specialist agents, the real flow.\n\n"
            + "Kill it in the middle, by Ctrl-C or kill -9, and start it again: it goes on where it was.")
        {
            coder,
            folder,
        };
        return invocation.With(command, async (parsed, output, cancellationToken) =>
        {
            var host = invocation.Host;
            var place = parsed.GetValue(folder) is { } given ? host.FullPath(given) : Path.Combine(host.StateFolder, "claude-cluster", "demo");
            var demo = await Demo.OpenAsync(place, host, output, cancellationToken);
            return await demo.PlayAsync(isScripted: parsed.GetValue(coder) == Scripted, cancellationToken);
        });
    }
}
