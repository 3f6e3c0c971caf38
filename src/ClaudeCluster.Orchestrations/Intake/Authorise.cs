namespace ClaudeCluster.Orchestrations;

/// <param name="Requester">The event's sender, never the author.</param>
public sealed record AuthoriseInput(RepositoryRef Repository, Requester Requester, RepositoryPolicy Policy);

/// <summary>Whether somebody may start or steer work.</summary>
/// <param name="Reason">For people and for the audit record.</param>
public sealed record Authorisation(bool Allowed, string Reason);

/// <summary>Asks whether the requester may start work. A question that was not answered is asked again, and is never a yes. Only reads, so it may run twice.</summary>
[DurableTask]
public sealed class Authorise(IRoles roles) : TaskActivity<AuthoriseInput, Authorisation>
{
    private const string BotSuffix = "[bot]";

    internal static TaskOptions CallOptions => Patience.WithGitHub;

    public override async Task<Authorisation> RunAsync(TaskActivityContext context, AuthoriseInput input)
    {
        var (repository, requester, policy) = input;
        if (repository.IsPublic && !policy.AllowPublic)
            return Refused("the repository is public, so anybody can write issues there, and its policy does not say 'access: { public: true }'");
        if (requester.IsBot || requester.Login.EndsWith(BotSuffix, StringComparison.OrdinalIgnoreCase))
        {
            return policy.AllowedBots.Any(bot => string.Equals(NameOf(bot), NameOf(requester.Login), StringComparison.OrdinalIgnoreCase))
                ? new(true, $"the policy lists the bot '{requester.Login}'")
                : Refused($"'{requester.Login}' is a bot, and the policy does not list it under 'access: bots'");
        }

        var role = await roles.ReadRoleAsync(repository, requester.Login, CancellationToken.None);
        return role >= policy.MinimumRole
            ? new(true, $"'{requester.Login}' has the role {Name(role)}")
            : Refused($"'{requester.Login}' has the role {Name(role)}, and the policy asks for {Name(policy.MinimumRole)}");
    }

    /// <summary>All tries are over, and nobody knows: that counts as no role at all.</summary>
    internal static Authorisation Unanswered(Requester requester, string problem) =>
        Refused($"the role of '{requester.Login}' could not be read, so it counts as none: {problem}");

    private static Authorisation Refused(string reason) => new(false, reason);

    private static string Name(Role role) => role.ToString().ToLowerInvariant();

    private static string NameOf(string bot) =>
        bot.EndsWith(BotSuffix, StringComparison.OrdinalIgnoreCase) ? bot[..^BotSuffix.Length] : bot;
}
