using ClaudeCluster.DurableTask;

namespace ClaudeCluster.Orchestrations.Tests.Attempts;

public sealed class LostWorkerTests
{
    [Fact]
    public void Words_are_those_of_the_hub()
    {
        Assert.Equal(TaskTags.OnLostWorker, LostWorker.Tag);
        Assert.Equal(TaskTags.Fail, LostWorker.Fail);
        Assert.Equal(FailureTypes.WorkerLost, LostWorker.ErrorType);
    }
}
