namespace ClaudeCluster.Orchestrations.Tests;

public class GlobTests
{
    [Theory]
    [InlineData("Dockerfile", "Dockerfile", true)]
    [InlineData("Dockerfile", "dockerfile", true)]
    [InlineData("Dockerfile", "a/Dockerfile", false)]
    [InlineData("**/Dockerfile", "Dockerfile", true)]
    [InlineData("**/Dockerfile", "a/b/Dockerfile", true)]
    [InlineData(".github/**", ".github/workflows/ci.yml", true)]
    [InlineData(".github/**", ".github", false)]
    [InlineData("src/*.cs", "src/a.cs", true)]
    [InlineData("src/*.cs", "src/a/b.cs", false)]
    [InlineData("src/**/*.cs", "src/b.cs", true)]
    [InlineData("src/**/x/**/b?.cs", "src/a/x/c/x/bb.cs", true)]
    [InlineData("a?c", "a/c", false)]
    [InlineData("**", "a/b", true)]
    [InlineData("*", "", true)]
    [InlineData("a*b*c", "aXXbYYc", true)]
    [InlineData("a*b*c", "aXXbYY", false)]
    public void A_glob_matches_whole_paths(string pattern, string path, bool matches) => Assert.Equal(matches, new Glob(pattern).Matches(path));

    [Theory]
    [InlineData("")]
    [InlineData("/src")]
    [InlineData("src/")]
    [InlineData("a\\b")]
    [InlineData("a//b")]
    [InlineData("../a")]
    [InlineData("a**")]
    [InlineData("{a,b}")]
    [InlineData("a\nb")]
    public void A_bad_glob_says_why(string pattern)
    {
        Assert.NotNull(Glob.Check(pattern));
        Assert.Throws<ArgumentException>(() => new Glob(pattern));
    }
}
