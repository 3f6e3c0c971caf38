using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ClaudeCluster.GitHub;

namespace ClaudeCluster.Orchestrations.Tests;

public class EventReaderTests
{
    [Fact]
    public void A_webhooks_body_and_the_actions_file_read_as_the_same_event()
    {
        var webhook = Assert.IsType<IssueEvent.Labeled>(ReadFile("labeled-webhook"));
        Assert.Equal("claude", webhook.Label);
        Assert.Equal(new(186853002, "octo-org/shop", "trunk", IsPublic: false), webhook.Repository);
        Assert.Equal(new("team-lead", 7, IsBot: false), webhook.Sender);
        Assert.Equal((12, "Discounts are not applied", "mona", true, false), (webhook.Issue.Number, webhook.Issue.Title, webhook.Issue.Author, webhook.Issue.IsOpen, webhook.Issue.IsPullRequest));
        Assert.Equal("The cart ignores `discount`.\r\n\r\nSee src/cart.py.", webhook.Issue.Body);
        Assert.Equal(["bug", "claude"], webhook.Issue.Labels);
        Assert.Equal(new DateTimeOffset(2026, 11, 24, 11, 58, 7, TimeSpan.Zero), webhook.Issue.UpdatedAt);

        var actions = ReadFile("labeled-actions");
        Assert.Equal(JsonSerializer.Serialize<IssueEvent>(webhook), JsonSerializer.Serialize(actions));
        Assert.Matches("^[0-9a-f]{64}$", webhook.Key);
    }

    [Theory]
    [InlineData("action", "unlabeled")]
    [InlineData("label.name", "bug")]
    [InlineData("issue.title", "Other")]
    [InlineData("issue.body", "Other")]
    [InlineData("issue.updated_at", "2026-11-24T11:58:08Z")]
    [InlineData("issue.number", 13)]
    [InlineData("repository.id", 13)]
    [InlineData("sender.id", 13)]
    public void What_matters_changes_the_key(string path, object value)
    {
        var original = ReadFile("labeled-webhook").Key;
        Assert.NotEqual(original, Read(Changed(path, JsonSerializer.SerializeToNode(value))).Key);
        Assert.Equal(original, Read(Changed("repository.description", "new")).Key);
    }

    [Fact]
    public void A_null_body_is_empty()
    {
        var opened = Assert.IsType<IssueEvent.Opened>(ReadFile("opened-null-body"));
        Assert.Equal(string.Empty, opened.Issue.Body);
        Assert.Contains("claude", opened.Issue.Labels);
    }

    [Fact]
    public void A_pull_request_is_known_as_one() => Assert.True(ReadFile("labeled-pull-request").Issue.IsPullRequest);

    [Fact]
    public void Missing_labels_are_none_and_a_deleted_author_is_the_ghost()
    {
        var happened = ReadFile("labeled-public-bot-no-labels");
        Assert.Empty(happened.Issue.Labels);
        Assert.Equal("ghost", happened.Issue.Author);
        Assert.True(happened.Repository.IsPublic);
        Assert.True(happened.Sender.IsBot);
    }

    [Theory]
    [InlineData(true, "private", false)]
    [InlineData(true, "internal", false)]
    [InlineData(true, "public", true)]
    [InlineData(false, "private", true)]
    [InlineData(false, null, true)]
    [InlineData(null, "public", true)]
    public void In_doubt_a_repository_is_public(bool? isPrivate, string? visibility, bool isPublic)
    {
        var payload = Changed("repository.private", isPrivate);
        payload["repository"]!["visibility"] = visibility;
        Assert.Equal(isPublic, Read(payload).Repository.IsPublic);
    }

    [Fact]
    public void Hostile_text_is_carried_as_it_is()
    {
        var happened = Assert.IsType<IssueEvent.Labeled>(ReadFile("labeled-hostile"));
        Assert.StartsWith("\u001b[31m\"; rm -rf /", happened.Issue.Title, StringComparison.Ordinal);
        Assert.Equal("unknown `label`", happened.Label);
    }

    [Theory]
    [InlineData("closed", typeof(IssueEvent.Closed))]
    [InlineData("deleted", typeof(IssueEvent.Closed))]
    [InlineData("transferred", typeof(IssueEvent.Closed))]
    [InlineData("reopened", typeof(IssueEvent.Reopened))]
    [InlineData("edited", typeof(IssueEvent.Edited))]
    [InlineData("pinned", typeof(IssueEvent.Other))]
    [InlineData("invented_in_2027", typeof(IssueEvent.Other))]
    public void Each_action_has_its_event(string action, Type type) => Assert.IsType(type, Read(Changed("action", action)));

    [Fact]
    public void Everything_that_is_wrong_is_told_at_once_by_its_path()
    {
        Assert.Equal(
            [
                "event.json $.repository.private: It is missing. Give the event as GitHub sent it.",
                "event.json $.repository.id: '-1' is out of range. It should be a whole number from 1 to 9223372036854775807.",
                "event.json $.repository.full_name: It cannot be used. It should be owner/name.",
                "event.json $.repository.default_branch: It cannot be used. It should be the name of a branch.",
                "event.json $.issue.number: It is a text, but should be a number. Give the event as GitHub sent it.",
                "event.json $.issue.title: It is null, but should be a text. Give the event as GitHub sent it.",
                "event.json $.issue.body: It is a number, but should be a text. Give the event as GitHub sent it.",
                "event.json $.issue.labels[1].name: It is a number, but should be a text. Give the event as GitHub sent it.",
                "event.json $.issue.labels[2]: It is a number, but should be a label. It should be an object with a name.",
                "event.json $.issue.user.login: It cannot be used. It should be a login.",
                "event.json $.issue.updated_at: It is no time. It should be as in 2026-11-24T12:00:00Z.",
                "event.json $.sender.id: '1e+40' is out of range. It should be a whole number from 1 to 9223372036854775807.",
                "event.json $.label.name: It is missing. Give the event as GitHub sent it.",
            ],
            Problems(() => ReadFile("many-problems")));
    }

