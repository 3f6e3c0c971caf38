using ClaudeCluster.DurableTask;

namespace ClaudeCluster.GitHub.Tests.Client;

/// <summary>What a flow decides by, which sees a history and no exception.</summary>
public sealed class GitHubFailureTests
{
    private static readonly DateTimeOffset Then = new(2026, 11, 28, 17, 0, 0, TimeSpan.FromHours(1));

    public static TheoryData<Exception, string, bool, string?> Failures => new()
    {
        { new GitHubException.NotFoundOrNoAccess("x", "y."), "NotFoundOrNoAccess", true, null },
        { new GitHubException.Unauthorized("x", "y."), "Unauthorized", true, null },
        { new GitHubException.Forbidden("x", "y.", null), "Forbidden", true, null },
        { new GitHubException.Validation("x", 422, "y.", []), "Validation", true, null },
        { new GitHubException.PrimaryLimit("x", Then), "PrimaryLimit", false, "2026-11-28T16:00:00.0000000Z" },
        { new GitHubException.SecondaryLimit("x", Then), "SecondaryLimit", false, "2026-11-28T16:00:00.0000000Z" },
        { new GitHubException.Unavailable("x", "y."), "Unavailable", false, null },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public void Failure_says_whether_time_helps_and_until_when(Exception failure, string type, bool isLasting, string? retryAt)
    {
        Assert.Equal($"ClaudeCluster.GitHub.GitHubException+{type}", TaskFailureDetails.FromException(failure).ErrorType);
        var kept = GitHubFailure.Describe(failure)!;
        Assert.Equal(isLasting, kept[GitHubFailure.IsLasting]);
        Assert.Equal(retryAt, kept.GetValueOrDefault(GitHubFailure.RetryAt));
    }

    [Fact]
    public void Every_failure_of_the_family_is_told()
    {
        var family = typeof(GitHubException).GetNestedTypes().Where(type => type.IsSubclassOf(typeof(GitHubException)));

        Assert.Equal(family.Select(type => type.Name).Order(StringComparer.Ordinal), Failures.Select(row => row.Data.Item2).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Failure_of_somebody_elses_is_left_alone() => Assert.Null(GitHubFailure.Describe(new InvalidOperationException()));
}
