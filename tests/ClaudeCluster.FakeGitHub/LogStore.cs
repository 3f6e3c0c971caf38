using System.Globalization;
using System.Text;
using ClaudeCluster.FakeGitHub.State;
using Microsoft.AspNetCore.Http;

namespace ClaudeCluster.FakeGitHub;

/// <summary>
/// Where GitHub keeps the logs of jobs: another host than the API's, by addresses that are good for a while and need no token. As the real
/// one it refuses whoever sends a token along.
/// </summary>
public sealed class LogStore(World world)
{
    private readonly Lock _gate = new();
    private readonly List<(string Path, bool WasSigned)> _requests = [];

    /// <summary>What it answers instead of the log, as when an address's time is over; null: the log.</summary>
    public int? Refuses { get; set; }

    public IReadOnlyList<(string Path, bool WasSigned)> Requests
    {
        get
        {
            lock (_gate)
                return [.. _requests];
        }
    }

    internal static string AddressOf(World world, CheckRun job) => $"{world.LogsUrl.AbsoluteUri.TrimEnd('/')}/logs/{job.Id.ToString(CultureInfo.InvariantCulture)}?sig=for-a-minute";

    internal async Task AnswerAsync(HttpContext http)
    {
        var isSigned = http.Request.Headers.Authorization.Count > 0;
        lock (_gate)
            _requests.Add((http.Request.Path.Value!, isSigned));
        var log = Find(http.Request.Path.Value!);
        http.Response.StatusCode = Refuses ?? (isSigned ? 400 : http.Request.Query["sig"] != "for-a-minute" ? 403 : log is null ? 404 : 200);
        http.Response.ContentType = http.Response.StatusCode == 200 ? "text/plain" : "application/xml";
        await http.Response.Body.WriteAsync(http.Response.StatusCode == 200 ? log! : Encoding.UTF8.GetBytes("<?xml version=\"1.0\"?><Error><Code>AuthenticationFailed</Code></Error>"));
    }

    private byte[]? Find(string path)
    {
        lock (world.Gate)
            return world.Repositories.SelectMany(repository => Checks.Of(world, repository)).FirstOrDefault(job => path == $"/logs/{job.Id.ToString(CultureInfo.InvariantCulture)}")?.Log;
    }
}
