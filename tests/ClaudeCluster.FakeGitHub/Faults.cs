namespace ClaudeCluster.FakeGitHub;

/// <summary>How a call goes wrong.</summary>
public enum Fault
{
    /// <summary>403 with <c>Retry-After</c> and GitHub's text of a secondary limit.</summary>
    SecondaryLimit,

    /// <summary>The same without the header.</summary>
    SecondaryLimitWithoutWord,

    /// <summary>429 with <c>Retry-After</c>.</summary>
    TooManyRequests,

    /// <summary>403 with nothing remaining until the time of <see cref="Faults.ResetAfter"/>.</summary>
    PrimaryLimit,

    /// <summary>422 without a word on fields.</summary>
    Unprocessable,

    /// <summary>500 with JSON.</summary>
    ServerError,

    /// <summary>502 with a page in HTML; nothing happened.</summary>
    BadGateway,

    /// <summary>502 with a page in HTML; what was asked is done.</summary>
    BadGatewayAfterEffect,

    /// <summary>The connection ends; nothing happened.</summary>
    ResetBeforeEffect,

    /// <summary>The connection ends; what was asked is done.</summary>
    ResetAfterEffect,

    /// <summary>Status 200 with JSON that is cut off.</summary>
    CutOff,
}

/// <summary>What goes wrong next, by place. Each plan strikes as often as it says, in the order of planning.</summary>
public sealed class Faults
{
    private readonly Lock _gate = new();
    private readonly List<(string Operation, Fault Fault, int Left)> _plans = [];

    /// <summary>What <c>Retry-After</c> says.</summary>
    public TimeSpan RetryAfter { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>When a primary limit ends.</summary>
    /// <value>An hour, as GitHub's.</value>
    public TimeSpan ResetAfter { get; set; } = TimeSpan.FromHours(1);

    /// <summary>What was planned and has not struck is forgotten.</summary>
    public void Clear()
    {
        lock (_gate)
            _plans.Clear();
    }

    /// <param name="operation">As in <c>POST /repos/{owner}/{repo}/pulls</c>, or <c>GraphQL ReadFile</c>; <c>*</c>: whatever comes.</param>
    public void Plan(string operation, Fault fault, int times = 1)
    {
        lock (_gate)
            _plans.Add((operation, fault, times));
    }

    internal Fault? Next(string operation)
    {
        lock (_gate)
        {
            var index = _plans.FindIndex(plan => plan.Operation == "*" || plan.Operation == operation);
            if (index < 0)
                return null;
            var plan = _plans[index];
            if (plan.Left > 1)
                _plans[index] = plan with { Left = plan.Left - 1 };
            else
                _plans.RemoveAt(index);
            return plan.Fault;
        }
    }
}
