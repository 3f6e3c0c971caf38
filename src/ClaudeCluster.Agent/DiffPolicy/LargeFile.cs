using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace ClaudeCluster.Agent;

/// <summary>
/// What a pointer of git-lfs in a commit stands for. A diff shows the pointer, while a push sends the object, so the object is what the rules and the
/// search for secrets must see.
/// </summary>
/// <param name="Object">The object's file in the mirror; there is none if it was not changed on this PC, and then none is sent.</param>
/// <param name="Bytes">Of the object.</param>
internal sealed partial record LargeFile(string Object, long Bytes)
{
    /// <summary>A larger file is no pointer for git-lfs.</summary>
    public const int MostPointerBytes = 1024;

    /// <summary>Of the line that names the object, for git.</summary>
    public const string Line = "^oid sha256:[0-9a-f]";

    // What git itself looks at to call a file binary.
    private const int Head = 8000;

    // A line may be as long as the file: it is read in pieces, which begin with the end of the one before.
    private const int Piece = 64 * 1024;
    private const int Overlap = 8 * 1024;

    /// <param name="pointer">A file's text.</param>
    /// <param name="repository">The git folder that holds the objects.</param>
    /// <returns>Null: it is no pointer.</returns>
    public static LargeFile? Of(string pointer, string repository) =>
        Oid().Match(pointer) is { Success: true } oid && Size().Match(pointer) is { Success: true } size && long.TryParse(size.Groups["size"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes)
            ? new LargeFile(PathOf(oid.Groups["oid"].Value, repository), bytes)
            : null;

    /// <summary>All lines of the objects that added lines name.</summary>
    public static IEnumerable<AddedLine> LinesOf(IEnumerable<AddedLine> pointers, string repository) => pointers
        .Select(line => (line.Path, Oid: Oid().Match(line.Text)))
        .Where(line => line.Oid.Success)
        .SelectMany(line => Read(line.Path, PathOf(line.Oid.Groups["oid"].Value, repository)));

    public bool IsBinary()
    {
        if (!FileState.IsPlainFile(Object))
            return false;
        using var file = File.OpenRead(Object);
        var head = new byte[Head];
        return head.AsSpan(0, file.ReadAtLeast(head, Head, throwOnEndOfStream: false)).Contains((byte)0);
    }

    private static IEnumerable<AddedLine> Read(string path, string file)
    {
        if (!FileState.IsPlainFile(file))
            yield break;
        using var reader = new StreamReader(file, Encoding.UTF8);
        var piece = new char[Piece];
        for (int number = 1, kept = 0; ;)
        {
            var (filled, start) = (kept + reader.ReadBlock(piece, kept, Piece - kept), 0);
            var isLast = filled == kept;
            for (int end; (end = Array.IndexOf(piece, '\n', start, filled - start)) >= 0; start = end + 1)
                yield return new AddedLine(path, number++, new string(piece, start, end - start));
            var isLongerThanAPiece = start == 0 && filled == Piece;
            if (isLast || isLongerThanAPiece)
                yield return new AddedLine(path, number, new string(piece, start, filled - start));
            if (isLast)
                break;
            kept = isLongerThanAPiece ? Overlap : filled - start;
            Array.Copy(piece, filled - kept, piece, 0, kept);
        }
    }

    private static string PathOf(string oid, string repository) => Path.Combine(repository, "lfs", "objects", oid[..2], oid[2..4], oid);

    [GeneratedRegex(@"^oid sha256:(?<oid>[0-9a-f]{64})\r?$", RegexOptions.CultureInvariant | RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Oid();

    [GeneratedRegex(@"^size (?<size>[0-9]{1,18})\r?$", RegexOptions.CultureInvariant | RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Size();
}
