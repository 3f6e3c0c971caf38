namespace ClaudeCluster.Agent;

/// <summary>Finds a program the way its own environment says, because .NET would look along ours.</summary>
public static class ProgramPath
{
    /// <returns>The program's absolute path; null if there is none.</returns>
    public static string? Find(string program, IReadOnlyDictionary<string, string> environment)
    {
        if (Path.IsPathRooted(program))
            return IsProgram(program) ? program : null;
        if (program.Contains('/', StringComparison.Ordinal) || program.Contains('\\', StringComparison.Ordinal))
            return null;
        string[] endings = OperatingSystem.IsWindows() ? [".exe", ".cmd", ""] : [""];
        return environment.GetValueOrDefault("PATH", string.Empty)
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Where(Path.IsPathRooted)
            .SelectMany(folder => endings.Select(ending => Path.Combine(folder, program + ending)))
            .FirstOrDefault(IsProgram);
    }

    private static bool IsProgram(string path) =>
        File.Exists(path) && (OperatingSystem.IsWindows()
            || (File.GetUnixFileMode(path) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0);
}
