using ClaudeCluster.Agent;

namespace ClaudeCluster.Runner;

/// <summary>The agents of a local run: they clone from the user's repository and push their branches to it.</summary>
internal sealed class LocalWorkplace(LocalRepository repository, string root, ICoder coder, HostEnvironment host, Output output)
{
    private readonly Progress _progress = new(output);

    /// <summary>Around the tests; null: none.</summary>
    public SandboxOptions? Sandbox { get; init; }

    public LocalAgent Agent(AgentId id, IReadOnlyList<Specialty> specialties) => new(
        id,
        Slots: 1,
        (registry, workerId) => registry.AddAgent(Options(id, workerId, specialties), coder, Source, _progress));

    /// <summary>Ends the processes and removes the folders that a killed run left.</summary>
    public Task CleanUpAfterCrashAsync(CancellationToken cancellationToken) => Workspaces.CleanUpAfterCrashAsync(cancellationToken);

    /// <summary>Until nothing is done any more for attempts that have ended.</summary>
    public Task SettleAsync() => Workspaces.SettleAsync();

    public static AgentOptions Options(string root, HostEnvironment host, AgentId id, string workerId, IReadOnlyList<Specialty> specialties)
    {
        var options = new AgentOptions
        {
            AgentId = id,
            WorkerId = workerId,
            Specialties = specialties,
            Root = root,
            Environment = host.ForChildren,
        };
        return options with
        {
            GitName = host.Variable("GIT_USER_NAME") ?? options.GitName,
            GitEmail = host.Variable("GIT_USER_EMAIL") ?? options.GitEmail,
        };
    }

    private AgentOptions Options(AgentId id, string workerId, IReadOnlyList<Specialty> specialties) =>
        Options(root, host, id, workerId, specialties) with { Sandbox = Sandbox };

    private Workspaces Workspaces
    {
        get
        {
            var options = Options(new AgentId("this-pc"), "this-pc", []);
            return new(options, new Git(options, host.Time), Source, host.Time);
        }
    }

    private string Source(RepositoryRef told) => repository.GitFolder;

    private sealed class Progress(Output output) : IProgress<string>
    {
        public void Report(string value) => output.Note($"  {value}");
    }
}
