using System.Globalization;
using System.Text;
using ClaudeCluster.DurableTask.Replay;
using ClaudeCluster.DurableTask.WorkItems;

namespace ClaudeCluster.DurableTask.Hub;

/// <summary>
/// How big things may be. Whoever hands in something bigger is told what it is, how big it is, and what to do: a client by an exception, an
/// activity by its failure, an orchestration by its own.
/// </summary>
internal sealed class Limits(LocalTaskHubOptions options)
{
    public const int NameLength = 300;
    public const int VersionLength = 100;
    public const int TagsLength = 8_000;

    /// <exception cref="ArgumentException">It is too big.</exception>
    public void Check(StartRequest request) =>
        Refuse(Name("The orchestration's name", request.Name)
            ?? Version(request.Version)
            ?? Tags("The tags", request.Tags)
            ?? Payload("The input", request.Input));

    /// <exception cref="ArgumentException">It is too big.</exception>
    public void Check(InstanceRequest request) => Refuse(request switch
    {
        InstanceRequest.Raise raise => Name("The event's name", raise.EventName) ?? Payload($"The payload of event '{raise.EventName}'", raise.Payload),
        InstanceRequest.Terminate terminate => Payload("The output", terminate.Output),
        InstanceRequest.Suspend suspend => Payload("The reason", suspend.Reason),
        InstanceRequest.Resume resume => Payload("The reason", resume.Reason),
        InstanceRequest.Rewind rewind => Payload("The reason", rewind.Reason),
        _ => null,
    });

    /// <summary>The completion; or, if something in it is too big, one that fails the orchestration.</summary>
    public StepCompletion Bounded(StepCompletion completion)
    {
        var problem = completion.Actions.Select(Problem).FirstOrDefault(found => found is not null) ?? Payload("The custom status", completion.CustomStatus);
        return problem is null ? completion : new StepCompletion(completion.Item, [new OrchestratorAction.Fail(ToFailure(problem))], null);
    }

    /// <summary>The completion; or, if its result is too big, one that fails the activity.</summary>
    public ActivityCompletion Bounded(ActivityCompletion completion) =>
        Payload($"The result of activity '{completion.Item.Name}' (#{completion.Item.TaskId})", completion.Result) is { } problem
            ? new ActivityCompletion(completion.Item, null, ToFailure(problem))
            : completion;

    private static void Refuse(string? problem)
    {
        if (problem is not null)
            throw new ArgumentException(problem);
    }

    private static TaskFailureDetails ToFailure(string problem) => new(FailureTypes.TooLarge, problem) { IsNonRetriable = true };

    private string? Problem(OrchestratorAction action) => action switch
    {
        OrchestratorAction.ScheduleTask task => Name("An activity's name", task.Name)
            ?? Version(task.Version)
            ?? Tags($"The tags of activity '{task.Name}' (#{task.TaskId})", task.Tags)
            ?? Payload($"The input of activity '{task.Name}' (#{task.TaskId})", task.Input),
        OrchestratorAction.StartSubOrchestration child => Name("A sub-orchestration's name", child.Name)
            ?? Version(child.Version)
            ?? Tags($"The tags of sub-orchestration '{child.Name}' (#{child.TaskId})", child.Tags)
            ?? Payload($"The input of sub-orchestration '{child.Name}' (#{child.TaskId})", child.Input),
        OrchestratorAction.SendEvent sent => Name("An event's name", sent.Name)
            ?? Payload($"The payload of event '{sent.Name}' (#{sent.TaskId})", sent.Input),
        OrchestratorAction.Complete end => Payload("The output", end.Output),
        OrchestratorAction.ContinueAsNew next => Payload("The input of the next generation", next.Input),
        _ => null,
    };

    private static string? Name(string what, string name) => Length(what, name.Length, NameLength, "Choose a shorter one.");

    private static string? Version(string version) => Length("The version", version.Length, VersionLength, "Choose a shorter one.");

    private static string? Tags(string what, IReadOnlyDictionary<string, string>? tags) => tags is null
        ? null
        : Length(what, tags.Sum(tag => tag.Key.Length + tag.Value.Length), TagsLength, "Tags are for finding and routing; put data into the input.");

    private string? Payload(string what, string? payload)
    {
        // Four bytes are the most that a character takes, so a short text need not be counted.
        if (payload is null || payload.Length <= options.MaximumPayloadBytes / 4)
            return null;
        var bytes = Encoding.UTF8.GetByteCount(payload);
        return bytes <= options.MaximumPayloadBytes
            ? null
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{what} has {bytes:N0} bytes; the limit is {options.MaximumPayloadBytes:N0} ({nameof(LocalTaskHubOptions.MaximumPayloadBytes)}). ")
                + "Store it elsewhere and pass its address, or raise the limit.";
    }

    private static string? Length(string what, int length, int limit, string advice) =>
        length <= limit
        ? null
        : string.Create(CultureInfo.InvariantCulture, $"{what} has {length:N0} characters; the limit is {limit:N0}. {advice}");
}
