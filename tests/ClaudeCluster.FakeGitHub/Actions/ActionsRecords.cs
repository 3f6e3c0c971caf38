using System.Text.Json.Nodes;
using ClaudeCluster.FakeGitHub.State;

namespace ClaudeCluster.FakeGitHub.Actions;

/// <summary>A self-hosted runner of one repository.</summary>
public sealed class ActionsRunner(long id, Repository repository, string name, IReadOnlyCollection<string> labels)
{
    public long Id { get; } = id;

    public Repository Repository { get; } = repository;

    public string Name { get; } = name;

    public IReadOnlyCollection<string> Labels { get; } = labels;

    public bool IsOnline { get; set; } = true;

    /// <summary>What it runs; null: nothing.</summary>
    public WorkflowJob? Job { get; set; }

    /// <summary>It has every label that is asked for.</summary>
    public bool Satisfies(IEnumerable<string> asked) => asked.All(label => Labels.Contains(label, StringComparer.OrdinalIgnoreCase));
}

/// <summary>A run of a workflow file. It is planned (its jobs are known) by whoever reads workflow files: see <see cref="ActionsControl"/>.</summary>
public sealed class ActionsRun(long id, int number, Repository repository, string path, string text, string eventName, JsonObject payload, string branch, string sha, User actor, DateTimeOffset createdAt)
{
    public long Id { get; } = id;

    public int Number { get; } = number;

    public Repository Repository { get; } = repository;

    /// <summary>As in <c>.github/workflows/ci.yml</c>.</summary>
    public string Path { get; } = path;

    /// <summary>The file as it was when the run began.</summary>
    public string Text { get; } = text;

    public string Event { get; } = eventName;

    public JsonObject Payload { get; } = payload;

    public string Branch { get; } = branch;

    public string Sha { get; } = sha;

    public User Actor { get; } = actor;

    public DateTimeOffset CreatedAt { get; } = createdAt;

    public DateTimeOffset UpdatedAt { get; set; } = createdAt;

    public string Name { get; set; } = path;

    /// <summary>The <c>run-name</c>, with its expressions replaced.</summary>
    public string Title { get; set; } = path;

    /// <summary>Whether it was asked for: an event only begins one if the file says so, which its reader finds out.</summary>
    public bool IsWanted { get; set; }

    /// <summary>Its reader has it, or had it.</summary>
    public bool IsPlanned { get; set; }

    public RunConcurrency? Concurrency { get; set; }

    public List<WorkflowJob> Jobs { get; } = [];

    /// <summary>queued, pending (behind another of its group), in_progress, completed.</summary>
    public string Status { get; set; } = "queued";

    public string? Conclusion { get; set; }
}

/// <summary>Runs of one group run one after the other.</summary>
/// <param name="Group">Case does not matter.</param>
/// <param name="CancelsRunning">A newer one ends the one that runs.</param>
/// <param name="KeepsAll"><c>queue: max</c>; else a newer one that waits replaces an older one that waits.</param>
public sealed record RunConcurrency(string Group, bool CancelsRunning, bool KeepsAll);

public sealed class WorkflowJob(long id, ActionsRun run, string key, string name, IReadOnlyList<string> labels, bool isSkipped, IReadOnlyDictionary<string, string> permissions)
{
    public long Id { get; } = id;

    public ActionsRun Run { get; } = run;

    public string Key { get; } = key;

    public string Name { get; } = name;

    public IReadOnlyList<string> Labels { get; } = labels;

    public IReadOnlyDictionary<string, string> Permissions { get; } = permissions;

    public string Status { get; set; } = isSkipped ? "completed" : "queued";

    public string? Conclusion { get; set; } = isSkipped ? "skipped" : null;

    public ActionsRunner? Runner { get; set; }

    /// <summary>The job's <c>GITHUB_TOKEN</c>, once it runs.</summary>
    public Token? Token { get; set; }

    public bool IsCancelled { get; set; }

    public DateTimeOffset? StartedAt { get; set; }

    public DateTimeOffset? CompletedAt { get; set; }

    /// <summary>What its steps printed.</summary>
    public string Log { get; set; } = "";
}
