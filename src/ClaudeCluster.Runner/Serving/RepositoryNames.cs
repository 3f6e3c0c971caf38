namespace ClaudeCluster.Runner;

/// <summary>PURE. Names of repositories as people write them.</summary>
internal static class RepositoryNames
{
    /// <exception cref="BadInputException">It is none.</exception>
    public static string Checked(string place, string name) => name.Split('/') is [var owner, var repository] && IsName(owner) && IsName(repository)
        ? name
        : throw new BadInputException(place, $"'{name}' is no repository.", "Write it as OWNER/NAME, such as octo/shop.");

    private static bool IsName(string name) =>
        name.Length is > 0 and <= 100 && name is not ("." or "..") && name.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_' or '.');
}
