using System.Globalization;
using System.Text;

namespace ClaudeCluster.DurableTask.Simulation.Machine;

/// <summary>What happened: virtual time, who, what. Written only when asked for, since it can be had again from the seed.</summary>
internal sealed class Trace(VirtualTime time, bool isOn)
{
    private readonly StringBuilder _text = new();

    public bool IsOn => isOn;

    public void Write(string what, SimProcess? who = null)
    {
        if (isOn)
            _text.Append(CultureInfo.InvariantCulture, $"{time.Elapsed:hh\\:mm\\:ss\\.fffffff}  {(who ?? SimProcess.Running)?.Name ?? "world",-10}  {what}\n");
    }

    public override string ToString() => _text.ToString();
}
