namespace ClaudeCluster.Cluster.Tests;

internal sealed record SeenRepository(IReadOnlyList<SeenIssue> Issues, IReadOnlyList<SeenPullRequest> PullRequests);

internal sealed record SeenIssue(int Number, string Author, string Title, string State, IReadOnlyList<string> Labels, IReadOnlyList<SeenComment> Comments);

internal sealed record SeenComment(string Author, string Body);

internal sealed record SeenPullRequest(int Number, string Author, string Head, string Base, string State, string Title, string? Body, bool IsDraft, IReadOnlyList<SeenComment> Comments);

/// <param name="IsWanted">False: an event that may begin it happened, and nobody has found out yet whether it does.</param>
/// <param name="Status">queued, pending (behind another of its group), in_progress, completed.</param>
internal sealed record SeenRun(
    long Id, string Repository, string Path, string Event, string Title, SeenActor Actor, bool IsWanted, string Status, string? Conclusion, IReadOnlyList<SeenJob> Jobs);

internal sealed record SeenActor(string Login, string Type);

/// <param name="Runner">Null: none has taken it.</param>
internal sealed record SeenJob(string Name, IReadOnlyList<string> Labels, string? Runner, string Status, string? Conclusion, string Log);

/// <param name="Statuses">Of each try; 0: no answer.</param>
internal sealed record SeenDelivery(string Id, string Event, string Body, IReadOnlyList<int> Statuses);

/// <param name="Operation">As in <c>POST /repos/{owner}/{repo}/pulls</c>; null: the fake knows no such call.</param>
internal sealed record SeenRequest(string? Operation, string Path, int Status, bool IsCounted);
