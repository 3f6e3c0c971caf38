using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.Hub;
using ClaudeCluster.DurableTask.Simulation.Programs;

namespace ClaudeCluster.DurableTask.Simulation.Cast;

/// <summary>The world that activities touch: what they did to it, and what is broken in it.</summary>
internal sealed class Outside(World world, ITaskHub hub) : IOutside
{
    private readonly Dictionary<(string CallKey, int Op), int> _numbers = [];
    private readonly Dictionary<(string Root, int Life, int Op), int> _calls = [];
    private readonly Dictionary<string, int> _lives = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _repairs = new(StringComparer.Ordinal);
    private readonly DurableTaskClient _client = new(hub);

    public Task WorkAsync() => world.Faults.Happens(world.Faults.Slowness / 10) ? world.Time.DelayAsync(world.Faults.NewDelay(300_000)) : world.PauseAsync();

    public int Effect(ProgramTasks.Call call, string callKey)
    {
        if (!_numbers.TryGetValue((callKey, call.Op), out var number))
        {
            var operation = (call.Root, Life(call.Root), call.Op);
            _numbers.Add((callKey, call.Op), number = _calls.GetValueOrDefault(operation));
            _calls[operation] = number + 1;
        }

        world.Trace.Write($"effect {number} of {call.Root}/{call.Op}");
        return number;
    }

    public bool IsBroken(ProgramTasks.Call call) => _repairs.GetValueOrDefault(call.Root) < call.Failures;

    /// <summary>Whatever is broken for this root needs one repair less.</summary>
    public void Repair(string root) => _repairs[root] = _repairs.GetValueOrDefault(root) + 1;

    /// <summary>The root is about to begin again: what it calls from now on is counted anew.</summary>
    public void BeginNewLife(string root) => _lives[root] = Life(root) + 1;

    /// <summary>How many calls this root has made in its present life, each counted once.</summary>
    public int Calls(string root) => _calls.Where(call => (call.Key.Root, call.Key.Life) == (root, Life(root))).Sum(call => call.Value);

    public async Task TerminateAsync(string instanceId)
    {
        while (true)
        {
            try
            {
                await _client.TerminateInstanceAsync(instanceId);
                return;
            }
            catch (IOException)
            {
                await world.Time.DelayAsync(TimeSpan.FromSeconds(1));
            }
        }
    }

    private int Life(string root) => _lives.GetValueOrDefault(root);
}
