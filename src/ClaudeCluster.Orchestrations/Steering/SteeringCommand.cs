using System.Text.Json.Serialization;

namespace ClaudeCluster.Orchestrations;

/// <summary>What a person asks of a flow with a comment that begins with <c>/claude</c>, or by the coordinator's API: a closed family.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "command")]
[JsonDerivedType(typeof(Status), "status")]
[JsonDerivedType(typeof(Explain), "explain")]
[JsonDerivedType(typeof(Run), "run")]
[JsonDerivedType(typeof(Retry), "retry")]
[JsonDerivedType(typeof(Cancel), "cancel")]
[JsonDerivedType(typeof(Pause), "pause")]
[JsonDerivedType(typeof(Resume), "resume")]
[JsonDerivedType(typeof(Approve), "approve")]
[JsonDerivedType(typeof(Reject), "reject")]
[JsonDerivedType(typeof(Budget), "budget")]
[JsonDerivedType(typeof(Guidance), "guidance")]
[JsonDerivedType(typeof(Help), "help")]
public abstract record SteeringCommand
{
    private SteeringCommand()
    {
    }

    /// <summary>Where the flow stands.</summary>
    public sealed record Status : SteeringCommand;

    /// <summary>Why it went where it went, and what each attempt came to.</summary>
    public sealed record Explain : SteeringCommand;

    /// <summary>Begin; on an issue whose flow has ended, a new one.</summary>
    public sealed record Run : SteeringCommand;

    /// <summary>Again, with the text as it is now.</summary>
    /// <param name="On">Another specialty; null: as it was routed.</param>
    public sealed record Retry(Specialty? On) : SteeringCommand;

    /// <summary>End the flow.</summary>
    public sealed record Cancel : SteeringCommand;

    /// <summary>Stop what runs and begin nothing, until <see cref="Resume"/>.</summary>
    public sealed record Pause : SteeringCommand;

    public sealed record Resume : SteeringCommand;

    /// <summary>Yes to what the flow asks.</summary>
    public sealed record Approve : SteeringCommand;

    /// <summary>No to what the flow asks; it ends.</summary>
    public sealed record Reject(string Why) : SteeringCommand;

    /// <summary>What an attempt may cost from now on, in US dollars.</summary>
    public sealed record Budget(decimal Usd) : SteeringCommand;

    /// <summary>Words for the coder's next turn.</summary>
    public sealed record Guidance(string Text) : SteeringCommand;

    /// <param name="Problem">What was not understood; null: help was asked for.</param>
    public sealed record Help(string? Problem) : SteeringCommand;
}
