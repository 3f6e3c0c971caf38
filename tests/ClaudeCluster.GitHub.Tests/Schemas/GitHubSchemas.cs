using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using ClaudeCluster.FakeGitHub;
using ClaudeCluster.FakeGitHub.Webhooks;
using Newtonsoft.Json.Linq;
using NJsonSchema;

namespace ClaudeCluster.GitHub.Tests;

/// <summary>GitHub's own description of its API (npm <c>@octokit/openapi</c>), trimmed to the calls that the fake knows.</summary>
internal static class GitHubSchemas
{
    /// <summary>What the fake tells of.</summary>
    private static readonly string[] Webhooks =
    [
        "issues-opened", "issues-labeled", "issues-unlabeled", "issues-edited", "issues-closed", "issues-reopened", "issues-deleted", "issue-comment-created",
        "pull-request-opened", "pull-request-edited", "pull-request-synchronize", "pull-request-closed", "pull-request-reopened",
        "pull-request-review-submitted", "pull-request-review-comment-created", "push", "status", "check-suite-completed",
        "workflow-run-completed", "workflow-job-queued", "workflow-job-in-progress", "workflow-job-completed",
    ];

    private static readonly Lazy<JObject> Trimmed = new(() => Trim(FakeGitHubServer.Operations));
    private static readonly Lazy<JObject> TrimmedWebhooks = new(() => Trim(Webhooks.Select(name => $"webhook-{name}")));
    private static readonly ConcurrentDictionary<string, Task<JsonSchema?>> Compiled = new(StringComparer.Ordinal);

    public static string Folder { get; } = Path.GetFullPath(Path.Combine(Here(), "..", "..", "github-schemas"));

    public const string HowToSetUp = "Run 'npm ci --ignore-scripts' in tests/github-schemas (./test does it).";

    public static bool IsSetUp => Directory.Exists(Path.Combine(Folder, "node_modules", "@octokit", "openapi"));

    public static void SkipUnlessSetUp() => Assert.SkipUnless(IsSetUp, $"GitHub's description of its API is not installed. {HowToSetUp}");

    /// <returns>What does not agree with the description, one line each.</returns>
    public static async Task<IReadOnlyList<string>> CheckAsync(IEnumerable<LoggedRequest> requests)
    {
        var findings = new List<string>();
        foreach (var request in IsSetUp ? requests : [])
        {
            if (request.Operation is not { } operation)
                findings.Add($"{request.Method} {request.Path}: the fake knows no such call");
            else if (!operation.StartsWith("GraphQL ", StringComparison.Ordinal))
                findings.AddRange([.. await CheckBodyAsync($"{operation} request", request.RequestBody), .. await CheckBodyAsync($"{operation} responses.{request.Status}", request.AnswerBody)]);
        }

        return findings;
    }

    /// <returns>What GitHub would never send, one line each.</returns>
    public static async Task<IReadOnlyList<string>> CheckWebhooksAsync(IEnumerable<Delivery> deliveries)
    {
        var findings = new List<string>();
        foreach (var delivery in IsSetUp ? deliveries : [])
        {
            var action = (string?)JObject.Parse(delivery.Body)["action"];
            var name = (action is null ? delivery.Event : $"{delivery.Event}-{action}").Replace('_', '-');
            if (!Webhooks.Contains(name))
                findings.Add($"{name}: it is not in the list of what is checked");
            else
                findings.AddRange((await Compiled.GetOrAdd($"webhook-{name} request", CompileAsync))!.Validate(delivery.Body).Select(problem => $"{name}: {problem}"));
        }

        return findings;
    }

    /// <summary>A proxy's page, which a fault may bring, is no JSON object.</summary>
    private static async Task<IEnumerable<string>> CheckBodyAsync(string what, string body) =>
        body.StartsWith('{') || body.StartsWith('[') ? await Compiled.GetOrAdd(what, CompileAsync) is { } schema ? schema.Validate(body).Select(problem => $"{what}: {problem}") : [] : [];

    /// <returns>Null: GitHub does not describe it (a 403 that may come anywhere).</returns>
    private static async Task<JsonSchema?> CompileAsync(string what)
    {
        var at = what.LastIndexOf(' ');
        var trimmed = (what.StartsWith("webhook-", StringComparison.Ordinal) ? TrimmedWebhooks : Trimmed).Value;
        var operation = trimmed["operations"]![what[..at]]!;
        if (operation.SelectToken(what[(at + 1)..]) is not JObject schema)
            return null;
        var whole = new JObject { ["$schema"] = "http://json-schema.org/draft-07/schema#", ["definitions"] = trimmed["definitions"], ["allOf"] = new JArray(schema) };
        return await JsonSchema.FromJsonAsync(whole.ToString());
    }

    private static JObject Trim(IEnumerable<string> operations)
    {
        var output = Path.Combine(Folder, "obj", $"api-{Environment.ProcessId}-{Guid.NewGuid():N}.json");
        Node("trim.mjs", "", [output, .. operations]);
        var trimmed = JObject.Parse(File.ReadAllText(output));
        File.Delete(output);
        return trimmed;
    }

    /// <returns>What it printed.</returns>
    public static string Node(string script, string input, params string[] arguments)
    {
        var start = new ProcessStartInfo("node", [script, .. arguments]) { WorkingDirectory = Folder, RedirectStandardInput = true, RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"node {script} ended with {process.ExitCode}; what it said stands above.");
    }

    private static string Here([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
