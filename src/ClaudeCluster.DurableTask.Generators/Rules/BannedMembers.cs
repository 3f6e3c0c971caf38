using Microsoft.CodeAnalysis;

namespace ClaudeCluster.DurableTask.Generators.Rules;

/// <summary>What of the framework an orchestrator must not use, and by which rule. One line for each type.</summary>
internal sealed class BannedMembers
{
    /// <summary>Constructors, in the lists below: all of a type, those without and those with parameters.</summary>
    private const string Constructor = ".ctor", ConstructorOfNothing = ".ctor()", ConstructorOfSomething = ".ctor(…)";

    /// <param name="Type">The type; its descendants are meant too.</param>
    /// <param name="Members">The members that are meant; none: all that it declares.</param>
    private sealed record Ban(Rule Rule, string Type, params string[] Members)
    {
        /// <summary>Members that are harmless.</summary>
        public string[] Except { get; init; } = [];

        public bool Means(ISymbol member) =>
            !Except.Contains(member.Name)
            && (Members.Length == 0 || Members.Contains(member.Name) || (ConstructorOf(member) is { } constructor && Members.Contains(constructor)));

        private static string? ConstructorOf(ISymbol member) => member is IMethodSymbol { MethodKind: MethodKind.Constructor } constructor
            ? (constructor.Parameters.IsEmpty ? ConstructorOfNothing : ConstructorOfSomething)
            : null;
    }

    private static readonly Ban[] Table =
    [
        new(RuleBook.Clock, "System.DateTime", "Now", "UtcNow", "Today"),
        new(RuleBook.Clock, "System.DateTimeOffset", "Now", "UtcNow"),
        new(RuleBook.Clock, "System.TimeProvider"),
        new(RuleBook.Clock, "System.Diagnostics.Stopwatch"),
        new(RuleBook.Clock, "System.Environment", "TickCount", "TickCount64"),

        new(RuleBook.NewGuid, "System.Guid", "NewGuid", "CreateVersion7"),

        new(RuleBook.Delay, "System.Threading.Tasks.Task", "Delay", "WaitAsync"),
        new(RuleBook.Delay, "System.Threading.Thread", "Sleep"),
        new(RuleBook.Delay, "System.Threading.PeriodicTimer"),
        new(RuleBook.Delay, "System.Threading.Timer"),

        new(RuleBook.Thread, "System.Threading.Tasks.Task", "Run", "ContinueWith", "Start", "Wait", "WaitAll", "WaitAny"),
        new(RuleBook.Thread, "System.Threading.Tasks.TaskFactory"),
        new(RuleBook.Thread, "System.Threading.Tasks.TaskFactory`1"),
        new(RuleBook.Thread, "System.Threading.Tasks.Parallel"),
        new(RuleBook.Thread, "System.Threading.Thread", Constructor, "Start", "Join"),
        new(RuleBook.Thread, "System.Threading.ThreadPool"),

        new(RuleBook.InputOutput, "System.IO.File"),
        new(RuleBook.InputOutput, "System.IO.Directory"),
        new(RuleBook.InputOutput, "System.IO.FileSystemInfo"),
        new(RuleBook.InputOutput, "System.IO.DriveInfo"),
        new(RuleBook.InputOutput, "System.IO.FileStream"),
        new(RuleBook.InputOutput, "System.IO.FileSystemWatcher"),
        new(RuleBook.InputOutput, "System.IO.Path", "GetTempFileName"),
        new(RuleBook.InputOutput, "System.Console"),
        new(RuleBook.InputOutput, "System.Diagnostics.Process"),
        new(RuleBook.InputOutput, "System.Net.Http.HttpMessageInvoker"),
        new(RuleBook.InputOutput, "System.Net.WebRequest"),
        new(RuleBook.InputOutput, "System.Net.Dns"),
        new(RuleBook.InputOutput, "System.Net.NetworkInformation.Ping"),
        new(RuleBook.InputOutput, "System.Net.Sockets.Socket"),
        new(RuleBook.InputOutput, "System.Net.Sockets.TcpClient"),
        new(RuleBook.InputOutput, "System.Net.Sockets.TcpListener"),
        new(RuleBook.InputOutput, "System.Net.Sockets.UdpClient"),
        new(RuleBook.InputOutput, "System.Net.WebSockets.WebSocket"),
        new(RuleBook.InputOutput, "System.Data.Common.DbConnection"),
        new(RuleBook.InputOutput, "System.Data.Common.DbCommand"),

        new(RuleBook.Environment, "System.Environment") { Except = ["NewLine", "FailFast", "TickCount", "TickCount64"] },
        new(RuleBook.Environment, "System.IO.Path", "GetTempPath"),
        new(RuleBook.Environment, "System.TimeZoneInfo", "Local"),
        new(RuleBook.Environment, "System.DateTime", "ToLocalTime"),
        new(RuleBook.Environment, "System.DateTimeOffset", "ToLocalTime", "LocalDateTime"),

        new(RuleBook.Chance, "System.Random", "Shared", ConstructorOfNothing),
        new(RuleBook.Chance, "System.Security.Cryptography.RandomNumberGenerator"),
        new(RuleBook.Chance, "System.IO.Path", "GetRandomFileName"),
        // Seeded anew by each process.
        new(RuleBook.Chance, "System.String", "GetHashCode"),
        new(RuleBook.Chance, "System.HashCode"),

        new(RuleBook.Cancellation, "System.Threading.CancellationTokenSource", "CancelAsync", "CancelAfter", ConstructorOfSomething),
    ];

    private readonly ILookup<ISymbol?, Ban> _bans;

    public BannedMembers(Compilation compilation) =>
        _bans = Table.ToLookup<Ban, ISymbol?>(ban => compilation.GetTypeByMetadataName(ban.Type), SymbolEqualityComparer.Default);

    /// <param name="member">A method, property or field.</param>
    /// <param name="receiver">What it is used of; null: a static member.</param>
    /// <returns>The rule that speaks against it; null: none does.</returns>
    public Rule? Find(ISymbol member, ITypeSymbol? receiver)
    {
        if (member.ContainingType is not { } declaring || declaring.SpecialType == SpecialType.System_Object)
            return null;
        var types = Calls.TypeReach.Upwards(declaring).Concat(Calls.TypeReach.Upwards(receiver));
        return types.SelectMany(type => _bans[type.OriginalDefinition]).FirstOrDefault(ban => ban.Means(member))?.Rule;
    }
}
