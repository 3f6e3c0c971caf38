using ClaudeCluster.Agent;
using ClaudeCluster.DurableTask.Grpc.Client;
using ClaudeCluster.GitHub;

namespace ClaudeCluster.Runner;

/// <summary>An agent as this PC has it: the settings of agent.yml with paths made absolute and secrets looked up.</summary>
internal sealed class AgentPlace
{
    private readonly HostEnvironment _host;
    private readonly string _file;
    private readonly string _folder;
    private readonly string? _hub;
    private readonly List<Problem> _readByOthers = [];

    private AgentPlace(AgentSettings settings, HostEnvironment host, string file, string? hub)
    {
        (_host, _file, _folder, _hub, Settings) = (host, file, Path.GetDirectoryName(file)!, hub, settings);
        var credentials = settings.Credentials;
        AgentToken = Resolve(credentials.AgentToken, "agent_token");
        GitHubToken = Resolve(credentials.GitHubToken, "github_token");
        ApiKey = Resolve(credentials.AnthropicApiKey, "anthropic_api_key");
        OAuthToken = Resolve(credentials.ClaudeOAuthToken, "claude_oauth_token");
        WorkerId = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{settings.AgentId}-{Environment.ProcessId}-{Guid.CreateVersion7(host.Time.GetUtcNow()):N}");
    }

    public AgentSettings Settings { get; }

    /// <summary>This process, as the hub knows it.</summary>
    public string WorkerId { get; }

    public string? AgentToken { get; }

    public string? GitHubToken { get; }

    private string? ApiKey { get; }

    private string? OAuthToken { get; }

    /// <summary>What must never be shown.</summary>
    public IReadOnlyList<string> Secrets => [.. new[] { AgentToken, GitHubToken, ApiKey, OAuthToken }.OfType<string>().Distinct(StringComparer.Ordinal)];

    /// <summary>What works and should be done otherwise.</summary>
    public IReadOnlyList<Problem> Warnings => [.. Settings.Warnings, .. _readByOthers];

    public string Root => FullPath(Settings.WorkspaceRoot);

    /// <summary>Locks, slots and the journal; what a daemon and a run in a job share.</summary>
    public string StateFolder => Path.Combine(Root, "state");

    public string LogFolder => FullPath(Settings.Logging.Folder ?? Path.Combine(Path.GetDirectoryName(Root) ?? Root, "logs"));

    public string Hostname => Settings.Hostname ?? _host.MachineName;

    /// <summary>The Actions job that this process is in; null: none.</summary>
    public ActionsJob? Job => ActionsJob.Of(_host.Variable);

    /// <exception cref="BadInputException">With all problems of the file.</exception>
    public static AgentPlace Read(string? config, string? hub, HostEnvironment host)
    {
        var file = host.FullPath(config ?? "agent.yml");
        if (!File.Exists(file))
            throw new BadInputException("--config", $"{file} does not exist.", "Name the agent's configuration; docs/agent.example.yml is one to begin with.");
        var settings = AgentYaml.Read(File.ReadAllText(file), Path.GetFileName(file), host.Variable, needsConnection: hub is null);
        return new AgentPlace(settings, host, file, hub);
    }

    /// <exception cref="BadInputException">It is no address.</exception>
    public HubAddress HubAddress() =>
        HubConnection.AddressOf(_hub ?? Settings.Hub ?? Settings.CoordinatorUrl!.GetLeftPart(UriPartial.Authority), _hub is null ? "agent.yml" : "--hub");

    public RemoteTaskHubOptions HubOptions() => new()
    {
        Token = AgentToken is null ? null : new StaticHubToken(AgentToken),
        AllowInsecureCredential = Settings.InsecureLan,
        CertificateFingerprint = Settings.CertificateFingerprint,
        Patience = Timeout.InfiniteTimeSpan,
        ReconnectAtMostAfter = TimeSpan.FromSeconds(15),
    };

    public AgentOptions Options(PushCredentialSource? credentials)
    {
        var standard = new AgentOptions { AgentId = Settings.AgentId, WorkerId = WorkerId, Specialties = Settings.Specialties, Root = Root, Environment = _host.ForChildren };
        var sandbox = Settings.Sandbox;
        return standard with
        {
            RunUrl = Job?.RunUrl,
            GitName = Settings.GitName ?? standard.GitName,
            GitEmail = Settings.GitEmail ?? standard.GitEmail,
            Sandbox = sandbox.On
                ? new SandboxOptions { TestNetwork = sandbox.TestNetwork, HiddenFolders = [.. Hidden()], HiddenFiles = Private.Files, ReadableFolders = [.. Readable()] }
                : null,
            Submodules = Settings.Submodules,
            PartialMirrors = Settings.PartialMirrors,
            Caps = new AttemptCaps(Settings.Limits.WallTime, Settings.Limits.Silence, Settings.Claude.Turns),
            Resources = Settings.Limits.Resources,
            Secrets = Secrets,
            Credentials = credentials,
        };
    }

