namespace ClaudeCluster.GitHub;

/// <summary>
/// GitHub did not do what it was asked: a closed family, each with what a caller can act on. The message names the call, the reason and the
/// fix, and never a token.
/// </summary>
public abstract class GitHubException : Exception
{
    private GitHubException(string place, string reason, string fix, Exception? cause = null)
        : base(new Problem(place, reason, fix).ToString(), cause) => Problem = new(place, reason, fix);

    /// <summary>What is wrong, where, and what a person can do about it.</summary>
    public Problem Problem { get; }

    /// <summary>GitHub's clock: before it, asking again is in vain. Null: time alone does not help, or nobody knows how long.</summary>
    public virtual DateTimeOffset? RetryAt => null;

    /// <summary>Time alone does not help: something in the repository, in its settings or in the login must change first.</summary>
    public bool IsLasting => this is NotFoundOrNoAccess or Unauthorized or Forbidden or Validation;

    /// <summary>404, 410. GitHub also says so of what a token may not see, so the two cannot be told apart.</summary>
    public sealed class NotFoundOrNoAccess(string place, string reason)
        : GitHubException(place, reason, "See that it exists under this name, and that the token or App may read the repository.");

    /// <summary>401: the token is wrong, was revoked, or has expired.</summary>
    public sealed class Unauthorized(string place, string reason)
        : GitHubException(place, reason, "Give a new token; for a GitHub App, see that its id and its private key belong together and that this machine's clock is right.");

    /// <summary>403 that is no limit.</summary>
    /// <param name="missingPermission">As GitHub names it, as in <c>issues=write</c>; several are alternatives after '; '. Null: it did not say.</param>
    public sealed class Forbidden(string place, string reason, string? missingPermission)
        : GitHubException(
            place,
            reason,
            missingPermission is null ? "See what the token or App may do in this repository." : $"Give the token or App the permission {missingPermission}.")
    {
        public string? MissingPermission { get; } = missingPermission;
    }

    /// <summary>422, and the other answers by which GitHub refuses what was sent (400, 405, 409).</summary>
    /// <param name="status">The HTTP status, or 200 for a GraphQL answer with errors.</param>
    /// <param name="fields">What GitHub found wrong with which field; may be empty.</param>
    public sealed class Validation(string place, int status, string reason, IReadOnlyList<FieldProblem> fields)
        : GitHubException(place, reason, "Asking again does not help before something has changed in the repository.")
    {
        public int Status { get; } = status;

        public IReadOnlyList<FieldProblem> Fields { get; } = fields;
    }

    /// <summary>The requests of this hour are used up (5,000 for a user, more for an App, 1,000 for a job's token).</summary>
    /// <param name="resetAt">When GitHub counts from zero again.</param>
    public sealed class PrimaryLimit(string place, DateTimeOffset resetAt)
        : GitHubException(place, $"The requests that GitHub allows in an hour are used up until {Utc(resetAt)}.", "It goes on then by itself.")
    {
        public DateTimeOffset ResetAt { get; } = resetAt;

        public override DateTimeOffset? RetryAt => ResetAt;
    }

    /// <summary>Too much in too short a time (80 pieces of content a minute, 500 an hour, and other rules that GitHub does not publish).</summary>
    /// <param name="retryAt">GitHub's own word where it gave one, else a minute from the answer.</param>
    public sealed class SecondaryLimit(string place, DateTimeOffset retryAt)
        : GitHubException(place, $"GitHub asks for a pause until {Utc(retryAt)}.", "It goes on then by itself.")
    {
        public override DateTimeOffset? RetryAt { get; } = retryAt;
    }

    /// <summary>No answer, or one that is none of GitHub's API (5xx, a proxy's page). What was asked may have happened all the same.</summary>
    public sealed class Unavailable(string place, string reason, Exception? cause = null)
        : GitHubException(place, reason, "What was asked may have happened; it is looked for before it is asked again. If it lasts, see https://www.githubstatus.com.", cause);

    private static string Utc(DateTimeOffset time) => time.UtcDateTime.ToString("u", System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>What GitHub found wrong with one field.</summary>
/// <param name="Resource">As in <c>PullRequest</c>.</param>
/// <param name="Field">As in <c>head</c>; null where it is about the whole.</param>
/// <param name="Code">As in <c>invalid</c>, <c>already_exists</c>, <c>custom</c>.</param>
/// <param name="Message">In GitHub's words; null for most codes.</param>
public sealed record FieldProblem(string? Resource, string? Field, string? Code, string? Message);
