using Microsoft.Extensions.Logging;

namespace ClaudeCluster.Runner;

/// <summary>The log of a serving command: one line each, from warnings on, or everything with LOG_LEVEL=DEBUG.</summary>
internal sealed class OutputLogs(Output output, LogLevel least) : ILoggerFactory, ILogger
{
    private readonly Lock _lock = new();

    public static LogLevel LevelOf(HostEnvironment host) => host.Variable("LOG_LEVEL")?.ToUpperInvariant() switch
    {
        "DEBUG" => LogLevel.Debug,
        "INFO" => LogLevel.Information,
        "ERROR" => LogLevel.Error,
        _ => LogLevel.Warning,
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
        var text = formatter(state, exception) + (exception is null ? string.Empty : $" ({exception.Message})");
        lock (_lock)
        {
            if (logLevel >= LogLevel.Error)
                output.Bad(text);
            else
                output.Note(text);
        }
    }

    public void Dispose()
    {
        // Nothing is held.
    }
}
