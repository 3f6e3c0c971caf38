using System.Text.Json;

namespace ClaudeCluster.DurableTask;

/// <summary>Says what to keep of an exception besides its type and message, as <see cref="TaskFailureDetails.Properties"/>; null for nothing.</summary>
public delegate IReadOnlyDictionary<string, object?>? ExceptionProperties(Exception exception);

/// <summary>Thrown where an orchestrator awaits an activity or sub-orchestration that failed.</summary>
public sealed class TaskFailedException(string taskName, int taskId, TaskFailureDetails failureDetails)
    : Exception($"Task '{taskName}' (#{taskId}) failed with an unhandled exception: {failureDetails.ErrorMessage}")
{
    public string TaskName { get; } = taskName;

    /// <summary>The call's number within its orchestration, counted from 0.</summary>
    public int TaskId { get; } = taskId;

    public TaskFailureDetails FailureDetails { get; } = failureDetails;

    public bool IsCausedByException<T>()
        where T : Exception => FailureDetails.IsCausedBy<T>();
}

/// <summary>A failure as history keeps it: data, not an exception object.</summary>
/// <param name="ErrorType">The full name of the exception's type, or a word of the engine's own.</param>
/// <param name="ErrorMessage">The exception's message.</param>
/// <param name="StackTrace">For people; null where there is none.</param>
/// <param name="InnerFailure">The cause behind this failure.</param>
public sealed record TaskFailureDetails(string ErrorType, string ErrorMessage, string? StackTrace = null, TaskFailureDetails? InnerFailure = null)
{
    private const int MostCauses = 30;

    /// <summary>The failure is for ever: no retry policy tries it again (an unknown task name, for example).</summary>
    public bool IsNonRetriable { get; init; }

    /// <summary>What the worker was told to keep of the exception besides its message; null if nothing.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Properties { get; init; }

    /// <summary>The failure with the causes behind it; of a very long chain the outermost ones, which is as deep as a history can be written.</summary>
    public static TaskFailureDetails FromException(Exception exception) => FromException(exception, MostCauses, null);

    /// <summary>The same, with what the function says of the exception and of each cause.</summary>
    internal static TaskFailureDetails FromException(Exception exception, ExceptionProperties? properties) => FromException(exception, MostCauses, properties);

    /// <summary>
    /// True if this failure, or one behind it, was an exception of type <typeparamref name="T"/> or derived from it. The type itself is
    /// recognised by its full name. To recognise a derived one, its class must be found by name: in the assembly of
    /// <typeparamref name="T"/>, in the core library, or else in any assembly that the process has loaded. Orchestrator code that must decide
    /// the same on every machine asks for the exact type.
    /// </summary>
    public bool IsCausedBy<T>()
        where T : Exception => IsCausedBy(typeof(T));

    /// <inheritdoc cref="IsCausedBy{T}"/>
    public bool IsCausedBy(Type exceptionType)
    {
        for (var failure = this; failure is not null; failure = failure.InnerFailure)
        {
            if (string.Equals(failure.ErrorType, exceptionType.FullName, StringComparison.Ordinal))
                return true;
            if (FindType(failure.ErrorType, exceptionType) is { } type && exceptionType.IsAssignableFrom(type))
                return true;
        }

        return false;
    }

    private static TaskFailureDetails FromException(Exception exception, int causes, ExceptionProperties? properties)
    {
        if (exception is TaskFailedException failed)
            return new(typeof(TaskFailedException).FullName!, failed.Message, failed.StackTrace, Shortened(failed.FailureDetails, causes - 1));
        return new(
            exception.GetType().FullName ?? exception.GetType().Name,
            exception.Message,
            exception.StackTrace,
            exception.InnerException is { } inner && causes > 0 ? FromException(inner, causes - 1, properties) : null)
        {
            Properties = Describe(exception, properties),
        };
    }

    /// <summary>A function that cannot say it must not hide the failure itself.</summary>
    private static Dictionary<string, JsonElement>? Describe(Exception exception, ExceptionProperties? properties)
    {
        try
        {
            return properties?.Invoke(exception)?.ToDictionary(
                property => property.Key, property => JsonSerializer.SerializeToElement(property.Value), StringComparer.Ordinal);
        }
        catch (Exception e)
        {
            return new(StringComparer.Ordinal) { ["error"] = JsonSerializer.SerializeToElement($"The properties could not be read: {e.Message}") };
        }
    }

    private static TaskFailureDetails? Shortened(TaskFailureDetails? failure, int causes) => failure is null || causes < 0
        ? null
        : failure with { InnerFailure = Shortened(failure.InnerFailure, causes - 1) };

    private static Type? FindType(string name, Type asked) =>
        Type.GetType(name, throwOnError: false)
        ?? asked.Assembly.GetType(name, throwOnError: false)
        ?? AppDomain.CurrentDomain.GetAssemblies().Select(assembly => assembly.GetType(name, throwOnError: false)).FirstOrDefault(type => type is not null);
}
