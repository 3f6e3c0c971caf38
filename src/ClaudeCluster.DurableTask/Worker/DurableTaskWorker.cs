using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using ClaudeCluster.DurableTask.Diagnostics;
using ClaudeCluster.DurableTask.Hub;
using ClaudeCluster.DurableTask.WorkItems;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClaudeCluster.DurableTask.Worker;

/// <summary>Takes the work that its registry has code for, runs it, and hands in the result.</summary>
public sealed class DurableTaskWorker
{
    private readonly ITaskHub _hub;
    private readonly DurableTaskWorkerOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly WorkerOffer _offer;
    private readonly StepExecution _steps;
    private readonly ActivityExecution _activities;

    public DurableTaskWorker(
        ITaskHub hub, DurableTaskRegistry registry, IServiceProvider services, DurableTaskWorkerOptions options, TimeProvider time, ILoggerFactory? logs = null)
        : this(hub, registry, services, options, time, logs, new WarmInstances(options.MaximumWarmInstances))
    {
    }

    internal DurableTaskWorker(
        ITaskHub hub,
        DurableTaskRegistry registry,
        IServiceProvider services,
        DurableTaskWorkerOptions options,
        TimeProvider time,
        ILoggerFactory? logs,
        WarmInstances warm)
    {
        logs ??= NullLoggerFactory.Instance;
        _hub = hub;
        _options = options;
        _time = time;
        _logger = logs.CreateLogger<DurableTaskWorker>();
        var versions = new VersionRules(registry, options);
        _steps = new StepExecution(registry, services, options, versions, warm, time, logs, _logger);
        _activities = new ActivityExecution(registry, services, options, versions, _logger);
        _offer = new WorkerOffer(
            options.WorkerId,
            options.MaximumConcurrentOrchestrations,
            options.MaximumConcurrentActivities,
            options.TakesAnyName ? null : registry.Orchestrators,
            options.TakesAnyName ? null : registry.Activities);
    }

    /// <summary>
    /// Works until the token is cancelled, then drains: what runs may end, what does not end in time is given back. A failure of the hub
    /// itself (a full disk, for example) ends the worker too, and is thrown.
    /// </summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        // Not disposed: work that was given back may still run when this method has returned, and then looks at both.
        var receiving = new CancellationTokenSource();
        var stopping = new CancellationTokenSource();
        var running = new ConcurrentDictionary<WorkItem, Task>(ReferenceEqualityComparer.Instance);
        ExceptionDispatchInfo? failure = null;
        await using var told = cancellation.Register(receiving.Cancel);
        try
        {
            await foreach (var item in _hub.ReceiveAsync(_offer, receiving.Token))
            {
                var done = new TaskCompletionSource();
                running[item] = done.Task;
                _ = RunToTheEndAsync(item, done);
            }
        }
        finally
        {
            await DrainAsync(running, stopping);
            await _steps.ForgetAllAsync();
        }

        failure?.Throw();

        async Task RunToTheEndAsync(WorkItem item, TaskCompletionSource done)
        {
            // The loop that receives must not be held up by the code that it starts.
            await Task.Yield();
            try
            {
                await RunAsync(item, stopping.Token);
            }
            catch (Exception e)
            {
                _logger.HubFailed(item.InstanceId, e);
                Interlocked.CompareExchange(ref failure, ExceptionDispatchInfo.Capture(e), null);
                receiving.Cancel();
            }

            running.TryRemove(item, out _);
            done.SetResult();
        }
    }

    private Task RunAsync(WorkItem item, CancellationToken stopping) => item switch
    {
        StepWorkItem step => RunStepAsync(step),
        ActivityWorkItem activity => RunActivityAsync(activity, stopping),
        _ => throw new ArgumentOutOfRangeException(nameof(item)),
    };

    private async Task RunStepAsync(StepWorkItem item)
    {
        var began = _time.GetTimestamp();
        if (await _steps.RunAsync(item, CancellationToken.None) is { } run)
        {
            Metering.StepTime.Record(_time.GetElapsedTime(began).TotalSeconds);
            await _steps.EndAsync(run, await _hub.CompleteAsync(run.Completion, CancellationToken.None));
        }
        else
        {
            await RefuseAsync(item);
        }
    }

    private async Task RunActivityAsync(ActivityWorkItem item, CancellationToken stopping)
    {
        if (_activities.Refuses(item))
            await RefuseAsync(item);
        else if (await _activities.RunAsync(item, stopping) is { } completion)
            await _hub.CompleteAsync(completion, CancellationToken.None);
        else
            await GiveBackAsync(item);
    }

    private async Task DrainAsync(ConcurrentDictionary<WorkItem, Task> running, CancellationTokenSource stopping)
    {
        if (running.IsEmpty)
            return;
        using var drained = new CancellationTokenSource();
        var staying = StayConnectedAsync(drained.Token);
        try
        {
            await EndAllAsync(running, stopping);
        }
        finally
        {
            drained.Cancel();
            await staying;
        }
    }

    /// <summary>Takes nothing more, but shows that this worker lives, so that the leases of what it still runs are renewed.</summary>
    private async Task StayConnectedAsync(CancellationToken drained)
    {
        try
        {
            await foreach (var item in _hub.ReceiveAsync(_offer with { StepRoom = 0, ActivityRoom = 0 }, drained))
                await GiveBackAsync(item);
        }
        catch (Exception e)
        {
            // What runs may still be in time: its leases last for a while.
            _logger.DrainsUnseen(e);
        }
    }

    private async Task EndAllAsync(ConcurrentDictionary<WorkItem, Task> running, CancellationTokenSource stopping)
    {
        if (await EndWithinAsync(running.Values, _options.DrainTimeout))
            return;
        stopping.Cancel();
        if (!await EndWithinAsync(running.Values, _options.StopTimeout))
            await Task.WhenAll(running.Keys.OrderBy(item => item.Token, StringComparer.Ordinal).Select(GiveBackAsync));
    }

    /// <summary>False if some work still runs then.</summary>
    private async Task<bool> EndWithinAsync(ICollection<Task> work, TimeSpan limit)
    {
        var all = Task.WhenAll(work);
        using var enough = new CancellationTokenSource();
        var ended = await Task.WhenAny(all, Task.Delay(limit, _time, enough.Token)) == all;
        enough.Cancel();
        return ended;
    }

    private async Task RefuseAsync(WorkItem item)
    {
        _logger.VersionRefused(item.InstanceId);
        await _hub.RefuseAsync(item, CancellationToken.None);
    }

    private async Task GiveBackAsync(WorkItem item)
    {
        _logger.WorkGivenBack(item.InstanceId);
        await _hub.AbandonAsync(item, CancellationToken.None);
    }
}
