namespace ClaudeCluster.DurableTask.History;

/// <summary>Where something belongs in a distributed trace: the W3C headers traceparent and tracestate.</summary>
public sealed record TraceContext(string TraceParent, string? TraceState = null);
