using System.CommandLine;
using ClaudeCluster.Coordinator;

namespace ClaudeCluster.Runner;

/// <summary>The options by which a coordinator looks for events that never came.</summary>
internal sealed class ReconcilerChoice
{
    private const string Variable = "GITHUB_REPOSITORIES";

    private readonly Option<string[]> _repositories = new("--repository")
    {
        Description = $"Look there for labels that no event told of; again for each. Default: {Variable}, comma-separated, else where the App is installed.",
        HelpName = "OWNER/NAME",
    };

    private readonly Option<int> _every = new("--look-again") { Description = "Between two such looks, in seconds.", HelpName = "SECONDS", DefaultValueFactory = _ => 300 };

    public ReconcilerChoice() => _every.Validators.Add(result =>
    {
        if (result.GetValueOrDefault<int>() is < 1 or > 86_400)
            result.AddError("--look-again takes 1 to 86400 seconds.");
    });

    public void AddTo(Command command)
    {
        command.Add(_repositories);
        command.Add(_every);
    }

    /// <exception cref="BadInputException">A name is none.</exception>
    public ReconcilerOptions Read(ParseResult parsed, HostEnvironment host) => new()
    {
        Every = TimeSpan.FromSeconds(parsed.GetValue(_every)),
        Repositories = parsed.GetValue(_repositories) is { Length: > 0 } given ? [.. given.Select(name => RepositoryNames.Checked("--repository", name))] : Listed(host),
    };

    /// <summary>Those of the variable; none: it is not set.</summary>
    public static IReadOnlyList<string> Listed(HostEnvironment host) =>
        [.. (host.Variable(Variable) ?? string.Empty).Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(name => RepositoryNames.Checked(Variable, name))];
}
