using System.Text.Json.Serialization;

namespace ClaudeCluster.Orchestrations;

/// <summary>A person's role in a repository, weakest first (GitHub's <c>role_name</c>; a custom role counts as the one it is built on).</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Role>))]
public enum Role
{
    None,
    Read,
    Triage,
    Write,
    Maintain,
    Admin,
}

/// <summary>Asks what a person may do. An error of any kind is never a yes: it is asked again, and means <see cref="Role.None"/> in the end.</summary>
public interface IRoles
{
    Task<Role> ReadRoleAsync(RepositoryRef repository, string login, CancellationToken cancellationToken);
}
