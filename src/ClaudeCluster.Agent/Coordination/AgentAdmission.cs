using System.Net;

namespace ClaudeCluster.Agent;

/// <summary>Whether a coordinator would take this agent, asked without registering it.</summary>
/// <remarks>
/// A sign of life with one specialty more, which nobody has: the coordinator looks at the token, at the name and at each specialty in order, and
/// refuses it at the last one. So nothing changes there but its audit, and a running agent of the same name is not spoken for.
/// </remarks>
internal static class AgentAdmission
{
    private static readonly Specialty Nobodys = new("none-this-only-looks");

    public static AgentReport Question(AgentReport report) => report with { Hello = report.Hello with { Specialties = [.. report.Hello.Specialties, Nobodys] } };

    /// <returns>What is wrong; null: nothing.</returns>
    public static Problem? Judge(AgentHello hello, HttpStatusCode status, Problem said)
    {
        var add = $"claude-cluster agents add {hello.Agent} --specialties {string.Join(',', hello.Specialties)}";
        if ((int)status is >= 200 and < 300 || said.Reason.Contains($"'{Nobodys}'", StringComparison.Ordinal))
            return null;
        if (status == HttpStatusCode.Unauthorized)
            return UnknownToken(hello);
        return hello.Specialties.Any(specialty => said.Reason.Contains($"not added for '{specialty}'", StringComparison.Ordinal))
            ? said with { Fix = $"Take it out of 'specialties' in agent.yml, or at the coordinator: claude-cluster agents revoke {hello.Agent}, then {add}" }
            : said;
    }

    public static Problem UnknownToken(AgentHello hello) => new(
        "agent_token",
        "The agent's token is not known there, or was revoked.",
        $"Name it as 'agent_token' under 'credentials' in agent.yml, as the coordinator printed it for: claude-cluster agents add {hello.Agent} --specialties {string.Join(',', hello.Specialties)} (if it is lost: agents revoke {hello.Agent}, and that again)");
}