    [Theory]
    [InlineData("issue-comment", "It looks like a 'issue_comment' event.")]
    [InlineData("pull-request", "It looks like a 'pull_request' event.")]
    [InlineData("push", "It looks like a 'push' event.")]
    [InlineData("ping", "It looks like a 'ping' event.")]
    public void Another_events_payload_is_called_by_its_name(string file, string reason) =>
        Assert.Contains(reason, Problems(() => ReadFile(file)).Single(), StringComparison.Ordinal);

    [Fact]
    public void Another_events_name_is_refused() =>
        Assert.Contains("The event is called 'push'", Problems(() => EventReader.Read(Bytes("labeled-webhook"), "event.json", "push")).Single(), StringComparison.Ordinal);

    [Theory]
    [InlineData("", "It is empty.")]
    [InlineData(" \n", "It is empty.")]
    [InlineData("null", "It is null, but an event is an object.")]
    [InlineData("[]", "It is a list, but an event is an object.")]
    [InlineData("\"x\"", "It is a text, but an event is an object.")]
    [InlineData("{}", "It looks like no event of GitHub's")]
    [InlineData("{\"action\":\"opened\",\n  \"issue\": }", "event.json:2:")]
    [InlineData("<html>502</html>", "event.json:1:1: It is not JSON")]
    [InlineData("{\"issue\":{},\"issue\":{}}", "It is not JSON that can be used")]
    [InlineData("{\"issue\":{},\"action\":\"\\ud800\"}", "half a character")]
    [InlineData("{\"issue\":[]}", "event.json $.issue: It is a list, but should be an object.")]
    public void What_is_no_event_is_told_where_and_why(string text, string part) =>
        Assert.Contains(Problems(() => EventReader.Read(Encoding.UTF8.GetBytes(text), "event.json")), problem => problem.Contains(part, StringComparison.Ordinal));

    [Fact]
    public void A_byte_order_mark_is_read_over_and_other_encodings_are_refused()
    {
        Assert.IsType<IssueEvent.Labeled>(EventReader.Read((byte[])[.. Encoding.UTF8.Preamble, .. Bytes("labeled-webhook")], "event.json"));
        Assert.Contains("UTF-16", Problems(() => EventReader.Read((byte[])[.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes("{}")], "x")).Single(), StringComparison.Ordinal);
        Assert.Contains("not UTF-8", Problems(() => EventReader.Read((byte[])[.. "{\"a\":\""u8, 0xC3, 0x28, .. "\"}"u8], "x")).Single(), StringComparison.Ordinal);
    }

    [Fact]
    public void Bombs_are_refused_quickly_and_large_texts_are_read()
    {
        var clock = Stopwatch.StartNew();
        Assert.Single(Problems(() => EventReader.Read(new byte[EventReader.MaxSize + 1], "x")));
        Assert.Contains("depth", Problems(() => EventReader.Read(Encoding.UTF8.GetBytes("{\"issue\":" + new string('[', 1_000_000)), "x")).Single(), StringComparison.OrdinalIgnoreCase);
        Assert.Equal(10_000_000, Read(Changed("issue.body", new string('x', 10_000_000))).Issue.Body.Length);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(10), $"{clock.Elapsed}");
    }

    [Theory]
    [InlineData("release/2.0", true)]
    [InlineData("開発", true)]
    [InlineData("-x", false)]
    [InlineData("a..b", false)]
    [InlineData("a b", false)]
    [InlineData("a.lock", false)]
    [InlineData("a//b", false)]
    [InlineData(".a", false)]
    [InlineData("a@{1}", false)]
    public void A_default_branch_is_what_git_calls_one(string branch, bool good) => Assert.Equal(good, GitHubNames.IsBranch(branch));

    private static byte[] Bytes(string file) => File.ReadAllBytes(Repository.PathOf($"tests/ClaudeCluster.Orchestrations.Tests/Payloads/{file}.json"));

    private static IssueEvent ReadFile(string file) => EventReader.Read(Bytes(file), "event.json");

    private static IssueEvent Read(JsonNode payload) => EventReader.Read(JsonSerializer.SerializeToUtf8Bytes(payload), "event.json");

    private static JsonNode Changed(string path, JsonNode? value)
    {
        var root = JsonNode.Parse(Bytes("labeled-webhook"))!;
        var node = root;
        foreach (var step in path.Split('.')[..^1])
            node = node[step]!;
        node[path.Split('.')[^1]] = value;
        return root;
    }

    private static IReadOnlyList<string> Problems(Func<IssueEvent> read) =>
        [.. Assert.Throws<BadInputException>(() => { read(); }).Problems.Select(problem => problem.ToString())];
}
