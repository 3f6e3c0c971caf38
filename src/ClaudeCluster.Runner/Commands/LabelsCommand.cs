using System.CommandLine;
using ClaudeCluster.GitHub;

namespace ClaudeCluster.Runner;

/// <summary><c>claude-cluster labels</c>: a repository's labels as its policy wants them.</summary>
internal static class LabelsCommand
{
    public static Command Create(CommandLine.Invocation invocation) => new(
        "labels",
        "Creates and updates the labels that mean something to the cluster in a repository: trigger, exclude, specialties, priority, status.\n\n"
        + "Example: claude-cluster labels sync octo/shop")
    {
        Sync(invocation),
    };

    private static Command Sync(CommandLine.Invocation invocation)
    {
        var repository = new Argument<string>("OWNER/NAME") { Description = "The repository on GitHub." };
        var dryRun = new Option<bool>("--dry-run") { Description = "Say what would be done, and do nothing." };
        var gitHub = new GitHubChoice();
        var command = new Command(
            "sync",
            "Creates the labels that are missing and mends colour and description of the others, by the policy on the default branch.\n"
            + "Labels of other names are left alone, and none is deleted.\n\n"
            + "Example: claude-cluster labels sync octo/shop --dry-run")
        {
            repository, dryRun,
        };
        gitHub.AddTo(command);
        return invocation.With(command, async (parsed, output, cancellation) =>
        {
            var name = RepositoryNames.Checked("OWNER/NAME", parsed.GetValue(repository)!);
            await using var service = gitHub.Open(parsed, invocation.Host)
                ?? throw new BadInputException("GITHUB_TOKEN", "Nothing says as whom to reach GitHub.", "Set GITHUB_TOKEN, or GITHUB_APP_ID and GITHUB_APP_PRIVATE_KEY_FILE.");
            var found = (await service.LostEvents.ListRepositoriesAsync([name], [], cancellation)).SingleOrDefault()?.Repository
                ?? throw new BadInputException(name, "GitHub shows no such repository to this login, or it is archived.", "See that the name is right, and that the App is installed there or the token may read it.");
            var policy = await service.ReadAsync(found, RepositoryPolicy.Path, cancellation) is { } file ? PolicyReader.Read(file.Text, RepositoryPolicy.Path) : RepositoryPolicy.Default;
            var isDryRun = parsed.GetValue(dryRun);
            var result = await service.SyncLabelsAsync(found, PolicyLabels.Of(policy), isDryRun, cancellation);
            Tell(output, found.FullName, result, isDryRun);
            return ExitCode.Done;
        });
    }

    private static void Tell(Output output, string repository, LabelSyncResult result, bool isDryRun)
    {
        output.Answer(new { Repository = repository, DryRun = isDryRun, result.Created, result.Changed, result.Unchanged });
        foreach (var label in result.Created)
            output.Line($"{(isDryRun ? "would create" : "created")}  {label}");
        foreach (var label in result.Changed)
            output.Line($"{(isDryRun ? "would change" : "changed")}  {label}");
        var all = result.Created.Count + result.Changed.Count + result.Unchanged.Count;
        output.Good(result.Unchanged.Count == all
            ? $"All {all} labels of {repository} are as its policy wants them."
            : isDryRun ? $"{all - result.Unchanged.Count} of {all} labels of {repository} would be written; nothing was." : $"The {all} labels of {repository} are as its policy wants them.");
    }
}
