using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using ClaudeCluster.TestKit;

namespace ClaudeCluster.Agent.Tests;

/// <summary>A repository behind HTTP, as git's own backend serves it, for whoever shows the right credential.</summary>
internal sealed class GitServer : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly string _root;
    private readonly string _authorization;
    private readonly string _secret;
    private readonly Task _serving;

    public GitServer(string root, string user, string secret)
    {
        _root = root;
        _secret = secret;
        _authorization = $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{secret}"))}";
        Url = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePorts.Take()}/"));
        _listener.Prefixes.Add(Url.AbsoluteUri);
        _listener.Start();
        _serving = ServeAsync();
    }

    public Uri Url { get; }

    /// <summary>While git showed the credential, it stood in the arguments of a process of this PC, where every user can read it.</summary>
    public bool WasInAnArgument { get; private set; }

    /// <summary>Whoever shows the right credential is sent there.</summary>
    public Uri? Elsewhere { get; set; }

    /// <summary>The status that a request with the right credential gets instead of an answer; null: it is answered.</summary>
    public Func<HttpListenerRequest, int?> Trouble { get; set; } = _ => null;

    /// <summary>How many requests came with the right credential, and how many without.</summary>
    public int Authorized { get; private set; }

    public int Refused { get; private set; }

    /// <summary>Everything that was shown as a credential.</summary>
    public HashSet<string> Shown { get; } = new(StringComparer.Ordinal);

    /// <summary>Where git-lfs is sent for objects.</summary>
    /// <value>Null: here.</value>
    public Uri? ObjectsAt { get; set; }

    private async Task ServeAsync()
    {
        while (_listener.IsListening)
        {
            try
            {
                await AnswerAsync(await _listener.GetContextAsync());
            }
            catch (Exception over) when (over is HttpListenerException or ObjectDisposedException or IOException)
            {
                // The server is being stopped, or a client left.
            }
        }
    }

    private async Task AnswerAsync(HttpListenerContext http)
    {
        using var response = http.Response;
        if (http.Request.Headers["Authorization"] is { } shown)
            Shown.Add(shown);
        if (http.Request.Headers["Authorization"] != _authorization)
        {
            Refused++;
            response.StatusCode = 401;
            response.Headers["WWW-Authenticate"] = "Basic realm=\"git\"";
            // A server that says too much: git shows the text of a refusal to whoever ran it.
            response.ContentType = "text/plain";
            var sent = http.Request.Headers["Authorization"]?.Split(' ')[^1] ?? string.Empty;
            await response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes($"Refused: {Encoding.UTF8.GetString(Convert.FromBase64String(sent))}\n"));
            return;
        }

        Authorized++;
        WasInAnArgument |= Directory.EnumerateDirectories("/proc").Any(process => ReadArguments(process).Contains(_secret, StringComparison.Ordinal));
        if (Trouble(http.Request) is { } status)
        {
            response.StatusCode = status;
            return;
        }

        if (Elsewhere is { } place)
        {
            response.Redirect(new Uri(place, http.Request.Url!.PathAndQuery).AbsoluteUri);
            return;
        }

        if (http.Request.Url!.AbsolutePath.Contains("/info/lfs/", StringComparison.Ordinal))
        {
            await AnswerLargeFilesAsync(http.Request, response);
            return;
        }

        var start = new ProcessStartInfo("git", ["http-backend"]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var (name, value) in new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["GIT_PROJECT_ROOT"] = _root,
            ["GIT_HTTP_EXPORT_ALL"] = "1",
            ["REMOTE_USER"] = "agent",
            ["REQUEST_METHOD"] = http.Request.HttpMethod,
            ["PATH_INFO"] = http.Request.Url!.AbsolutePath,
            ["QUERY_STRING"] = http.Request.Url.Query.TrimStart('?'),
            ["CONTENT_TYPE"] = http.Request.ContentType,
            ["HTTP_CONTENT_ENCODING"] = http.Request.Headers["Content-Encoding"],
            ["GIT_PROTOCOL"] = http.Request.Headers["Git-Protocol"],
            ["GIT_CONFIG_COUNT"] = "1",
            ["GIT_CONFIG_KEY_0"] = "http.receivepack",
            ["GIT_CONFIG_VALUE_0"] = "true",
        })
        {
            if (value is not null)
                start.Environment[name] = value;
        }
        using var backend = Process.Start(start)!;
        await http.Request.InputStream.CopyToAsync(backend.StandardInput.BaseStream);
        backend.StandardInput.Close();
        await PassOnAsync(backend.StandardOutput.BaseStream, response);
        await backend.WaitForExitAsync();
    }

    /// <summary>The batch API of git-lfs, and the objects, which lie where git-lfs itself would put them.</summary>
    private async Task AnswerLargeFilesAsync(HttpListenerRequest request, HttpListenerResponse response)
    {
        var (repository, rest) = (request.Url!.AbsolutePath.Split("/info/lfs/")[0], request.Url.AbsolutePath.Split("/info/lfs/")[1]);
        if (rest != "objects/batch")
        {
            var oid = rest.Split('/')[^1];
            var file = Path.Combine(_root, repository.TrimStart('/'), "lfs", "objects", oid[..2], oid[2..4], oid);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            if (request.HttpMethod == "PUT")
                await using (var stored = File.Create(file))
                    await request.InputStream.CopyToAsync(stored);
            else
                await response.OutputStream.WriteAsync(await File.ReadAllBytesAsync(file));
            return;
        }
        var asked = (await JsonNode.ParseAsync(request.InputStream))!;
        var action = asked["operation"]!.GetValue<string>();
        response.ContentType = "application/vnd.git-lfs+json";
        await response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(new JsonObject
        {
            ["transfer"] = "basic",
            ["objects"] = new JsonArray([.. asked["objects"]!.AsArray().Select(each => new JsonObject
            {
                ["oid"] = each!["oid"]!.GetValue<string>(),
                ["size"] = each["size"]!.GetValue<long>(),
                ["actions"] = new JsonObject { [action] = new JsonObject { ["href"] = new Uri(ObjectsAt ?? Url, $"{repository}/info/lfs/objects/{each["oid"]!.GetValue<string>()}").AbsoluteUri } },
            })]),
        }.ToJsonString()));
    }

    private static string ReadArguments(string process)
    {
        try
        {
            return File.ReadAllText($"{process}/cmdline");
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return string.Empty;
        }
    }

    /// <summary>Headers as CGI has them, an empty line, the body.</summary>
    private static async Task PassOnAsync(Stream output, HttpListenerResponse response)
    {
        using var all = new MemoryStream();
        await output.CopyToAsync(all);
        var bytes = all.ToArray();
        var end = bytes.AsSpan().IndexOf("\r\n\r\n"u8);
        foreach (var header in Encoding.ASCII.GetString(bytes, 0, Math.Max(end, 0)).Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(": ", 2)))
        {
            if (header[0] == "Status")
                response.StatusCode = int.Parse(header[1].Split(' ')[0], CultureInfo.InvariantCulture);
            else if (header[0] == "Content-Type")
                response.ContentType = header[1];
        }
        await response.OutputStream.WriteAsync(bytes.AsMemory(end + 4));
    }

    public async ValueTask DisposeAsync()
    {
        // Once only: a second end would take the port from whoever has it by then.
        _listener.Close();
        await _serving;
    }
}
