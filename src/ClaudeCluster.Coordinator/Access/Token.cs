using System.Security.Cryptography;
using System.Text;

namespace ClaudeCluster.Coordinator;

/// <summary>Credentials: 256 bits of chance behind a prefix by which a person, or a scanner for secrets, knows what it has found. Only the hash is stored.</summary>
internal static class Token
{
    public const string AgentPrefix = "cca_";
    public const string OperatorPrefix = "cco_";
    private const int Bytes = 32;

    public static string New(string prefix) => prefix + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(Bytes));

    /// <summary>A token of 256 bits needs no slow hash.</summary>
    public static string Hash(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    /// <summary>Takes as long for a wrong hash as for the right one.</summary>
    public static bool AreEqual(string one, string other) =>
        CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(one), Encoding.ASCII.GetBytes(other));
}
