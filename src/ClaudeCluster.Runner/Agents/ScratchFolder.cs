using ClaudeCluster.Agent;

namespace ClaudeCluster.Runner;

/// <summary>A folder for the time of one look at Claude Code.</summary>
internal static class ScratchFolder
{
    /// <exception cref="HostNotReadyException">There is no room for temporary files.</exception>
    public static DirectoryInfo Create()
    {
        try
        {
            return Directory.CreateTempSubdirectory("claude-cluster-");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new HostNotReadyException(
                $"No temporary folder can be made in {Path.TrimEndingDirectorySeparator(Path.GetTempPath())}: {failure.Message}", "Set TMPDIR to a folder that this user may write, or give it the right to write that one, and see that the disk is not full.");
        }
    }
}
