using System.Net;
using ClaudeCluster.Agent;
using Microsoft.Extensions.Logging;

namespace ClaudeCluster.Runner;

/// <summary>An agent that stays: it takes tasks until it is told to stop.</summary>
internal sealed class AgentDaemon(AgentSession session, HostEnvironment host, Output output)
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(60);

    public async Task<ExitCode> RunAsync()
    {
        var place = session.Place;
        using var alone = FileLock.TryTake(Path.Combine(place.StateFolder, "daemon.lock"))
            ?? throw new HostNotReadyException($"Another agent works in {place.Root} already.", "Stop it, or give this one another workspace_root and agent_id.");
        var stop = session.Signals.Stopping;
        await session.PrepareAsync(stop);
        await using var health = await StartHealthAsync(stop);
        using var background = new CancellationTokenSource();
        Task[] beside =
        [
            session.ShowLifeAsync(background.Token), session.Pulse.RunAsync(background.Token), WatchOfferAsync(background.Token), ProbeAsync(background.Token), QuietlyAsync(session.DeliverLeftoversAsync(background.Token)),
        ];
        session.Desk.Changed += session.SignsOfLife.Wake;
        await using var draining = stop.Register(session.SignsOfLife.Wake);
        Tell(health?.Address);
        try
        {
            await session.WorkAsync(place.Settings.Slots, stop);
        }
        finally
        {
            await background.CancelAsync();
            await Task.WhenAll(beside);
        }

        output.Note("Stopped: nothing of this agent runs any more.");
        return ExitCode.Done;
    }

    private void Tell(Uri? health)
    {
        var settings = session.Place.Settings;
        output.Answer(new
        {
            Agent = settings.AgentId.Value,
            Worker = session.Place.WorkerId,
            Hub = session.Address.ToString(),
            Coordinator = settings.CoordinatorUrl?.GetLeftPart(UriPartial.Authority),
            Health = health?.ToString().TrimEnd('/'),
            Specialties = settings.Specialties.Select(specialty => specialty.Value),
            settings.Slots,
            Coder = session.CoderName,
        });
        output.Line($"The agent {settings.AgentId} takes tasks of {string.Join(", ", settings.Specialties)} from {session.Address}, {settings.Slots} at a time");
        output.Line($"Edits with {session.CoderName}; works in {session.Place.Root}");
        if (health is not null)
            output.Line($"Health: {health.ToString().TrimEnd('/')}/health");
        if (!settings.Sandbox.On)
            session.Log.SandboxIsOff();
    }

    private async Task<HealthServer?> StartHealthAsync(CancellationToken cancellationToken)
    {
        var settings = session.Place.Settings.Health;
        if (settings.Port is not { } port)
            return null;
        try
        {
            return await HealthServer.StartAsync(new IPEndPoint(IPAddress.Parse(settings.Listen), port), Health, cancellationToken);
        }
        catch (IOException taken)
        {
            throw new HostNotReadyException($"{settings.Listen}:{port} cannot be listened on: {taken.Message}", "Set another 'port' under 'health' in agent.yml, or 'enabled: false'.");
        }
    }

    private AgentHealth Health()
    {
        var report = session.Report();
        return new AgentHealth
        {
            Status = report.State.ToString().ToLowerInvariant(),
            Agent = report.Hello.Agent.Value,
            Version = report.Hello.Version,
            Problem = report.Problem,
            Tasks = session.Desk.Running,
            Slots = report.Hello.Slots,
            FreeDiskBytes = report.FreeDiskBytes,
            Coder = report.Hello.Coder,
            Hub = session.Address.ToString(),
            HubConnected = session.Pulse.IsConnected,
            CoordinatorAnswered = session.SignsOfLife.LastAnswer,
        };
    }

    /// <summary>Each closing and opening of the offer is told.</summary>
    private async Task WatchOfferAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            using var next = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, session.Gate.Watch().Changed);
            await AgentSession.WhenCancelledAsync(next.Token);
            if (cancellationToken.IsCancellationRequested)
                return;
            if (session.Gate.Problem is { } why)
                session.Log.OfferClosed(why);
            else
                session.Log.OfferOpened();
            session.SignsOfLife.Wake();
        }
    }

    /// <summary>While the PC is not ready it is looked at again and again, until somebody has mended it.</summary>
    private async Task ProbeAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await Task.Delay(LookAgain, host.Time, cancellationToken);
                if (!session.Gate.IsClosedBy(AttemptDesk.Host))
                    continue;
                if (await session.ProbeAsync(cancellationToken) is { } problem)
                    session.Gate.Close(AttemptDesk.Host, problem);
                else
                    session.Gate.Open(AttemptDesk.Host);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The agent ends.
        }
    }

    private static async Task QuietlyAsync(Task task)
    {
        try
        {
            await task;
        }
        catch (OperationCanceledException)
        {
            // The agent ends; the next one tries again.
        }
    }
}

internal static partial class AgentDaemonLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "The sandbox is off: what the model writes runs with all that this user may do.")]
    public static partial void SandboxIsOff(this ILogger logger);
}
