namespace ClaudeCluster.Agent.Tests;

public sealed class TestCommandsTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("dotnet test", "App.sln", "")]
    [InlineData("dotnet test", "App.csproj", "")]
    [InlineData("npm test", "package.json", """{"scripts":{"test":"node t.js"}}""")]
    [InlineData("npm install && npm test", "package.json", """{"scripts":{"test":"jest"},"devDependencies":{"jest":"1"}}""")]
    [InlineData("pnpm install --frozen-lockfile && pnpm test", "package.json", """{"scripts":{"test":"x"},"packageManager":"pnpm@9.1.0"}""")]
    [InlineData("python3 -m pytest", "pyproject.toml", "[tool.pytest.ini_options]\n")]
    [InlineData("python3 -m pytest", "tests/test_a.py", "")]
    [InlineData("go test ./...", "go.mod", "module x\n")]
    [InlineData("cargo test", "Cargo.toml", "")]
    [InlineData("mvn -B test", "pom.xml", "")]
    [InlineData("gradle test", "build.gradle.kts", "")]
    [InlineData("make test", "Makefile", "all:\n\ttrue\ntest: all\n\ttrue\n")]
    [InlineData("sh test.sh", "test.sh", "exit 0\n")]
    public void Each_kind_of_project_is_detected_by_its_file(string command, string file, string text)
    {
        _folder.Write(file, text);

        var test = Assert.Single(TestCommands.For([], _folder.Root));

        Assert.Equal(command, test.Command);
        Assert.Contains(file, test.Source, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("package.json", "not json")]
    [InlineData("package.json", "[]")]
    [InlineData("package.json", """{"scripts":{"test":"echo \"Error: no test specified\" && exit 1"}}""")]
    [InlineData("package.json", """{"scripts":{"build":"x"}}""")]
    [InlineData("Makefile", "latest: x\ntest := 1\n")]
    [InlineData("pyproject.toml", "[project]\n")]
    [InlineData("README.md", "test.sh")]
    public void What_only_looks_like_tests_is_not_taken_for_them(string file, string text)
    {
        _folder.Write(file, text);

        Assert.Empty(TestCommands.For([], _folder.Root));
    }

    [Theory]
    [InlineData("package-lock.json", "npm ci && npm test")]
    [InlineData("pnpm-lock.yaml", "pnpm install --frozen-lockfile && pnpm test")]
    [InlineData("yarn.lock", "yarn install --frozen-lockfile && yarn test")]
    public void The_lock_file_names_the_package_manager(string file, string command)
    {
        _folder.Write("package.json", """{"scripts":{"test":"x"}}""");
        _folder.Write(file, "");

        Assert.Equal(command, TestCommands.For([], _folder.Root)[0].Command);
    }

    [Fact]
    public void The_policy_s_commands_are_the_only_ones_where_there_are_any()
    {
        _folder.Write("test.sh", "");

        Assert.Equal([new PlannedTest("make check", "policy")], TestCommands.For([new TestCommand("make check")], _folder.Root));
    }

    [Fact]
    public void A_project_of_two_languages_is_tested_in_both()
    {
        _folder.Write("go.mod", "");
        _folder.Write("package.json", """{"scripts":{"test":"x"}}""");
        _folder.Write("Makefile", "test:\n");

        Assert.Equal(["npm test", "go test ./..."], TestCommands.For([], _folder.Root).Select(test => test.Command));
    }

    [Fact]
    public void Of_several_solutions_the_first_is_named_as_the_shell_needs_it()
    {
        _folder.Write("a'; touch x.sln", "");
        _folder.Write("b.sln", "");

        Assert.Equal(@"dotnet test 'a'\''; touch x.sln'", TestCommands.For([], _folder.Root)[0].Command);
    }

    [Fact]
    public void A_link_is_not_followed_out_of_the_checkout()
    {
        using var elsewhere = new TempFolder();
        elsewhere.Write("package.json", """{"scripts":{"test":"x"}}""");
        File.CreateSymbolicLink(_folder["package.json"], elsewhere["package.json"]);

        Assert.Empty(TestCommands.For([], _folder.Root));
    }
}
