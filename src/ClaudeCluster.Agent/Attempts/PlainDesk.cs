namespace ClaudeCluster.Agent;

/// <summary>The desk of an agent that is alone in its process and tells plain lines, as in a local run.</summary>
internal sealed class PlainDesk(IProgress<string>? progress) : IAttemptDesk
{
    public CancellationToken AtOnce => CancellationToken.None;

    public Task<IDisposable> TakePlaceAsync(CancellationToken cancellationToken) => Task.FromResult<IDisposable>(new Listener(progress));

    public IAttemptListener Begin(AgentTask task) => new Listener(progress);

    private sealed class Listener(IProgress<string>? progress) : IAttemptListener, IDisposable
    {
        public void Report(string value) => progress?.Report(value);

        public void Enter(string phase)
        {
            // Its lines tell as much.
        }

        public void Use(string tool)
        {
            // As above.
        }

        public void Spend(Usage soFar)
        {
            // Stands in the result.
        }

        public void Hear(string line)
        {
            // No log.
        }

        public IReadOnlyList<string> TakeGuidance() => [];

        public void End(AttemptResult result)
        {
            // The flow tells it.
        }

        public void Dispose()
        {
            // A place that nobody else wants.
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
