using System.Globalization;
using ClaudeCluster.Agent;
using ClaudeCluster.DurableTask.Grpc;
using ClaudeCluster.DurableTask.Grpc.Client;

namespace ClaudeCluster.Runner;

/// <summary>Of <c>agent --check</c>: whether hub and coordinator are there, are who they should be, and want this agent.</summary>
internal sealed class ConnectionChecks(AgentPlace place, HostEnvironment host)
{
    private const string NoConnection = "Failed to connect to coordinator";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    public async Task<Check> HubAsync(CancellationToken cancellationToken)
    {
        var address = place.HubAddress();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await using var alarm = host.Time.CreateTimer(static state => ((CancellationTokenSource)state!).Cancel(), limit, Limit, Timeout.InfiniteTimeSpan);
        try
        {
            await using var hub = new RemoteTaskHub(address, place.HubOptions() with { Patience = TimeSpan.Zero }, host.Time, host.Chance);
            await hub.GreetAsync(limit.Token);
            return Good("hub", $"{address} answers");
        }
        catch (ArgumentException insecure)
        {
            return Bad("hub", insecure.Message, "Use https://, or set 'insecure_lan: true' on a network where you trust everyone.");
        }
        catch (RpcException refused) when (refused.StatusCode == StatusCode.Unauthenticated)
        {
            return Bad("hub", AgentAdmission.UnknownToken(Hello()));
        }
        catch (RpcException silent) when (silent.StatusCode == StatusCode.Unavailable)
        {
            return CertificateTrouble.Of(silent, address.Endpoint, place.Settings.CertificateFingerprint) is { } trouble
                ? Bad("hub", trouble)
                : Bad("hub", $"{NoConnection}: the hub at {address} does not answer: {silent.Detail}", HowToConnect(address.Endpoint));
        }
        catch (RpcException refused)
        {
            return Bad("hub", $"The hub at {address} does not want this agent: {refused.Detail}", "See its log and its audit.");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Bad("hub", $"{NoConnection}: the hub at {address} does not answer.", HowToConnect(address.Endpoint));
        }
    }

    public async Task<Check> CoordinatorAsync(Uri coordinator, CancellationToken cancellationToken)
    {
        using var link = new CoordinatorLink(coordinator, place.AgentToken, place.Settings.CertificateFingerprint);
        try
        {
            return await link.LookAsync(new AgentReport { Hello = Hello(), State = AgentState.Closed }, cancellationToken) is { } problem
                ? Bad("coordinator", problem)
                : Good("coordinator", $"{coordinator.GetLeftPart(UriPartial.Authority)} knows this agent{(place.Settings.CertificateFingerprint is null ? string.Empty : " and has the certificate that it should have")}");
        }
        catch (CoordinatorAwayException away)
        {
            return away.Problem is { } trouble ? Bad("coordinator", trouble) : Bad("coordinator", $"{NoConnection}: {away.Message}", HowToConnect(coordinator));
        }
    }

    private AgentHello Hello() => new()
    {
        Agent = place.Settings.AgentId,
        Hostname = place.Hostname,
        Specialties = place.Settings.Specialties,
        Slots = place.Settings.Slots,
        WorkerId = place.WorkerId,
    };

    private static string HowToConnect(Uri address) =>
        $"See that it runs (systemctl status on its PC), that 'ping {address.Host}' answers, and that its firewall lets this PC in, such as with: sudo ufw allow from THIS_PC to any port {address.Port.ToString(CultureInfo.InvariantCulture)} proto tcp";

    private static Check Good(string name, string detail) => new(name, Ok: true, Needed: true, detail, Fix: null);

    private static Check Bad(string name, Problem problem) => Bad(name, problem.Reason, problem.Fix);

    private static Check Bad(string name, string detail, string fix) => new(name, Ok: false, Needed: true, detail, fix);
}
