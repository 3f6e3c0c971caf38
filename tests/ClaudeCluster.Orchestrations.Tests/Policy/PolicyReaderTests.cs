using System.Diagnostics;
using System.Text.Json;

namespace ClaudeCluster.Orchestrations.Tests;

public class PolicyReaderTests
{
    [Theory]
    [InlineData("")]
    [InlineData("# nothing yet\n")]
    [InlineData("---\n")]
    [InlineData("\uFEFFlabels:\nrules:\n")]
    public void An_empty_file_is_the_default_policy(string text) => AssertSame(RepositoryPolicy.Default, Read(text));

    [Fact]
    public void The_documented_example_reads_and_shows_the_defaults()
    {
        var policy = Read(File.ReadAllText(Repository.PathOf("docs/policy.example.yml")));
        AssertSame(RepositoryPolicy.Default, policy with
        {
            Specialties = RepositoryPolicy.Default.Specialties,
            Rules = [],
            Tests = [],
        });
        Assert.Equal(["backend", "frontend", "devops"], policy.Specialties.Select(specialty => specialty.Name.Value));
        Assert.Equal("area: web", policy.Specialties[1].Label);
        Assert.StartsWith("You maintain", policy.Specialties[2].PromptTemplate, StringComparison.Ordinal);
        Assert.Equal(["dotnet test"], policy.Tests.Select(test => test.Command));
        Assert.Equal(["ci:", "build:"], Assert.Single(policy.Rules).TitlePrefixes);
    }

    [Fact]
    public void Everything_can_be_set()
    {
        var policy = Read("""
            labels: { trigger: go, exclude: [no, "never"], priority: { high: p1, low: p3 } }
            specialties: [{ name: data, words: [etl] }]
            access: { minimum-role: triage, public: true, bots: ["renovate[bot]"] }
            tests: make check
            sandbox: { test-network: true }
            limits: { wall-time: 1h30m, silence: 90s, test-time: 2m, turns: 7, usd: 0.25, attempts: 1 }
            diff: { protected-paths: [], max-files: 1, max-lines: 10 }
            pull-requests: { draft: true }
            """);
        Assert.Equal("go", policy.Labels.Trigger);
        Assert.Equal(["no", "never"], policy.Labels.Exclude);
        Assert.Equal("data", policy.Fallback.Value);
        Assert.Equal(Role.Triage, policy.MinimumRole);
        Assert.True(policy.AllowPublic);
        Assert.Equal(["renovate[bot]"], policy.AllowedBots);
        Assert.Equal([new TestCommand("make check")], policy.Tests);
        Assert.True(policy.TestsHaveNetwork);
        Assert.Equal(TimeSpan.FromMinutes(90), policy.Limits.WallTime);
        Assert.Equal(0.25m, policy.Limits.Usd);
        Assert.Empty(policy.DiffRules.ProtectedPaths);
        Assert.True(policy.DraftPullRequests);
    }

    [Fact]
    public void A_specialty_without_words_keeps_the_built_in_words_of_its_name()
    {
        var policy = Read("specialties: [{ name: testing }, { name: own }]");
        Assert.Contains("pytest", policy.Specialties[0].Words);
        Assert.Empty(policy.Specialties[1].Words);
    }

    [Fact]
    public void All_problems_are_told_at_once_each_with_its_line()
    {
        var problems = Problems("""
            lables: { trigger: x }
            specialties:
              - name: backend
                words: [api, "", "!!"]
              - name: Front End
              - name: backend
              - label: nameless
            fallback: backnd
            rules:
              - to: devops
                paths: ["/src", "ok/**"]
              - to: backend
            access: { minimum-role: read, public: yes }
            tests: [""]
            limits: { wall-time: 5, silence: 0s, turns: many, usd: -1, attempts: 99 }
            diff: { max-files: 1.5 }
            pull-requests: [draft]
            labels: { trigger: [a] }
            labels: {}
            """);
        string[] expected =
        [
            "policy.yml:1: 'lables' means nothing here. Did you mean 'labels'?",
            "policy.yml:4: 'words' holds an empty text. Write something, or delete it.",
            "policy.yml:4: '!!' is no word. Write one with letters or digits.",
            "policy.yml:5: 'Front End' cannot be a specialty's name: agents and runner labels are called by it. Use lower-case letters, digits and '-'.",
            "policy.yml:6: The specialty 'backend' stands here for the second time. Keep one of them.",
            "policy.yml:7: 'name' is missing. Add 'name: …'.",
            "policy.yml:8: 'backnd' is no specialty of this file. Did you mean 'backend'?",
            "policy.yml:10: 'devops' is no specialty of this file. Known: backend, Front End, backend.",
            "policy.yml:11: The glob '/src' begins with '/'; paths begin at the repository's root without one. For example: 'web/**', '**/*.sql', 'Dockerfile'.",
            "policy.yml:12: The rule never fits. Give it 'title', 'words' or 'paths'.",
            "policy.yml:13: 'minimum-role' cannot be 'read'. Write write or triage.",
            "policy.yml:13: 'public' cannot be 'yes'. Write true or false.",
            "policy.yml:14: 'tests' holds an empty text. Write something, or delete it.",
            "policy.yml:15: 'wall-time' cannot be '5'. Write a duration from 1m to 1d, such as 90s, 15m or 1h.",
            "policy.yml:15: 'silence' cannot be '0s'. Write a duration from 10s to 4h, such as 90s, 15m or 1h.",
            "policy.yml:15: 'turns' cannot be 'many'. Write a whole number from 1 to 1000.",
            "policy.yml:15: 'usd' cannot be '-1'. Write a number from 0.01 to 1000.",
            "policy.yml:15: 'attempts' cannot be '99'. Write a whole number from 1 to 10.",
            "policy.yml:16: 'max-files' cannot be '1.5'. Write a whole number from 1 to 10000.",
            "policy.yml:17: 'pull-requests' is a list, but should be a section (indented 'key: value' lines). Write a section (indented 'key: value' lines) there.",
            "policy.yml:18: 'trigger' is a list, but should be text. Write text there.",
            "policy.yml:19: 'labels' stands here for the second time; the first is in line 18. Keep one of them.",
        ];
        Assert.Equal(expected, problems);
    }

