namespace ClaudeCluster.GitHub;

/// <summary>A label as it should be in a repository.</summary>
/// <param name="Name">As people see it; GitHub finds it whatever its case.</param>
/// <param name="Color">Six hexadecimal digits, without '#'.</param>
/// <param name="Description">At most 100 characters: GitHub takes no more.</param>
public sealed record LabelDefinition(string Name, string Color, string Description);

/// <summary>What a sync did, by name.</summary>
public sealed record LabelSyncResult(IReadOnlyList<string> Created, IReadOnlyList<string> Changed, IReadOnlyList<string> Unchanged);

/// <summary>Creates the cluster's labels and gives them their colours. Labels that are not named are left alone; twice is once.</summary>
internal sealed class LabelSync(GitHubClient client)
{
    public async Task<LabelSyncResult> SyncAsync(RepositoryRef repository, IReadOnlyList<LabelDefinition> labels, bool isDryRun, CancellationToken cancellationToken)
    {
        var present = (await client.ReadLabelsAsync(repository.FullName, cancellationToken))
            .Where(label => label.Name is not null)
            .ToLookup(label => label.Name!, StringComparer.OrdinalIgnoreCase);
        var (created, changed, unchanged) = (new List<string>(), new List<string>(), new List<string>());
        foreach (var label in labels)
        {
            if (present[label.Name].FirstOrDefault() is not { } found)
                (isDryRun || await TryCreateAsync(repository, label, cancellationToken) ? created : unchanged).Add(label.Name);
            else if (IsAsWanted(found, label))
                unchanged.Add(label.Name);
            else
            {
                if (!isDryRun)
                    await client.EditLabelAsync(repository.FullName, label.Name, new(label.Color, label.Description), cancellationToken);
                changed.Add(label.Name);
            }
        }

        return new(created, changed, unchanged);
    }

    /// <returns>False: it is there, after all.</returns>
    private async Task<bool> TryCreateAsync(RepositoryRef repository, LabelDefinition label, CancellationToken cancellationToken)
    {
        try
        {
            await client.CreateLabelAsync(repository.FullName, new(label.Name, label.Color, label.Description), cancellationToken);
            return true;
        }
        catch (GitHubException.Validation refused) when (refused.Fields.Any(field => field.Code == "already_exists"))
        {
            return false;
        }
    }

    private static bool IsAsWanted(LabelAnswer found, LabelDefinition wanted) =>
        string.Equals(found.Color, wanted.Color, StringComparison.OrdinalIgnoreCase) && (found.Description ?? string.Empty) == wanted.Description;
}