    public ClaudeLocation FindClaude() =>
        ClaudeLocator.Find(new ClaudeSearch(Settings.Claude.Path, _host.Variable("CLAUDE_CODE_CLI_PATH"), _host.Variable("PATH") ?? string.Empty));

    public ClaudeOptions ClaudeOptions(string? version = null)
    {
        var standard = ClaudeSetup.Options(_host, [Root, .. Hidden(), .. Private.Alone], Settings.Sandbox.On, version);
        return standard with
        {
            Program = FindClaude().Program ?? "claude",
            Credential = ApiKey is not null ? new ClaudeCredential.ApiKey(ApiKey)
                : OAuthToken is not null ? new ClaudeCredential.OAuthToken(OAuthToken)
                : Settings.Credentials.ClaudeConfigFolder is { } login ? new ClaudeCredential.ConfigFolder(FullPath(login))
                : standard.Credential,
            Model = Settings.Claude.Model ?? standard.Model,
            FallbackModels = Settings.Claude.Fallback ?? standard.FallbackModels,
            ReadableFolders = [.. standard.ReadableFolders.Concat(Readable()).Distinct(StringComparer.Ordinal)],
            ExtraArguments = Settings.Claude.Arguments ?? [],
        };
    }

    /// <summary>Where a repository is cloned from.</summary>
    public string Source(RepositoryRef repository)
    {
        var source = Settings.RepositoryUrl.Replace("{repository}", repository.FullName, StringComparison.Ordinal);
        return source.Contains("://", StringComparison.Ordinal) ? source : FullPath(source);
    }

    private IEnumerable<string> Hidden() => (Settings.Sandbox.Hidden ?? []).Select(FullPath).Concat(Private.Folders);

    private IEnumerable<string> Readable() => (Settings.Sandbox.Readable ?? []).Select(FullPath).Concat(Runner.Tools);

    private ActionsRunnerPlace Runner => new(_host.Variable, new[] { _folder, Root }.Select(Path.GetDirectoryName).OfType<string>().Distinct(StringComparer.Ordinal));

    /// <summary>Out of sight of what the model wrote, though nobody has named it.</summary>
    private CredentialPlaces Private
    {
        get
        {
            var (runner, credentials) = (Runner, Settings.Credentials);
            SecretReference?[] secrets = [credentials.AgentToken, credentials.AnthropicApiKey, credentials.ClaudeOAuthToken, credentials.GitHubToken];
            var needed = (_host.Variable("PATH") ?? string.Empty).Split(':').Append(_host.Variable("DOTNET_ROOT") ?? string.Empty)
                .Where(folder => !runner.Tools.Any(tools => folder.StartsWith(tools + "/", StringComparison.Ordinal)));
            return CredentialPlaces.Of(
                [_file, .. secrets.OfType<SecretReference.InFile>().Select(secret => FullPath(secret.Path)), .. runner.Files],
                [LogFolder, .. credentials.ClaudeConfigFolder is { } login ? [FullPath(login)] : Array.Empty<string>(), .. runner.Folders],
                needed);
        }
    }

    /// <summary>Relative to the file, wherever the command was called.</summary>
    private string FullPath(string path) => Path.GetFullPath(path, _folder);

    private string? Resolve(SecretReference? reference, string key)
    {
        switch (reference)
        {
            case null:
                return null;
            case SecretReference.Literal literal:
                return literal.Value;
            case SecretReference.Variable variable:
                return _host.Variable(variable.Name)?.Trim()
                    ?? throw new BadInputException(key, $"The environment variable {variable.Name} is not set.", "Set it where the agent is started, such as in the unit's EnvironmentFile.");
            case SecretReference.InFile file:
                return ReadSecret(FullPath(file.Path), key);
            default:
                throw new ArgumentOutOfRangeException(nameof(reference));
        }
    }

    private string ReadSecret(string path, string key)
    {
        try
        {
            WarnOfOthers(path, key);
            return File.ReadAllText(path).Trim() is { Length: > 0 } secret ? secret : throw new BadInputException(key, $"{path} is empty.", "Write the credential into it.");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException(key, $"{path} cannot be read: {failure.Message}", "Give the agent's user the right to read it.");
        }
    }

    private void WarnOfOthers(string path, string key)
    {
        const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
        if (!OperatingSystem.IsWindows() && File.GetUnixFileMode(path) is var mode && (mode & Others) != 0)
            _readByOthers.Add(new(Path.GetFileName(_file), $"'{key}': {path} can be read by others (mode {Convert.ToString((int)mode, 8)}).", $"chmod 600 {path}"));
    }
}
