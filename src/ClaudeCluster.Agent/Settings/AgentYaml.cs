using System.Net;

namespace ClaudeCluster.Agent;

/// <summary>
/// PURE. From the text of <c>agent.yml</c> and the environment to the agent's settings. The keys of the first version of this project
/// stand unchanged; anything wrong is told with its line, all at once, and nothing is guessed.
/// </summary>
public static class AgentYaml
{
    private const int LongestWord = 200;
    private const int LongestPath = 4000;

    private static readonly string[] Levels = ["DEBUG", "INFO", "WARNING", "ERROR"];

    /// <param name="text">The file.</param>
    /// <param name="place">Its name, for problems.</param>
    /// <param name="variable">Reads the environment: what the file does not say may stand there.</param>
    /// <param name="needsConnection">False: the command line names the hub.</param>
    /// <exception cref="BadInputException">With all problems and their lines.</exception>
    public static AgentSettings Read(string text, string place, Func<string, string?> variable, bool needsConnection = true)
    {
        var file = YamlSection.Read(text, place);
        var warnings = new List<Problem>();
        var repositories = file.Section("repositories");
        var settings = new AgentSettings
        {
            AgentId = new AgentId(ReadAgentId(file)),
            Hostname = file.Text("hostname", LongestWord),
            CoordinatorUrl = ReadCoordinator(file),
            Hub = file.Text("hub", LongestPath),
            InsecureLan = file.Flag("insecure_lan") ?? false,
            CertificateFingerprint = ReadFingerprint(file),
            Specialties = ReadSpecialties(file),
            WorkspaceRoot = file.RequiredText("workspace_root", LongestPath) ?? string.Empty,
            Slots = file.Number("max_concurrent_tasks", 1, 64) ?? 1,
            RepositoryUrl = ReadRepositories(repositories),
            Submodules = repositories?.Flag("submodules") ?? true,
            PartialMirrors = repositories?.Flag("partial") ?? false,
            Claude = ReadClaude(file.Section("claude")),
            Limits = ReadLimits(file.Section("limits")),
            Sandbox = ReadSandbox(file.Section("sandbox")),
            Credentials = ReadCredentials(file, variable, place, warnings),
            Logging = ReadLogging(file.Section("logging"), variable),
            Health = ReadHealth(file.Section("health")),
            Labels = ReadLabels(file.Section("labels")),
        };
        var git = file.Section("git");
        settings = settings with
        {
            GitName = git?.Text("name", LongestWord) ?? variable("GIT_USER_NAME"),
            GitEmail = git?.Text("email", LongestWord) ?? variable("GIT_USER_EMAIL"),
        };
        if (needsConnection && settings is { CoordinatorUrl: null, Hub: null } && !file.Has("coordinator_url"))
            file.Report("coordinator_url", "Neither 'coordinator_url' nor 'hub' says where tasks come from.", "Add 'coordinator_url: http://192.168.1.10:8080'.");
        CheckCleartext(file, settings);
        file.ThrowIfBad();
        return settings with { Warnings = warnings };
    }

    private static string ReadAgentId(YamlSection file)
    {
        var id = file.RequiredText("agent_id", 100);
        if (id is not null && (!char.IsAsciiLetterOrDigit(id[0]) || !id.All(character => char.IsAsciiLetterOrDigit(character) || "-_.".Contains(character, StringComparison.Ordinal))))
            file.Report("agent_id", $"'{id}' cannot be an agent's id: it stands in addresses and file names.", "Use letters, digits, '-', '_' and '.'.");
        return id ?? string.Empty;
    }

    private static Uri? ReadCoordinator(YamlSection file)
    {
        if (file.Text("coordinator_url", LongestPath) is not { } text)
            return null;
        if (Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url is { UserInfo: "", PathAndQuery: "/" })
            return url;
        file.Report("coordinator_url", $"'{text}' is no coordinator's address.", "Write it as http://192.168.1.10:8080 or https://coordinator.example:8080, without a path.");
        return null;
    }

