using ClaudeCluster.GitHub;

namespace ClaudeCluster.Runner;

/// <summary>What <c>doctor</c> says of the login for GitHub: which permission is missing, what does not work without it, and where it is granted.</summary>
internal static class GitHubChecks
{
    private const string Name = "github";
    private const string GrantIt = "On GitHub: Settings → Developer settings → the App or token → Permissions. A change of an App's is accepted at each installation.";

    /// <param name="open">As whom.</param>
    /// <param name="repositories">Where to look.</param>
    /// <param name="isExpected">Without a login something is missing.</param>
    /// <param name="cancellation">Ends it.</param>
    public static async Task<IReadOnlyList<Check>> LookAsync(Func<GitHubService?> open, IReadOnlyList<string> repositories, bool isExpected, CancellationToken cancellation)
    {
        try
        {
            await using var service = open();
            if (service is null)
                return isExpected ? [Bad(Name, "no login is set, so no flows would run here", "Set GITHUB_APP_ID and GITHUB_APP_PRIVATE_KEY_FILE, or GITHUB_TOKEN.")] : [];
            var access = await service.ReadAccessAsync(repositories, cancellation);
            return access.Places.Count > 0
                ? [.. access.Places.Select(place => Of(access, place))]
                : [access.KnowsWrites
                    ? Bad(Name, $"{access.Who} is installed nowhere", "On GitHub, open the App's page and install it in your repositories.")
                    : new Check(Name, Ok: true, Needed: false, "a token is set; it does not say what it may do", "To have it tried, name repositories in GITHUB_REPOSITORIES, comma-separated.")];
        }
        catch (BadInputException bad)
        {
            return [.. bad.Problems.Select(problem => Bad(Name, $"{problem.Place}: {problem.Reason}", problem.Fix))];
        }
        catch (GitHubException failed)
        {
            return [Bad(Name, $"{failed.Problem.Place}: {failed.Problem.Reason}", failed.Problem.Fix)];
        }
    }

    private static Check Of(GitHubAccess access, AccessTo place)
    {
        var name = $"{Name} {place.Place}";
        if (place.Granted is not { } granted)
            return Bad(name, $"{access.Who} may not see it", access.KnowsWrites ? "Install the App there, or lift its suspension." : "Give the token this repository.");
        var missing = NeededPermission.All.Where(needed => !needed.IsIn(granted, access.KnowsWrites)).ToList();
        var unsure = access.KnowsWrites ? string.Empty : "; what it may write shows when it does";
        if (missing.Count == 0)
            return new Check(name, Ok: true, Needed: false, $"{access.Who} has every permission that is made use of{unsure}", Fix: null);
        var words = string.Join("; ", missing.Select(lack => $"{lack} for {lack.For}{(lack.IsOptional ? " (optional)" : string.Empty)}"));
        return new Check(name, Ok: missing.TrueForAll(lack => lack.IsOptional), Needed: false, $"{access.Who} lacks {words}{unsure}", GrantIt);
    }

    private static Check Bad(string name, string detail, string fix) => new(name, Ok: false, Needed: false, detail, fix);
}
