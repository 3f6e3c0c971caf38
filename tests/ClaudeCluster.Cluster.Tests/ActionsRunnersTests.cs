using ClaudeCluster.FakeGitHub;
using ClaudeCluster.FakeGitHub.Actions;
using ClaudeCluster.FakeGitHub.State;

namespace ClaudeCluster.Cluster.Tests;

/// <summary>What the other tests believe of the process that reads workflow files and runs jobs.</summary>
public sealed class ActionsRunnersTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Steps_run_with_what_GitHub_gives_to_a_job_and_nothing_of_this_machine()
    {
        await using var stage = await Stage.StartAsync("""
            on:
              workflow_dispatch:
                inputs:
                  word:
                    type: string
                    required: true
            run-name: Says ${{ inputs.word }}
            permissions: { contents: read }
            env: { OUTER: "${{ github.repository }}" }
            jobs:
              say:
                runs-on: [self-hosted, small]
                env: { INNER: "${{ inputs.word }}" }
                steps:
                  - run: |
                      echo "::add-mask::hidden"
                      echo "$OUTER $INNER $STEP $GITHUB_EVENT_NAME $GITHUB_REF $RUNNER_NAME ${GITHUB_TOKEN-none} ${CLAUDE_CLUSTER_TOKEN-none} hidden"
                      grep -q '"word":"blue"' "$GITHUB_EVENT_PATH" && test -f "$GITHUB_STEP_SUMMARY"
                    env: { STEP: "${{ env.INNER }}!" }
                  - run: exit 3
                  - run: echo never
                  - if: failure()
                    run: echo at last
            """);

        var run = await stage.EndAsync(stage.Dispatch("blue"));

        Assert.Equal(("Says blue", "failure"), (run.Title, run.Conclusion));
        var log = run.Jobs.Single().Log;
        Assert.Contains("octo/work blue blue! workflow_dispatch refs/heads/main pc none none ***", log, StringComparison.Ordinal);
        Assert.Contains("ended with 3", log, StringComparison.Ordinal);
        Assert.DoesNotContain("never", log, StringComparison.Ordinal);
        Assert.Contains("at last", log, StringComparison.Ordinal);
        Assert.Equal("read", Assert.Single(stage.GitHub.World.Tokens, token => token.Kind == TokenKind.Job).Permissions!["contents"]);
    }

    [Fact]
    public async Task Job_that_is_cancelled_ends_with_all_its_processes()
    {
        await using var stage = await Stage.StartAsync("on: workflow_dispatch\npermissions: {}\njobs: { wait: { runs-on: small, steps: [{ run: 'echo begins; sleep 600 & wait' }] } }");
        var run = stage.Dispatch();
        await stage.UntilAsync(() => run.Status == "in_progress");

        lock (stage.GitHub.World.Gate)
            stage.GitHub.World.Actions.Cancel(run);

        Assert.Equal("cancelled", (await stage.EndAsync(run)).Conclusion);
    }

    [Theory]
    [InlineData("strategy: { matrix: { os: [a, b] } }, runs-on: small, steps: [{ run: echo }]", "'strategy' of a job is not known here")]
    [InlineData("runs-on: small, steps: [{ uses: actions/checkout@v5 }]", "'uses' of a step is not known here")]
    [InlineData("runs-on: small, steps: [{ run: echo, shell: pwsh }]", "'shell' of a step is not known here")]
    [InlineData("runs-on: '${{ secrets.LABEL }}', steps: [{ run: echo }]", "secrets")]
    public async Task What_it_does_not_know_ends_it_and_fails_the_run(string job, string word)
    {
        await using var stage = await Stage.StartAsync($"on: workflow_dispatch\npermissions: {{}}\njobs: {{ one: {{ {job} }} }}");

        var run = stage.Dispatch();
        var ended = await stage.Runners.EndAsync();

        Assert.Equal(1, ended.Code);
        Assert.Contains(word, ended.Error, StringComparison.Ordinal);
        Assert.Equal("startup_failure", run.Conclusion);
    }

    /// <summary>A GitHub with one repository that has one workflow, and one runner.</summary>
    private sealed class Stage(FakeGitHubServer gitHub, Repository repository, Playground playground, RealProcess runners) : IAsyncDisposable
    {
        public FakeGitHubServer GitHub => gitHub;

        public RealProcess Runners => runners;

        public static async Task<Stage> StartAsync(string workflow)
        {
            ActionsRunners.SkipUnlessSetUp();
            var playground = Playground.Create();
            playground.Environment["CLAUDE_CLUSTER_TOKEN"] = "of this machine";
            var gitHub = await FakeGitHubServer.StartAsync(playground.At("github"), TimeProvider.System);
            var repository = gitHub.World.AddRepository("octo/work");
            repository.Git.Commit("main", ".github/workflows/work.yml", workflow);
            var path = new Dictionary<string, string>(StringComparer.Ordinal) { ["PATH"] = playground.Environment["PATH"]! };
            var runners = await ActionsRunners.StartAsync(playground, gitHub.Url, new SelfHosted(repository.FullName, "pc", ["self-hosted", "small"], playground.At("runner"), path));
            return new(gitHub, repository, playground, runners);
        }

        public ActionsRun Dispatch(string? word = null)
        {
            lock (gitHub.World.Gate)
            {
                var inputs = word is null ? new System.Text.Json.Nodes.JsonObject() : new() { ["word"] = word };
                return gitHub.World.Actions.Dispatch(repository, "work.yml", "main", inputs, gitHub.World.User("octo"), out var problem) ?? throw new InvalidOperationException(problem);
            }
        }

        public async Task<ActionsRun> EndAsync(ActionsRun run)
        {
            await UntilAsync(() => run.Status == "completed");
            return run;
        }

        public async Task UntilAsync(Func<bool> holds)
        {
            using var limit = new CancellationTokenSource(Patience);
            while (true)
            {
                Task changed;
                lock (gitHub.World.Gate)
                {
                    if (holds())
                        return;
                    changed = gitHub.World.Actions.Changed;
                }

                await changed.WaitAsync(limit.Token);
            }
        }

        public async ValueTask DisposeAsync()
        {
            await playground.DisposeAsync();
            await gitHub.DisposeAsync();
        }
    }
}
