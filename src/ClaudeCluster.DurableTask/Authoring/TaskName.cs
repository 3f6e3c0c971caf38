namespace ClaudeCluster.DurableTask;

/// <summary>The name of an orchestrator or activity. Two names that differ only in case are the same name.</summary>
public readonly struct TaskName : IEquatable<TaskName>
{
    private readonly string? _name;

    public TaskName(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        _name = name;
    }

    /// <summary>The name as it was written; empty for <c>default</c>.</summary>
    public string Name => _name ?? string.Empty;

    public static implicit operator TaskName(string name) => new(name);

    public static implicit operator string(TaskName name) => name.Name;

    public static bool operator ==(TaskName left, TaskName right) => left.Equals(right);

    public static bool operator !=(TaskName left, TaskName right) => !left.Equals(right);

    public bool Equals(TaskName other) => string.Equals(Name, other.Name, StringComparison.OrdinalIgnoreCase);

    public override bool Equals(object? obj) => obj is TaskName other && Equals(other);

    public override int GetHashCode() => StringComparer.OrdinalIgnoreCase.GetHashCode(Name);

    public override string ToString() => Name;
}

/// <summary>The version of an orchestrator or activity; empty means unversioned.</summary>
public readonly struct TaskVersion(string version) : IEquatable<TaskVersion>
{
    private readonly string? _version = version;

    /// <summary>No version: answers every request for its name.</summary>
    public static TaskVersion Unversioned => default;

    public string Version => _version ?? string.Empty;

    public static implicit operator TaskVersion(string version) => new(version);

    public static implicit operator string(TaskVersion version) => version.Version;

    public static bool operator ==(TaskVersion left, TaskVersion right) => left.Equals(right);

    public static bool operator !=(TaskVersion left, TaskVersion right) => !left.Equals(right);

    public bool Equals(TaskVersion other) => string.Equals(Version, other.Version, StringComparison.OrdinalIgnoreCase);

    public override bool Equals(object? obj) => obj is TaskVersion other && Equals(other);

    public override int GetHashCode() => StringComparer.OrdinalIgnoreCase.GetHashCode(Version);

    public override string ToString() => Version;
}
