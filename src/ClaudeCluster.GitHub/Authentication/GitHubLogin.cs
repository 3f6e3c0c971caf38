namespace ClaudeCluster.GitHub;

/// <summary>As whom the cluster works on GitHub: a closed family. None has a text, so no secret stands in a log by accident.</summary>
public abstract class GitHubLogin
{
    private GitHubLogin()
    {
    }

    /// <summary>What a person should know who chose this login; null: nothing.</summary>
    public virtual string? Warning => null;

    /// <param name="http">Sends.</param>
    /// <param name="clock">For tokens' lives.</param>
    /// <param name="permissions">What an App's tokens may do; a token that was given may do what it may.</param>
    internal abstract IGitHubCredentials Open(GitHubHttp http, TimeProvider clock, IReadOnlyDictionary<string, string> permissions);

    /// <summary>Where it is installed; null: it is no App.</summary>
    internal virtual AppInstallations? OpenInstallations(GitHubHttp http, TimeProvider clock) => null;

    /// <summary>A GitHub App: short tokens, each for one repository, with the least that is needed. What unattended work should use.</summary>
    public sealed class App : GitHubLogin
    {
        /// <param name="id">The App's id or client id.</param>
        /// <param name="privateKey">PEM, as GitHub gave it to download.</param>
        /// <exception cref="BadInputException">The key is no RSA key, or the id is none.</exception>
        public App(string id, string privateKey)
        {
            Id = Checked("GitHub App id", id);
            AppJwt.Check(privateKey);
            PrivateKey = privateKey;
        }

        internal string Id { get; }

        internal string PrivateKey { get; }

        internal override IGitHubCredentials Open(GitHubHttp http, TimeProvider clock, IReadOnlyDictionary<string, string> permissions) =>
            new AppCredentials(http, new AppJwt(Id, PrivateKey, clock), clock, permissions);

        internal override AppInstallations OpenInstallations(GitHubHttp http, TimeProvider clock) => new(http, new AppJwt(Id, PrivateKey, clock), clock);
    }

    /// <summary>A person's token. Fine-grained ones are limited to repositories and permissions; others should not be used.</summary>
    /// <param name="token">Of any length and prefix.</param>
    public sealed class PersonalToken(string token) : GitHubLogin
    {
        private readonly string _token = Checked("GitHub token", token);

        internal override IGitHubCredentials Open(GitHubHttp http, TimeProvider clock, IReadOnlyDictionary<string, string> permissions) => new GivenToken(_token, "the personal token");
    }

    /// <summary>The token that GitHub Actions gives to a job. It ends with the job.</summary>
    /// <param name="token">Of any length and prefix.</param>
    public sealed class JobToken(string token) : GitHubLogin
    {
        private readonly string _token = Checked("GITHUB_TOKEN", token);

        /// <summary>Source: GitHub's page on GITHUB_TOKEN, as of 11 June 2026.</summary>
        public override string Warning =>
            "Pull requests that are opened with a job's GITHUB_TOKEN get no CI until a person with write access approves its run on the pull request's page. "
            + "To have CI run by itself, use a GitHub App or a fine-grained token.";

        internal override IGitHubCredentials Open(GitHubHttp http, TimeProvider clock, IReadOnlyDictionary<string, string> permissions) => new GivenToken(_token, "the job's GITHUB_TOKEN");
    }

    private static string Checked(string place, string value)
    {
        var trimmed = value.Trim();
        if (trimmed.Length == 0)
            throw new BadInputException(place, "It is empty.", "Give it as GitHub shows it.");
        if (trimmed.Any(character => character is <= ' ' or > '~'))
            throw new BadInputException(place, "It holds a space or a character that no such value has.", "Give it as GitHub shows it, on one line.");
        return trimmed;
    }
}
