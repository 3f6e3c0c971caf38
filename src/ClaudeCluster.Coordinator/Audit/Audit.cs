using System.Text.Json;
using System.Threading.Channels;
using ClaudeCluster.DurableTask.Storage.Records;
using Microsoft.Extensions.Logging;

namespace ClaudeCluster.Coordinator;

/// <summary>One thing that was refused, or that the operator did.</summary>
/// <param name="At">When.</param>
/// <param name="Who">An agent, the operator, or a stranger.</param>
/// <param name="What">Which call.</param>
/// <param name="Why">What it was told.</param>
/// <param name="Address">Where it came from.</param>
internal sealed record AuditEntry(DateTimeOffset At, string Who, string What, string Why, string? Address);

/// <summary>
/// Who, what, why, when: a log that only grows. Writing waits for nobody and holds nobody up; what comes too fast is counted, not kept.
/// </summary>
internal sealed class Audit : IAsyncDisposable
{
    private const string Log = "audit";
    private const int MostWaiting = 1_000;
    private const int LongestText = 500;
    private readonly IRecordStore _records;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Channel<AuditEntry> _waiting = Channel.CreateBounded<AuditEntry>(MostWaiting);
    private readonly Task _writing;
    private long _lost;

    public Audit(IRecordStore records, TimeProvider time, ILogger logger)
    {
        _records = records;
        _time = time;
        _logger = logger;
        _writing = WriteAsync();
    }

    public void Add(string who, string what, string why, string? address)
    {
        var entry = new AuditEntry(_time.GetUtcNow(), Clean(who), Clean(what), Clean(why), address);
        if (!_waiting.Writer.TryWrite(entry))
            Interlocked.Increment(ref _lost);
    }

    public async Task<IReadOnlyList<(long Number, AuditEntry Entry)>> ReadAsync(long after, int most, CancellationToken cancellation) =>
    [
        .. (await _records.ReadLogAsync(Log, after, most, cancellation))
            .Select(entry => (entry.Number, JsonSerializer.Deserialize<AuditEntry>(entry.Json, ApiJson.Options)!)),
    ];

    /// <summary>Writes what waits.</summary>
    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        await _writing;
    }

    /// <summary>Others wrote it: one line, and not a long one.</summary>
    public static string Clean(string text)
    {
        var clean = string.Concat(text.Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '\uFFFD' : c));
        return clean.Length <= LongestText ? clean : clean[..LongestText];
    }

    private async Task WriteAsync()
    {
        await foreach (var entry in _waiting.Reader.ReadAllAsync(CancellationToken.None))
        {
            await WriteAsync(entry);
            if (Interlocked.Exchange(ref _lost, 0) is > 0 and var lost)
                await WriteAsync(new AuditEntry(_time.GetUtcNow(), "coordinator", "audit", $"{lost} entries came too fast and were not kept", null));
        }
    }

    private async Task WriteAsync(AuditEntry entry)
    {
        if (entry.Address is { } address)
            _logger.Audited(entry.Who, entry.What, entry.Why, address);
        else
            _logger.Audited(entry.Who, entry.What, entry.Why);
        try
        {
            await _records.AppendAsync(Log, JsonSerializer.Serialize(entry, ApiJson.Options), CancellationToken.None);
        }
        catch (Exception e)
        {
            _logger.NotAudited(e);
        }
    }
}
