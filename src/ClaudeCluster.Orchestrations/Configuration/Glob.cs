namespace ClaudeCluster.Orchestrations;

/// <summary>
/// A pattern for paths with forward slashes from the repository's root: <c>*</c> and <c>?</c> stay inside one folder,
/// <c>**</c> stands for any number of folders (at the end: for everything below). The whole path must fit, and case is ignored:
/// where a glob protects a path, the file systems that ignore case are covered too.
/// </summary>
/// <remarks>No backtracking beyond the last star, so the time is the pattern's length times the path's.</remarks>
public sealed class Glob
{
    /// <summary>Characters.</summary>
    public const int MaxLength = 300;

    private const string AnyFolders = "**";

    private readonly string[] _segments;

    /// <exception cref="ArgumentException">The pattern cannot be used; see <see cref="Check"/>.</exception>
    public Glob(string pattern)
    {
        if (Check(pattern) is { } reason)
            throw new ArgumentException($"The glob '{pattern}' {reason}.", nameof(pattern));
        Pattern = pattern;
        _segments = pattern.Split('/');
    }

    public string Pattern { get; }

    /// <returns>What is wrong with the pattern, as the end of a sentence that begins with it; null if nothing is.</returns>
    public static string? Check(string pattern) => pattern switch
    {
        _ when string.IsNullOrWhiteSpace(pattern) => "is empty",
        { Length: > MaxLength } => $"is longer than {MaxLength} characters",
        _ when pattern.Contains('\\', StringComparison.Ordinal) => "has a backslash; folders are separated by '/'",
        ['/', ..] => "begins with '/'; paths begin at the repository's root without one",
        [.., '/'] => $"ends with '/'; write '{pattern}**' for all that is below",
        _ when pattern.AsSpan().ContainsAny("[]{}") => "uses brackets, which mean nothing here; write several globs, or '?' for one character",
        _ when pattern.Any(char.IsControl) => "holds a control character",
        _ => CheckSegments(pattern.Split('/')),
    };

    public bool Matches(string path)
    {
        var folders = path.Split('/');
        int pattern = 0, folder = 0, retryPattern = -1, retryFolder = 0;
        while (folder < folders.Length)
        {
            if (pattern < _segments.Length && _segments[pattern] == AnyFolders)
            {
                if (pattern == _segments.Length - 1)
                    return true;
                retryPattern = ++pattern;
                retryFolder = folder;
            }
            else if (pattern < _segments.Length && SegmentMatches(_segments[pattern], folders[folder]))
            {
                pattern++;
                folder++;
            }
            else if (retryPattern >= 0)
            {
                pattern = retryPattern;
                folder = ++retryFolder;
            }
            else
            {
                return false;
            }
        }

        return pattern == _segments.Length;
    }

    /// <summary>True of a folder whose inside the pattern's fixed beginning speaks about: <c>.github</c> and <c>.github/workflows</c> for <c>.github/workflows/**</c>.</summary>
    internal bool IsAbove(string folder)
    {
        var folders = folder.Split('/');
        return folders.Length < _segments.Length
            && folders.Zip(_segments).All(pair => pair.Second != AnyFolders && SegmentMatches(pair.Second, pair.First));
    }

    public override string ToString() => Pattern;

    private static string? CheckSegments(string[] segments) => segments switch
    {
        _ when segments.Contains(string.Empty) => "has two slashes in a row",
        _ when segments.Any(segment => segment is "." or "..") => "has a '.' or '..' folder; name the path from the repository's root",
        _ when segments.Any(segment => segment != AnyFolders && segment.Contains(AnyFolders, StringComparison.Ordinal)) =>
            "has '**' beside other characters; it stands alone between slashes",
        _ => null,
    };

    private static bool SegmentMatches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text)
    {
        int p = 0, t = 0, star = -1, retry = 0;
        while (t < text.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                star = ++p;
                retry = t;
            }
            else if (p < pattern.Length && (pattern[p] == '?' || char.ToUpperInvariant(pattern[p]) == char.ToUpperInvariant(text[t])))
            {
                p++;
                t++;
            }
            else if (star >= 0)
            {
                p = star;
                t = ++retry;
            }
            else
            {
                return false;
            }
        }

        while (p < pattern.Length && pattern[p] == '*')
            p++;
        return p == pattern.Length;
    }
}
