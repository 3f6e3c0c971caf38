using System.Globalization;

namespace ClaudeCluster.Agent;

/// <summary>
/// Makes a tree in which a coder or a test has worked as good as new, without writing it again: what is provably as git wrote it is moved into
/// new folders, and nothing else.
/// </summary>
/// <remarks>
/// The proof is the index that git wrote with the tree and that lay where no sandbox showed it: the same inode with the same time of its last
/// change, to the nanosecond, as only the kernel sets it. Each way to change a file, its mode or its attributes, or to give it a second name,
/// sets another. The sandbox cannot set the clock, and is started later than a tick after the index. Folders are not proven but made anew, so that no
/// mode, link or attribute of one stays. At last git itself reads every file that was moved, because the move too is a change.
/// </remarks>
internal static class Renewal
{
    private const string Submodule = "160000";
    private const int LinesOfAnEntry = 5;

    /// <param name="git">For the index.</param>
    /// <param name="place">The used tree, and its index as it was before anybody worked there.</param>
    /// <param name="tree">Where the new one shall be.</param>
    /// <param name="cancellationToken">Ends git; the tree is then of no use.</param>
    public static async Task RunAsync(Git git, GitPlace place, string tree, CancellationToken cancellationToken)
    {
        var entries = Parse(await git.RunAsync(place, ["ls-files", "--stage", "--debug", "-z"], cancellationToken));
        Directory.CreateDirectory(tree);
        Move(entries, place.WorkTree!, tree);
        await git.RunAsync(place with { WorkTree = tree }, ["update-index", "-q", "--ignore-missing", "--refresh"], cancellationToken);
    }

    private static void Move(IEnumerable<Entry> entries, string from, string to)
    {
        // A link in a folder's place would lead to files that are elsewhere.
        var folders = new Dictionary<string, bool>(StringComparer.Ordinal) { [string.Empty] = FileState.IsFolder(from) };
        foreach (var entry in entries.Where(entry => IsOurs(Path.GetDirectoryName(entry.Path)!) && FileState.Read(Path.Combine(from, entry.Path)) == entry.State))
            TryMove(Path.Combine(from, entry.Path), Path.Combine(to, entry.Path));

        bool IsOurs(string folder)
        {
            if (folders.TryGetValue(folder, out var known))
                return known;
            var isOurs = IsOurs(Path.GetDirectoryName(folder)!) && FileState.IsFolder(Path.Combine(from, folder));
            if (isOurs)
                Directory.CreateDirectory(Path.Combine(to, folder));
            return folders[folder] = isOurs;
        }
    }

    private static void TryMove(string from, string to)
    {
        try
        {
            File.Move(from, to, overwrite: true);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            // In a folder that was closed: git writes the file again.
        }
    }

    /// <summary><c>mode object stage</c>, tab, path, NUL, and five lines of what git knows of the file.</summary>
    private static IEnumerable<Entry> Parse(string index)
    {
        for (int start = 0, nul; (nul = index.IndexOf('\0', start)) >= 0;)
        {
            var end = nul;
            for (var line = 0; line < LinesOfAnEntry; line++)
                end = index.IndexOf('\n', end + 1);
            var name = index[start..nul].Split('\t', 2);
            if (!name[0].StartsWith(Submodule, StringComparison.Ordinal))
                yield return new Entry(name[1], StateOf(index[(nul + 1)..end]));
            start = end + 1;
        }
    }

    /// <summary><c>ctime: 1:2</c>, <c>mtime: 1:2</c>, <c>dev: 1 ino: 2</c>, <c>uid: 0 gid: 0</c>, <c>size: 3 flags: 0</c>.</summary>
    private static FileState StateOf(string text)
    {
        var words = text.Split((char[])[' ', '\n', '\t', ':'], StringSplitOptions.RemoveEmptyEntries);
        uint After(string word, int offset = 1) => uint.Parse(words[Array.IndexOf(words, word) + offset], CultureInfo.InvariantCulture);
        return new FileState(After("ino"), After("size"), After("ctime"), After("ctime", 2), After("mtime"), After("mtime", 2));
    }

    private readonly record struct Entry(string Path, FileState State);
}
