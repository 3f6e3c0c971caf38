using System.Collections.Concurrent;

namespace ClaudeCluster.GitHub;

/// <summary>GraphQL's ids of repositories, as answers happened to bring them. They are opaque and do not change; what is not kept is asked again.</summary>
internal sealed class RepositoryNodes
{
    private readonly ConcurrentDictionary<string, string> _ids = new(StringComparer.OrdinalIgnoreCase);

    public string? Find(RepositoryRef repository) => _ids.GetValueOrDefault(Key(repository));

    public void Keep(RepositoryRef repository, string? id)
    {
        if (id is not null)
            _ids[Key(repository)] = id;
    }

    // By number too: another repository may get the name of one that was renamed.
    private static string Key(RepositoryRef repository) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{repository.Id} {repository.FullName}");
}

/// <summary>PURE. The variables by which each of our GraphQL documents names its repository.</summary>
internal static class GraphQlNames
{
    public static void Write(System.Text.Json.Utf8JsonWriter variables, RepositoryRef repository)
    {
        var parts = repository.FullName.Split('/');
        variables.WriteString("owner", parts[0]);
        variables.WriteString("name", parts[^1]);
    }
}
