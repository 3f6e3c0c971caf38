using System.Security.Cryptography;

namespace ClaudeCluster.DurableTask.Hub;

/// <summary>Where new ids come from: a parameter, so that a test can repeat itself.</summary>
public interface IIdSource
{
    /// <summary>A new execution or instance id.</summary>
    string NewId();

    /// <summary>A new fence: nobody can guess it.</summary>
    string NewToken();
}

/// <summary>Ids that sort by time, and tokens from the operating system's random source.</summary>
public sealed class RandomIds(TimeProvider time) : IIdSource
{
    private const int TokenBytes = 16;

    // Asking the source costs several times as much as what comes of it, so a few tokens' worth are taken at a time.
    private readonly Lock _lock = new();
    private readonly byte[] _random = new byte[32 * TokenBytes];
    private int _used = 32 * TokenBytes;

    public string NewId() => Guid.CreateVersion7(time.GetUtcNow()).ToString("N");

    public string NewToken()
    {
        lock (_lock)
        {
            if (_used == _random.Length)
            {
                RandomNumberGenerator.Fill(_random);
                _used = 0;
            }

            var token = _random.AsSpan(_used, TokenBytes);
            _used += TokenBytes;
            return Convert.ToHexStringLower(token);
        }
    }
}
