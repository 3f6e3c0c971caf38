using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace ClaudeCluster.Agent.Tests;

public sealed class RedactionTests
{
    private const string Own = "p@ss/wörd+\"quoted\" & long=1";

    private static readonly Redaction Redaction = new([Own, "", "abc", "second-secret-4711", "second-secret-4711-and-longer"]);

    [Fact]
    public void A_secret_of_ours_goes_as_it_is_escaped_and_encoded()
    {
        foreach (var form in (string[])
        [
            Own, JsonSerializer.Serialize(Own).Trim('"'), Uri.EscapeDataString(Own), Uri.EscapeDataString(Own).ToLowerInvariant(),
            System.Net.WebUtility.UrlEncode(Own), Convert.ToHexString(Encoding.UTF8.GetBytes(Own)), Convert.ToHexStringLower(Encoding.UTF8.GetBytes(Own)),
        ])
        {
            Assert.Equal("before [redacted] after", Redaction.Apply($"before {form} after"));
        }
    }

    [Fact]
    public void A_secret_of_ours_goes_wherever_it_stands_in_base64()
    {
        foreach (var before in (string[])["", "a", "ab", "abc", "user:", "x-access-token:"])
        {
            foreach (var after in (string[])["", "1", "12", "123"])
            {
                var bytes = Encoding.UTF8.GetBytes($"{before}{Own}{after}");
                var standard = Convert.ToBase64String(bytes);
                Assert.Contains(Redaction.Mark, Redaction.Apply($"Basic {standard}"), StringComparison.Ordinal);
                Assert.Contains(Redaction.Mark, Redaction.Apply(standard.Replace('+', '-').Replace('/', '_').TrimEnd('=')), StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void The_longer_of_two_secrets_with_the_same_beginning_leaves_no_rest() =>
        Assert.Equal("[redacted], [redacted]", Redaction.Apply("second-secret-4711-and-longer, second-secret-4711"));

    [Fact]
    public void Each_line_of_a_secret_of_several_lines_goes_alone()
    {
        var key = $"first line of a long key\n{new string('k', 40)}\nlast line of a long key";
        Assert.Equal("+[redacted]", new Redaction([key]).Apply($"+{new string('k', 40)}"));
    }

    [Theory]
    [MemberData(nameof(Tokens))]
    public void Well_known_kinds_of_credentials_go_whoever_they_belong_to(string token) =>
        Assert.Equal("token: [redacted].", new Redaction([]).Apply($"token: {token}."));

    // Put together here, so that no scanner of this repository takes them for real.
    public static TheoryData<string> Tokens => new(
        "ghp_" + Letters(36), "ghs_" + Letters(40), "github_pat_" + Letters(22) + "_" + Letters(59), "AKIA" + new string('Q', 16),
        "sk-ant-" + "api03-" + Letters(60), "xoxb-" + "123456789012-" + Letters(24), "AIza" + Letters(35), "sk_live_" + Letters(24),
        "npm_" + Letters(36), "pypi-" + Letters(80), "AccountKey=" + Letters(86) + "==", "eyJ" + Letters(20) + ".eyJ" + Letters(30) + "." + Letters(43),
        "-----BEGIN RSA " + "PRIVATE KEY-----\nMIIE" + Letters(60) + "\n-----END RSA " + "PRIVATE KEY-----");

    [Fact]
    public void Ordinary_text_stays_the_same_object()
    {
        foreach (var text in (string[])
        [
            "", "ghp_ is how they begin", "task-antics and AKIAH", "commit 8a523e1c0ffee8a523e1c0ffee8a523e1c0ffee1", "b3f9c2de-0d5a-4a4f-9a43-2f5f7b1f2c77",
            "sha512-AKIAabcdefgh0123456789+/xoxb-ghp_==", "-----BEGIN CERTIFICATE-----", "abc",
        ])
        {
            Assert.Same(text, Redaction.Apply(text));
        }
    }

    [Fact]
    public void In_pieces_of_any_size_nothing_of_a_secret_gets_through()
    {
        var key = "-----BEGIN " + "PRIVATE KEY-----\n" + string.Join('\n', Enumerable.Range(0, 20).Select(_ => Letters(64))) + "\n-----END " + "PRIVATE KEY-----";
        var text = $"one {Own} line\nand second-secret-4711-and-longer\n{key}\nend ghp_{Letters(36)}";
        foreach (var size in (int[])[1, 2, 3, 7, 64, 1000, text.Length])
        {
            var chunks = Redaction.Chunks();
            var shown = string.Concat(text.Chunk(size).Select(piece => chunks.Add(new string(piece)))) + chunks.End();
            Assert.Equal("one [redacted] line\nand [redacted]\n[redacted]\nend [redacted]", shown);
        }
    }

    [Fact]
    public void A_line_without_an_end_is_given_on_and_still_hides_what_it_holds()
    {
        var chunks = Redaction.Chunks();
        var shown = new StringBuilder();
        for (var i = 0; i < 200_000; i++)
            shown.Append(chunks.Add(i % 1000 == 999 ? " second-secret-4711 " : "x"));
        Assert.NotEqual(0, shown.Length);
        shown.Append(chunks.End());
        Assert.DoesNotContain("second", shown.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Text_that_wants_to_be_slow_is_not()
    {
        var watch = Stopwatch.StartNew();
        Redaction.Apply(string.Concat(Enumerable.Repeat("ghp_ eyJ-sk-ant- -----BEGIN PRIVATE KEY-----", 200_000)));
        Redaction.Apply(string.Concat(Enumerable.Repeat(" eyJ", 1_000_000)));
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(60), $"{watch.Elapsed}");
    }

    private static string Letters(int count) => string.Concat(Enumerable.Range(0, count).Select(i => "aB3dE5gH7jK9mN"[(i * 5) % 14]));
}
