using System.CommandLine;
using ClaudeCluster.Agent;

namespace ClaudeCluster.Runner;

/// <summary>Who edits: the real Claude Code CLI, or a script that is played word for word.</summary>
/// <param name="ScriptFile">Null: Claude.</param>
internal sealed record CoderChoice(string? ScriptFile)
{
    private const string Claude = "claude";
    private const string Script = "script:";

    public static Option<string> Option(string standard = Claude) => new("--coder")
    {
        Description = $"Who edits: 'claude' (the real CLI) or 'script:FILE' (plays a file of edits; no model).",
        HelpName = "claude|script:FILE",
        DefaultValueFactory = _ => standard,
    };

    public static CoderChoice Parse(string text, HostEnvironment host)
    {
        if (text == Claude)
            return new CoderChoice(ScriptFile: null);
        if (!text.StartsWith(Script, StringComparison.Ordinal) || text.Length == Script.Length)
            throw new BadInputException("--coder", $"'{text}' is no coder.", "Give 'claude' or 'script:FILE'.");
        var file = host.FullPath(text[Script.Length..]);
        return File.Exists(file)
            ? new CoderChoice(file)
            : throw new BadInputException("--coder", $"The script {file} does not exist.", "Give the path of a coder script.");
    }

    /// <exception cref="HostNotReadyException">Claude Code cannot be used here.</exception>
    /// <exception cref="BadInputException">The script has problems.</exception>
    public async Task<ICoder> CreateAsync(string agentRoot, IReadOnlyList<string> hidden, HostEnvironment host, CancellationToken cancellationToken)
    {
        var agent = LocalWorkplace.Options(agentRoot, host, new AgentId("this-pc"), "this-pc", []) with { Sandbox = Sandbox(hidden, host) };
        if (ScriptFile is null)
            return await ClaudeSetup.CoderAsync(host, hidden, agent, cancellationToken);
        var script = CoderScript.Read(await File.ReadAllTextAsync(ScriptFile, cancellationToken), ScriptFile);
        return new ScriptedCoder(script, agent, host.Time);
    }

    /// <returns>Null: a script of the user's own needs none, nor do tests of what it wrote.</returns>
    public SandboxOptions? Sandbox(IReadOnlyList<string> hidden, HostEnvironment host) => ScriptFile is null ? ClaudeSetup.Sandbox(host, hidden) : null;
}
