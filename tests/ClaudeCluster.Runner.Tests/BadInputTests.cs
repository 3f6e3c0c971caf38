using System.Text.Json.Nodes;

namespace ClaudeCluster.Runner.Tests;

/// <summary>Each input that cannot be used gets one clear message and its documented exit code, and nothing is changed or lost.</summary>
public sealed class BadInputTests
{
    [Theory]
    [InlineData("{\"action\": \"labeled\", oops}", "event.json:1:", "It is not JSON")]
    [InlineData("", "event.json", "It is empty.")]
    [InlineData("[]", "event.json", "It is a list, but an event is an object.")]
    [InlineData("{\"action\":\"opened\",\"pull_request\":{}}", "event.json", "It looks like a 'pull_request' event.")]
    [InlineData("{\"zen\":\"Keep it logically awesome.\",\"hook_id\":1}", "event.json", "It looks like a 'ping' event.")]
    [InlineData("{\"action\":\"labeled\",\"issue\":{}}", "event.json $.issue.number", "It is missing.")]
    [InlineData("\"text\"", "event.json", "It is a text, but an event is an object.")]
    public async Task An_event_that_cannot_be_used_is_refused(string text, string place, string reason)
    {
        await using var playground = Playground.Create();
        playground.Write("event.json", text);

        await RefusedAsync(playground, ExitCode.BadInput, [place, reason], playground.Run);
    }

    [Fact]
    public async Task An_event_file_that_is_missing_is_refused()
    {
        await using var playground = Playground.Create();
        File.Delete(playground.EventFile);

        await RefusedAsync(playground, ExitCode.BadInput, [$"--event {playground.EventFile}", "cannot be read", "GITHUB_EVENT_PATH"], playground.Run);
    }

    [Fact]
    public async Task A_repository_that_is_missing_is_refused()
    {
        await using var playground = Playground.Create();

        await RefusedAsync(playground, ExitCode.BadInput, ["--repo", "does not exist"], ["run"], ["--event", playground.EventFile, "--repo", "nowhere"]);
    }

    [Fact]
    public async Task A_folder_that_is_no_repository_is_refused()
    {
        await using var playground = Playground.Create();

        await RefusedAsync(playground, ExitCode.BadInput, ["--repo", "no git repository", "git init"], ["run"], ["--event", playground.EventFile, "--repo", playground.At("home")]);
    }

    [Fact]
    public async Task A_repository_without_commits_is_refused()
    {
        await using var playground = Playground.Create();
        Directory.CreateDirectory(playground.At("empty"));
        new GitCli(playground.At("empty")).Run("init", "--quiet");

        await RefusedAsync(playground, ExitCode.BadInput, ["no commits", "Make a first commit."], ["run"], ["--event", playground.EventFile, "--repo", "empty", "--coder", $"script:{playground.Script}"]);
    }

    [Fact]
    public async Task Without_git_the_message_says_how_to_get_it()
    {
        await using var playground = Playground.Create();
        playground.Environment["PATH"] = playground.At("home");

        await RefusedAsync(playground, ExitCode.HostNotReady, ["git cannot be run: The program git was not found.", "Install git"], playground.Run);
    }

    [Fact]
    public async Task Without_Claude_Code_the_message_says_how_to_get_it()
    {
        await using var playground = Playground.Create();
        playground.Environment["PATH"] = PathWithoutClaude(playground);

        await RefusedAsync(playground, ExitCode.HostNotReady, ["Claude Code CLI not found", "npm install -g @anthropic-ai/claude-code"], ["run"], ["--event", playground.EventFile, "--repo", playground.Repository]);
    }

    [Fact]
    public async Task A_policy_with_problems_starts_nothing_tells_all_of_them_and_works_once_it_is_mended()
    {
        const string broken = "labels:\n  triger: claude\nlimits:\n  attempts: many\n";
        await using var playground = Playground.Create(policy: broken);

        await RefusedAsync(playground, ExitCode.BadInput, [".github/claude-cluster.yml:2", "Did you mean 'trigger'?", ".github/claude-cluster.yml:4"], playground.Run);

        playground.Write("repository/.github/claude-cluster.yml", Playground.Policy);
        playground.Git.Run("commit", "--quiet", "--all", "--message=Mend the policy");
        var mended = await playground.CallAsync(playground.Run);
        Assert.True(mended.Code == 0, mended.All);
        Assert.Contains("claude/issue-7", playground.Git.Branches());
    }

