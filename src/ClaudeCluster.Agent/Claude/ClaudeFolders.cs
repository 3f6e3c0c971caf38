namespace ClaudeCluster.Agent;

/// <summary>What belongs to the CLI of an attempt's scratch folder, and of its task's memory.</summary>
internal sealed record ClaudeFolders(string Scratch, string? Memory = null)
{
    public static ClaudeFolders Of(CoderJob job) => new(job.Scratch, job.Memory);

    public string Home => Path.Combine(Scratch, "claude", "home");

    /// <summary>Transcripts: with them the next attempt can go on where this one stopped.</summary>
    public string Config => Path.Combine(Kept, "config");

    public string Temporary => Path.Combine(Scratch, "claude", "tmp");

    public string Settings => Path.Combine(Scratch, "claude", "settings.json");

    public string SystemPrompt => Path.Combine(Scratch, "claude", "rules.txt");

    /// <summary>What each session has cost so far: the CLI counts on when a session goes on.</summary>
    public string Costs => Path.Combine(Kept, "costs.json");

    private string Kept => Memory ?? Path.Combine(Scratch, "claude");

    public void Create()
    {
        foreach (var folder in (string[])[Home, Config, Temporary])
            Directory.CreateDirectory(folder);
    }
}
