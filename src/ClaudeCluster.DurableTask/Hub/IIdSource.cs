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
    public string NewId() => Guid.CreateVersion7(time.GetUtcNow()).ToString("N");

    public string NewToken() => RandomNumberGenerator.GetHexString(32, lowercase: true);
}
