using System.Net;
using System.Security.Cryptography.X509Certificates;
using ClaudeCluster.DurableTask.Hub;
using ClaudeCluster.DurableTask.Storage.Records;
using ClaudeCluster.GitHub;

namespace ClaudeCluster.Coordinator;

/// <summary>What a coordinator is made of.</summary>
public sealed record CoordinatorOptions
{
    /// <summary>
    /// What the hub must take at once, in bytes: GitHub's largest text has 65,536 characters of which each may need twelve in JSON, a flow keeps its issue
    /// and the newer text, and an event brings it once more.
    /// </summary>
    public const int LargestPayload = 4 * 1024 * 1024;

    /// <summary>Address and port of everything; port 0 takes a free one.</summary>
    public required IPEndPoint Listen { get; init; }

    /// <summary>Where agents, tokens and the audit are kept.</summary>
    public required IRecordStore Records { get; init; }

    /// <summary>The hub that is served here, open; null: there is one elsewhere.</summary>
    public LocalTaskHub? Hub { get; init; }

    /// <summary>The hub elsewhere, for what the API must know of attempts.</summary>
    public ITaskHub? HubElsewhere { get; init; }

    /// <summary>For TLS; null listens in the clear.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>The operator's own token; null: one is made at the first start.</summary>
    public string? OperatorToken { get; init; }

    /// <summary>By which flows reach GitHub; null: no flows run here, and there are no doors for events.</summary>
    public IGitHub? GitHub { get; init; }

    /// <summary>By which flows read what came back on their pull requests; null: it is heard, and never read.</summary>
    public IFeedback? Feedback { get; init; }

    /// <summary>By which agent PCs are woken that are not connected; null: none can be.</summary>
    public IRunners? Runners { get; init; }

    /// <summary>By which events are found that never came; null: nobody looks for them.</summary>
    public ILostEvents? LostEvents { get; init; }

    /// <summary>How often that is done, and where.</summary>
    public ReconcilerOptions Reconciler { get; init; } = new();

    /// <summary>Makes what agents push with; null: they use their own.</summary>
    public IPushCredentials? PushCredentials { get; init; }

    /// <summary>The secret of the webhook that GitHub calls; null: that door is closed.</summary>
    public string? WebhookSecret { get; init; }

    /// <summary>Where the webhook listens beside <see cref="Listen"/>, and nothing else is answered; null: nowhere.</summary>
    public IPEndPoint? WebhookListen { get; init; }

    /// <summary>How much of deliveries is held before it is known that they are GitHub's.</summary>
    public WebhookRoomOptions WebhookRoom { get; init; } = new();

    /// <summary>What hands in events beside the operator, and may do nothing else; null: nobody.</summary>
    public string? TriggerToken { get; init; }

    /// <summary>False once the store is known to be damaged.</summary>
    public Func<bool> IsSound { get; init; } = static () => true;

    /// <summary>How often to look for what other coordinators on the same database wrote.</summary>
    /// <value>Default: 2 seconds.</value>
    public TimeSpan LookAgain { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>For how long a connection may say nothing, before it is closed.</summary>
    /// <value>Default: 10 seconds.</value>
    public TimeSpan Silence { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How many connections may say nothing at a time.</summary>
    /// <value>Default: 1000.</value>
    public int MostSilent { get; init; } = 1_000;
}
