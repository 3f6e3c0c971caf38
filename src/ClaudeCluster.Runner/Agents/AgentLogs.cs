using System.Globalization;
using ClaudeCluster.Agent;
using Microsoft.Extensions.Logging;

namespace ClaudeCluster.Runner;

/// <summary>An agent's log: each line to <c>agent.log</c> and to whoever started the process, without secrets.</summary>
internal sealed class AgentLogs(Output output, RollingFile file, LogLevel least, Func<string, string> redact, TimeProvider time) : LineLogs(least)
{
    public override void Dispose()
    {
        file.Dispose();
        base.Dispose();
    }

    protected override void Write(LogLevel level, string text)
    {
        var clean = redact(text);
        file.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{time.GetUtcNow():yyyy-MM-dd'T'HH:mm:ss.fff'Z'} {WordOf(level)} {clean}"));
        output.Logged(level, clean);
    }

    private static string WordOf(LogLevel level) => level switch
    {
        LogLevel.Debug or LogLevel.Trace => "DEBUG",
        LogLevel.Information => "INFO ",
        LogLevel.Warning => "WARN ",
        _ => "ERROR",
    };
}
