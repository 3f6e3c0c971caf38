using System.Security.Cryptography;
using System.Text;

namespace ClaudeCluster.Agent;

/// <summary>The CLI's session of an attempt.</summary>
/// <param name="Id">A UUID.</param>
/// <param name="Resumes">It exists already and goes on.</param>
internal sealed record ClaudeSession(string Id, bool Resumes)
{
    /// <summary>The session to go on with, if it is one; else the attempt's own.</summary>
    public static ClaudeSession Of(CoderJob job) =>
        // It was read from the output of a program that a model had its hands in, and becomes an argument: "--resume --add-dir=/" is no session.
        Guid.TryParseExact(job.ResumeSession, "D", out var resumed) ? new ClaudeSession(resumed.ToString(), Resumes: true) : Of(job.AttemptId);

    /// <summary>The same attempt has the same session, so a run that is repeated after a crash finds it.</summary>
    public static ClaudeSession Of(string attemptId)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(attemptId)).AsSpan(0, 16);
        // Version 8 (RFC 9562): the content is the maker's own.
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new ClaudeSession(new Guid(hash, bigEndian: true).ToString(), Resumes: false);
    }
}
