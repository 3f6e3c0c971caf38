using System.Text.Json;
using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Hub;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace ClaudeCluster.Coordinator;

/// <summary>Flows and their tasks as they stand, for the operator.</summary>
internal sealed class FlowsApi(Gate gate, ITaskHub hub)
{
    private const string Prefix = "issue-";
    private const int Page = 100;

    public void MapTo(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/flows", ListFlowsAsync);
        routes.MapGet("/api/flows/{id}", ShowAsync);
        routes.MapGet("/api/tasks", ListTasksAsync);
    }

    /// <summary>The flow of the route's <c>{id}</c>.</summary>
    /// <exception cref="ApiProblem">There is none.</exception>
    public static async Task<FlowState> FindAsync(ITaskHub hub, HttpContext http)
    {
        var id = http.Request.RouteValues["id"] as string ?? string.Empty;
        return await hub.GetAsync(id, payloads: true, http.RequestAborted) is { Name: nameof(IssueToPullRequest) } instance
            ? StateOf(instance)
            : throw ApiProblem.NotFound("id", $"There is no flow '{id}'.", "See 'claude-cluster status'.");
    }

    /// <summary>What it last said of itself; before its first word, what it was started with.</summary>
    public static FlowState StateOf(InstanceState instance) =>
        JsonSerializer.Deserialize<FlowState>(instance.Output ?? instance.CustomStatus ?? instance.Input!, ApiJson.Options)!;

    private async Task ListFlowsAsync(HttpContext http)
    {
        gate.AskForOperator(http);
        await ApiJson.WriteAsync(http, new FlowList([.. (await ReadAsync(http)).Select(FlowEntry.Of)]));
    }

    private async Task ShowAsync(HttpContext http)
    {
        gate.AskForOperator(http);
        await ApiJson.WriteAsync(http, await FindAsync(hub, http));
    }

    private async Task ListTasksAsync(HttpContext http)
    {
        gate.AskForOperator(http);
        await ApiJson.WriteAsync(http, new TaskList([.. (await ReadAsync(http)).Where(flow => flow.Routing?.Specialty is not null).Select(TaskEntry.Of)]));
    }

    /// <summary>The newest first; <c>?all=true</c> has those that have ended too.</summary>
    private async Task<IReadOnlyList<FlowState>> ReadAsync(HttpContext http)
    {
        var all = string.Equals(http.Request.Query["all"], "true", StringComparison.OrdinalIgnoreCase);
        var query = new OrchestrationQuery(
            Statuses: all ? null : [OrchestrationRuntimeStatus.Pending, OrchestrationRuntimeStatus.Running, OrchestrationRuntimeStatus.Suspended],
            InstanceIdPrefix: Prefix,
            PageSize: Page,
            FetchInputsAndOutputs: true);
        var found = new List<(DateTimeOffset At, FlowState Flow)>();
        do
        {
            var page = await hub.QueryAsync(query, http.RequestAborted);
            found.AddRange(page.Values.Where(instance => instance.Name == nameof(IssueToPullRequest)).Select(instance => (instance.CreatedAt, StateOf(instance))));
            query = query with { ContinuationToken = page.ContinuationToken };
        }
        while (query.ContinuationToken is not null);
        return [.. found.OrderByDescending(flow => flow.At).Select(flow => flow.Flow)];
    }
}
