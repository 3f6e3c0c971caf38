using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace ClaudeCluster.Packages.Tests;

/// <summary>Our packages in a folder, as somebody else gets them, and an empty package cache beside it.</summary>
public sealed class PackageFeed : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
    private static readonly string[] Libraries = ["ClaudeCluster.DurableTask", "ClaudeCluster.DurableTask.Storage", "ClaudeCluster.DurableTask.Grpc", "ClaudeCluster.Orchestrations"];

    private readonly string _folder = Directory.CreateTempSubdirectory("claude-cluster-packages-").FullName;

    public static string Repository { get; } = FindRepository();

    public string Feed => Path.Combine(_folder, "feed");

    public async ValueTask InitializeAsync()
    {
        foreach (var project in Libraries.Append("ClaudeCluster.Runner"))
            await PackAsync(project);
        await PackAsync("ClaudeCluster.Runner", "-p:ToolAlias=true");
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    /// <summary>A folder of somebody else: it knows our feed, and the packages that this machine has already, and no other source.</summary>
    public string MakeConsumer(string name)
    {
        var consumer = Path.Combine(_folder, name);
        Directory.CreateDirectory(consumer);
        File.WriteAllText(Path.Combine(consumer, "nuget.config"), $"""
            <configuration>
              <packageSources>
                <clear />
                <add key="feed" value="{Feed}" />
              </packageSources>
              <fallbackPackageFolders>
                <add key="restored" value="{RestoredPackages()}" />
              </fallbackPackageFolders>
              <config>
                <add key="globalPackagesFolder" value="{Path.Combine(_folder, "packages")}" />
              </config>
            </configuration>
            """);
        return consumer;
    }

    /// <returns>What it printed on standard output.</returns>
    public async Task<string> RunAsync(string folder, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        // The build that runs this test must not reach into theirs.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase) || name is "CI").ToArray())
            start.Environment.Remove(name);
        start.Environment["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0";
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        // Where the SDK remembers which tool lies in which folder: an earlier run's folders are gone.
        start.Environment["DOTNET_CLI_HOME"] = Path.Combine(_folder, "sdk");
        start.Environment["DOTNET_NOLOGO"] = "1";
        start.Environment["DOTNET_GENERATE_ASPNET_CERTIFICATE"] = "false";
        start.Environment["DOTNET_ADD_GLOBAL_TOOLS_TO_PATH"] = "false";
        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(Patience);
        var (output, error) = (process.StandardOutput.ReadToEndAsync(limit.Token), process.StandardError.ReadToEndAsync(limit.Token));
        await process.WaitForExitAsync(limit.Token);
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}:\n{await output}\n{await error}");
        return await output;
    }

    private Task PackAsync(string project, params string[] more) =>
        RunAsync(Repository, "dotnet", ["pack", $"src/{project}", "--no-build", "--configuration", Configuration, "--output", Feed, .. more]);

    private static string Configuration => AppContext.BaseDirectory.Contains($"{Path.DirectorySeparatorChar}Release{Path.DirectorySeparatorChar}", StringComparison.Ordinal) ? "Release" : "Debug";

    private static string RestoredPackages() =>
        Environment.GetEnvironmentVariable("NUGET_PACKAGES") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    private static string FindRepository([CallerFilePath] string file = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "..", ".."));
}
