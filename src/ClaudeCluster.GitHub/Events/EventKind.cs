namespace ClaudeCluster.GitHub;

/// <summary>PURE. Which of GitHub's events a payload is, by the fields that only it has: the body itself does not say.</summary>
internal static class EventKind
{
    public const string Issues = "issues";

    private static readonly (string Name, string[] Fields)[] Marks =
    [
        ("pull_request_review_comment", ["pull_request", "comment"]),
        ("pull_request_review", ["pull_request", "review"]),
        ("pull_request", ["pull_request"]),
        ("issue_comment", ["issue", "comment"]),
        ("workflow_job", ["workflow_job"]),
        ("workflow_run", ["workflow_run"]),
        ("check_suite", ["check_suite"]),
        ("check_run", ["check_run"]),
        ("ping", ["zen"]),
        ("push", ["ref", "commits"]),
        ("status", ["sha", "context", "branches"]),
        ("workflow_dispatch", ["workflow", "inputs"]),
        ("repository_dispatch", ["client_payload"]),
        ("schedule", ["schedule"]),
        (Issues, ["issue"]),
    ];

    public static bool IsKnown(string name) => Marks.Any(mark => mark.Name == name);

    /// <returns>Null if it looks like none that is known here.</returns>
    public static string? Of(JsonPayload payload) => Marks.FirstOrDefault(mark => mark.Fields.All(payload.Has)).Name;
}
