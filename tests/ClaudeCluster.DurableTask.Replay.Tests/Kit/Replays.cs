using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClaudeCluster.DurableTask.Replay.Tests.Kit;

/// <summary>What a test's orchestrator does.</summary>
internal delegate Task<string?> Code(TaskOrchestrationContext context);

/// <summary>The code of a test as the engine runs it, under whatever name it is asked for.</summary>
internal static class Replays
{
    public static OrchestrationReplay Of(Code code, ILoggerFactory? logs = null, TaskVersion defaultVersion = default) =>
        Of(new Orchestrator(code), logs, defaultVersion);

    /// <summary>Null is code that nobody has registered.</summary>
    public static OrchestrationReplay Of(ITaskOrchestrator? code, ILoggerFactory? logs = null, TaskVersion defaultVersion = default) =>
        new("instance", _ => code, JsonDataConverter.Default, logs ?? NullLoggerFactory.Instance) { DefaultVersion = defaultVersion };

    private sealed class Orchestrator(Code code) : TaskOrchestrator<object?, string?>
    {
        public override Task<string?> RunAsync(TaskOrchestrationContext context, object? input) => code(context);
    }
}
