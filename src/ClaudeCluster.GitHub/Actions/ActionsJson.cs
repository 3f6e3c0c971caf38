using System.Text.Json.Serialization;

namespace ClaudeCluster.GitHub;

/// <summary>What we say to GitHub about runs and runners, and what we read of its answers. Every field that is read may be missing.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(NewDispatch))]
[JsonSerializable(typeof(DispatchAnswer))]
[JsonSerializable(typeof(RunAnswer))]
[JsonSerializable(typeof(RunListAnswer))]
[JsonSerializable(typeof(RunnerListAnswer))]
[JsonSerializable(typeof(IReadOnlyList<string>))]
internal sealed partial class ActionsJson : JsonSerializerContext;

internal sealed record NewDispatch(string Ref, DispatchInputs Inputs, bool? ReturnRunDetails);

internal sealed record DispatchInputs(string Labels, string Attempt);

internal sealed record DispatchAnswer(long? WorkflowRunId);

internal sealed record RunAnswer(long? Id, string? DisplayTitle, string? Status, string? HtmlUrl, DateTimeOffset? CreatedAt);

internal sealed record RunListAnswer(IReadOnlyList<RunAnswer>? WorkflowRuns);

internal sealed record RunnerListAnswer(IReadOnlyList<RunnerAnswer>? Runners);

internal sealed record RunnerAnswer(string? Name, string? Status, bool? Busy, IReadOnlyList<RunnerLabelAnswer>? Labels);

internal sealed record RunnerLabelAnswer(string? Name);
