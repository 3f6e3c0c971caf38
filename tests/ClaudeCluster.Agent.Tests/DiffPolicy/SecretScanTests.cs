using System.Diagnostics;
using System.Text;

namespace ClaudeCluster.Agent.Tests;

public sealed class SecretScanTests
{
    private const string Own = "own-Secret/4711+of=this&agent";

    private static readonly SecretScan Scanner = new([Own], TimeProvider.System);

    private static string Letters(int count) => string.Concat(Enumerable.Range(0, count).Select(i => "aB3dE5gH7jK9mNpQ2"[(i * 5) % 17]));

    // Put together here, so that no scanner of this repository takes them for real.
    public static TheoryData<string, string> Credentials => new()
    {
        { "a GitHub token", "ghp_" + Letters(36) },
        { "an AWS key", "AKIA" + "QWERTZUIOPLKJHGF" },
        { "an Anthropic key", "sk-ant-" + "api03-" + Letters(80) },
        { "a Slack token", "xoxb-" + "1234-5678-" + Letters(24) },
        { "a Google key", "AIza" + Letters(35) },
        { "a Stripe key", "sk_live_" + Letters(24) },
        { "an npm token", "npm_" + Letters(36) },
        { "a PyPI token", "pypi-" + Letters(90) },
        { "a storage key", "AccountKey=" + Letters(86) + "==" },
        { "a JWT", "eyJ" + Letters(30) + ".eyJ" + Letters(60) + "." + Letters(43) },
    };

