using ClaudeCluster.DurableTask.Transitions;
using ClaudeCluster.DurableTask.WorkItems;

namespace ClaudeCluster.DurableTask.Storage.Postgres;

/// <summary>Who holds a piece of work, if anybody, and how often it was given to somebody.</summary>
internal readonly record struct Holding(string? Token, string WorkerId, DateTimeOffset Until, int Deliveries)
{
    public static Holding Nobody => new(null, string.Empty, default, 0);

    public Holding GiveTo(Claim claim) => new(claim.NewToken(), claim.WorkerId, claim.Until, Deliveries + 1);

    public Holding Release(Disposition disposition) => Nobody with
    {
        Deliveries = disposition switch
        {
            Disposition.Done => 0,
            Disposition.Returned => Deliveries - 1,
            _ => Deliveries,
        },
    };
}
