using System.Runtime.InteropServices;

namespace ClaudeCluster.Bench.Machine;

/// <summary>What the numbers were measured on, without what would identify it.</summary>
internal sealed record MachineFacts(int Processors, string Architecture, string System, string Runtime, long MemoryBytes, string FileSystem)
{
    public static MachineFacts Read(string folder) => new(
        Environment.ProcessorCount,
        RuntimeInformation.ProcessArchitecture.ToString(),
        RuntimeInformation.OSDescription,
        RuntimeInformation.FrameworkDescription,
        GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
        FileSystemOf(folder));

    private static string FileSystemOf(string folder)
    {
        var full = Path.GetFullPath(folder);
        return DriveInfo.GetDrives()
            .Where(drive => full.StartsWith(drive.RootDirectory.FullName, StringComparison.Ordinal))
            .MaxBy(drive => drive.RootDirectory.FullName.Length)
            ?.DriveFormat ?? "unknown";
    }
}
