using ClaudeCluster.DurableTask.Client;

namespace ClaudeCluster.DurableTask.Grpc.Client;

/// <summary>What a hub in this process would throw.</summary>
internal static class Errors
{
    public static async Task<T> OfInstanceAsync<T>(string instanceId, Func<Task<T>> call)
    {
        try
        {
            return await call();
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.NotFound)
        {
            throw new OrchestrationNotFoundException(instanceId);
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.AlreadyExists)
        {
            throw new OrchestrationAlreadyExistsException(instanceId);
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.InvalidArgument)
        {
            throw new ArgumentException(e.Detail, nameof(instanceId), e);
        }
    }
}
