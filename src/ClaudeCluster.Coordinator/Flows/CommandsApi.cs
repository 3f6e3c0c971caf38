using System.Globalization;
using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.Hub;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace ClaudeCluster.Coordinator;

/// <summary>What the operator tells a flow: <c>POST /api/flows/{id}/commands</c>.</summary>
/// <param name="Command">As in a comment, without the <c>/claude</c>: <c>retry on frontend</c>.</param>
public sealed record FlowCommand(string Command);

/// <summary>What became of a command.</summary>
/// <param name="Event">The instance that received it; its history is the record.</param>
/// <param name="Flow">The flow that took it in, or that it started; null: none did, or not yet.</param>
/// <param name="Reason">In words.</param>
public sealed record FlowCommandAnswer(string Event, string? Flow, string Reason);

/// <summary>Steers flows as a comment would, with the operator's credential in the place of a role on GitHub. Durable when it is answered.</summary>
internal sealed class CommandsApi(Gate gate, ITaskHub hub, TimeProvider time)
{
    private const string Operator = "operator";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private readonly DurableTaskClient _client = new(hub);

    public void MapTo(IEndpointRouteBuilder routes) => routes.MapPost("/api/flows/{id}/commands", CommandAsync);

    private async Task CommandAsync(HttpContext http)
    {
        gate.AskForOperator(http);
        var flow = await FlowsApi.FindAsync(hub, http);
        var text = $"{CommandReader.Prefix} {(await ApiJson.ReadAsync<FlowCommand>(http)).Command}";
        if (CommandReader.Read(text) is null or SteeringCommand.Help)
            throw ApiProblem.BadRequest("command", (CommandReader.Read(text) as SteeringCommand.Help)?.Problem ?? "It is no command.", "For example: 'status', 'retry on frontend', 'cancel', 'approve', 'budget 5'.");
        gate.Record(http, text);
        var (id, _) = await _client.HandInAsync(new EventDelivery(Said(flow, text)) { MoreFollow = true, IsByOperator = true }, http.RequestAborted);
        await ApiJson.WriteAsync(http, await AnswerAsync(id, http.RequestAborted), StatusCodes.Status202Accepted);
    }

    private RepositoryEvent.Commented Said(FlowState flow, string text)
    {
        var now = time.GetUtcNow();
        var issue = (flow.NewerIssue ?? flow.Issue) with { IsOpen = true, UpdatedAt = now };
        return new("created", issue, new WrittenComment(new CommentId(string.Empty), text, Operator, now, now))
        {
            Key = $"{Operator}-{Guid.CreateVersion7(now).ToString("N", CultureInfo.InvariantCulture)}",
            Repository = flow.Repository,
            Sender = new Requester(Operator, 0, IsBot: false),
        };
    }

    private async Task<FlowCommandAnswer> AnswerAsync(string id, CancellationToken cancellation)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        try
        {
            var ended = await _client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, either.Token);
            return ended.ReadOutputAs<EventReceipt>() is { } receipt
                ? new FlowCommandAnswer(id, receipt.FlowId, receipt.Reason)
                : new FlowCommandAnswer(id, null, ended.FailureDetails?.ErrorMessage ?? "it failed");
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            return new FlowCommandAnswer(id, null, "it is stored, and the flow hears it as soon as it can");
        }
    }
}
