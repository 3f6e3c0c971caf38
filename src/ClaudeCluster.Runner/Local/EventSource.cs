using System.Security.Cryptography;
using System.Text;
using ClaudeCluster.GitHub;

namespace ClaudeCluster.Runner;

/// <summary>
/// The door of a local command: an event file as GitHub wrote it, or an issue given on the command line.
/// The work happens in a clone on this machine, where strangers open no issues, so the repository counts as private here.
/// </summary>
internal static class EventSource
{
    private const string CommandLine = "command line";

    public static async Task<IssueEvent> ReadFileAsync(string path, CancellationToken cancellationToken)
    {
        byte[] body;
        try
        {
            body = await File.ReadAllBytesAsync(path, cancellationToken);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"--event {path}", $"The file cannot be read: {unreadable.Message}", "Give the path of a GitHub 'issues' event: the webhook's body, or the file that GITHUB_EVENT_PATH names in a workflow.");
        }

        return Local(EventReader.Read(body, path));
    }

    /// <summary>An issue that was just labelled with the trigger.</summary>
    public static IssueEvent FromText(string title, string body, IReadOnlyList<string> labels, string trigger)
    {
        if (string.IsNullOrWhiteSpace(title))
            throw new BadInputException("--issue-title", "The title is empty.", "Give the issue's title.");
        return new IssueEvent.Labeled(trigger)
        {
            Key = Hash($"{title}\n{body}"),
            Repository = new RepositoryRef(Id: 0, "local/repository", "main", IsPublic: false),
            Issue = new IssueSnapshot { Number = 1, Title = title, Body = body, Labels = [trigger, .. labels], Author = CommandLine },
            Sender = new Requester("you", Id: 0, IsBot: false),
        };
    }

    /// <summary>The same wish, uttered now: it is newer than the end of any flow.</summary>
    public static IssueEvent Again(IssueEvent received, DateTimeOffset now) => received with
    {
        Key = Hash($"{received.Key} {now:O}"),
        Issue = received.Issue with { UpdatedAt = now },
    };

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static IssueEvent Local(IssueEvent received) => received with { Repository = received.Repository with { IsPublic = false } };
}