    [Theory]
    [MemberData(nameof(Credentials))]
    public void A_well_known_kind_of_credential_is_found_by_place_and_never_shown(string what, string value)
    {
        foreach (var text in (string[])[$"const key = '{value}';", $"{what}: {value}", $"# {value}", $"curl -H 'x: {value}' https://example.org"])
        {
            var finding = Assert.Single(Scan("src/a.js", text));
            Assert.StartsWith("src/a.js:7 holds what looks like a credential", finding, StringComparison.Ordinal);
            Assert.DoesNotContain(value, finding, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_private_key_is_one_only_with_what_follows()
    {
        const string begin = "-----BEGIN " + "RSA PRIVATE KEY-----";
        Assert.Single(Scan("id", begin, "MIIEowIBAAKCAQEA" + Letters(48), "-----END RSA " + "PRIVATE KEY-----"));
        Assert.Empty(Scan("reader.cs", $"if (text.StartsWith(\"{begin}\"))", "    return Read(text);"));
    }

    [Fact]
    public void A_secret_of_the_agents_own_is_found_in_every_form_and_also_in_names_and_message()
    {
        foreach (var form in (string[])
        [
            Own, Uri.EscapeDataString(Own), Convert.ToHexStringLower(Encoding.UTF8.GetBytes(Own)), Convert.ToBase64String(Encoding.UTF8.GetBytes(Own)),
            Convert.ToBase64String(Encoding.UTF8.GetBytes("x" + Own)), Convert.ToBase64String(Encoding.UTF8.GetBytes("xy" + Own + "z")),
        ])
        {
            Assert.Equal(["tests/example.txt:7 holds a secret of this agent itself."], Scan("tests/example.txt", $"EXAMPLE {form} EXAMPLE"));
        }
        Assert.Equal(["The name of a changed file holds a secret of this agent itself."], Scanner.Scan([], [$"a/{Own}.txt"], "message"));
        Assert.Equal(["The commit's message holds a secret of this agent itself."], Scanner.Scan([], ["a.txt"], $"Title\n\n{Own}"));
        Assert.Equal(["[redacted]:1 holds a secret of this agent itself."], Scanner.Scan([new AddedLine($"{Own}.txt", 1, Own)], [], string.Empty));
    }

    [Fact]
    public void A_secret_of_the_agents_own_is_found_across_the_ends_of_lines()
    {
        const string longer = "sk-own-4711-" + "q8Zr3vXn1LmT7wKy5BdH2c-q8Zr3vXn1LmT7wKy5BdH2c-q8Zr3vXn1LmT7wKy5BdH2c";
        var scanner = new SecretScan([longer], TimeProvider.System);
        foreach (var before in (string[])["", "a", "ab", new string('x', 50)])
        {
            var base64 = Convert.ToBase64String(Encoding.UTF8.GetBytes(before + longer + "and more"));
            foreach (var form in (string[])[base64, longer, Convert.ToHexString(Encoding.UTF8.GetBytes(longer))])
            {
                foreach (var width in (int[])[10, 64, 76])
                {
                    var lines = form.Chunk(width).Select((piece, index) => new AddedLine("a.txt", 7 + index, new string(piece)));
                    Assert.EndsWith("holds a secret of this agent itself.", Assert.Single(scanner.Scan(lines, [], string.Empty)), StringComparison.Ordinal);
                    var quoted = form.Chunk(width).Select((piece, index) => new AddedLine("a.js", 7 + index, $"    '{new string(piece)}\\n',"));
                    Assert.Single(scanner.Scan(quoted, [], string.Empty));
                    Assert.DoesNotContain(form[^40..^20], new Redaction([longer]).Apply(string.Join('\n', form.Chunk(width).Select(piece => new string(piece)))).Replace("\n", "", StringComparison.Ordinal), StringComparison.Ordinal);
                }
            }
        }
    }

    [Fact]
    public void Lines_that_do_not_follow_each_other_and_words_are_no_secret()
    {
        var scanner = new SecretScan(["correct-horse", "staple-battery-correct"], TimeProvider.System);

        Assert.Empty(scanner.Scan([new AddedLine("a.txt", 1, "It is correct"), new AddedLine("a.txt", 2, "-horse")], [], string.Empty));
        Assert.Empty(scanner.Scan([new AddedLine("a.txt", 1, "staple-battery"), new AddedLine("a.txt", 3, "-correct")], [], string.Empty));
        Assert.Empty(scanner.Scan([new AddedLine("a.txt", 1, "staple-battery"), new AddedLine("b.txt", 2, "-correct")], [], string.Empty));
        Assert.Single(scanner.Scan([new AddedLine("a.txt", 1, "staple-battery"), new AddedLine("a.txt", 2, "-correct")], [], string.Empty));
    }

    [Theory]
    [InlineData("src/config.js", "const apiToken = \"q8Zr3vXn1LmT7wKy5BdH2c\";")]
    [InlineData("app.py", "DB_PASSWORD = 'hR7#kq2Lw9!xZtB4mN'")]
    [InlineData("appsettings.json", "\"ClientSecret\": \"q8Zr3vXn1LmT7wKy5BdH2c~8Q\",")]
    [InlineData(".env.production", "SESSION_SECRET=q8Zr3vXn1LmT7wKy5BdH2c")]
    [InlineData("deploy/values.yaml", "  password: q8Zr3vXn1LmT7wKy5BdH2c")]
    public void A_value_with_the_look_of_chance_under_a_secret_name_is_found(string path, string line) =>
        Assert.Equal([$"{path}:7 holds a value that looks secret by its name and by chance."], Scan(path, line));

    [Theory]
    [InlineData("package-lock.json", "\"node_modules/js-tokens\": { \"integrity\": \"sha512-RdJUflcE3cUzKiMqQgsCu06FPu9UdIJO0beYbPhHN4k6apgJtifcoCtT9bcxOpYBtpD2kCM6Sbzg4CausW/PKQ==\" }")]
    [InlineData("packages.lock.json", "\"contentHash\": \"C7Fb9Vg4l0mZpQx8Kd2Lr5Nt1Ys3Ua6Wb\", \"token\": \"C7Fb9Vg4l0mZpQx8Kd2Lr5Nt1Ys3Ua6Wb\"")]
    [InlineData("go.sum", "github.com/golang-jwt/jwt/v5 v5.2.1 h1:OuVbFODueb089Lh128TAcimifWaLhJwVflnrgM17wHk=")]
    [InlineData("src/a.cs", "private const string PublicKeyToken = \"b03f5f7f11d50a3a\";")]
    [InlineData("src/a.cs", "var token = \"b3f9c2de-0d5a-4a4f-9a43-2f5f7b1f2c77\";")]
    [InlineData("src/a.js", "const tokenEndpoint = \"https://login.example.org/v2/token1234\";")]
    [InlineData("src/a.js", "const token = process.env.SERVICE_TOKEN_V22;")]
    [InlineData("src/a.js", "const token = `${prefix}q8Zr3vXn1LmT7wKy5BdH2c`;")]
    [InlineData("src/a.py", "password = \"your-password-goes-here-1234\"")]
    [InlineData("src/a.cs", "Key = \"claude-cluster.tasks.attempt-2-of-3\", ApiKeyHeader = \"x-functions-key-2024-v12\"")]
    [InlineData("docs/a.md", "aws_access_key_id = AKIAIOSFODNN7EXAMPLE")]
    [InlineData("docs/a.md", "aws_secret_access_key = \"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\"")]
    [InlineData("docs/a.md", "export GITHUB_TOKEN=ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")]
    [InlineData("tests/login.test.js", "const password = \"correct-Horse7battery9Staple\";")]
    [InlineData("src/a.cs", "commit 8a523e1c0ffee8a523e1c0ffee8a523e1c0ffee1 key AKIA, npm_config_registry and xoxb-")]
    [InlineData("ci.yml", "          token: ${{ secrets.GITHUB_TOKEN }}")]
    [InlineData("image.svg", "<path d=\"M10 10AIzaC20\"/>")]
    public void What_only_looks_like_one_is_let_through(string path, string line) => Assert.Empty(Scan(path, line));

    [Fact]
    public void Sixty_four_megabytes_are_searched_in_bounded_time()
    {
        var hostile = new AddedLine("a.txt", 1, string.Concat(Enumerable.Repeat("token=\"ghp_ eyJ sk-ant- ", 160)));
        var watch = Stopwatch.StartNew();

        Assert.Empty(Scanner.Scan(Enumerable.Repeat(hostile, 64 * 1024 * 1024 / hostile.Text.Length), [], string.Empty));

        TestContext.Current.TestOutputHelper?.WriteLine($"{watch.Elapsed}");
    }

    [Fact]
    public void A_line_that_looks_like_a_header_is_a_line()
    {
        const string patch = "diff --git a/x b/x\nindex 1..2 100644\n--- a/x\n+++ b/x\n@@ -3 +3,3 @@ fn\n-@@ -1 +1 @@\n+++ b/other\n+@@ -9 +9 @@\n+last\n\\ No newline at end of file\n"
            + "diff --git a/y b/y\n--- /dev/null\n+++ b/y\n@@ -0,0 +1 @@\n+only\n";
        Assert.Equal(
            [new AddedLine("x", 3, "++ b/other"), new AddedLine("x", 4, "@@ -9 +9 @@"), new AddedLine("x", 5, "last"), new AddedLine("y", 1, "only")],
            AddedLines.Parse(patch));
    }

    private static IReadOnlyList<string> Scan(string path, params string[] lines) => Scanner.Scan(lines.Select((line, i) => new AddedLine(path, 7 + i, line)), [path], "A message");
}
