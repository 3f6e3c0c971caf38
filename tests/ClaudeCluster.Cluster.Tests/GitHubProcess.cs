using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using ClaudeCluster.FakeGitHub;

namespace ClaudeCluster.Cluster.Tests;

/// <summary>The fake GitHub as a process of its own: set up, used as people do, and looked at over HTTP. Git lies in folders.</summary>
internal sealed class GitHubProcess : IAsyncDisposable
{
    public static readonly IReadOnlyList<string> StatusLabels = ["claude:working", "claude:waiting", "claude:review", "claude:done", "claude:failed"];

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    private readonly string _folder;
    private readonly RealProcess _process;
    private readonly HttpClient _http;
    private readonly Dictionary<string, string> _repositories = new(StringComparer.Ordinal);

    private GitHubProcess(string folder, RealProcess process)
    {
        (_folder, _process) = (folder, process);
        _http = new() { BaseAddress = new Uri(process.Output.Split('\n')[0]) };
    }

    public Uri Url => _http.BaseAddress!;

    public static async Task<GitHubProcess> StartAsync()
    {
        var folder = Directory.CreateTempSubdirectory("cc-github-").FullName;
        var program = Path.Combine(AppContext.BaseDirectory, $"{typeof(FakeGitHubServer).Assembly.GetName().Name}.dll");
        // It is killed in the end, and would leave its debugger's pipes behind.
        var process = new RealProcess(new ProcessStartInfo("dotnet", [program, "--folder", folder]) { Environment = { ["DOTNET_EnableDiagnostics"] = "0" } });
        await process.SaysAsync("http://");
        return new(folder, process);
    }

    public async Task AddRepositoryAsync(string repository, string administrator, params IReadOnlyList<string> labels)
    {
        _repositories[repository] = (await SayAsync("repositories", new { FullName = repository, Labels = labels }))["folder"]!.GetValue<string>();
        await SayAsync("roles", new { Repository = repository, Login = administrator, Role = "admin" });
    }

    /// <summary>As if somebody had pushed it to the default branch.</summary>
    public Task CommitAsync(string repository, string path, string text) => SayAsync("files", new { Repository = repository, Branch = "main", Path = path, Text = text });

    /// <returns>Its id, and a file with its private key.</returns>
    public async Task<(string Id, string KeyFile)> AddAppAsync(string slug, IReadOnlyDictionary<string, string> permissions, params IReadOnlyList<string> installedIn)
    {
        using var key = RSA.Create(2048);
        var keyFile = Path.Combine(_folder, $"{slug}.pem");
        await File.WriteAllTextAsync(keyFile, key.ExportRSAPrivateKeyPem());
        var app = await SayAsync("apps", new { Slug = slug, PublicKey = key.ExportSubjectPublicKeyInfoPem(), Permissions = permissions });
        foreach (var repository in installedIn)
            await SayAsync("installations", new { App = slug, Repository = repository });
        return (app["id"]!.GetValue<long>().ToString(CultureInfo.InvariantCulture), keyFile);
    }

    /// <param name="url">Where it goes.</param>
    /// <param name="secret">It is signed with.</param>
    /// <param name="without">Repositories that have none.</param>
    public Task SetWebhookAsync(Uri url, string secret, params IReadOnlyList<string> without) => SayAsync("webhook", new { Url = url, Secret = secret, Without = without });

    /// <returns>Its number.</returns>
    public async Task<int> OpenIssueAsync(string repository, string login, string title, string body, params IReadOnlyList<string> labels) =>
        (await SayAsync("issues", new { Repository = repository, Login = login, Title = title, Body = body, Labels = labels }))["number"]!.GetValue<int>();

    public Task LabelAsync(string repository, int issue, string label, string login) => SayAsync("labels", new { Repository = repository, Issue = issue, Label = label, Login = login });

    public async Task<SeenRepository> LookAtAsync(string repository) => (await LookAsync<Dictionary<string, SeenRepository>>("state"))[repository];

    /// <summary>Of all repositories, oldest first.</summary>
    public Task<IReadOnlyList<SeenRun>> RunsAsync() => LookAsync<IReadOnlyList<SeenRun>>("runs");

    public Task<IReadOnlyList<SeenDelivery>> DeliveriesAsync() => LookAsync<IReadOnlyList<SeenDelivery>>("deliveries");

    public Task<IReadOnlyList<SeenRequest>> RequestsAsync() => LookAsync<IReadOnlyList<SeenRequest>>("requests");

    public Task<IReadOnlyList<string>> BranchesAsync(string repository) => LookAsync<IReadOnlyList<string>>($"branches?repository={repository}");

    /// <summary>As its owner has it on the disk.</summary>
    public GitCli Git(string repository) => new(_repositories[repository]);

    /// <summary>Looks at first and whenever something happened there.</summary>
    public async Task UntilAsync(Func<Task<bool>> holds, CancellationToken limit)
    {
        var seen = 0L;
        do
        {
            // Counted before the look: what comes while we look is not missed.
            seen = (await LookAsync<JsonObject>($"changes?after={seen}", limit))["count"]!.GetValue<long>();
        }
        while (!await holds());
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _process.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<JsonNode> SayAsync(string what, object said)
    {
        using var answer = await _http.PostAsJsonAsync($"/_fake/{what}", said, Json);
        var text = await answer.Content.ReadAsStringAsync();
        return answer.IsSuccessStatusCode ? JsonNode.Parse(text)! : throw new InvalidOperationException($"{what}: {text}");
    }

    private async Task<T> LookAsync<T>(string what, CancellationToken limit = default) => (await _http.GetFromJsonAsync<T>($"/_fake/{what}", Json, limit))!;
}
