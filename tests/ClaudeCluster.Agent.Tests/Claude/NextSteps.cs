namespace ClaudeCluster.Agent.Tests;

/// <summary>The words of the failure table's last column.</summary>
internal static class NextSteps
{
    public static readonly Type AskHuman = typeof(NextStep.AskHuman);
    public static readonly Type WaitUntil = typeof(NextStep.WaitUntil);
    public static readonly Type TryHere = typeof(NextStep.TryHere);
    public static readonly Type TryElsewhere = typeof(NextStep.TryElsewhere);
}