    private static void CheckCleartext(YamlSection file, AgentSettings settings)
    {
        if (settings is { InsecureLan: false, CoordinatorUrl: { Scheme: "http", IsLoopback: false } url, Credentials.AgentToken: not null })
            file.Report("coordinator_url", $"The agent's token would go to {url.Host} in the clear.", "Use https://, or set 'insecure_lan: true' on a network where you trust everyone.");
    }

    private static string? ReadFingerprint(YamlSection file)
    {
        var text = file.Text("certificate_fingerprint", LongestWord)?.Replace(":", string.Empty, StringComparison.Ordinal);
        if (text is null || (text.Length == 64 && text.All(char.IsAsciiHexDigit)))
            return text;
        file.Report("certificate_fingerprint", "This is no SHA-256 fingerprint.", "Write 64 hexadecimal digits, as 'openssl x509 -fingerprint -sha256' prints them.");
        return null;
    }

    private static List<Specialty> ReadSpecialties(YamlSection file)
    {
        var names = file.TextsWithPlaces("specialties", 50, most: 50);
        if (names is not { Count: > 0 })
            file.Report("specialties", "The agent takes tasks of no specialty.", "Name some, such as 'specialties: [backend, api]'.");
        foreach (var name in names?.Where(name => !IsSpecialty(name.Value)) ?? [])
            name.Report($"'{name}' cannot be a specialty's name.", "Use lower-case letters, digits and '-'.");
        return [.. (names ?? []).Select(name => new Specialty(name.Value)).Distinct()];
    }

    private static bool IsSpecialty(string name) =>
        char.IsAsciiLetterOrDigit(name[0]) && name.All(character => char.IsAsciiLetterLower(character) || char.IsAsciiDigit(character) || character == '-');

    private static string ReadRepositories(YamlSection? repositories)
    {
        var standard = new AgentSettings { AgentId = default, Specialties = [], WorkspaceRoot = string.Empty }.RepositoryUrl;
        if (repositories?.Text("url", LongestPath) is not { } url)
            return standard;
        if (Uri.TryCreate(url.Replace("{repository}", "o/r", StringComparison.Ordinal), UriKind.Absolute, out var parsed) && parsed.UserInfo.Contains(':', StringComparison.Ordinal))
            repositories.Report("url", "The address holds a credential.", "Name the token in 'github_token' instead.");
        return url;
    }

    private static AgentSettings.ClaudeSection ReadClaude(YamlSection? claude)
    {
        var arguments = claude?.TextsWithPlaces("arguments", LongestWord, most: 20);
        foreach (var argument in arguments?.Where(argument => !ClaudeArguments.Allows(argument.Value)) ?? [])
            argument.Report($"'{argument}' is not one of the options that an agent may add.", $"Allowed: {string.Join(", ", ClaudeArguments.Allowed)}.");
        return new(
            claude?.Text("path", LongestPath),
            claude?.Text("model", LongestWord),
            claude?.Texts("fallback", LongestWord, most: 10),
            claude?.Number("turns", 1, 1000),
            arguments?.Select(argument => argument.Value).ToList());
    }

    private static AgentSettings.LimitsSection ReadLimits(YamlSection? limits) => limits is null ? new() : new()
    {
        WallTime = limits.Duration("wall_time", TimeSpan.FromMinutes(1), TimeSpan.FromDays(1)),
        Silence = limits.Duration("silence", TimeSpan.FromSeconds(10), TimeSpan.FromHours(4)),
        Drain = limits.Duration("drain", TimeSpan.Zero, TimeSpan.FromHours(12)) ?? new AgentSettings.LimitsSection().Drain,
        Resources = new()
        {
            MemoryBytes = ReadSize(limits, "memory"),
            Processors = (double?)limits.Amount("processors", 0.1m, 1024m),
            DiskBytes = ReadSize(limits, "disk"),
        },
    };

