namespace ClaudeCluster.Architecture.Tests;

/// <summary>
/// A command that a page shows is a command that something runs. ReadmeCommands.txt says of each line what runs it:
/// <c>command | file | text that stands in that file</c>.
/// </summary>
public sealed class ReadmeTests
{
    private const string ListFile = "tests/ClaudeCluster.Architecture.Tests/ReadmeCommands.txt";

    private const string FromSource = "dotnet run --project src/ClaudeCluster.Runner -- ";
    private const string Installed = "claude-cluster ";

    private sealed record Proof(string Command, string File, string Text);

    [Fact]
    public void Command_in_the_readme_is_run_by_something()
    {
        Assert.SkipUnless(Repository.Has("README.md"), "There is no README.md yet.");

        var proven = Proofs().Select(proof => proof.Command).ToHashSet(StringComparer.Ordinal);

        Findings.None(Commands("README.md").Where(command => !proven.Contains(command)).Select(command => $"Nothing runs it: {command} (say what does in {ListFile})"));
    }

    [Fact]
    public void Command_of_ours_in_the_other_pages_is_run_by_something()
    {
        var proven = Proofs().Select(proof => proof.Command.Replace(FromSource, Installed, StringComparison.Ordinal)).ToHashSet(StringComparer.Ordinal);

        var unproven =
            from page in Directory.GetFiles(Path.Combine(Repository.Root, "docs"), "*.md").Select(file => $"docs/{Path.GetFileName(file)}")
            from command in Commands(page)
            where command.StartsWith(Installed, StringComparison.Ordinal) && !proven.Contains(command)
            select $"Nothing runs it: {page}: {command} (say what does in {ListFile})";
        Findings.None(unproven);
    }

    [Fact]
    public void What_runs_a_command_still_does()
    {
        var broken = Proofs().Where(proof => !Repository.Has(proof.File) || !Repository.Read(proof.File).Contains(proof.Text, StringComparison.Ordinal))
            .Select(proof => $"{proof.File} does not hold: {proof.Text}");

        Findings.None(broken);
    }

    /// <summary>Lines of fenced sh blocks, without prompts, comments and continuation breaks.</summary>
    private static IEnumerable<string> Commands(string page)
    {
        var isInside = false;
        var command = "";
        foreach (var line in Repository.Read(page).ReplaceLineEndings("\n").Split('\n').Select(line => line.Trim()))
        {
            if (line.StartsWith("```", StringComparison.Ordinal))
            {
                isInside = !isInside && line is "```sh" or "```bash" or "```console" or "```shell";
                continue;
            }

            if (!isInside || line.Length == 0 || line[0] == '#')
                continue;
            command += line.StartsWith("$ ", StringComparison.Ordinal) ? line[2..] : line;
            if (command.EndsWith('\\'))
            {
                command = command[..^1].TrimEnd() + " ";
                continue;
            }

            yield return command.Split(" #")[0].Trim();
            command = "";
        }
    }

    private static IEnumerable<Proof> Proofs() => Repository.Read(ListFile).Split('\n')
        .Where(line => line.Contains('|', StringComparison.Ordinal) && !line.StartsWith('#'))
        .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
        .Select(parts => new Proof(parts[0], parts[1], parts[2]));
}
