namespace ClaudeCluster.DurableTask.Grpc.Wire;

/// <summary>The headers of a call, and those that our own worker and hub agree upon beyond the protocol; other SDKs neither send nor miss them.</summary>
internal static class Headers
{
    public const string Service = "/TaskHubSidecarService/";
    public const string ContentType = "application/grpc";
    public const string Status = "grpc-status";
    public const string Message = "grpc-message";
    public const string Timeout = "grpc-timeout";

    /// <summary>Which hub of the server is meant; "default" if the header is missing.</summary>
    public const string TaskHub = "taskhub";

    /// <summary>Names the worker for people.</summary>
    public const string WorkerId = "workerid";

    /// <summary>GetWorkItems: the worker reads the past only if it needs it, by StreamInstanceHistory.</summary>
    public const string ReadsHistory = "claudecluster-reads-history";

    /// <summary>GetWorkItems: the one kind of work that the worker has room for: "steps", "activities" or "nothing". On the wire a room of 0 means that the hub decides.</summary>
    public const string Only = "claudecluster-only";

    /// <summary>GetWorkItems: the worker can hand in completions together; in the answer: this hub takes them so, by <see cref="CompleteTogether"/>.</summary>
    public const string Together = "claudecluster-together";

    /// <summary>The call that takes several completions at a time.</summary>
    public const string CompleteTogether = "ClaudeClusterCompleteTogether";

    /// <summary>GetWorkItems: tokens of activities that the worker holds from an earlier stream, comma-separated.</summary>
    public const string Holds = "claudecluster-holds";

    /// <summary>Abandon…: why. Without it, something went wrong, and the work is handed out later.</summary>
    public const string Reason = "claudecluster-reason";

    /// <summary>A reason: the worker stops, another may take the work at once.</summary>
    public const string Returned = "returned";

    /// <summary>A reason: the worker has no code for this version and is not to be asked again.</summary>
    public const string Version = "version";

    /// <summary>A property of a step: which past it belongs to, so that a worker that remembers it need not read it.</summary>
    public const string Revision = "claudecluster-revision";
}