    private static long? ReadSize(YamlSection section, string key)
    {
        var text = section.Text(key, LongestWord);
        if (text is null || SizeText.Parse(text) is not null)
            return text is null ? null : SizeText.Parse(text);
        section.Report(key, $"'{text}' is no size.", "Write it as 512MB, 8GB or 1.5TB.");
        return null;
    }

    private static AgentSettings.SandboxSection ReadSandbox(YamlSection? sandbox) => sandbox is null ? new() : new(
        sandbox.Flag("enabled") ?? true, ReadTestNetwork(sandbox), sandbox.Texts("hidden", LongestPath), sandbox.Texts("readable", LongestPath));

    private static TestNetwork ReadTestNetwork(YamlSection sandbox) => sandbox.Choice("test_network", "policy", "on", "off", "true", "false") switch
    {
        "on" or "true" => TestNetwork.On,
        "off" or "false" => TestNetwork.Off,
        _ => TestNetwork.Policy,
    };

    private static AgentSettings.CredentialsSection ReadCredentials(YamlSection file, Func<string, string?> variable, string place, List<Problem> warnings)
    {
        var section = file.Section("credentials");
        return new()
        {
            AgentToken = ReadSecret(section, "agent_token", "CLAUDE_CLUSTER_AGENT_TOKEN"),
            AnthropicApiKey = ReadSecret(section, "anthropic_api_key", "ANTHROPIC_API_KEY"),
            ClaudeOAuthToken = ReadSecret(section, "claude_oauth_token", "CLAUDE_CODE_OAUTH_TOKEN"),
            ClaudeConfigFolder = section?.Text("claude_config_folder", LongestPath) ?? variable("CLAUDE_CONFIG_DIR"),
            GitHubToken = ReadSecret(file, "github_token", "GITHUB_TOKEN"),
        };

        SecretReference? ReadSecret(YamlSection? from, string key, string standard)
        {
            if (from?.Text(key, LongestPath) is not { } text)
                return variable(standard) is null ? null : new SecretReference.Variable(standard);
            var secret = SecretReference.Parse(text);
            if (secret is SecretReference.Literal)
                warnings.Add(new(place, $"'{key}' stands in the file itself.", $"Write 'env:{standard}' or 'file:/path' instead, and replace the credential."));
            return secret;
        }
    }

    private static AgentSettings.LoggingSection ReadLogging(YamlSection? logging, Func<string, string?> variable)
    {
        var standard = new AgentSettings.LoggingSection();
        return new()
        {
            Folder = logging?.Text("folder", LongestPath),
            Level = logging?.Choice("level", Levels) ?? Levels.FirstOrDefault(level => level.Equals(variable("LOG_LEVEL"), StringComparison.OrdinalIgnoreCase)) ?? standard.Level,
            MostBytes = (logging is null ? null : ReadSize(logging, "size")) ?? standard.MostBytes,
            Files = logging?.Number("files", 1, 100) ?? standard.Files,
            Transcripts = logging?.Duration("transcripts", TimeSpan.Zero, TimeSpan.FromDays(365)) ?? standard.Transcripts,
        };
    }

    private static AgentSettings.HealthSection ReadHealth(YamlSection? health)
    {
        var standard = new AgentSettings.HealthSection();
        if (health is null)
            return standard;
        var listen = health.Text("listen", LongestWord);
        if (listen is not null && !IPAddress.TryParse(listen, out _))
            health.Report("listen", $"'{listen}' is no address of a machine.", "Write 127.0.0.1, or 0.0.0.0 for all networks.");
        return new(health.Flag("enabled") == false ? null : health.Number("port", 0, 65535) ?? standard.Port, listen ?? standard.Listen);
    }

    private static Dictionary<string, string> ReadLabels(YamlSection? labels) => labels is null
        ? []
        : labels.Keys().Take(50).Select(key => (key, Value: labels.Text(key, LongestWord))).Where(label => label.Value is not null)
            .ToDictionary(label => label.key, label => label.Value!, StringComparer.Ordinal);
}
