using System.Collections.Concurrent;

namespace ClaudeCluster.Agent;

/// <summary>What follows attempts while nobody waits for it, by the mirror that it is done for.</summary>
internal sealed class Renewals
{
    private static readonly ConcurrentDictionary<string, Renewals> InProcess = new(StringComparer.Ordinal);

    private readonly ConcurrentDictionary<Task, string?> _underWay = new();

    /// <summary>All of an agent's root, whoever asks.</summary>
    public static Renewals Of(AgentOptions options) => InProcess.GetOrAdd(options.Root, _ => new Renewals());

    /// <param name="mirror">Whose spares it makes; null: none.</param>
    /// <param name="work">Throws nothing.</param>
    public Task Begin(string? mirror, Func<Task> work)
    {
        var begins = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task task = null!;
        task = Task.Run(async () =>
        {
            await begins.Task;
            try
            {
                await work();
            }
            finally
            {
                // Whoever waited finds none under way.
                _underWay.TryRemove(task, out _);
            }
        });
        _underWay[task] = mirror;
        begins.SetResult();
        return task;
    }

    /// <summary>Those under way that make a spare.</summary>
    public IReadOnlyList<Task> Of(string mirror) => [.. _underWay.Where(work => work.Value == mirror).Select(work => work.Key)];

    /// <summary>Until none is under way.</summary>
    public async Task EndAsync()
    {
        while (_underWay.Keys is { Count: > 0 } left)
            await Task.WhenAll(left);
    }
}
