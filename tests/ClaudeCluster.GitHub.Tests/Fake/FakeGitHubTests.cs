using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using ClaudeCluster.FakeGitHub;
using ClaudeCluster.FakeGitHub.Webhooks;
using ClaudeCluster.TestKit;

namespace ClaudeCluster.GitHub.Tests.Fake;

/// <summary>What the other tests believe of the fake.</summary>
public sealed class FakeGitHubTests
{
    [Fact]
    public async Task Git_clones_and_pushes_with_a_token_and_not_without()
    {
        await using var kit = await GitHubKit.StartAsync();
        var folder = Directory.CreateTempSubdirectory("clone-").FullName;
        try
        {
            Assert.NotEqual(0, Git(folder, "clone", "--quiet", $"{kit.Fake.Url}octo/shop", "refused"));
            Assert.Equal(0, Git(folder, "-c", Header(kit.Token.Value), "clone", "--quiet", $"{kit.Fake.Url}octo/shop", "."));
            Assert.Equal(0, Git(folder, "-c", Header(kit.Token.Value), "push", "--quiet", "origin", "HEAD:refs/heads/claude/wip/1-1-a1"));
            kit.Token.Permissions = new Dictionary<string, string> { ["contents"] = "read" };
            Assert.NotEqual(0, Git(folder, "-c", Header(kit.Token.Value), "push", "--quiet", "origin", "HEAD:refs/heads/other"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        Assert.Equal(kit.FirstCommit, kit.Repository.Git.Find("refs/heads/claude/wip/1-1-a1"));
        Assert.Null(kit.Repository.Git.Find("refs/heads/other"));
    }

    [Fact]
    public async Task Webhook_is_signed_and_can_be_doubled_lost_and_late()
    {
        await using var kit = await GitHubKit.StartAsync();
        using var receiver = new Receiver();
        (kit.Fake.Webhooks.Target, kit.Fake.Webhooks.Secret) = (receiver.Url, "It's a Secret to Everybody");
        kit.Fake.Webhooks.Plan(DeliveryFate.Duplicated, DeliveryFate.Lost, DeliveryFate.Held, DeliveryFate.Held);

        await Task.WhenAll(receiver.ReadAsync(4), ActAsync(kit));

        Assert.Equal(["opened", "opened", "closed", "unlabeled"], receiver.Received.Select(delivery => delivery.Action));
        Assert.Equal(receiver.Received[0].Id, receiver.Received[1].Id);
        Assert.All(receiver.Received, delivery => Assert.Equal(delivery.Signature, $"sha256={Convert.ToHexStringLower(HMACSHA256.HashData("It's a Secret to Everybody"u8, delivery.Body))}"));
        Assert.All(receiver.Received, delivery => Assert.True(WebhookSignature.IsGood(delivery.Body, delivery.Signature, kit.Fake.Webhooks.Secret)));
        Assert.All(receiver.Received, delivery => EventReader.Read(delivery.Body, "webhook", delivery.Event));
    }

    [Fact]
    public async Task What_our_own_client_does_is_told_too_with_us_as_its_sender()
    {
        await using var kit = await GitHubKit.StartAsync();
        var issue = await kit.OpenIssueAsync();
        using var receiver = new Receiver();
        kit.Fake.Webhooks.Target = receiver.Url;

        await Task.WhenAll(receiver.ReadAsync(2), kit.Service.PutAsync(issue, new("f"), null, "Accepted.", new(["claude:working"], []), default));

        var read = receiver.Received.Select(delivery => RepositoryEventReader.Read(delivery.Body, "hook", delivery.Event)!).ToList();
        Assert.Contains(read, one => one is RepositoryEvent.Commented { Action: "created" });
        Assert.Contains(read, one => one is RepositoryEvent.IssueChanged { Issue: IssueEvent.Labeled { Label: "claude:working" } });
        Assert.All(read, one => Assert.Equal(GitHubKit.Robot, one.Sender.Login));
    }

    [Fact]
    public async Task Life_of_a_pull_request_is_told_as_our_reader_reads_it()
    {
        await using var kit = await GitHubKit.StartAsync();
        kit.Repository.Git.Branch("claude/issue-1", kit.FirstCommit);
        var commit = kit.Repository.Git.Commit("claude/issue-1", "mended.txt", "mended");
        await kit.Service.OpenAsync(kit.Ref, new("Mend it", "", "claude/issue-1", "main", IsDraft: false), default);
        var pull = kit.Repository.PullRequests[0];
        using var receiver = new Receiver();
        kit.Fake.Webhooks.Target = receiver.Url;

        await Task.WhenAll(receiver.ReadAsync(4), ReviewAndMergeAsync());

        var read = receiver.Received.Select(delivery => RepositoryEventReader.Read(delivery.Body, "hook", delivery.Event)).ToList();
        Assert.Equal(("failure", "claude/issue-1"), Assert.IsType<RepositoryEvent.RunChanged>(read[0]) is var run ? (run.Run.Conclusion, run.Run.Branch) : default);
        Assert.Equal("changes_requested", Assert.IsType<RepositoryEvent.Reviewed>(read[1]).Verdict);
        Assert.Equal("refs/heads/main", Assert.IsType<RepositoryEvent.Pushed>(read[2]).Reference);
        Assert.True(Assert.IsType<RepositoryEvent.PullRequestChanged>(read[3]).PullRequest.IsMerged);
        Assert.True(kit.Repository.Git.IsAncestor(commit, kit.Repository.Git.Find("refs/heads/main")!));

        async Task ReviewAndMergeAsync()
        {
            await kit.Fake.People.EndRunAsync(kit.Repository, "CI", "claude/issue-1", "failure");
            await kit.Fake.People.ReviewAsync(kit.Repository, pull, "octo", "changes_requested", "Why?");
            await kit.Fake.People.MergeAsync(kit.Repository, pull, "octo");
        }
    }

    [Fact]
    public async Task Process_of_its_own_is_set_up_and_looked_at_over_HTTP()
    {
        var folder = Directory.CreateTempSubdirectory("fake-").FullName;
        var program = Path.ChangeExtension(typeof(FakeGitHubServer).Assembly.Location, ".dll");
        using var process = Process.Start(new ProcessStartInfo("dotnet", [program, "--folder", folder]) { RedirectStandardOutput = true })!;
        try
        {
            using var http = new HttpClient { BaseAddress = new Uri((await process.StandardOutput.ReadLineAsync())!) };
            await PostAsync(http, "repositories", """{"fullName":"octo/shop"}""");
            await PostAsync(http, "tokens", """{"login":"octo","token":"a-token"}""");
            await PostAsync(http, "issues", """{"repository":"octo/shop","login":"octo","title":"It breaks","labels":["claude"]}""");
            await using var service = new GitHubService(GitHubKit.OptionsOf(http.BaseAddress), new GitHubLogin.PersonalToken("a-token"), new ManualClock());

            await service.PutCommentAsync(new(new(1, "octo/shop", "main", false), 1), new("f"), null, "Accepted.", default);

            var state = await http.GetStringAsync(new Uri("/_fake/state", UriKind.Relative));
            Assert.Contains("Accepted.", state, StringComparison.Ordinal);
            Assert.Contains("\"labels\":[\"claude\"]", state, StringComparison.Ordinal);
        }
        finally
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task ActAsync(GitHubKit kit)
    {
        var issue = await kit.Fake.People.OpenIssueAsync(kit.Repository, "octo", "It breaks", null);
        await kit.Fake.People.LabelAsync(kit.Repository, issue, "claude", "octo");
        await kit.Fake.People.UnlabelAsync(kit.Repository, issue, "claude", "octo");
        await kit.Fake.People.CloseIssueAsync(kit.Repository, issue, "octo");
        await kit.Fake.Webhooks.ReleaseAsync();
    }

    private static async Task PostAsync(HttpClient http, string what, string json)
    {
        using var content = new StringContent(json);
        using var response = await http.PostAsync(new Uri($"/_fake/{what}", UriKind.Relative), content);
        response.EnsureSuccessStatusCode();
    }

    private static string Header(string token) => $"http.extraHeader=AUTHORIZATION: basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"x-access-token:{token}"))}";

    private static int Git(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("git", arguments) { WorkingDirectory = folder, RedirectStandardError = true };
        start.Environment["GIT_TERMINAL_PROMPT"] = "0";
        start.Environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
        using var process = Process.Start(start)!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode;
    }

    /// <summary>Takes deliveries, as a coordinator would.</summary>
    private sealed class Receiver : IDisposable
    {
        private readonly HttpListener _listener = new();

        public Receiver()
        {
            Url = new Uri($"http://127.0.0.1:{FreePorts.Take()}/webhook/");
            _listener.Prefixes.Add(Url.AbsoluteUri);
            _listener.Start();
        }

        public Uri Url { get; }

        public List<(string Id, string Event, string Action, string? Signature, byte[] Body)> Received { get; } = [];

        public async Task ReadAsync(int count)
        {
            while (Received.Count < count)
            {
                var context = await _listener.GetContextAsync();
                using var body = new MemoryStream();
                await context.Request.InputStream.CopyToAsync(body);
                var action = System.Text.Json.Nodes.JsonNode.Parse(body.ToArray())!["action"]?.GetValue<string>() ?? "";
                Received.Add((context.Request.Headers["X-GitHub-Delivery"]!, context.Request.Headers["X-GitHub-Event"]!, action, context.Request.Headers["X-Hub-Signature-256"], body.ToArray()));
                context.Response.StatusCode = 202;
                context.Response.Close();
            }
        }

        public void Dispose() => _listener.Close();
    }
}
