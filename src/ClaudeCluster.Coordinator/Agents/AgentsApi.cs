using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace ClaudeCluster.Coordinator;

/// <summary>Agents say that they live; the operator adds, lists, stops and revokes them.</summary>
internal sealed partial class AgentsApi(Gate gate, AgentRegistry registry, Fleet fleet)
{
    private const int MostSpecialties = 50;

    public void MapTo(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/agents", ListAsync);
        routes.MapPost("/api/agents", AddAsync);
        routes.MapPut("/api/agents/{id}", ReportAsync);
        routes.MapDelete("/api/agents/{id}", RevokeAsync);
        routes.MapPost("/api/agents/{id}/maintenance", SetMaintenanceAsync);
    }

    private async Task ListAsync(HttpContext http)
    {
        gate.AskForOperator(http);
        await ApiJson.WriteAsync(http, new AgentList([.. registry.All.Select(ToEntry)]));
    }

    private async Task AddAsync(HttpContext http)
    {
        gate.AskForOperator(http);
        var asked = await ApiJson.ReadAsync<AgentToAdd>(http);
        Check(asked);
        var token = await registry.AddAsync(asked.Id, asked.Specialties, http.RequestAborted)
            ?? throw ApiProblem.Conflict("agentExists", "id", $"There is an agent '{asked.Id}' already.", $"Choose another name, or revoke it first: claude-cluster agents revoke {asked.Id}");
        gate.Record(http, $"added agent {asked.Id} with {string.Join(", ", asked.Specialties)}");
        await ApiJson.WriteAsync(http, new AddedAgent(asked.Id, asked.Specialties, token), StatusCodes.Status201Created);
    }

    private async Task ReportAsync(HttpContext http)
    {
        var agent = gate.AskForAgent(http);
        var report = await ApiJson.ReadAsync<AgentReport>(http);
        var id = agent.Record.Id;
        if (IdOf(http) != id.Value || report.Hello.Agent != id)
            throw gate.Refuse(http, ApiProblem.Forbidden($"This token is '{id}''s, and speaks for no other agent.", "Give each agent its own token."));
        if (report.Hello.Specialties.Except(agent.Record.Specialties).ToList() is [var foreign, ..])
            throw gate.Refuse(http, ApiProblem.Forbidden($"'{id}' was not added for '{foreign}'.", $"Take it out of the agent's configuration, or add the agent anew with it."));
        await registry.ReportAsync(id, report, http.RequestAborted);
        await ApiJson.WriteAsync(http, new AgentOrders(registry.Find(id.Value)?.Record.Maintenance == true));
    }

    private async Task RevokeAsync(HttpContext http)
    {
        gate.AskForOperator(http);
        if (!await registry.RevokeAsync(IdOf(http), http.RequestAborted))
            throw Unknown(IdOf(http));
        gate.Record(http, $"revoked agent {IdOf(http)}");
        await ApiJson.WriteAsync(http, new { Id = IdOf(http), Revoked = true });
    }

    private async Task SetMaintenanceAsync(HttpContext http)
    {
        gate.AskForOperator(http);
        var asked = await ApiJson.ReadAsync<MaintenanceSwitch>(http);
        if (!await registry.SetMaintenanceAsync(IdOf(http), asked.On, http.RequestAborted))
            throw Unknown(IdOf(http));
        gate.Record(http, $"maintenance of agent {IdOf(http)}: {(asked.On ? "on" : "off")}");
        await ApiJson.WriteAsync(http, new { Id = IdOf(http), Maintenance = asked.On });
    }

    private AgentEntry ToEntry(RegisteredAgent agent)
    {
        var (record, last) = (agent.Record, registry.ReportOf(agent.Record.Id));
        var isConnected = record.RevokedAt is null && fleet.IsConnected(record.Id);
        return new AgentEntry
        {
            Id = record.Id,
            Specialties = last?.Report.Hello.Specialties ?? record.Specialties,
            State = record.RevokedAt is not null ? "revoked"
                : !isConnected ? "away"
                : record.Maintenance ? "maintenance"
                : (last?.Report.State ?? AgentState.Ready).ToString().ToLowerInvariant(),
            Connected = isConnected,
            LastSeen = last?.At,
            Maintenance = record.Maintenance,
            Slots = last?.Report.Hello.Slots,
            Attempts = last?.Report.Attempts ?? [],
            Problem = last?.Report.Problem,
            Hostname = last?.Report.Hello.Hostname,
            Version = last?.Report.Hello.Version,
            Coder = last?.Report.Hello.Coder,
            RunUrl = last?.Report.Hello.RunUrl,
            FreeDiskBytes = last?.Report.FreeDiskBytes,
        };
    }

    private static void Check(AgentToAdd asked)
    {
        if (!Name().IsMatch(asked.Id.Value ?? string.Empty))
            throw ApiProblem.BadRequest("id", "It is no name of an agent.", "Use 1 to 64 letters, digits, '.', '_' and '-', a letter or digit first.");
        if (asked.Specialties.Count is 0 or > MostSpecialties)
            throw ApiProblem.BadRequest("specialties", "An agent has 1 to 50 of them.", "Name what it is good at, such as backend.");
        if (asked.Specialties.FirstOrDefault(specialty => !Name().IsMatch(specialty.Value ?? string.Empty)) is { Value: not null } bad)
            throw ApiProblem.BadRequest("specialties", $"'{bad}' is no name of a specialty.", "Use 1 to 64 letters, digits, '.', '_' and '-', a letter or digit first.");
    }

    private static ApiProblem Unknown(string id) =>
        ApiProblem.NotFound("id", $"There is no agent '{id}' with a token that works.", "See 'claude-cluster agents list'.");

    private static string IdOf(HttpContext http) => http.Request.RouteValues["id"] as string ?? string.Empty;

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Name();
}
