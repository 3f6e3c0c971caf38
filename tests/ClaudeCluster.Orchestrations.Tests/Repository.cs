namespace ClaudeCluster.Orchestrations.Tests;

/// <summary>The checkout that the tests were built from.</summary>
internal static class Repository
{
    private static string Root
    {
        get
        {
            var folder = AppContext.BaseDirectory;
            while (!File.Exists(Path.Combine(folder, "ClaudeCluster.sln")))
                folder = Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException("The tests run outside of the repository.");
            return folder;
        }
    }

    public static string PathOf(string path) => Path.Combine([Root, .. path.Split('/')]);
}
