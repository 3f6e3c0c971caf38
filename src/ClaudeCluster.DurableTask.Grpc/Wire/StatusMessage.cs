using System.Globalization;
using System.Text;

namespace ClaudeCluster.DurableTask.Grpc.Wire;

/// <summary>The header grpc-message: UTF-8, of which every byte outside of 0x20 to 0x7E, and the percent sign, is written as %XX.</summary>
internal static class StatusMessage
{
    /// <summary>Headers have a limit of their own; nobody reads a longer text.</summary>
    private const int MostBytes = 4_000;

    public static string Encode(string message)
    {
        var text = new StringBuilder();
        foreach (var rune in message.EnumerateRunes())
        {
            if (text.Length > MostBytes)
                break;
            if (rune.Value is >= 0x20 and <= 0x7E and not '%')
                text.Append((char)rune.Value);
            else
                AppendEncoded(text, rune);
        }

        return text.ToString();
    }

    /// <summary>What is no %XX stays as it stands, as the protocol asks for.</summary>
    public static string Decode(string header)
    {
        if (!header.Contains('%', StringComparison.Ordinal))
            return header;
        var bytes = new List<byte>(header.Length);
        for (var i = 0; i < header.Length; i++)
        {
            if (header[i] == '%' && i + 2 < header.Length && byte.TryParse(header.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
            {
                bytes.Add(value);
                i += 2;
            }
            else
            {
                bytes.AddRange(Encoding.UTF8.GetBytes(header, i, 1));
            }
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }

    private static void AppendEncoded(StringBuilder text, Rune rune)
    {
        Span<byte> utf8 = stackalloc byte[4];
        foreach (var one in utf8[..rune.EncodeToUtf8(utf8)])
            text.Append(CultureInfo.InvariantCulture, $"%{one:X2}");
    }
}
