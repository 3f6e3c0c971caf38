namespace ClaudeCluster.DurableTask.Simulation.Machine;

/// <summary>
/// The one thread on which everything runs. What is ready runs in an order drawn from the seed; when nothing is, the clock goes on to the
/// next timer. Whatever comes from another thread has escaped, and is reported with the place it came from.
/// </summary>
internal sealed class Scheduler : IDisposable
{
    /// <summary>Only a run that has failed waits so long.</summary>
    private static readonly TimeSpan PatienceWithEscaped = TimeSpan.FromSeconds(5);

    private readonly int _thread = Environment.CurrentManagedThreadId;
    private readonly Random _chance;
    private readonly List<Ready> _ready = [];
    private readonly PriorityQueue<VirtualTime.Timer, (TimeSpan Due, long Number)> _timers = new();
    private readonly Outside? _outside;
    private Exception? _failure;
    private long _lastTimer;

    /// <param name="chance">Chooses what runs next.</param>
    /// <param name="time">The clock that this scheduler moves.</param>
    /// <param name="waitsForOutside">True if the store has threads of its own: then their answers are waited for before time goes on.</param>
    public Scheduler(Random chance, VirtualTime time, bool waitsForOutside = false)
    {
        (_chance, Time) = (chance, time);
        _outside = waitsForOutside ? new Outside() : null;
        time.Scheduler = this;
    }

    public VirtualTime Time { get; }

    public long Steps { get; private set; }

    /// <summary>The first thing that went wrong; the run ends with it.</summary>
    public Exception? Failure => Volatile.Read(ref _failure);

    public void Fail(Exception failure) => Interlocked.CompareExchange(ref _failure, failure, null);

    /// <summary>Nothing more happens here. What has escaped may still be on another thread, and then is the reason: it is given its time.</summary>
    public void FailAsStuck(Exception failure)
    {
        SpinWait.SpinUntil(() => Failure is not null, PatienceWithEscaped);
        Fail(failure);
    }

    public void Enqueue(SimProcess process, SendOrPostCallback callback, object? state)
    {
        if (Environment.CurrentManagedThreadId == _thread)
            _ready.Add(new Ready(process, callback, state));
        else if (_outside is not null)
            _outside.Add(new Ready(process, callback, state));
        else
            Fail(new SimulationException($"escape: a continuation of {process.Name} came from another thread\n{Environment.StackTrace}"));
    }

    public void Set(VirtualTime.Timer timer) => _timers.Enqueue(timer, (timer.Due, ++_lastTimer));

    /// <summary>Whoever touches the simulated world must be on its thread.</summary>
    /// <exception cref="SimulationException">It is not.</exception>
    public void StayOnThread()
    {
        if (Environment.CurrentManagedThreadId == _thread || _outside is not null)
            return;
        var escape = new SimulationException("escape: the engine left the simulated thread");
        Fail(escape);
        throw escape;
    }

    /// <summary>A call that another thread will answer. Time stands still until it has.</summary>
    public async Task<T> FromOutsideAsync<T>(Func<Task<T>> call)
    {
        if (_outside is null)
            return await call();
        _outside.Calls++;
        try
        {
            return await call();
        }
        finally
        {
            _outside.Calls--;
        }
    }

    /// <summary>Runs one piece; false if nothing is ready and no timer is set.</summary>
    public bool Step()
    {
        _outside?.MoveTo(_ready, mustWait: _ready.Count == 0);
        if (_ready.Count == 0 && !FireNextTimers())
            return false;
        if (_ready.Count == 0)
            return true;
        Steps++;
        var index = _chance.Next(_ready.Count);
        var next = _ready[index];
        _ready[index] = _ready[^1];
        _ready.RemoveAt(_ready.Count - 1);
        next.Process.Run(next.Callback, next.State);
        return true;
    }

    public void Dispose() => _outside?.Dispose();

    /// <summary>All timers of the next instant become ready together: which of them goes first is chance.</summary>
    private bool FireNextTimers()
    {
        while (_timers.TryPeek(out var timer, out var due) && !timer.IsDueAt(due.Due))
            _timers.Dequeue(); // Changed, disposed, or its process is dead.
        if (!_timers.TryPeek(out _, out var next))
            return false;
        Time.GoTo(next.Due);
        while (_timers.TryPeek(out var timer, out var due) && due.Due == next.Due)
        {
            _timers.Dequeue();
            if (timer.IsDueAt(due.Due))
                timer.Fire();
        }

        return true;
    }

    private readonly record struct Ready(SimProcess Process, SendOrPostCallback Callback, object? State);

    /// <summary>What other threads bring.</summary>
    private sealed class Outside : IDisposable
    {
        private readonly System.Collections.Concurrent.BlockingCollection<Ready> _brought = [];

        public int Calls { get; set; }

        public void Add(Ready ready) => _brought.Add(ready);

        public void MoveTo(List<Ready> ready, bool mustWait)
        {
            if (mustWait && Calls > 0)
                ready.Add(_brought.Take());
            while (_brought.TryTake(out var more))
                ready.Add(more);
        }

        public void Dispose() => _brought.Dispose();
    }
}

/// <summary>A run that went wrong.</summary>
internal sealed class SimulationException(string message) : Exception(message);
