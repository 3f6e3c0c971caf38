// Microsoft's SDK, and its test host in this process as the hub: -p:DurableTaskSdk=Microsoft -p:Hub=TestHost takes this file.
global using Microsoft.DurableTask;
global using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace OwnFlow;

internal static class Sdk
{
    /// <summary>In memory, so it has no name.</summary>
    public static string Hub => string.Empty;

    public static IServiceCollection AddSdk(this IServiceCollection services, string hub, Action<DurableTaskRegistry> tasks) =>
        services.AddInMemoryDurableTask(tasks);
}
