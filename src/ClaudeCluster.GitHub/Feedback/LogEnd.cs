using System.Buffers;

namespace ClaudeCluster.GitHub;

/// <summary>
/// Reads a job's log to its end and keeps little of it. The runner marks what failed: <c>##[error]</c> begins the line, and after it come the
/// steps that clean up. So two ends are kept, up to the last such line and after it; the first is the failing step's, if there is one.
/// <code>
///   ##[group]Run npm test        ◄─ a step begins: what was kept of the steps before goes, if this one turns out to have failed
///   …
///   ##[error]Process completed with exit code 1.      ◄─ all up to here is the failing step's
///   Post job cleanup.
/// </code>
/// </summary>
internal sealed class LogEnd
{
    /// <summary>Bytes.</summary>
    public const int Longest = 16 * 1024;

    /// <summary>Bytes: a log of more is somebody's mischief, and its end is not worth the time.</summary>
    private const long MostThatIsRead = 256L * 1024 * 1024;

    /// <summary>What stands before the runner's own words: a mark of order in the first line, and when it was written.</summary>
    private static readonly SearchValues<byte> BeforeWords = SearchValues.Create([0xEF, 0xBB, 0xBF, .. "0123456789-T:.Z "u8]);

    private readonly LastLines _failing = new();
    private readonly LastLines _after = new();
    private bool _afterIsNewStep;
    private bool _beginsLine = true;

    public static async Task<byte[]> ReadAsync(Stream log, CancellationToken cancellationToken)
    {
        var end = new LogEnd();
        var buffer = new byte[Longest];
        var (kept, total) = (0, 0L);
        while (total < MostThatIsRead && await log.ReadAsync(buffer.AsMemory(kept), cancellationToken) is > 0 and var read)
        {
            total += read;
            kept = end.TakeLines(buffer, kept + read);
        }

        if (kept > 0)
            end.Take(buffer.AsSpan(0, kept));
        return end._failing.IsEmpty ? end._after.ToArray() : end._failing.ToArray();
    }

    /// <summary>A line that fills the buffer is taken in pieces.</summary>
    /// <returns>How much of a line is left at the buffer's beginning.</returns>
    private int TakeLines(byte[] buffer, int length)
    {
        var start = 0;
        while (buffer.AsSpan(start, length - start).IndexOf((byte)'\n') is >= 0 and var line)
        {
            Take(buffer.AsSpan(start, line + 1));
            start += line + 1;
        }

        if (start == 0 && length == buffer.Length)
        {
            Take(buffer);
            return 0;
        }

        buffer.AsSpan(start, length - start).CopyTo(buffer);
        return length - start;
    }

    private void Take(ReadOnlySpan<byte> line)
    {
        var words = _beginsLine && line.IndexOfAnyExcept(BeforeWords) is >= 0 and var start ? line[start..] : default;
        _beginsLine = line[^1] == '\n';
        if (words.StartsWith("##[group]Run "u8))
        {
            _after.Clear();
            _afterIsNewStep = true;
        }

        _after.Add(line);
        if (!words.StartsWith("##[error]"u8))
            return;
        if (_afterIsNewStep)
            _failing.Clear();
        _after.MoveTo(_failing);
        _afterIsNewStep = false;
    }

    /// <summary>As many of the last lines as may be kept.</summary>
    private sealed class LastLines
    {
        private readonly Queue<byte[]> _lines = new();
        private int _size;

        public bool IsEmpty => _lines.Count == 0;

        public void Add(ReadOnlySpan<byte> line) => Add(line.ToArray());

        public void MoveTo(LastLines other)
        {
            while (_lines.TryDequeue(out var line))
                other.Add(line);
            _size = 0;
        }

        public void Clear()
        {
            _lines.Clear();
            _size = 0;
        }

        public byte[] ToArray() => [.. _lines.SelectMany(line => line)];

        private void Add(byte[] line)
        {
            _lines.Enqueue(line);
            _size += line.Length;
            while (_size > Longest && _lines.Count > 1)
                _size -= _lines.Dequeue().Length;
        }
    }
}
