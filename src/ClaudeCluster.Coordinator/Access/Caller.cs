namespace ClaudeCluster.Coordinator;

/// <summary>Who a call comes from. A closed family.</summary>
internal abstract record Caller
{
    private Caller()
    {
    }

    public abstract string Name { get; }

    /// <summary>The person who runs the cluster.</summary>
    public sealed record Operator : Caller
    {
        public override string Name => "operator";
    }

    public sealed record Agent(RegisteredAgent Registered) : Caller
    {
        public override string Name => Registered.Record.Id.Value;
    }
}
