using ClaudeCluster.Architecture.Tests.PublicApi;

namespace ClaudeCluster.Architecture.Tests;

/// <summary>
/// What others compile against grows only where a reviewer sees it: as a line in PublicApi/*.approved.txt. To approve a change:
/// <c>APPROVE=1 dotnet test tests/ClaudeCluster.Architecture.Tests --filter PublicApiTests</c>, then read the diff.
/// </summary>
public sealed class PublicApiTests
{
    private const string HowToApprove = "APPROVE=1 dotnet test tests/ClaudeCluster.Architecture.Tests --filter PublicApiTests";

    [Theory]
    [InlineData("ClaudeCluster.DurableTask")]
    [InlineData("ClaudeCluster.DurableTask.Grpc")]
    [InlineData("ClaudeCluster.DurableTask.Storage")]
    [InlineData("ClaudeCluster.Orchestrations")]
    public void Public_api_is_the_approved_one(string package)
    {
        var folder = Path.Combine(Repository.Root, "tests", "ClaudeCluster.Architecture.Tests", "PublicApi");
        var approvedFile = Path.Combine(folder, package + ".approved.txt");
        var receivedFile = Path.Combine(folder, package + ".received.txt");
        var received = ApiText.Of(Repository.Load(package));

        File.Delete(receivedFile);
        if (Environment.GetEnvironmentVariable("APPROVE") == "1")
            File.WriteAllText(approvedFile, received);

        var approved = File.Exists(approvedFile) ? File.ReadAllText(approvedFile).ReplaceLineEndings("\n") : "";
        if (received == approved)
            return;

        File.WriteAllText(receivedFile, received);
        Assert.Fail($"The public API of {package} is not the approved one.\n{Difference(approved, received)}\nIf that is meant: {HowToApprove}\nAll of it: {receivedFile}");
    }

    private static string Difference(string approved, string received)
    {
        var before = approved.Split('\n');
        var after = received.Split('\n');
        var lines = before.Except(after, StringComparer.Ordinal).Select(line => "- " + line.Trim())
            .Concat(after.Except(before, StringComparer.Ordinal).Select(line => "+ " + line.Trim()))
            .ToList();
        return lines.Count == 0 ? "The same lines in another order." : string.Join('\n', lines.Take(40));
    }
}
