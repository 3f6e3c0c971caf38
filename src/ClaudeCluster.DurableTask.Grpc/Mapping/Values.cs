using System.Text.Json;
using ClaudeCluster.DurableTask.History;
using Google.Protobuf.Collections;
using Google.Protobuf.WellKnownTypes;

namespace ClaudeCluster.DurableTask.Grpc.Mapping;

/// <summary>The small things: instants, payloads, tags, traces, failures.</summary>
internal static class Values
{
    public static Timestamp ToProto(this DateTimeOffset instant) => Timestamp.FromDateTimeOffset(instant);

    public static DateTimeOffset ToInstant(this Timestamp? timestamp) => timestamp?.ToDateTimeOffset() ?? DateTimeOffset.UnixEpoch;

    /// <summary>Some SDKs send an empty text where there is none. No JSON is empty.</summary>
    public static string? ToPayload(this string? text) => string.IsNullOrEmpty(text) ? null : text;

    public static void Fill(this MapField<string, string> target, IReadOnlyDictionary<string, string>? tags)
    {
        foreach (var (key, value) in tags ?? InstanceState.NoTags)
            target[key] = value;
    }

    public static IReadOnlyDictionary<string, string>? ToTags(this MapField<string, string> tags) =>
        tags.Count == 0 ? null : new Dictionary<string, string>(tags, StringComparer.Ordinal);

    public static Proto.TraceContext? ToProto(this TraceContext? trace) => trace is null
        ? null
        : new Proto.TraceContext { TraceParent = trace.TraceParent, TraceState = trace.TraceState, SpanID = SpanId(trace.TraceParent) };

    public static TraceContext? ToTrace(this Proto.TraceContext? trace) =>
        string.IsNullOrEmpty(trace?.TraceParent) ? null : new TraceContext(trace.TraceParent, trace.TraceState);

    public static Proto.TaskFailureDetails? ToProto(this TaskFailureDetails? failure)
    {
        if (failure is null)
            return null;
        var details = new Proto.TaskFailureDetails
        {
            ErrorType = failure.ErrorType,
            ErrorMessage = failure.ErrorMessage,
            StackTrace = failure.StackTrace,
            InnerFailure = failure.InnerFailure.ToProto(),
            IsNonRetriable = failure.IsNonRetriable,
        };
        foreach (var (name, value) in failure.Properties ?? new Dictionary<string, JsonElement>(StringComparer.Ordinal))
            details.Properties[name] = Value.Parser.ParseJson(value.GetRawText());
        return details;
    }

    public static TaskFailureDetails? ToFailure(this Proto.TaskFailureDetails? details) => details is null
        ? null
        : new TaskFailureDetails(details.ErrorType, details.ErrorMessage, details.StackTrace, details.InnerFailure.ToFailure())
        {
            IsNonRetriable = details.IsNonRetriable,
            Properties = details.Properties.Count == 0
                ? null
                : details.Properties.ToDictionary(property => property.Key, property => ToJson(property.Value), StringComparer.Ordinal),
        };

    /// <summary>A failure that nobody described is a failure all the same.</summary>
    public static TaskFailureDetails ToFailureOrUnknown(this Proto.TaskFailureDetails? details) =>
        details.ToFailure() ?? new TaskFailureDetails("Unknown", "The worker gave no details.");

    private static JsonElement ToJson(Value value)
    {
        using var document = JsonDocument.Parse(value.ToString());
        return document.RootElement.Clone();
    }

    /// <summary>The third part of a traceparent, for SDKs that read it from a field of its own.</summary>
    private static string SpanId(string traceParent) => traceParent.Split('-') is [_, _, var span, ..] ? span : string.Empty;
}
