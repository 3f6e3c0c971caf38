namespace ClaudeCluster.Agent;

/// <summary>A path with no link on the way: a mount stands where it is, not where a link says.</summary>
internal static class RealPath
{
    private const int MostLinks = 40;

    public static string Of(string path)
    {
        var links = 0;
        var left = new Stack<string>(Parts(Path.GetFullPath(path)).Reverse());
        var real = "/";
        while (left.TryPop(out var part))
        {
            if (part == "..")
            {
                real = Path.GetDirectoryName(real) ?? "/";
                continue;
            }
            var next = Path.Combine(real, part);
            if (new FileInfo(next).LinkTarget is not { } target || ++links > MostLinks)
            {
                real = next;
                continue;
            }
            real = target.StartsWith('/') ? "/" : real;
            foreach (var step in Parts(target).Reverse())
                left.Push(step);
        }
        return real;
    }

    private static IEnumerable<string> Parts(string path) => path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != ".");
}
