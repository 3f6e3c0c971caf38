using System.Buffers;

namespace ClaudeCluster.Coordinator;

/// <summary>What the first bytes of a connection say about its protocol.</summary>
internal enum FirstBytes
{
    /// <summary>So far they could be either.</summary>
    Unclear,

    Http1,

    Http2,
}

/// <summary>PURE. The preface with which every HTTP/2 connection begins, and no request of HTTP/1.1 can.</summary>
internal static class HttpPreface
{
    private static ReadOnlySpan<byte> Http2 => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8;

    public static FirstBytes Look(in ReadOnlySequence<byte> bytes)
    {
        var known = (int)Math.Min(bytes.Length, Http2.Length);
        Span<byte> first = stackalloc byte[known];
        bytes.Slice(0, known).CopyTo(first);
        if (!first.SequenceEqual(Http2[..known]))
            return FirstBytes.Http1;
        return known == Http2.Length ? FirstBytes.Http2 : FirstBytes.Unclear;
    }
}
