using ClaudeCluster.DurableTask.History;

namespace ClaudeCluster.DurableTask.Storage.Sqlite.Tables;

/// <summary>
/// What the writer remembers of the instances that it has just had to do with. Nobody else writes, so it is what the file holds; after a
/// rollback all of it is forgotten.
/// </summary>
internal sealed class KnownInstances
{
    private const int MostCharacters = 16_000_000;

    private readonly Dictionary<string, KnownInstance> _byId = new(StringComparer.Ordinal);
    private int _characters;

    public KnownInstance? Find(string instanceId) => _byId.GetValueOrDefault(instanceId);

    public KnownInstance Keep(KnownInstance instance)
    {
        Forget(instance.Id);
        _byId.Add(instance.Id, instance);
        _characters += Size(instance.State);
        return instance;
    }

    public void Become(KnownInstance instance, InstanceState after)
    {
        _characters += Size(after) - Size(instance.State);
        instance.State = after;
    }

    public void Forget(string instanceId)
    {
        if (_byId.Remove(instanceId, out var instance))
            _characters -= Size(instance.State);
    }

    public void Forget()
    {
        _byId.Clear();
        _characters = 0;
    }

    /// <summary>Begins again if it has grown too large. Not in the midst of a batch, which holds some of what is known.</summary>
    public void Trim()
    {
        if (_characters > MostCharacters)
            Forget();
    }

    private static int Size(InstanceState state) =>
        500 + (state.Input?.Length ?? 0) + (state.Output?.Length ?? 0) + (state.CustomStatus?.Length ?? 0);
}
