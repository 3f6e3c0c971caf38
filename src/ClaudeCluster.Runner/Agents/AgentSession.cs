using System.Reflection;
using ClaudeCluster.Agent;
using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.Grpc.Client;
using ClaudeCluster.DurableTask.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ClaudeCluster.Runner;

/// <summary>
/// One process of an agent, put together: the hub, the worker that takes tasks, the desk around its attempts, the coordinator's link.
/// <code>
///   hub ◄── RemoteTaskHub ◄── AgentHub (offer gate, journal) ◄── DurableTaskWorker ── RunAgent ── AttemptStory
///                                   ▲                                                    │
///   coordinator ◄── signs of life ──┴── gate ◄───────────────── desk ◄── what happens ───┘
/// </code>
/// </summary>
internal sealed class AgentSession : IAsyncDisposable
{
    /// <summary>A result that is ready must reach the hub, or stay in the journal.</summary>
    private static readonly TimeSpan TimeToDeliver = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan UntilStopped = TimeSpan.FromDays(1);

    private readonly HostEnvironment _host;
    private readonly AgentLogs _logs;
    private readonly RemoteTaskHub _remote;
    private readonly ResultJournal _journal;
    private readonly ICoordinatorLink _link;
    private readonly AttemptLogs _attemptLogs;
    private readonly AgentOptions _options;
    private readonly CoderChoice _choice;
    private ICoder? _coder;

    public AgentSession(AgentPlace place, CoderChoice choice, Func<CancellationToken, Task<IDisposable>> takePlace, HostEnvironment host, AgentLogs logs, StopSignals signals)
    {
        (Place, _choice, _host, _logs, Signals) = (place, choice, host, logs, signals);
        Address = place.HubAddress();
        Func<string, string> redact = AgentRedaction.Of(place.Secrets);
        Gate = new OfferGate(host.Time);
        _link = place.Settings.CoordinatorUrl is { } url ? new CoordinatorLink(url, place.AgentToken, place.Settings.CertificateFingerprint) : new NoCoordinator();
        _options = place.Options(new PushCredentials(_link, place.Settings.AgentId, place.GitHubToken, host.Time).FindAsync);
        _attemptLogs = new AttemptLogs(place.Root, place.Settings.Logging.MostBytes, place.Settings.Logging.Transcripts, redact, host.Time);
        Desk = new AttemptDesk(place.Settings.AgentId, takePlace, Gate, _link, _attemptLogs, redact, host.Time, logs, signals.AtOnce);
        _journal = new ResultJournal(Path.Combine(place.StateFolder, "journal"));
        _remote = Open(Address, place, host, logs);
        Hub = new AgentHub(_remote, Gate, _journal, redact, logs);
        Pulse = new HubPulse(_remote.GreetAsync, Address.ToString(), host.Time, logs);
        SignsOfLife = new SignsOfLife(_link, place.Settings.CoordinatorUrl?.GetLeftPart(UriPartial.Authority) ?? "none", Report, Gate, host.Time, host.Chance, logs);
    }

    public static string Version { get; } = typeof(AgentSession).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? string.Empty;

    public AgentPlace Place { get; }

    public HubAddress Address { get; }

    public OfferGate Gate { get; }

    public AttemptDesk Desk { get; }

    public AgentHub Hub { get; }

    public SignsOfLife SignsOfLife { get; }

    public HubPulse Pulse { get; }

    public StopSignals Signals { get; }

    public ILogger Log => _logs;

    public string CoderName => _coder?.Name ?? string.Empty;

