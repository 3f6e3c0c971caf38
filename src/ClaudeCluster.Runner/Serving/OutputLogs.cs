using Microsoft.Extensions.Logging;

namespace ClaudeCluster.Runner;

/// <summary>The log of a serving command: one line each, from a level on, or from the one of LOG_LEVEL.</summary>
internal sealed class OutputLogs(Output output, HostEnvironment host, LogLevel otherwise = LogLevel.Warning) : LineLogs(LevelOf(host.Variable("LOG_LEVEL"), otherwise))
{
    protected override void Write(LogLevel level, string text) => output.Logged(level, text);
}