    [Theory]
    [InlineData("steps:\n  - sing: a song\n", "script.yml:2", "exactly one thing")]
    [InlineData("steps: [\n", "script.yml", "")]
    [InlineData("", "script.yml", "either 'steps' or 'attempts'")]
    public async Task A_coder_script_with_problems_is_refused(string script, string place, string reason)
    {
        await using var playground = Playground.Create(script: script);

        await RefusedAsync(playground, ExitCode.BadInput, [place, reason], playground.Run);
    }

    [Theory]
    [InlineData("script:nowhere.yml", "does not exist")]
    [InlineData("script:", "is no coder")]
    [InlineData("gpt", "'gpt' is no coder")]
    public async Task A_coder_that_is_none_is_refused(string coder, string reason)
    {
        await using var playground = Playground.Create();

        await RefusedAsync(playground, ExitCode.BadInput, ["--coder", reason], ["run"], ["--event", playground.EventFile, "--repo", playground.Repository, "--coder", coder]);
    }

    [Theory]
    [InlineData("demmo", "There is no command 'demmo'. Did you mean 'demo'?")]
    [InlineData("run --evnt x", "There is no option '--evnt'. Did you mean '--event'?")]
    [InlineData("agent --onse", "There is no option '--onse'. Did you mean '--once'?")]
    [InlineData("doctor --jsn", "There is no option '--jsn'. Did you mean '--json'?")]
    [InlineData("dry-run --issue-title two words", "'words' is one word too many.")]
    [InlineData("run", "Option '--event' is required. See 'claude-cluster run --help'.")]
    [InlineData("", "It does not say what to do. Give one of demo, dry-run, run, history, replay, doctor, hub, coordinator, agents")]
    [InlineData("agents", "It does not say what to do. Give one of add, list, revoke, maintenance, such as 'claude-cluster agents add'.")]
    [InlineData("agents lst", "There is no command 'lst'. Did you mean 'list'? See 'claude-cluster agents --help'.")]
    [InlineData("agents list --jsn", "There is no option '--jsn'. Did you mean '--json'? See 'claude-cluster agents list --help'.")]
    [InlineData("coordinator --listn x", "Did you mean '--listen'?")]
    [InlineData("dry-run", "Give either --event FILE or --issue-title TEXT.")]
    [InlineData("demo --coder gpt", "gpt")]
    public async Task A_slip_on_the_command_line_gets_the_word_that_was_meant(string line, string message)
    {
        await using var playground = Playground.Create();

        await RefusedAsync(playground, ExitCode.BadInput, [message], line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task A_hub_file_that_is_none_is_left_alone()
    {
        await using var playground = Playground.Create();
        playground.Write("mine/hub.db", "These are my notes. " + new string('x', 4096));
        var before = File.ReadAllText(playground.At("mine/hub.db"));

        await RefusedAsync(playground, ExitCode.HostNotReady, ["hub.db", "It is not a database.", "Name another file"], playground.Run, ["--state", "mine"]);
        Assert.Equal(before, File.ReadAllText(playground.At("mine/hub.db")));
    }

    [Fact]
    public async Task A_hub_file_of_a_newer_version_is_left_alone()
    {
        await using var playground = Playground.Create();
        await playground.CallAsync([.. playground.Run, "--state", "mine"]);
        HubFiles.MakeNewer(playground.At("mine/hub.db"));
        var before = File.ReadAllBytes(playground.At("mine/hub.db"));

        await RefusedAsync(playground, ExitCode.HostNotReady, ["hub.db", "It was written by a newer version", "Update this program"], playground.Run, ["--state", "mine"]);
        Assert.Equal(before, File.ReadAllBytes(playground.At("mine/hub.db")));
    }

    [Fact]
    public async Task A_state_folder_that_cannot_be_made_is_named()
    {
        await using var playground = Playground.Create();
        playground.Write("file", "I am no folder.");

        await RefusedAsync(playground, ExitCode.HostNotReady, [playground.At("file/state"), "writable"], playground.Run, ["--state", "file/state"]);
    }

    [Fact]
    public async Task An_event_of_a_label_that_means_nothing_says_which_label_starts_work()
    {
        await using var playground = Playground.Create(change: payload =>
        {
            payload["label"]!["name"] = "help wanted";
            payload.Label("help wanted");
        });

        await NothingToDoAsync(playground, "only the label 'claude' starts one");
    }

    [Fact]
    public async Task An_excluded_issue_is_not_worked_on()
    {
        await using var playground = Playground.Create(change: payload => payload.Label("claude", "claude:skip"));

        await NothingToDoAsync(playground, "the label 'claude:skip' keeps the cluster away");
    }

    [Fact]
    public async Task A_closed_issue_is_not_worked_on()
    {
        await using var playground = Playground.Create(change: payload => payload.Issue()["state"] = "closed");

        await NothingToDoAsync(playground, "the issue is closed");
    }

    [Fact]
    public async Task A_pull_request_is_not_worked_on()
    {
        await using var playground = Playground.Create(change: payload => payload.Issue()["pull_request"] = new JsonObject());

        await NothingToDoAsync(playground, "#7 is a pull request");
    }

    [Fact]
    public async Task A_refused_event_is_asked_again_when_the_policy_has_changed()
    {
        await using var playground = Playground.Create(change: payload => payload["label"]!["name"] = "robot");
        await NothingToDoAsync(playground, "only the label 'claude' starts one");

        playground.Write("repository/.github/claude-cluster.yml", "labels:\n  trigger: robot\n");
        playground.Git.Run("commit", "--quiet", "--all", "--message=Another label");
        var ended = await playground.CallAsync(playground.Run);

        Assert.True(ended.Code == 0, ended.All);
    }

    private static async Task RefusedAsync(Playground playground, ExitCode code, string[] message, params string[][] line)
    {
        string[] arguments = [.. line.SelectMany(words => words)];
        var before = Snapshot.Of(playground.Folder, playground.At("mine"), playground.At("tmp"));

        var plain = await playground.CallAsync(arguments);
        Assert.True(plain.Code == (int)code, plain.All);
        Assert.All(message, part => Assert.Contains(part, plain.Output, StringComparison.Ordinal));
        Assert.DoesNotContain("Exception", plain.Output, StringComparison.Ordinal);
        Assert.Empty(plain.Error);

        var json = await playground.CallAsync([.. arguments, "--json"]);
        Assert.Equal(plain.Code, json.Code);
        Schema.Check("error", json.Json);

        Assert.Equal(before, Snapshot.Of(playground.Folder, playground.At("mine"), playground.At("tmp")));
        Assert.Empty(Snapshot.Of(playground.At("tmp")));
    }

    private static async Task NothingToDoAsync(Playground playground, string reason)
    {
        var before = Snapshot.Of(playground.Repository, playground.State);

        var ended = await playground.CallAsync(playground.Run);

        Assert.True(ended.Code == (int)ExitCode.NothingToDo, ended.All);
        Assert.Contains(reason, ended.Output, StringComparison.Ordinal);
        Assert.Equal(before, Snapshot.Of(playground.Repository, playground.State));
        Assert.False(Directory.Exists(Path.Combine(playground.State, "pulls")));
        Assert.False(Directory.Exists(Path.Combine(playground.State, "issues")));
    }

    /// <summary>Git and what it needs, without whatever else this machine has.</summary>
    internal static string PathWithoutClaude(Playground playground)
    {
        var folder = Directory.CreateDirectory(playground.At("programs")).FullName;
        foreach (var program in new[] { "git", "sh" })
        {
            var real = Agent.ProgramPath.Find(program, new Dictionary<string, string>(StringComparer.Ordinal) { ["PATH"] = Environment.GetEnvironmentVariable("PATH")! })!;
            File.CreateSymbolicLink(Path.Combine(folder, program), real);
        }

        return folder;
    }
}
