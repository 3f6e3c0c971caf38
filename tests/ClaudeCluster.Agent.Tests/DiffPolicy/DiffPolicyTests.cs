namespace ClaudeCluster.Agent.Tests;

public sealed class DiffPolicyTests
{
    private static readonly DiffRules Rules = new();

    private static DiffVerdict Judge(params ChangedFile[] files) => DiffPolicy.Judge(new Change(files), Rules);

    private static ChangedFile Text(string path, int added = 1, int removed = 0) => new(path) { Added = added, Removed = removed };

    [Fact]
    public void An_ordinary_change_has_no_reasons_and_no_warnings()
    {
        var verdict = Judge(Text("src/a.cs", 10, 3));

        Assert.Empty(verdict.Reasons);
        Assert.Empty(verdict.Summary.Warnings);
        Assert.Equal([new FileChange("src/a.cs", 10, 3)], verdict.Summary.Files);
    }

    [Theory]
    [InlineData(".github/workflows/ci.yml")]
    [InlineData(".github/workflows/deep/ci.yml")]
    [InlineData(".GitHub/Workflows/ci.yml")]
    [InlineData("CODEOWNERS")]
    [InlineData(".github/claude-cluster.yml")]
    public void A_protected_path_needs_a_person(string path) =>
        Assert.Contains("is protected", Assert.Single(Judge(Text(path)).Reasons), StringComparison.Ordinal);

    [Fact]
    public void Too_many_files_and_lines_are_told_with_numbers_and_limits()
    {
        var verdict = Judge([.. Enumerable.Range(0, 51).Select(i => Text($"f{i}", 30, 10))]);

        Assert.Equal(["It changes 51 files; the limit is 50.", "It changes 2040 lines; the limit is 2000."], verdict.Reasons);
    }

    [Theory]
    [InlineData("link", "/etc/passwd", true)]
    [InlineData("link", "../x", true)]
    [InlineData("a/b/link", "../../../x", true)]
    [InlineData("a/link", "b/../../../x", true)]
    [InlineData("a/link", "../x", false)]
    [InlineData("a/link", "./../x", false)]
    [InlineData("a/b/link", "../../x", false)]
    // a may be a link to a folder deep inside, and its parent another one than it seems.
    [InlineData("link", "a/../b", true)]
    [InlineData("a/b/link", "../c/../../x", true)]
    public void A_link_must_stay_inside(string path, string target, bool leaves) =>
        Assert.Equal(leaves ? 1 : 0, Judge(Text(path) with { LinkTarget = target }).Reasons.Count);

    [Theory]
    [InlineData(".github", true)]
    [InlineData(".GitHub/workflows", true)]
    [InlineData("docs", true)]
    [InlineData("src", false)]
    [InlineData("docs/latest", false)]
    public void A_link_or_submodule_in_the_place_of_a_protected_folder_needs_a_person(string path, bool isRefused)
    {
        Assert.Equal(isRefused ? 1 : 0, Judge(Text(path) with { IsLink = true, LinkTarget = "evil" }).Reasons.Count);
        Assert.Equal(isRefused ? 1 : 0, Judge(Text(path) with { IsSubmodule = true }).Reasons.Count);
        Assert.Empty(Judge(Text(path)).Reasons);
    }

    [Fact]
    public void A_huge_file_and_too_many_links_are_refused_however_few_lines_they_have()
    {
        Assert.Equal("x.js has 11 MB; the limit is 10 MB.", Assert.Single(Judge(Text("x.js") with { Bytes = 11 << 20 }).Reasons));
        var many = DiffPolicy.Judge(
            new Change([.. Enumerable.Range(0, 101).Select(i => Text($"l{i}") with { IsLink = true })]), Rules with { MaxFiles = 1000 });
        Assert.Equal("It changes 101 symbolic links; the limit is 100.", Assert.Single(many.Reasons));
    }

    [Theory]
    [InlineData(".gitmodules")]
    [InlineData("lib/.gitattributes")]
    [InlineData("package.json")]
    [InlineData("web/conftest.py")]
    public void Files_by_which_a_change_shows_itself_as_less_than_it_is_are_flagged(string path) => Assert.Single(Judge(Text(path)).Summary.Warnings);

    [Fact]
    public void A_binary_file_is_flagged() =>
        Assert.Contains("is binary", Assert.Single(Judge(new ChangedFile("x.png")).Summary.Warnings), StringComparison.Ordinal);

    [Fact]
    public void Deleted_and_weakened_tests_are_flagged()
    {
        var verdict = Judge(
            Text("tests/a_test.py", 0, 9) with { IsDeleted = true },
            Text("src/FooTests.cs", 1, 2) with { RemovedLines = ["Assert.Equal(1, x);", "Assert.True(y);"], AddedLines = ["Assert.True(true);"] },
            Text("web/app.spec.ts") with { AddedLines = ["it.skip('adds', () => {"] });

        Assert.Empty(verdict.Reasons);
        Assert.Equal(3, verdict.Summary.Warnings.Count);
    }

    [Theory]
    [InlineData("tests/unit/x.py", true)]
    [InlineData("pkg/x_test.go", true)]
    [InlineData("src/ATest.java", true)]
    [InlineData("test.sh", true)]
    [InlineData("src/latest.cs", false)]
    [InlineData("contest/x.cs", false)]
    [InlineData("src/attestation.ts", false)]
    public void Test_paths_are_known(string path, bool isTest) => Assert.Equal(isTest, DiffPolicy.IsTest(path));

    [Fact]
    public void A_hostile_path_is_shown_without_its_control_characters() =>
        Assert.DoesNotContain('\u001b', Judge(Text(".github/workflows/\u001b[2J\u202e.yml")).Reasons[0]);

    [Fact]
    public void A_thousand_reasons_are_shortened()
    {
        var verdict = Judge([.. Enumerable.Range(0, 1000).Select(i => Text($".github/workflows/{i}.yml"))]);

        Assert.Equal(21, verdict.Reasons.Count);
        Assert.Equal("And 981 more.", verdict.Reasons[^1]);
    }
}
