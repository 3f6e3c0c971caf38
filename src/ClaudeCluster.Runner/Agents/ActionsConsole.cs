using System.Security.Cryptography;
using ClaudeCluster.GitHub;

namespace ClaudeCluster.Runner;

/// <summary>
/// What a step of an Actions job says around an agent's run. Secrets are masked before anything else is printed; then the runner reads no
/// commands until the run has ended, whatever a coder or a test prints; and what people should see stands on the run's page.
/// </summary>
internal sealed class ActionsConsole : IDisposable
{
    private const string Title = "ClaudeCluster";

    private readonly ActionsJob _job;
    private readonly TextWriter _runner;
    private readonly string _token;
    private bool _hasResumed;

    private ActionsConsole(ActionsJob job, TextWriter runner)
    {
        (_job, _runner) = (job, runner);
        _token = RandomNumberGenerator.GetHexString(32, lowercase: true);
    }

    /// <summary>Begins the quiet; null outside of a job.</summary>
    /// <param name="job">The job; null: none.</param>
    /// <param name="runner">What the runner reads, and no answer for a program is printed on.</param>
    /// <param name="secrets">To mask.</param>
    public static ActionsConsole? Begin(ActionsJob? job, TextWriter runner, IReadOnlyList<string> secrets)
    {
        if (job is null)
            return null;
        var console = new ActionsConsole(job, runner);
        foreach (var mask in secrets.SelectMany(WorkflowCommands.Mask))
            runner.WriteLine(mask);
        runner.WriteLine(WorkflowCommands.Stop(console._token));
        return console;
    }

    /// <summary>The end, for people.</summary>
    /// <param name="text">Redacted; parts of it are a model's words.</param>
    /// <param name="isGood">A notice, not an error.</param>
    public void Tell(string text, bool isGood)
    {
        Dispose();
        _runner.WriteLine(isGood ? WorkflowCommands.Notice(Title, text) : WorkflowCommands.Error(Title, text));
        if (_job.SummaryFile is not { } file)
            return;
        try
        {
            // Indented, so that nothing in it is Markdown.
            File.AppendAllText(file, $"### {Title}\n\n{string.Concat(text.Split('\n').Select(line => $"    {line}\n"))}\n");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            _runner.WriteLine(WorkflowCommands.Warning(Title, $"The summary could not be written: {failure.Message}"));
        }
    }

    /// <summary>The runner reads commands again.</summary>
    public void Dispose()
    {
        if (_hasResumed)
            return;
        _hasResumed = true;
        _runner.WriteLine(WorkflowCommands.Resume(_token));
    }
}
