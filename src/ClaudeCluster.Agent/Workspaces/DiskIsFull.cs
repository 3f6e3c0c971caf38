namespace ClaudeCluster.Agent;

/// <summary>Tells a full disk from other failures, in our own file work and in what git says.</summary>
internal static class DiskIsFull
{
    // ENOSPC and EDQUOT on Linux; ERROR_DISK_FULL and ERROR_HANDLE_DISK_FULL as HRESULTs on Windows.
    private static readonly int[] Codes = [28, 122, unchecked((int)0x80070070), unchecked((int)0x80070027)];

    public static bool Caused(Exception failure) => failure switch
    {
        GitException git => git.Errors.Contains("No space left on device", StringComparison.Ordinal)
            || git.Errors.Contains("Disk quota exceeded", StringComparison.Ordinal),
        IOException io => Codes.Contains(io.HResult),
        _ => false,
    };
}
