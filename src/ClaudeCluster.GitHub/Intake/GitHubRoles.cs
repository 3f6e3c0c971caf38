namespace ClaudeCluster.GitHub;

/// <summary>Asks GitHub for a person's role. One request, and none that counts while the role is what it was.</summary>
internal sealed class GitHubRoles(GitHubClient client) : IRoles
{
    /// <returns><see cref="Role.None"/> for a stranger, for a login that is none, and for a role that GitHub does not explain.</returns>
    /// <exception cref="GitHubException">It could not be asked. The caller must not take that for a yes.</exception>
    public async Task<Role> ReadRoleAsync(RepositoryRef repository, string login, CancellationToken cancellationToken)
    {
        if (!GitHubNames.IsLogin(login))
            return Role.None;
        try
        {
            var answer = await client.ReadPermissionAsync(repository.FullName, login, cancellationToken);

            // Not `permission` first: it says "read" of triage and "write" of maintain. It is what is left for a custom role, whose name can be anything.
            return Named(answer.RoleName) ?? Named(answer.Permission) ?? Role.None;
        }
        catch (GitHubException.NotFoundOrNoAccess)
        {
            return Role.None;
        }
    }

    private static Role? Named(string? name) => name?.ToLowerInvariant() switch
    {
        "admin" => Role.Admin,
        "maintain" => Role.Maintain,
        "write" => Role.Write,
        "triage" => Role.Triage,
        "read" => Role.Read,
        "none" => Role.None,
        _ => null,
    };
}
