using System.Globalization;
using ClaudeCluster.Agent;
using Microsoft.Extensions.Logging;

namespace ClaudeCluster.Runner;

/// <summary>An agent's log: each line to <c>agent.log</c> and to whoever started the process, without secrets.</summary>
internal sealed class AgentLogs(Output output, RollingFile file, LogLevel least, Func<string, string> redact, TimeProvider time) : ILoggerFactory, ILogger
{
    public static LogLevel LevelOf(string word, bool debug) => (debug ? "DEBUG" : word) switch
    {
        "DEBUG" => LogLevel.Debug,
        "WARNING" => LogLevel.Warning,
        "ERROR" => LogLevel.Error,
        _ => LogLevel.Information,
    };

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= least;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel))
            return;
        var reason = exception is null ? string.Empty : least == LogLevel.Debug ? $"\n{exception}" : $" ({exception.Message})";
        var text = redact(formatter(state, exception) + reason);
        file.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{time.GetUtcNow():yyyy-MM-dd'T'HH:mm:ss.fff'Z'} {WordOf(logLevel)} {text}"));
        lock (file)
        {
            if (logLevel >= LogLevel.Error)
                output.Bad(text);
            else
                output.Note(text);
        }
    }

    public void Dispose() => file.Dispose();

    private static string WordOf(LogLevel level) => level switch
    {
        LogLevel.Debug or LogLevel.Trace => "DEBUG",
        LogLevel.Information => "INFO ",
        LogLevel.Warning => "WARN ",
        _ => "ERROR",
    };
}
