using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Transitions;

namespace ClaudeCluster.DurableTask.Storage.Postgres;

/// <summary>
/// PostgreSQL's text holds every character but U+0000, and no half surrogate pairs. JSON escapes both, so payloads and events hold neither;
/// an id or a name, or a payload that is no JSON, could.
/// </summary>
internal static class StorableText
{
    /// <exception cref="ArgumentException">A text of the batch cannot be stored; the message says which.</exception>
    public static void Check(CommitBatch batch)
    {
        Check("instance id", batch.InstanceId);
        if (batch.Instance is { } instance)
            Check(instance);
        foreach (var message in batch.Messages)
            Check(message);
        foreach (var child in batch.Children.Concat(batch.Revivals.Select(revival => revival.Anew)))
        {
            Check(child.Instance);
            Check(child.Start);
        }

        foreach (var activity in batch.Activities)
        {
            Check("activity's name", activity.Name);
            Check("activity's version", activity.Version);
            Check("activity's input", activity.Input);
        }
    }

    private static void Check(InstanceState instance)
    {
        Check("instance id", instance.InstanceId);
        Check("execution id", instance.ExecutionId);
        Check("orchestration's name", instance.Name);
        Check("orchestration's version", instance.Version);
        Check("orchestration's input", instance.Input);
        Check("orchestration's output", instance.Output);
        Check("custom status", instance.CustomStatus);
    }

    private static void Check(InboxMessage message)
    {
        Check("instance id", message.InstanceId);
        Check("execution id", message.ExecutionId);
    }

    /// <inheritdoc cref="Check(CommitBatch)"/>
    public static void Check(string what, string? text)
    {
        if (text is null || !IsBad(text))
            return;
        throw new ArgumentException(
            $"The {what} '{text.Replace('\0', '\u2400')}' holds U+0000 or half a surrogate pair, which PostgreSQL cannot store. In JSON, write it as \\u0000.");
    }

    private static bool IsBad(string text)
    {
        if (text.Contains('\0', StringComparison.Ordinal))
            return true;
        var at = text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF');
        for (; at >= 0 && at < text.Length; at++)
        {
            if (!char.IsSurrogate(text[at]))
                continue;
            if (at + 1 == text.Length || !char.IsSurrogatePair(text[at], text[at + 1]))
                return true;
            at++;
        }

        return false;
    }
}
