namespace ClaudeCluster.Agent;

/// <summary>What of an attempt's scratch folder belongs to the CLI.</summary>
internal sealed record ClaudeFolders(string Scratch)
{
    public string Home => Path.Combine(Scratch, "claude", "home");

    /// <summary>Transcripts; deleted with the attempt.</summary>
    public string Config => Path.Combine(Scratch, "claude", "config");

    public string Temporary => Path.Combine(Scratch, "claude", "tmp");

    public string Settings => Path.Combine(Scratch, "claude", "settings.json");

    public string SystemPrompt => Path.Combine(Scratch, "claude", "rules.txt");

    /// <summary>What each session has cost so far: the CLI counts on when a session goes on.</summary>
    public string Costs => Path.Combine(Scratch, "claude", "costs.json");

    public void Create()
    {
        foreach (var folder in (string[])[Home, Config, Temporary])
            Directory.CreateDirectory(folder);
    }
}
