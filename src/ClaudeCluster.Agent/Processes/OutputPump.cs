using System.Text;

namespace ClaudeCluster.Agent;

/// <summary>
/// Reads one output of a child to its end, on a thread of its own: a read of a pipe blocks, and children that say nothing
/// for minutes must not use up the thread pool.
/// </summary>
internal sealed class OutputPump
{
    // A line that is longer is told up to here; nobody prints such a line to be read.
    private const int LongestLine = 16 * 1024 * 1024;

    private readonly Stream _stream;
    private readonly OutputTail[] _tails;
    private readonly Action _heard;
    private readonly Action<string>? _onLine;
    private readonly List<byte> _line = [];
    private volatile bool _abandoned;

    public OutputPump(Stream stream, OutputTail[] tails, Action heard, Action<string>? onLine)
    {
        (_stream, _tails, _heard, _onLine) = (stream, tails, heard, onLine);
        Ended = Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>At the end of the output; fails with what a line's listener threw.</summary>
    public Task Ended { get; }

    /// <summary>Tells nobody anything any more: somebody keeps the pipe open after the child's end.</summary>
    public void Abandon() => _abandoned = true;

    private void Run()
    {
        var buffer = new byte[32 * 1024];
        while (Read(buffer) is var count and > 0)
        {
            _heard();
            var chunk = buffer.AsSpan(0, count);
            foreach (var tail in _tails)
                tail.Add(chunk);
            if (_onLine is not null)
                TellLines(chunk);
        }
        if (_line.Count > 0)
            TellLine();
    }

    private int Read(byte[] buffer)
    {
        try
        {
            return _abandoned ? 0 : _stream.Read(buffer);
        }
        catch (Exception broken) when (broken is IOException or ObjectDisposedException)
        {
            // The child and its pipe are gone: that is the end of what it said.
            return 0;
        }
    }

    private void TellLines(ReadOnlySpan<byte> chunk)
    {
        while (chunk.IndexOf((byte)'\n') is var end and >= 0)
        {
            Keep(chunk[..end]);
            TellLine();
            chunk = chunk[(end + 1)..];
        }
        Keep(chunk);
    }

    private void Keep(ReadOnlySpan<byte> part) => _line.AddRange(part[..Math.Min(part.Length, LongestLine - _line.Count)]);

    private void TellLine()
    {
        if (_line is [.., (byte)'\r'])
            _line.RemoveAt(_line.Count - 1);
        var text = Encoding.UTF8.GetString(_line.ToArray());
        _line.Clear();
        if (!_abandoned)
            _onLine?.Invoke(text);
    }
}
