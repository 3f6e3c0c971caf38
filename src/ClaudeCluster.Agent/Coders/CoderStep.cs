namespace ClaudeCluster.Agent;

/// <summary>One thing that a script does. <paramref name="Place"/> is its line, for messages.</summary>
internal abstract record CoderStep(string Place)
{
    /// <summary>Says something, as a coder would.</summary>
    public sealed record Say(string Place, string Text) : CoderStep(Place);

    /// <summary>Replaces a text that stands exactly once in a file.</summary>
    public sealed record Edit(string Place, string Path, string Replace, string With, bool IsOptional = false) : CoderStep(Place);

    public sealed record Write(string Place, string Path, string Text) : CoderStep(Place);

    public sealed record Delete(string Place, string Path) : CoderStep(Place);

    public sealed record Run(string Place, string Command, bool AllowFailure) : CoderStep(Place);

    public sealed record Wait(string Place, TimeSpan Time) : CoderStep(Place);

    /// <summary>Ends the play. The outcome is made when it is played, because a reset is so long from then.</summary>
    public sealed record End(string Place, string Outcome, string Detail, TimeSpan ResetsIn) : CoderStep(Place);
}
