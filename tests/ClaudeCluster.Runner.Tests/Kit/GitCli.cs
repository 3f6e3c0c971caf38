using System.Diagnostics;
using System.Text;

namespace ClaudeCluster.Runner.Tests;

/// <summary>Git as a person uses it in a repository; nothing of this machine's configuration.</summary>
internal sealed class GitCli(string folder)
{
    public string Run(params string[] arguments)
    {
        var (code, output, error) = Try(arguments);
        return code == 0 ? output.TrimEnd('\n') : throw new InvalidOperationException($"git {string.Join(' ', arguments)}: {error}");
    }

    public string[] Lines(params string[] arguments) => Run(arguments).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Each ref with its commit.</summary>
    public string[] Refs() => Lines("for-each-ref", "--format=%(refname) %(objectname)");

    public string[] Branches() => Lines("for-each-ref", "--format=%(refname:lstrip=2)", "refs/heads");

    private (int Code, string Output, string Error) Try(string[] arguments)
    {
        var description = new ProcessStartInfo("git") { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments)
            description.ArgumentList.Add(argument);
        description.Environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
        description.Environment["GIT_CONFIG_NOSYSTEM"] = "1";
        foreach (var role in new[] { "AUTHOR", "COMMITTER" })
        {
            description.Environment[$"GIT_{role}_NAME"] = "Ada";
            description.Environment[$"GIT_{role}_EMAIL"] = "ada@example.invalid";
        }

        using var process = Process.Start(description)!;
        var errors = new StringBuilder();
        process.ErrorDataReceived += (_, line) => errors.AppendLine(line.Data);
        process.BeginErrorReadLine();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.ToString());
    }
}
