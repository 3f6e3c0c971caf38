namespace ClaudeCluster.GitHub;

/// <summary>PURE. What a name of GitHub's may look like. They go on into git's arguments and into commit trailers, so nothing else may pass.</summary>
internal static class GitHubNames
{
    private const int Longest = 255;
    private const string BotSuffix = "[bot]";

    public static bool IsRepository(string name) =>
        name.Split('/') is [var owner, var repository] && IsName(owner) && IsName(repository);

    public static bool IsLogin(string login) =>
        IsName(login.EndsWith(BotSuffix, StringComparison.OrdinalIgnoreCase) ? login[..^BotSuffix.Length] : login);

    /// <summary>Git's own rules for a branch, and no beginning that git would take for an option.</summary>
    public static bool IsBranch(string branch) =>
        branch.Length is > 0 and <= Longest
        && branch[0] != '-'
        && !branch.Any(character => character is '~' or '^' or ':' or '?' or '*' or '[' or '\\' || char.IsControl(character) || char.IsWhiteSpace(character))
        && !branch.Contains("..", StringComparison.Ordinal)
        && !branch.Contains("@{", StringComparison.Ordinal)
        && branch.Split('/').All(part => part.Length > 0 && part[0] != '.' && part[^1] != '.' && !part.EndsWith(".lock", StringComparison.OrdinalIgnoreCase));

    private static bool IsName(string name) =>
        name.Length is > 0 and <= Longest
        && name is not ("." or "..")
        && name.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_' or '.');
}
