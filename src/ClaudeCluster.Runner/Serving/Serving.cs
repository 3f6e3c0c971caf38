using System.Net;
using ClaudeCluster.Agent;

namespace ClaudeCluster.Runner;

/// <summary>What all serving commands do alike.</summary>
internal static class Serving
{
    private const int ShortestCredential = 16;

    /// <summary>The credential in an environment variable; null if none is named.</summary>
    /// <exception cref="BadInputException">It is missing or short.</exception>
    public static string? Credential(HostEnvironment host, string option, string? variable) => variable is null
        ? null
        : host.Variable(variable)?.Trim() is { Length: >= ShortestCredential } secret
            ? secret
            : throw new BadInputException(option, $"The environment variable {variable} is missing or shorter than {ShortestCredential} characters.", "Set it to a long random text, such as 'openssl rand -hex 32' prints.");

    /// <exception cref="HostNotReadyException">The address is taken.</exception>
    public static async Task<T> StartAsync<T>(IPEndPoint listen, Func<Task<T>> start)
    {
        try
        {
            return await start();
        }
        catch (IOException failure)
        {
            throw new HostNotReadyException($"{listen} cannot be listened on: {failure.Message}", "Stop what listens there, or choose another port with --listen.");
        }
    }

    public static async Task UntilCancelledAsync(CancellationToken cancellationToken)
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = cancellationToken.Register(stopped.SetResult);
        await stopped.Task;
    }
}