    [Theory]
    [InlineData("", Reach.Auto)]
    [InlineData("reach: auto", Reach.Auto)]
    [InlineData("reach: agents", Reach.Agents)]
    [InlineData("reach: actions", Reach.Actions)]
    public void Reach_is_one_of_three_words(string text, Reach reach) => Assert.Equal(reach, PolicyReader.Read(text, "policy.yml").Reach);

    [Theory]
    [InlineData("labels: { trigger: claude:done }", "'claude:done' would mean the trigger and a status")]
    [InlineData("labels: { exclude: [Claude] }", "would mean the trigger and an exclude label")]
    [InlineData("specialties: [{ name: a, label: claude }]", "would mean the trigger and the specialty a")]
    [InlineData("specialties: [{ name: a, label: x }, { name: b, label: X }]", "would mean the specialty a and the specialty b")]
    [InlineData("labels: { trigger: \"123456789012345678901234567890123456789012345678901\" }", "at most 50")]
    [InlineData("labels: { trigger: \"a\\u001b[31m\" }", "control character")]
    [InlineData("labels: { trigger: }", "has no value")]
    [InlineData("specialties: []", "empty")]
    [InlineData("reach: everywhere", "'reach' cannot be 'everywhere'. Write auto or agents or actions.")]
    [InlineData("- a\n- b", "should be a section")]
    [InlineData("just words", "should be a section")]
    [InlineData("a: &x [1]\nb: *x", "Anchors")]
    [InlineData("labels: !!python/object {}", "delete the tag")]
    [InlineData("---\nfallback: backend\n---\nfallback: x", "second document")]
    [InlineData("labels:\n\ttrigger: x", "policy.yml:2: The line is indented by a tab")]
    [InlineData("labels: {", "This is not YAML")]
    [InlineData("labels: 'open", "This is not YAML")]
    [InlineData("limits: { silence: 2h }", "longer than 'wall-time'")]
    [InlineData("fallback: b\uFFFDck", "Save the file as UTF-8")]
    [InlineData("? [a]\n: b", "A key is a list")]
    public void Each_bad_file_gets_a_clear_problem(string text, string part) =>
        Assert.Contains(Problems(text), problem => problem.Contains(part, StringComparison.Ordinal));

    [Fact]
    public void An_alias_bomb_deep_nesting_and_a_huge_file_are_refused_quickly()
    {
        var clock = Stopwatch.StartNew();
        var bomb = "a0: &a0 [x,x]\n" + string.Concat(Enumerable.Range(1, 30).Select(n => $"a{n}: &a{n} [*a{n - 1},*a{n - 1}]\n"));
        Assert.Contains(Problems(bomb), problem => problem.Contains("Anchors", StringComparison.Ordinal));
        Assert.Contains(Problems("a: " + new string('[', 100_000)), problem => problem.Contains("Nested deeper", StringComparison.Ordinal));
        Assert.Contains(Problems("a: " + string.Concat(Enumerable.Repeat("{a: ", 50_000))), problem => problem.Contains("Nested deeper", StringComparison.Ordinal));
        Assert.Contains(Problems("#" + new string('x', 300_000)), problem => problem.Contains("at most 262144", StringComparison.Ordinal));
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(10), $"{clock.Elapsed}");
    }

    [Fact]
    public void Bytes_that_are_not_utf8_are_refused()
    {
        var bad = Assert.Throws<BadInputException>(() => YamlSection.Read([0x61, 0x3a, 0xff], "agent.yml"));
        Assert.Contains("not UTF-8", bad.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_section_may_have_keys_of_its_own_and_texts_keep_their_white_space()
    {
        var file = YamlSection.Read("files:\n  a.txt: |\n    one\n      two\n  b.txt: x\n", "script.yml");
        var files = file.Section("files")!;
        Assert.Equal(["a.txt", "b.txt"], files.Keys());
        Assert.Equal("one\n  two\n", files.Verbatim("a.txt", 100));
        file.ThrowIfBad();
    }

    [Fact]
    public void A_policy_survives_the_flows_history()
    {
        var policy = Read(File.ReadAllText(Repository.PathOf("docs/policy.example.yml")));
        AssertSame(policy, JsonSerializer.Deserialize<RepositoryPolicy>(JsonSerializer.Serialize(policy))!);
    }

    private static RepositoryPolicy Read(string text) => PolicyReader.Read(text, "policy.yml");

    private static IReadOnlyList<string> Problems(string text) =>
        [.. Assert.Throws<BadInputException>(() => Read(text)).Problems.Select(problem => problem.ToString())];

    private static void AssertSame(RepositoryPolicy expected, RepositoryPolicy actual) =>
        Assert.Equal(JsonSerializer.Serialize(expected), JsonSerializer.Serialize(actual));
}
