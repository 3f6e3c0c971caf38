using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace ClaudeCluster.GitHub;

/// <summary>By what a GitHub App shows that it is itself: a JSON Web Token, signed with RS256, good for minutes.</summary>
internal sealed class AppJwt(string appId, string privateKey, TimeProvider clock)
{
    private const string Place = "GitHub App private key";

    // GitHub refuses a time of issue in its future, and clocks differ; and an end that is more than ten minutes away.
    private static readonly TimeSpan IssuedBefore = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan GoodFor = TimeSpan.FromMinutes(9);

    /// <exception cref="BadInputException">It is no private RSA key in PEM.</exception>
    public static void Check(string privateKey)
    {
        using var rsa = Import(privateKey);
    }

    public GitHubToken Write()
    {
        var now = clock.GetUtcNow();
        var claims = string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"iat":{{(now - IssuedBefore).ToUnixTimeSeconds()}},"exp":{{(now + GoodFor).ToUnixTimeSeconds()}},"iss":"{{JsonEncodedText.Encode(appId)}}"}""");
        var signed = $"{Encode("""{"alg":"RS256","typ":"JWT"}"""u8)}.{Encode(Encoding.UTF8.GetBytes(claims))}";
        using var rsa = Import(privateKey);
        var signature = rsa.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return new($"{signed}.{Encode(signature)}", "the App itself") { ExpiresAt = now + GoodFor };
    }

    private static RSA Import(string privateKey)
    {
        var rsa = RSA.Create();
        try
        {
            rsa.ImportFromPem(privateKey);
            _ = rsa.ExportParameters(includePrivateParameters: true);
            return rsa;
        }
        catch (Exception bad) when (bad is ArgumentException or CryptographicException)
        {
            rsa.Dispose();
            throw new BadInputException(Place, "It is no private RSA key in PEM.", "Give the .pem file that GitHub let you download on the App's page, whole, with its first and last line.");
        }
    }

    private static string Encode(ReadOnlySpan<byte> bytes) => Base64Url.EncodeToString(bytes);
}
