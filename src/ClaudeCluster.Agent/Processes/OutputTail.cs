using System.Text;

namespace ClaudeCluster.Agent;

/// <summary>Remembers the last bytes of an output, however much there is.</summary>
internal sealed class OutputTail(int most)
{
    private readonly Lock _lock = new();
    private readonly List<byte> _bytes = [];
    private bool _cut;

    public bool IsWhole
    {
        get
        {
            lock (_lock)
                return !_cut && _bytes.Count <= most;
        }
    }

    public void Add(ReadOnlySpan<byte> bytes)
    {
        lock (_lock)
        {
            _bytes.AddRange(bytes);
            // Trimmed only at twice the size, so that each byte is moved once on average.
            if (_bytes.Count > 2L * most)
                Trim();
        }
    }

    public override string ToString()
    {
        lock (_lock)
        {
            if (_bytes.Count > most)
                Trim();
            return Encoding.UTF8.GetString(_bytes.ToArray());
        }
    }

    private void Trim()
    {
        var start = _bytes.Count - most;
        while (start < _bytes.Count && IsMiddleOfCharacter(_bytes[start]))
            start++;
        _bytes.RemoveRange(0, start);
        _cut = true;
    }

    private static bool IsMiddleOfCharacter(byte value) => (value & 0b1100_0000) == 0b1000_0000;
}
