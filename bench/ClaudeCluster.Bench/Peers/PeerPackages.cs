using System.Diagnostics;

namespace ClaudeCluster.Bench.Peers;

/// <summary>bench/peers with what its lock file names: installed once, without running any script of any package.</summary>
internal static class PeerPackages
{
    private const string LockFile = "package-lock.json";

    /// <summary>The folder.</summary>
    public static async Task<string> InstalledAsync(Progress progress, CancellationToken cancellation)
    {
        var folder = Find();
        // npm writes its own copy of the lock file last, so it is as new as what it describes only after a whole installation.
        var installed = new FileInfo(Path.Combine(folder, "node_modules", ".package-lock.json"));
        if (installed.Exists && installed.LastWriteTimeUtc >= File.GetLastWriteTimeUtc(Path.Combine(folder, LockFile)))
            return folder;
        progress.Say("Installing the peers with npm (some 240 MB)");
        await InstallAsync(folder, cancellation);
        return folder;
    }

    private static string Find()
    {
        for (var parent = new DirectoryInfo(AppContext.BaseDirectory); parent is not null; parent = parent.Parent)
        {
            if (Path.Combine(parent.FullName, "bench", "peers") is var folder && File.Exists(Path.Combine(folder, LockFile)))
                return folder;
        }

        throw new InvalidOperationException("bench/peers is not above this program: peers are measured from a clone.");
    }

    private static async Task InstallAsync(string folder, CancellationToken cancellation)
    {
        using var npm = Process.Start(new ProcessStartInfo("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        })!;
        npm.StandardInput.Close();
        try
        {
            var said = await Task.WhenAll(npm.StandardOutput.ReadToEndAsync(cancellation), npm.StandardError.ReadToEndAsync(cancellation));
            await npm.WaitForExitAsync(cancellation);
            if (npm.ExitCode != 0)
                throw new InvalidOperationException($"npm ci in bench/peers failed: {string.Concat(said).Trim()}");
        }
        finally
        {
            if (!npm.HasExited)
                npm.Kill(entireProcessTree: true);
        }
    }
}
