using System.Text;

namespace ClaudeCluster.DurableTask.Client;

/// <summary>Any text can be an instance id, as long as every store gives back exactly that text.</summary>
internal static class InstanceIds
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private const int MostCharacters = 256;

    /// <exception cref="ArgumentException">It is empty, longer than 256 characters, or holds a NUL or half a surrogate pair, which no database keeps.</exception>
    public static void Check(string? id)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(id);
        if (id.Length > MostCharacters)
            throw new ArgumentException($"An instance id has at most {MostCharacters} characters; this one has {id.Length}: '{id[..50]}…'.", nameof(id));
        if (id.Contains('\0', StringComparison.Ordinal) || !IsWellFormed(id))
            throw new ArgumentException("An instance id must not contain a NUL or half a surrogate pair.", nameof(id));
    }

    private static bool IsWellFormed(string id)
    {
        try
        {
            return Strict.GetByteCount(id) > 0;
        }
        catch (EncoderFallbackException)
        {
            return false;
        }
    }
}
