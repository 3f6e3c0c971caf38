using Microsoft.Extensions.Logging;

namespace ClaudeCluster.Runner;

/// <summary>The log of a serving command: one line each, from warnings on, or as LOG_LEVEL says.</summary>
internal sealed class OutputLogs(Output output, HostEnvironment host) : LineLogs(LevelOf(host.Variable("LOG_LEVEL"), LogLevel.Warning))
{
    protected override void Write(LogLevel level, string text) => output.Logged(level, text);
}
