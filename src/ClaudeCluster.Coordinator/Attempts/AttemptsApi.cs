using System.Text.Json;
using ClaudeCluster.DurableTask.History;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace ClaudeCluster.Coordinator;

/// <summary>Agents tell how their attempts go, and ask to push; the operator looks on.</summary>
internal sealed class AttemptsApi(Gate gate, IAttempts attempts, AttemptDesk desk, IPushCredentials? credentials, TimeProvider time)
{
    private const string WipBranches = "claude/wip/";

    public void MapTo(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/attempts/{id}", ShowAsync);
        routes.MapPost("/api/attempts/{id}/progress", ProgressAsync);
        routes.MapPost("/api/attempts/{id}/push-credential", GivePushCredentialAsync);
    }

    /// <summary>Whom the attempt has named as its owner.</summary>
    public static AgentId? OwnerOf(InstanceState attempt)
    {
        try
        {
            return attempt.CustomStatus is { } status ? JsonSerializer.Deserialize<AttemptStatus>(status, ApiJson.Options)?.Agent : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private async Task ShowAsync(HttpContext http)
    {
        gate.AskForOperator(http);
        var (attempt, seen) = (await attempts.GetAsync(IdOf(http), http.RequestAborted), desk.Find(IdOf(http)));
        if (attempt is null && seen is null)
            throw ApiProblem.NotFound("id", $"There is no attempt '{IdOf(http)}'.", "Its id is the flow's id with -a and its number.");
        await ApiJson.WriteAsync(http, new
        {
            AttemptId = IdOf(http),
            Status = attempt?.Status.ToString(),
            Agent = seen?.Agent ?? (attempt is null ? null : OwnerOf(attempt)),
            seen?.Phase,
            seen?.LastTool,
            seen?.Usage,
            Lines = seen?.Lines ?? [],
            UpdatedAt = seen?.At,
        });
    }

    private async Task ProgressAsync(HttpContext http)
    {
        var agent = gate.AskForAgent(http);
        var progress = await ApiJson.ReadAsync<AttemptProgress>(http);
        await CheckGivenAsync(http, agent, progress.Agent);
        desk.Add(IdOf(http), progress);
        await ApiJson.WriteAsync(http, new ProgressAnswer(desk.TakeNew(IdOf(http), await GuidanceOf(IdOf(http), http.RequestAborted))));
    }

    /// <summary>What people have said to the flow since the attempt was asked for. If the agent is gone, the next attempt's prompt has it.</summary>
    private async Task<IReadOnlyList<string>> GuidanceOf(string attemptId, CancellationToken cancellation)
    {
        if (await attempts.GetAsync(attemptId, cancellation) is not { } attempt || TaskOf(attempt) is not { FlowId.Length: > 0 } task)
            return [];
        return await attempts.GetAsync(task.FlowId, cancellation) is { } flow ? [.. FlowsApi.StateOf(flow).Guidance.Except(task.Guidance, StringComparer.Ordinal)] : [];
    }

    private async Task GivePushCredentialAsync(HttpContext http)
    {
        var agent = gate.AskForAgent(http);
        var request = await ApiJson.ReadAsync<PushCredentialRequest>(http);
        await CheckGivenAsync(http, agent, request.Agent);
        if (request.Branch?.StartsWith(WipBranches, StringComparison.Ordinal) != true)
            throw gate.Refuse(http, ApiProblem.Forbidden($"An agent pushes only branches below {WipBranches}.", "Push the attempt's own branch."));
        if (await attempts.GetAsync(IdOf(http), http.RequestAborted) is not { } attempt || !LastPush.IsAllowed(attempt, agent.Record.Id, time.GetUtcNow()))
            throw gate.Refuse(http, ApiProblem.Conflict("attemptEnded", "id", "The attempt has ended.", "Nothing is to be pushed for it any more."));
        if (credentials is null)
            throw NoCredential("This coordinator has no GitHub.");
        if (TaskOf(attempt) is not { } task || task.AttemptBranch != request.Branch || task.Repository.Id != request.RepositoryId)
            throw gate.Refuse(http, ApiProblem.Forbidden($"'{request.Branch}' is not this attempt's branch.", "Push the attempt's own branch."));
        await ApiJson.WriteAsync(http, await credentials.MintAsync(task.Repository, http.RequestAborted) ?? throw NoCredential("This coordinator's login for GitHub makes no credentials for others."));
    }

    private static ApiProblem NoCredential(string reason) =>
        new(StatusCodes.Status404NotFound, "noGitHub", new Problem("coordinator", reason, "The agent's own credential is used."));

    /// <summary>What the flow asked for.</summary>
    private static AgentTask? TaskOf(InstanceState attempt)
    {
        try
        {
            return attempt.Input is { } input ? JsonSerializer.Deserialize<AttemptRequest>(input, ApiJson.Options)?.Task : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private async Task CheckGivenAsync(HttpContext http, RegisteredAgent agent, AgentId named)
    {
        var id = agent.Record.Id;
        if (named != id)
            throw gate.Refuse(http, ApiProblem.Forbidden($"This token is '{id}''s, and speaks for no other agent.", "Give each agent its own token."));
        if (!await attempts.WasGivenAsync(id, IdOf(http), http.RequestAborted))
            throw gate.Refuse(http, ApiProblem.Forbidden($"'{id}' was not given the attempt '{IdOf(http)}'.", "Only who works on an attempt speaks of it."));
    }

    private static string IdOf(HttpContext http) => http.Request.RouteValues["id"] as string ?? string.Empty;
}
