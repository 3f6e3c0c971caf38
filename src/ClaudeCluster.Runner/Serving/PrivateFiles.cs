using Microsoft.Extensions.Logging;

namespace ClaudeCluster.Runner;

/// <summary>Files that only their user may read: flows, tokens and the audit are nobody else's on the same PC. On Windows the profile's folder does that.</summary>
internal static class PrivateFiles
{
    private const UnixFileMode Owners = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    /// <summary>One that is there is left as it is.</summary>
    public static void MakeFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(folder, Owners | UnixFileMode.UserExecute);
    }

    /// <summary>Empty, as SQLite takes a new one; what SQLite lays beside it gets the same mode.</summary>
    /// <returns>False: it is there, and left as it is, or cannot be made, which whoever opens it says better.</returns>
    public static bool Make(string file)
    {
        if (OperatingSystem.IsWindows() || File.Exists(file) || !Directory.Exists(Path.GetDirectoryName(file)))
            return false;
        try
        {
            using var made = new FileStream(file, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = Owners });
            return true;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    public static bool IsOpenToOthers(string file) =>
        !OperatingSystem.IsWindows() && File.Exists(file) && (File.GetUnixFileMode(file) & Others) != UnixFileMode.None;
}

internal static partial class PrivateFilesLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "{File} can be read by others on this machine. If they should not: chmod 600 {SameFile}")]
    public static partial void StoreIsOpenToOthers(this ILogger logger, string file, string sameFile);
}
