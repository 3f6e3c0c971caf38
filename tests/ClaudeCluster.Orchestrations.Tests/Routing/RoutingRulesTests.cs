using System.Diagnostics;

namespace ClaudeCluster.Orchestrations.Tests;

public class RoutingRulesTests
{
    private static readonly RepositoryPolicy Policy = RepositoryPolicy.Default;

    [Fact]
    public void An_exclude_label_wins_over_everything()
    {
        var decision = Decide("Fix the API", labels: ["backend", "Claude:Skip"]);
        Assert.Null(decision.Specialty);
        Assert.Equal(["the label 'claude:skip' keeps the cluster away"], decision.Reasons);
    }

    [Fact]
    public void A_specialty_label_wins_over_words_whatever_its_case()
    {
        var decision = Decide("pytest fails on the api server", labels: ["Frontend"]);
        Assert.Equal("frontend", decision.Specialty?.Value);
        Assert.Equal(["the label 'frontend' asks for it"], decision.Reasons);
    }

    [Fact]
    public void Of_two_specialty_labels_the_first_in_the_policy_wins_and_the_reasons_say_so()
    {
        var decision = Decide("x", labels: ["database", "testing"]);
        Assert.Equal("testing", decision.Specialty?.Value);
        Assert.Contains("the label 'database' asks for database too, but the policy names testing first", decision.Reasons);
    }

    [Fact]
    public void Rules_come_before_words_and_in_their_order()
    {
        var policy = Policy with
        {
            Rules = [new(new("devops"), [], ["ci:"], []), new(new("database"), ["api"], [], [])],
        };
        Assert.Equal("devops", RoutingRules.Decide(Issue("CI: the api is slow"), policy).Specialty?.Value);
        Assert.Equal("database", RoutingRules.Decide(Issue("The api is slow"), policy).Specialty?.Value);
        Assert.Equal("frontend", RoutingRules.Decide(Issue("cite the CSS"), policy).Specialty?.Value);
    }

    [Theory]
    [InlineData("Look at `web/src/app.tsx` please")]
    [InlineData("./web/index.html:12 is wrong.")]
    [InlineData(@"web\src\app.tsx")]
    [InlineData("web/app.tsxを直す")]
    public void A_path_named_in_the_text_fits_a_rules_glob(string body)
    {
        var policy = Policy with { Rules = [new(new("frontend"), [], [], ["web/**"])] };
        Assert.Equal("frontend", RoutingRules.Decide(Issue("x", body), policy).Specialty?.Value);
    }

    [Theory]
    [InlineData("Write a guide")]
    [InlineData("Use the latest version")]
    [InlineData("Specify the precise scale")]
    [InlineData("A contest about attestation")]
    [InlineData("gui\u00ADde")]
    [InlineData("ui\u0308 is a letter")]
    [InlineData("コンテストのページ")]
    [InlineData("プロテスト")]
    [InlineData("オブザーバーパターン")]
    public void Letters_inside_another_word_decide_nothing(string title)
    {
        var decision = Decide(title);
        Assert.Equal("backend", decision.Specialty?.Value);
        Assert.Equal(["no label, rule or word decides, and backend takes what nothing else decides"], decision.Reasons);
    }

    [Theory]
    [InlineData("UI is broken", "frontend")]
    [InlineData("ログインのテストが落ちる", "testing")]
    [InlineData("ユニットテストを増やす", "testing")]
    [InlineData("テスト計画", "testing")]
    [InlineData("APIを直す", "backend")]
    [InlineData("CIが遅い", "devops")]
    [InlineData("ＣＩが遅い", "devops")]
    [InlineData("この画面の色", "frontend")]
    [InlineData("ﾃｽﾄが落ちる", "testing")]
    [InlineData("インフラストラクチャの更新", "devops")]
    [InlineData("データヘ\u3099ースが遅い", "database")]
    [InlineData("(css)", "frontend")]
    [InlineData("fix-css-now", "frontend")]
    [InlineData("🎨css🎨", "frontend")]
    public void Whole_words_decide_in_any_script(string title, string specialty) => Assert.Equal(specialty, Decide(title).Specialty?.Value);

    [Fact]
    public void A_phrase_matches_across_white_space()
    {
        var policy = Policy with { Rules = [new(new("devops"), ["build  server"], [], [])] };
        Assert.Equal("devops", RoutingRules.Decide(Issue("x", "the Build\n  Server is down"), policy).Specialty?.Value);
    }

    [Fact]
    public void Distinct_words_count_and_the_title_counts_more()
    {
        var decision = Decide("pytest is slow", "api api api, and the server");
        Assert.Equal("testing", decision.Specialty?.Value);
        Assert.Equal(
            ["the word 'pytest' in the title speaks for testing", "the words for backend ('api', 'server') weigh less"],
            decision.Reasons);
    }

    [Fact]
    public void A_tie_is_decided_by_the_policys_order_and_said()
    {
        var decision = Decide("css or sql");
        Assert.Equal("frontend", decision.Specialty?.Value);
        Assert.Contains("the words for database ('sql') weigh the same, but the policy names frontend first", decision.Reasons);
    }

    [Theory]
    [InlineData("<!-- docker --> hello")]
    [InlineData("<!-- docker\nnever closed")]
    [InlineData("<!--> <!---> <!-- docker -->")]
    public void Html_comments_decide_nothing(string body) => Assert.Equal("backend", Decide("x", body).Specialty?.Value);

    [Fact]
    public void A_comment_mark_in_the_middle_of_a_line_hides_nothing() => Assert.Equal("devops", Decide("x", "write `<!--` for docker").Specialty?.Value);

    [Theory]
    [InlineData("priority:HIGH", Priority.High)]
    [InlineData("priority:low", Priority.Low)]
    [InlineData("other", Priority.Normal)]
    public void Labels_give_the_priority(string label, Priority priority) => Assert.Equal(priority, Decide("x", labels: [label]).Priority);

    [Theory]
    [InlineData("テ")]
    [InlineData("a/")]
    [InlineData("<!--")]
    [InlineData("un ")]
    [InlineData("\u3099")]
    [InlineData("\ud800")]
    public void A_huge_text_is_read_quickly(string part)
    {
        var body = string.Concat(Enumerable.Repeat(part, 500_000 / part.Length));
        var policy = Policy with { Rules = [new(new("devops"), ["unlikely"], [], ["**/*a*a*a*b", "a/**/a/**/b"])] };
        var clock = Stopwatch.StartNew();
        RoutingRules.Decide(Issue(body, body), policy);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(5), $"{clock.Elapsed}");
    }

    [Fact]
    public void Every_default_word_finds_its_own_specialty()
    {
        foreach (var specialty in Policy.Specialties)
        {
            foreach (var word in specialty.Words)
                Assert.Equal(specialty.Name, Decide($"About {word}.").Specialty);
        }
    }

    private static RoutingDecision Decide(string title, string body = "", params string[] labels) => RoutingRules.Decide(Issue(title, body, labels), Policy);

    private static IssueSnapshot Issue(string title, string body = "", params string[] labels) =>
        new() { Number = 1, Title = title, Body = body, Labels = labels, Author = "mona" };
}
