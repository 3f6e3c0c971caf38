namespace ClaudeCluster.FakeGitHub;

/// <summary>One request to the API and what was answered. Tokens are not kept.</summary>
/// <param name="Operation">As in <c>POST /repos/{owner}/{repo}/pulls</c> or <c>GraphQL ReadFile</c>; null: the fake knows no such call.</param>
/// <param name="IsCounted">Against the hour's limit: 304 and refused ones are not.</param>
public sealed record LoggedRequest(
    string Method, string Path, string? Operation, IReadOnlyDictionary<string, string> Headers, string RequestBody, int Status, string AnswerBody, bool IsCounted)
{
    /// <summary>The token itself is of no use to a test; whether one came is.</summary>
    public bool WasSigned { get; init; }
}

/// <summary>All requests to the API, in the order of their answers. Git is not in it.</summary>
public sealed class RequestLog
{
    private readonly Lock _gate = new();
    private readonly List<LoggedRequest> _requests = [];

    public IReadOnlyList<LoggedRequest> All
    {
        get
        {
            lock (_gate)
                return [.. _requests];
        }
    }

    public void Clear()
    {
        lock (_gate)
            _requests.Clear();
    }

    internal void Add(LoggedRequest request)
    {
        lock (_gate)
            _requests.Add(request);
    }
}
