namespace ClaudeCluster.DurableTask.Simulation.Machine;

/// <summary>
/// A process of the simulated world: the context to which its code returns after each await. When it is killed, its continuations are
/// dropped wherever they stand: no finally block runs, as after a power cut.
/// </summary>
internal sealed class SimProcess(string name, Scheduler scheduler) : SynchronizationContext
{
    public string Name { get; } = name;

    public bool IsDead { get; private set; }

    /// <summary>Called once, at its death, by the world around it.</summary>
    public event Action? Died;

    public static SimProcess? Running => Current as SimProcess;

    public void Kill()
    {
        if (IsDead)
            return;
        IsDead = true;
        Died?.Invoke();
    }

    /// <summary>The process dies here: the caller never goes on.</summary>
    public Task DieAsync()
    {
        Kill();
        return new TaskCompletionSource().Task;
    }

    /// <summary>Begins something in this process. What it throws, nobody expected.</summary>
    public void Begin(Func<Task> work) => Post(_ => _ = WatchAsync(work), null);

    /// <summary>Asks this process for something; throws if it dies before it has answered.</summary>
    public async Task<T> AskAsync<T>(Func<Task<T>> work)
    {
        var answer = new TaskCompletionSource<T>();
        Died += Gone;
        if (IsDead)
            Gone();
        Post(_ => _ = AnswerAsync(work, answer), null);
        try
        {
            return await answer.Task;
        }
        finally
        {
            Died -= Gone;
        }

        void Gone() => answer.TrySetException(new ConnectionLostException($"{Name} is gone"));
    }

    public void Run(SendOrPostCallback callback, object? state)
    {
        if (IsDead)
            return;
        SetSynchronizationContext(this);
        try
        {
            callback(state);
        }
        catch (Exception e)
        {
            scheduler.Fail(e);
        }
        finally
        {
            SetSynchronizationContext(null);
        }
    }

    public override void Post(SendOrPostCallback d, object? state) => scheduler.Enqueue(this, d, state);

    public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException("Nobody waits by standing still.");

    public override SynchronizationContext CreateCopy() => this;

    private static async Task AnswerAsync<T>(Func<Task<T>> work, TaskCompletionSource<T> answer)
    {
        try
        {
            answer.TrySetResult(await work());
        }
        catch (Exception e)
        {
            answer.TrySetException(e);
        }
    }

    private async Task WatchAsync(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (Exception e)
        {
            scheduler.Fail(e);
        }
    }
}

/// <summary>The other side is gone, or its answer did not come: whether it did what was asked is unknown.</summary>
internal sealed class ConnectionLostException(string message) : IOException(message);