    /// <summary>Looks whether this PC can work, and clears away what a crash left.</summary>
    /// <exception cref="HostNotReadyException">It cannot.</exception>
    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        foreach (var warning in Place.Warnings)
            _logs.Warned(warning);
        Directory.CreateDirectory(Place.StateFolder);
        _coder = await AgentCoder.CreateAsync(_choice, Place, _options, _host, cancellationToken);
        await Workspaces.CleanUpAfterCrashAsync(cancellationToken);
        _attemptLogs.RemoveOld();
    }

    /// <summary>Takes tasks until the first signal; what runs then has the drain's time to end, and is handed back after it.</summary>
    public async Task WorkAsync(int slots, CancellationToken stop)
    {
        await using var services = new ServiceCollection()
            .AddSingleton(new DurableTaskClient(Hub)).AddSingleton(_host.Time).AddSingleton<ILoggerFactory>(_logs).BuildServiceProvider();
        var registry = new DurableTaskRegistry().AddAgent(_options, _coder!, Place.Source, Desk);
        var worker = new DurableTaskWorker(
            Hub,
            registry,
            services,
            // The drain is ours: when its time is over, results are handed back instead of work being abandoned.
            new DurableTaskWorkerOptions
            {
                WorkerId = Place.WorkerId,
                MaximumConcurrentOrchestrations = 0,
                MaximumConcurrentActivities = slots,
                DrainTimeout = UntilStopped,
                StopTimeout = TimeToDeliver,
            },
            _host.Time,
            _logs);
        var working = Task.Run(() => worker.RunAsync(stop), CancellationToken.None);
        await WithinDrainAsync(working, stop);
        await EndsWithinAsync(Workspaces.SettleAsync(), TimeToDeliver, CancellationToken.None);
    }

    /// <summary>Tells the coordinator how the agent is, if there is one.</summary>
    public Task ShowLifeAsync(CancellationToken cancellationToken) => Place.Settings.CoordinatorUrl is null ? Task.CompletedTask : SignsOfLife.RunAsync(cancellationToken);

    /// <summary>Sends what an earlier process stored and could not send.</summary>
    public Task DeliverLeftoversAsync(CancellationToken cancellationToken) => _journal.DeliverLeftoversAsync(_remote, _logs, cancellationToken);

    /// <summary>What is wrong with this PC's programs; null: nothing.</summary>
    public async Task<string?> ProbeAsync(CancellationToken cancellationToken)
    {
        try
        {
            _ = await new Git(_options, _host.Time).ReadVersionAsync(cancellationToken);
            _ = await AgentCoder.CreateAsync(_choice, Place, _options, _host, cancellationToken);
            return null;
        }
        catch (HostNotReadyException missing)
        {
            return missing.Detail;
        }
    }

    public AgentReport Report() => new()
    {
        Hello = new AgentHello
        {
            Agent = Place.Settings.AgentId,
            Hostname = Place.Hostname,
            Specialties = Place.Settings.Specialties,
            Slots = Place.Settings.Slots,
            Version = Version,
            Coder = CoderName,
            Labels = Place.Settings.Labels,
            WorkerId = Place.WorkerId,
            RunUrl = _options.RunUrl,
        },
        State = Signals.Stopping.IsCancellationRequested ? AgentState.Draining
            : Gate.IsClosedBy(ClaudeCluster.Agent.SignsOfLife.Maintenance) ? AgentState.Maintenance
            : Gate.IsOpen ? AgentState.Ready
            : AgentState.Closed,
        Problem = Gate.Problem,
        Attempts = [.. Desk.Running.Select(attempt => attempt.AttemptId)],
        FreeDiskBytes = FreeDisk(),
    };

    public async ValueTask DisposeAsync()
    {
        await _remote.DisposeAsync();
        SignsOfLife.Dispose();
        Gate.Dispose();
        (_link as IDisposable)?.Dispose();
    }

    private Workspaces Workspaces => new(_options, new Git(_options, _host.Time), Place.Source, _host.Time);

    private async Task WithinDrainAsync(Task working, CancellationToken stop)
    {
        var stopped = WhenCancelledAsync(stop);
        if (await Task.WhenAny(working, stopped) == stopped && Signals.Stopping.IsCancellationRequested)
        {
            var (running, drain) = (Desk.Running.Count, DurationText.Write(Place.Settings.Limits.Drain));
            _logs.Stopping(running, drain);
        }

        if (stopped.IsCompleted && !await EndsWithinAsync(working, Place.Settings.Limits.Drain, Signals.AtOnce))
        {
            Signals.HandBack();
            // The hub is away: the results stay in the journal.
            if (!await EndsWithinAsync(working, TimeToDeliver, CancellationToken.None))
                return;
        }

        await working;
    }

    private async Task<bool> EndsWithinAsync(Task working, TimeSpan limit, CancellationToken atOnce)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(atOnce);
        var ended = await Task.WhenAny(working, Task.Delay(limit, _host.Time, over.Token)) == working;
        await over.CancelAsync();
        return ended;
    }

    private long FreeDisk()
    {
        try
        {
            return new DriveInfo(Place.Root).AvailableFreeSpace;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // A number for people only: a disk that cannot be asked has no room to speak of, and an attempt on it says why.
            return 0;
        }
    }

    internal static async Task WhenCancelledAsync(CancellationToken cancellationToken)
    {
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = cancellationToken.Register(cancelled.SetResult);
        await cancelled.Task;
    }

    private static RemoteTaskHub Open(HubAddress address, AgentPlace place, HostEnvironment host, ILoggerFactory logs)
    {
        try
        {
            return new RemoteTaskHub(address, place.HubOptions(), host.Time, host.Chance, logs);
        }
        catch (ArgumentException insecure)
        {
            throw new BadInputException("agent.yml", insecure.Message, "Use https://, or set 'insecure_lan: true' on a network where you trust everyone.");
        }
    }
}

internal static partial class AgentSessionLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "{Warning}")]
    public static partial void Warned(this ILogger logger, Problem warning);

    [LoggerMessage(Level = LogLevel.Information, Message = "Told to stop: no more tasks are taken, {Running} may end within {Drain}. A second signal hands them back at once.")]
    public static partial void Stopping(this ILogger logger, int running, string drain);
}
