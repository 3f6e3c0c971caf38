namespace ClaudeCluster.Coordinator;

/// <summary>
/// How much of strangers' bodies is held at once: nobody knows whose they are before they are read whole. Who finds no room waits a little, in
/// the order of coming: GitHub sends again only by hand, so a burst should cost it nothing.
/// </summary>
internal sealed class WebhookRoom(WebhookRoomOptions options, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly LinkedList<Place> _waiting = [];
    private int _bodies;
    private long _bytes;

    /// <param name="bytes">At most so large is the body.</param>
    /// <returns>To be disposed of when the body is not strange any more; null: there was no room in time.</returns>
    public async Task<IDisposable?> EnterAsync(long bytes, CancellationToken cancellation)
    {
        var place = new Place(this, Math.Min(bytes, options.MostBytes));
        lock (_gate)
        {
            if (_waiting.Count >= options.MostWaiting)
                return null;
            _waiting.AddLast(place);
            Admit();
        }

        using var patience = new CancellationTokenSource(options.Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        try
        {
            await place.Admitted.Task.WaitAsync(either.Token);
            return place;
        }
        catch (OperationCanceledException)
        {
            GiveUp(place);
            cancellation.ThrowIfCancellationRequested();
            return null;
        }
    }

    private void GiveUp(Place place)
    {
        lock (_gate)
        {
            if (!_waiting.Remove(place))
                Leave(place);
            Admit();
        }
    }

    private void Leave(Place place)
    {
        _bodies--;
        _bytes -= place.Bytes;
    }

    /// <summary>One after the other: a large one is not overtaken for ever by small ones.</summary>
    private void Admit()
    {
        while (_waiting.First is { } next && _bodies < options.MostBodies && _bytes + next.Value.Bytes <= options.MostBytes)
        {
            _waiting.RemoveFirst();
            _bodies++;
            _bytes += next.Value.Bytes;
            next.Value.Admitted.TrySetResult();
        }
    }

    private sealed class Place(WebhookRoom room, long bytes) : IDisposable
    {
        private bool _isLeft;

        public long Bytes => bytes;

        public TaskCompletionSource Admitted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Dispose()
        {
            lock (room._gate)
            {
                if (_isLeft)
                    return;
                _isLeft = true;
                room.Leave(this);
                room.Admit();
            }
        }
    }
}

/// <summary>How much of what nobody has vouched for is held at once.</summary>
public sealed record WebhookRoomOptions
{
    /// <value>Default: 8.</value>
    public int MostBodies { get; init; } = 8;

    /// <value>Default: 64 MB.</value>
    public long MostBytes { get; init; } = 64L << 20;

    /// <summary>Others may wait for room; more are sent away at once.</summary>
    /// <value>Default: 1,000.</value>
    public int MostWaiting { get; init; } = 1_000;

    /// <summary>How long they wait, and how long a body may take. GitHub itself waits ten seconds for all of it.</summary>
    /// <value>Default: 5 seconds.</value>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(5);
}
