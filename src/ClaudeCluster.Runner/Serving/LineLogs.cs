using Microsoft.Extensions.Logging;

namespace ClaudeCluster.Runner;

/// <summary>A log of lines for people: one logger for everything, from a level on.</summary>
internal abstract class LineLogs(LogLevel least) : ILoggerFactory, ILogger
{
    private readonly Lock _lock = new();

    /// <param name="word">As LOG_LEVEL has it: DEBUG, INFO, WARNING or ERROR.</param>
    /// <param name="otherwise">If it is none of them.</param>
    public static LogLevel LevelOf(string? word, LogLevel otherwise) => word?.ToUpperInvariant() switch
    {
        "DEBUG" => LogLevel.Debug,
        "INFO" => LogLevel.Information,
        "WARNING" => LogLevel.Warning,
        "ERROR" => LogLevel.Error,
        _ => otherwise,
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
        lock (_lock)
            Write(logLevel, formatter(state, exception) + reason);
    }

    public virtual void Dispose()
    {
        // Nothing is held.
    }

    /// <summary>One at a time.</summary>
    protected abstract void Write(LogLevel level, string text);
}
