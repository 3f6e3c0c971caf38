using System.Globalization;
using System.Text.RegularExpressions;

namespace ClaudeCluster.Agent;

/// <summary>What the rules say about a change.</summary>
/// <param name="Summary">Goes into the result.</param>
/// <param name="Reasons">Why a person must decide; empty: the change may become a pull request.</param>
internal sealed record DiffVerdict(DiffSummary Summary, IReadOnlyList<string> Reasons);

/// <summary>PURE. The repository's rules about a change: what is forbidden, and what a reviewer should look at twice.</summary>
internal static partial class DiffPolicy
{
    // A list of a thousand reasons is read by nobody.
    private const int MostReasons = 20;

    // More than any policy allows: a result must fit into history.
    private const int MostFiles = 10_000;

    // GitHub refuses files of 100 MB, and shows none of this size.
    private const long MostBytes = 10 * 1024 * 1024;

    /// <summary>Each one must be looked at, and hardly any repository has so many.</summary>
    public const int MostLinks = 100;

    // What they say about tests is not seen by who looks at the tests.
    private static readonly HashSet<string> TestSettings = new(StringComparer.OrdinalIgnoreCase)
    {
        "package.json", "Makefile", "GNUmakefile", "conftest.py", "pytest.ini", "pyproject.toml", "setup.cfg", "tox.ini", "pom.xml", "build.gradle", "build.gradle.kts",
    };

    public static DiffVerdict Judge(Change change, DiffRules rules)
    {
        var files = change.Files.Take(MostFiles).Select(file => new FileChange(file.Path, file.Added, file.Removed)).ToList();
        var reasons = Forbidden(change, rules).ToList();
        return new DiffVerdict(
            new DiffSummary(files) { Warnings = Shortened([.. change.Files.SelectMany(Suspicious)]) },
            Shortened(reasons));
    }

    /// <summary>A path that test runners would take for a test, in the usual layouts of many languages.</summary>
    public static bool IsTest(string path) => TestPath().IsMatch(path);

    /// <summary>Without what a terminal or a reader would obey.</summary>
    public static string Show(string path) => Unprintable().Replace(path, "\ufffd");

    private static IEnumerable<string> Forbidden(Change change, DiffRules rules)
    {
        var globs = rules.ProtectedPaths.Select(pattern => new Glob(pattern)).ToList();
        foreach (var file in change.Files)
        {
            if (globs.FirstOrDefault(glob => glob.Matches(file.Path)) is { } glob)
                yield return $"{Show(file.Path)} is protected ({glob.Pattern}): only people change it.";
            if (file.LinkTarget is { } target && LeavesRepository(file.Path, target))
                yield return $"{Show(file.Path)} is a link to {Show(target)}, outside of the repository or by a way that may lead there.";
            if ((file.IsLink || file.IsSubmodule) && globs.FirstOrDefault(glob => glob.IsAbove(file.Path)) is { } below)
                yield return $"{Show(file.Path)} stands where the folder of protected files belongs ({below.Pattern}): only people change it.";
            if (file.Bytes > MostBytes)
                yield return string.Create(CultureInfo.InvariantCulture, $"{Show(file.Path)} has {file.Bytes / 1024 / 1024} MB; the limit is {MostBytes / 1024 / 1024} MB.");
        }
        var links = change.Files.Count(file => file.IsLink);
        if (links > MostLinks)
            yield return string.Create(CultureInfo.InvariantCulture, $"It changes {links} symbolic links; the limit is {MostLinks}.");
        if (change.Files.Count > rules.MaxFiles)
            yield return string.Create(CultureInfo.InvariantCulture, $"It changes {change.Files.Count} files; the limit is {rules.MaxFiles}.");
        var lines = change.Files.Sum(file => (long)(file.Added ?? 0) + (file.Removed ?? 0));
        if (lines > rules.MaxLines)
            yield return string.Create(CultureInfo.InvariantCulture, $"It changes {lines} lines; the limit is {rules.MaxLines}.");
    }

    private static IEnumerable<string> Suspicious(ChangedFile file)
    {
        if (file is { Added: null, IsDeleted: false, IsSubmodule: false })
            yield return $"{Show(file.Path)} is binary: nobody can review it line by line.";
        if (file.IsSubmodule)
            yield return $"{Show(file.Path)} points to another repository's commit.";
        var name = file.Path[(file.Path.LastIndexOf('/') + 1)..];
        if (name.Equals(".gitmodules", StringComparison.OrdinalIgnoreCase))
            yield return $"{Show(file.Path)} says which other repositories are fetched.";
        if (name.Equals(".gitattributes", StringComparison.OrdinalIgnoreCase))
            yield return $"{Show(file.Path)} says which changes are shown and how files are converted.";
        if (TestSettings.Contains(name))
            yield return $"{Show(file.Path)} may say how the tests are run.";
        if (file.IsUnread)
            yield return $"The test {Show(file.Path)} changed too much to be searched for lost assertions.";
        if (!IsTest(file.Path))
            yield break;
        if (file.IsDeleted)
            yield return $"The test {Show(file.Path)} was deleted.";
        var (before, after) = (file.RemovedLines.Count(Assertion().IsMatch), file.AddedLines.Count(Assertion().IsMatch));
        if (before > after)
            yield return string.Create(CultureInfo.InvariantCulture, $"The test {Show(file.Path)} lost assertions: {before} removed, {after} added.");
        if (file.AddedLines.Any(Skip().IsMatch))
            yield return $"The test {Show(file.Path)} has new lines that skip tests.";
    }

    /// <summary>
    /// A name on the way may be a link itself, whose parent is another folder than it seems: only the first steps go up, through folders that the link's
    /// own path proves to be folders.
    /// </summary>
    private static bool LeavesRepository(string path, string target)
    {
        if (target.StartsWith('/') || target.Contains('\\', StringComparison.Ordinal) || target.Contains(':', StringComparison.Ordinal))
            return true;
        var steps = target.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(step => step != ".").ToList();
        var up = steps.TakeWhile(step => step == "..").Count();
        return up > path.Count(character => character == '/') || steps.Skip(up).Contains("..");
    }

    private static List<string> Shortened(List<string> lines) => lines.Count <= MostReasons
        ? lines
        : [.. lines.Take(MostReasons), string.Create(CultureInfo.InvariantCulture, $"And {lines.Count - MostReasons} more.")];

    [GeneratedRegex(@"(?:^|/)(?:tests?|specs?|__tests__|e2e)/|(?:^|/)test_[^/]*$|[._-](?:test|tests|spec)\.[^/]+$|(?-i:Tests?)\.(?:cs|java|kt|swift|php)$|(?:^|/)test\.[a-z]+$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TestPath();

    [GeneratedRegex(@"\b(?:assert\w*|expect\w*|should\w*|verify\w*|require\.\w+|t\.(?:error|fatal)\w*|\[\s+.*\s+\]|test\s+[!-]|grep\s+-q)", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Assertion();

    [GeneratedRegex(@"\bSkip\s*=|\[Ignore|@Ignore|@Disabled|@pytest\.mark\.(?:skip|xfail)|@unittest\.skip|\b(?:it|test|describe)\.(?:skip|todo)\b|\bx(?:it|describe)\s*\(|\bt\.Skip|#\[ignore\]|\|\|\s*true\b", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Skip();

    [GeneratedRegex(@"[\p{C}\p{Zl}\p{Zp}]", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Unprintable();
}
