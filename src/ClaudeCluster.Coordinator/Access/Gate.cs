using System.Net;
using System.Text.Json;
using ClaudeCluster.DurableTask.Grpc.Server;
using Microsoft.AspNetCore.Http;

namespace ClaudeCluster.Coordinator;

/// <summary>Who may come in, and how far. Every refusal leaves its record.</summary>
internal sealed class Gate(OperatorToken operatorToken, string? triggerToken, AgentRegistry registry, FailedCredentials failed, Audit audit)
{
    private const string Bearer = "Bearer ";

    /// <summary>The name of the one event that an agent raises: its claim.</summary>
    private const string Claim = nameof(AttemptStarted);

    /// <summary>
    /// Before anything else: an address that has sent too many wrong credentials is not listened to. Agents' own tokens are, since nobody can
    /// guess them: else one agent with an old token would lock out all that share its address.
    /// </summary>
    public async Task RefuseGuessersAsync(HttpContext http, RequestDelegate next)
    {
        if (TokenOf(http) is { } token)
            await registry.LookForAsync(token, http.RequestAborted);
        if (AddressOf(http) is { } address && failed.BlockedFor(address) is { } wait && http.Request.Path != "/health" && !IsAgents(TokenOf(http)))
        {
            var problem = new Problem("authorization", "Too many wrong credentials came from this address.", "Wait, and send the right one.");
            throw new ApiProblem(StatusCodes.Status429TooManyRequests, "tooManyFailures", problem) { RetryAfter = wait };
        }

        await next(http);
    }

    /// <exception cref="ApiProblem">It is not the operator.</exception>
    public Caller.Operator AskForOperator(HttpContext http) => Identify(http) as Caller.Operator
        ?? throw Refuse(http, ApiProblem.Forbidden("This is for the operator.", "Use the operator's token."));

    /// <exception cref="ApiProblem">It is no agent.</exception>
    public RegisteredAgent AskForAgent(HttpContext http) => (Identify(http) as Caller.Agent)?.Registered
        ?? throw Refuse(http, ApiProblem.Forbidden("This is for agents.", "Use the token of an agent."));

    /// <exception cref="ApiProblem">It may hand in no events.</exception>
    public void AskForTrigger(HttpContext http)
    {
        if (triggerToken is null || TokenOf(http) is not { } token || !Token.AreEqual(Token.Hash(token), Token.Hash(triggerToken)))
            AskForOperator(http);
    }

    /// <summary>Whoever comes without a bearer's credential, and not with what is asked for instead.</summary>
    public ApiProblem RefuseStranger(HttpContext http, Problem problem)
    {
        CountFailure(AddressOf(http), WhatOf(http), problem.Reason);
        return new ApiProblem(StatusCodes.Status401Unauthorized, "unauthenticated", problem);
    }

    /// <summary>Records that somebody known was refused.</summary>
    public ApiProblem Refuse(HttpContext http, ApiProblem problem)
    {
        audit.Add(NameOf(http), WhatOf(http), problem.Problem.Reason, AddressOf(http)?.ToString());
        return problem;
    }

    /// <summary>What the operator did.</summary>
    public void Record(HttpContext http, string what) => audit.Add(NameOf(http), WhatOf(http), what, AddressOf(http)?.ToString());

    /// <summary>What a credential may do at the hub.</summary>
    public HubGrant? GrantOf(string? token)
    {
        if (token is null)
            return null;
        // One that was taken away is refused as such: who comes back with it is no guesser, and blocks nobody's address.
        if ((registry.OfToken(token) ?? registry.OfRevokedToken(token)) is { } agent)
            return GrantOf(agent);
        return operatorToken.Is(token) ? HubGrant.Everything : null;
    }

    /// <summary>The hub refused a call.</summary>
    public void OnRefused(HubRefusal refusal)
    {
        if (refusal.IsUnknown)
            CountFailure(refusal.Address, refusal.Call, refusal.Reason);
        else
            audit.Add(refusal.Holder ?? "operator", refusal.Call, refusal.Reason, refusal.Address?.ToString());
    }

    private static HubGrant GrantOf(RegisteredAgent agent)
    {
        var id = agent.Record.Id;
        return new HubGrant
        {
            Holder = id.Value,
            OnlyActivities = agent.Record.Specialties
                .SelectMany(specialty => new[] { AgentAddress.Any(specialty).Name, AgentAddress.Of(specialty, id).Name })
                .ToHashSet(StringComparer.OrdinalIgnoreCase),
            IsHolders = attempt => AttemptsApi.OwnerOf(attempt) == id,
            MayRaise = (name, payload) => string.Equals(name, Claim, StringComparison.OrdinalIgnoreCase) && IsClaimOf(id, payload),
            Revoked = agent.Revoked,
        };
    }

    /// <summary>Nobody claims in another's name.</summary>
    private static bool IsClaimOf(AgentId id, string? payload)
    {
        try
        {
            return payload is not null && JsonSerializer.Deserialize<AttemptStarted>(payload, ApiJson.Options)?.Agent == id;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private Caller Identify(HttpContext http)
    {
        var token = TokenOf(http);
        if (token is not null && registry.OfToken(token) is { } agent)
            return new Caller.Agent(agent);
        if (token is not null && operatorToken.Is(token))
            return new Caller.Operator();
        var problem = ApiProblem.Unauthenticated(isMissing: token is null);
        if (token is not null && registry.OfRevokedToken(token) is { } revoked)
        {
            audit.Add(revoked.Record.Id.Value, WhatOf(http), problem.Problem.Reason, AddressOf(http)?.ToString());
            throw problem;
        }

        CountFailure(AddressOf(http), WhatOf(http), problem.Problem.Reason);
        throw problem;
    }

    private void CountFailure(IPAddress? address, string what, string why)
    {
        var isBlocked = address is not null && failed.Count(address);
        audit.Add("stranger", what, why, address?.ToString());
        if (isBlocked)
            audit.Add("stranger", what, "This address is not listened to for a while.", address!.ToString());
    }

    private string NameOf(HttpContext http) => TokenOf(http) is not { } token ? "stranger"
        : registry.OfToken(token)?.Record.Id.Value ?? (operatorToken.Is(token) ? "operator" : "stranger");

    private bool IsAgents(string? token) => token is not null && registry.OfToken(token) is not null;

    private static string WhatOf(HttpContext http) => $"{http.Request.Method} {http.Request.Path}";

    private static IPAddress? AddressOf(HttpContext http) => http.Connection.RemoteIpAddress;

    private static string? TokenOf(HttpContext http)
    {
        var header = http.Request.Headers.Authorization.ToString();
        return header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) && header[Bearer.Length..].Trim() is { Length: > 0 } token ? token : null;
    }
}
