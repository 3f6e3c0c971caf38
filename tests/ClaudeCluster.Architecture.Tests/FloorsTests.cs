using System.Xml.Linq;

namespace ClaudeCluster.Architecture.Tests;

/// <summary>Who may reference whom. ARCHITECTURE.md draws the same floors for people.</summary>
public sealed class FloorsTests
{
    private const string Ground = "ClaudeCluster.DurableTask";
    private const string Generators = "ClaudeCluster.DurableTask.Generators";
    private const string Fixes = "ClaudeCluster.DurableTask.Fixes";
    private const string Storage = "ClaudeCluster.DurableTask.Storage";
    private const string Grpc = "ClaudeCluster.DurableTask.Grpc";
    private const string Orchestrations = "ClaudeCluster.Orchestrations";
    private const string Agent = "ClaudeCluster.Agent";
    private const string GitHub = "ClaudeCluster.GitHub";
    private const string Coordinator = "ClaudeCluster.Coordinator";
    private const string Runner = "ClaudeCluster.Runner";

    /// <summary>
    /// What each project may name in its project file. Agent and GitHub never see each other, and the coordinator cannot run git or
    /// Claude, because it has no reference to the one project that can.
    /// </summary>
    private static readonly Dictionary<string, string[]> MayReference = new(StringComparer.Ordinal)
    {
        [Generators] = [],
        [Fixes] = [Generators],
        [Ground] = [Generators, Fixes],
        [Storage] = [Ground],
        [Grpc] = [Ground],
        [Orchestrations] = [Ground, Generators],
        [Agent] = [Orchestrations],
        [GitHub] = [Orchestrations],
        [Coordinator] = [GitHub, Orchestrations, Storage, Grpc, Ground],
        [Runner] = [Coordinator, Agent, GitHub, Orchestrations, Storage, Grpc, Ground],
    };

    /// <summary>Packages with one home. A package that is not listed here may stand anywhere.</summary>
    private static readonly Dictionary<string, string[]> HomesOfPackages = new(StringComparer.Ordinal)
    {
        ["Microsoft.Data.Sqlite"] = [Storage],
        ["SQLitePCLRaw"] = [Storage],
        ["Npgsql"] = [Storage],
        ["Google.Protobuf"] = [Grpc],
        ["YamlDotNet"] = [Orchestrations],
        // Only by -p:DurableTaskSdk=Microsoft; docs/adr/0001 says why.
        ["Microsoft.DurableTask"] = [Orchestrations],
        ["Spectre.Console"] = [Runner],
        ["System.CommandLine"] = [Runner],
        ["Microsoft.CodeAnalysis"] = [Generators, Fixes],
        ["Microsoft.CodeAnalysis.Workspaces"] = [Fixes],
        ["Microsoft.CodeAnalysis.CSharp.Workspaces"] = [Fixes],
    };

    public static TheoryData<string> Projects => [.. Repository.Projects];

    [Theory]
    [MemberData(nameof(Projects))]
    public void Project_file_references_only_floors_below(string project)
    {
        Assert.True(MayReference.ContainsKey(project), $"{project} has no floor. Draw it into ARCHITECTURE.md and into {nameof(MayReference)}.");

        var references = XDocument.Load(Repository.ProjectFile(project)).Descendants("ProjectReference")
            .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/')));

        Findings.None(references.Except(MayReference[project], StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Assembly_references_only_floors_below(string project)
    {
        var references = Repository.Load(project).GetReferencedAssemblies()
            .Select(name => name.Name!)
            .Where(name => name.StartsWith("ClaudeCluster.", StringComparison.Ordinal));

        Findings.None(references.Except(Reachable(project), StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Package_with_one_home_is_referenced_only_there(string project)
    {
        var packages = XDocument.Load(Repository.ProjectFile(project)).Descendants("PackageReference").Select(package => package.Attribute("Include")!.Value);
        var assemblies = Repository.Load(project).GetReferencedAssemblies().Select(name => name.Name!);

        Findings.None(packages.Concat(assemblies).Where(name => !MayUse(project, name)));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Project_stands_in_the_drawing_of_ARCHITECTURE(string project) =>
        Assert.Contains(project, Repository.Read("ARCHITECTURE.md").Split([' ', '\n', '`', '│', '(', ',', ')'], StringSplitOptions.RemoveEmptyEntries));

    [Fact]
    public void Packages_that_this_project_replaces_are_not_referenced()
    {
        // docs/adr/0001 says why, and how to go back.
        string[] replaced = ["Microsoft.DurableTask.", "Octokit", "Grpc.AspNetCore", "Grpc.Net.", "Grpc.Core"];

        var named = Repository.Read("Directory.Packages.props").Split('\n')
            .Where(line => replaced.Any(package => line.Contains($"Include=\"{package}", StringComparison.Ordinal)));

        Findings.None(named);
    }

    private static bool MayUse(string project, string package) => HomesOfPackages
        .Where(home => package == home.Key || package.StartsWith(home.Key + ".", StringComparison.Ordinal))
        .All(home => home.Value.Contains(project, StringComparer.Ordinal));

    private static HashSet<string> Reachable(string project)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        var open = new Queue<string>([project]);
        while (open.TryDequeue(out var next))
        {
            foreach (var below in MayReference[next].Where(found.Add))
                open.Enqueue(below);
        }

        return found;
    }
}
