using System.Reflection;

namespace ClaudeCluster.Architecture.Tests;

/// <summary>The repository as files and as compiled assemblies: all that these tests read.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>Names of the projects under src, which are also the names of their assemblies.</summary>
    public static IReadOnlyList<string> Projects { get; } =
        [.. Directory.GetDirectories(Path.Combine(Root, "src")).Select(folder => Path.GetFileName(folder)).Where(name => File.Exists(ProjectFile(name))).Order(StringComparer.Ordinal)];

    /// <summary>Paths relative to the root, with forward slashes; nothing that a build made.</summary>
    public static IReadOnlyList<string> ProductFiles { get; } =
        [.. Directory.GetFiles(Path.Combine(Root, "src"), "*", SearchOption.AllDirectories).Select(Relative).Where(IsWritten).Order(StringComparer.Ordinal)];

    public static IEnumerable<string> ProductCode => ProductFiles.Where(file => file.EndsWith(".cs", StringComparison.Ordinal));

    public static string ProjectFile(string project) => Path.Combine(Root, "src", project, project + ".csproj");

    /// <summary>"src/ClaudeCluster.Agent/Claude/ClaudeCoder.cs" → "ClaudeCluster.Agent".</summary>
    public static string ProjectOf(string productFile) => productFile.Split('/')[1];

    public static Assembly Load(string project) => Assembly.LoadFrom(Path.Combine(AppContext.BaseDirectory, project + ".dll"));

    public static string Read(string relativePath) => File.ReadAllText(Path.Combine(Root, relativePath));

    public static bool Has(string relativePath) => File.Exists(Path.Combine(Root, relativePath)) || Directory.Exists(Path.Combine(Root, relativePath));

    private static string Relative(string path) => Path.GetRelativePath(Root, path).Replace('\\', '/');

    private static bool IsWritten(string file) => !file.Split('/').Any(part => part is "bin" or "obj");

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "ClaudeCluster.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException($"No ClaudeCluster.sln above {AppContext.BaseDirectory}.");
    }
}
