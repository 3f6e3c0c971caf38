using ClaudeCluster.DurableTask.Grpc.Server;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Hub;

namespace ClaudeCluster.Coordinator;

/// <summary>What the coordinator asks the hub about attempts.</summary>
internal interface IAttempts
{
    Task<InstanceState?> GetAsync(string attemptId, CancellationToken cancellation);

    /// <summary>True if the hub gave this attempt to this agent.</summary>
    Task<bool> WasGivenAsync(AgentId agent, string attemptId, CancellationToken cancellation);
}

/// <summary>Of the hub in this process: it knows what it has handed out, or what it handed out before says whose it is.</summary>
internal sealed class OwnAttempts(ITaskHub hub, TaskHubServer server, string taskHub) : IAttempts
{
    public Task<InstanceState?> GetAsync(string attemptId, CancellationToken cancellation) => hub.GetAsync(attemptId, payloads: true, cancellation);

    public async Task<bool> WasGivenAsync(AgentId agent, string attemptId, CancellationToken cancellation) =>
        await server.WasGivenAsync(taskHub, agent.Value, attemptId, cancellation)
        || (await GetAsync(attemptId, cancellation) is { } attempt && AttemptsApi.OwnerOf(attempt) == agent);
}

/// <summary>Of a hub elsewhere: the attempt itself says who owns it.</summary>
internal sealed class ElsewhereAttempts(ITaskHub hub) : IAttempts
{
    public Task<InstanceState?> GetAsync(string attemptId, CancellationToken cancellation) => hub.GetAsync(attemptId, payloads: true, cancellation);

    public async Task<bool> WasGivenAsync(AgentId agent, string attemptId, CancellationToken cancellation) =>
        await GetAsync(attemptId, cancellation) is { } attempt && AttemptsApi.OwnerOf(attempt) == agent;
}
