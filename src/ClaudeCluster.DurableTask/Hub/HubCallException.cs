namespace ClaudeCluster.DurableTask.Hub;

/// <summary>A call to a hub in another process that failed for another reason than what was asked.</summary>
public abstract class HubCallException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The hub gave no answer, or none in time. Whether it has done what was asked is not known; asked again, it may answer.</summary>
    public abstract bool IsUnanswered { get; }
}
