using System.Security.Cryptography;
using System.Text;

namespace ClaudeCluster.Orchestrations;

/// <summary>PURE. A flow that asks before it begins. What is approved is the text that was snapshotted, named by its digest; an edit changes nothing of it.</summary>
internal static class Approval
{
    public static FlowState AskForApproval(this FlowState flow) => flow with
    {
        Phase = FlowPhase.NeedsHuman,
        AwaitsApproval = true,
        Question = $"May the work begin, with the text as it was when it was asked for (digest {Digest(flow.Issue)})?",
    };

    private static string Digest(IssueSnapshot issue) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{issue.Title}\n{issue.Body}")))[..12];
}
