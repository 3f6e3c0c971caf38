using System.Text.Json.Serialization;

namespace ClaudeCluster.Orchestrations;

/// <summary>What follows an attempt.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "next")]
[JsonDerivedType(typeof(Accept), "accept")]
[JsonDerivedType(typeof(TryHere), "tryHere")]
[JsonDerivedType(typeof(TryElsewhere), "tryElsewhere")]
[JsonDerivedType(typeof(WaitUntil), "waitUntil")]
[JsonDerivedType(typeof(AskHuman), "askHuman")]
[JsonDerivedType(typeof(End), "end")]
public abstract record NextStep
{
    private NextStep()
    {
    }

    /// <summary>The work is good: on to the pull request.</summary>
    public sealed record Accept : NextStep;

    /// <summary>Again, on the agent that has the worktree and the session.</summary>
    public sealed record TryHere : NextStep;

    /// <summary>Again, on another agent if there is one.</summary>
    public sealed record TryElsewhere : NextStep;

    /// <summary>Nothing to do until then; the attempt is not counted.</summary>
    public sealed record WaitUntil(DateTimeOffset Until, string Why) : NextStep;

    /// <summary>A person must decide or mend something.</summary>
    public sealed record AskHuman(string Question) : NextStep;

    /// <summary>No more attempts, and nothing to ask.</summary>
    public sealed record End(string Why) : NextStep;
}
