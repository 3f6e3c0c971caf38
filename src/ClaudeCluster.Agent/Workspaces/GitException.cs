namespace ClaudeCluster.Agent;

/// <summary>A git command that failed.</summary>
/// <param name="command">As a person would type it.</param>
/// <param name="exitCode">Null: it did not end in time.</param>
/// <param name="errors">The end of what it said.</param>
public sealed class GitException(string command, int? exitCode, string errors)
    : Exception($"'{command}' {(exitCode is { } code ? $"ended with exit code {code}" : "did not end in time")}: {errors.Trim()}")
{
    public string Command { get; } = command;

    public int? ExitCode { get; } = exitCode;

    public string Errors { get; } = errors;
}

/// <summary>This PC lacks something that every attempt needs.</summary>
public sealed class HostNotReadyException(string detail, string fix) : Exception($"{detail} {fix}")
{
    public string Detail { get; } = detail;

    public string Fix { get; } = fix;
}
