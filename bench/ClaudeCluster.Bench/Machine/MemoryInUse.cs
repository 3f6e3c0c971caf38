using System.Runtime;

namespace ClaudeCluster.Bench.Machine;

/// <summary>What this process keeps after a full collection: objects that live, and pages that the system has given it.</summary>
internal sealed record MemoryInUse(long HeapBytes, long ProcessBytes)
{
    public static MemoryInUse AfterCollection()
    {
        for (var i = 0; i < 3; i++)
        {
            GCSettings.LargeObjectHeapCompactionMode = GCLargeObjectHeapCompactionMode.CompactOnce;
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }

        return new MemoryInUse(GC.GetTotalMemory(forceFullCollection: false), Environment.WorkingSet);
    }
}
