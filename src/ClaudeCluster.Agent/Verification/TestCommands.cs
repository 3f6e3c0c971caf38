using System.Text.Json;
using System.Text.RegularExpressions;

namespace ClaudeCluster.Agent;

/// <summary>A command that will prove the work.</summary>
/// <param name="Command">For <c>sh -c</c>, in the repository's root.</param>
/// <param name="Source">Where it comes from: <c>policy</c>, or what was detected.</param>
public sealed record PlannedTest(string Command, string Source);

/// <summary>The policy's test commands; without any, what a person who knows the project's tools would type.</summary>
public static partial class TestCommands
{
    private const string FromPolicy = "policy";

    // A file that is longer is no project file that a person wrote.
    private const int MostBytes = 1024 * 1024;

    /// <summary>All files whose contents count; of the others, and of those in <c>tests</c>, only the names.</summary>
    internal static readonly string[] FilesThatAreRead =
        ["package.json", "pytest.ini", "conftest.py", "pyproject.toml", "setup.cfg", "tox.ini", "GNUmakefile", "makefile", "Makefile"];

    private static readonly string[] GradleFiles = ["build.gradle", "build.gradle.kts"];
    private static readonly string[] Makefiles = ["GNUmakefile", "makefile", "Makefile"];

    /// <param name="policy">From the task.</param>
    /// <param name="folder">A checkout of the repository.</param>
    public static IReadOnlyList<PlannedTest> For(IReadOnlyList<TestCommand> policy, string folder) => policy.Count > 0
        ? [.. policy.Select(test => new PlannedTest(test.Command, FromPolicy))]
        : Detect(folder);

    private static List<PlannedTest> Detect(string folder)
    {
        PlannedTest?[] tools = [DotNet(folder), Node(folder), Python(folder), Go(folder), Rust(folder), Java(folder)];
        var found = tools.OfType<PlannedTest>().ToList();
        // A makefile often only wraps the tools above, so it counts where none of them was found.
        return found.Count > 0 ? found : [.. new[] { Make(folder) ?? Script(folder) }.OfType<PlannedTest>()];
    }

    private static PlannedTest? DotNet(string folder)
    {
        var solutions = Names(folder, "*.sln").Concat(Names(folder, "*.slnx")).ToList();
        var projects = Names(folder, "*.*proj").ToList();
        if ((solutions.FirstOrDefault() ?? projects.FirstOrDefault()) is not { } first)
            return null;
        // With several, dotnet asks which one.
        var isAlone = solutions.Count == 1 || (solutions.Count == 0 && projects.Count == 1);
        return Detected(isAlone ? "dotnet test" : $"dotnet test {Quoted(first)}", first);
    }

    private static PlannedTest? Node(string folder)
    {
        if (Read(folder, "package.json") is not { } text || Package(text) is not { } package || !HasTest(package))
            return null;
        var manager = package.TryGetProperty("packageManager", out var named) && named.ValueKind == JsonValueKind.String ? named.GetString()!.Split('@')[0] : string.Empty;
        const string why = "package.json has a test script";
        if (manager == "pnpm" || Exists(folder, "pnpm-lock.yaml"))
            return Detected("pnpm install --frozen-lockfile && pnpm test", why);
        if (manager == "yarn" || Exists(folder, "yarn.lock"))
            return Detected("yarn install --frozen-lockfile && yarn test", why);
        if (Exists(folder, "package-lock.json") || Exists(folder, "npm-shrinkwrap.json"))
            return Detected("npm ci && npm test", why);
        var needsPackages = package.TryGetProperty("dependencies", out _) || package.TryGetProperty("devDependencies", out _);
        return Detected(needsPackages ? "npm install && npm test" : "npm test", why);
    }

    private static PlannedTest? Python(string folder)
    {
        (string File, string Section)[] settings = [("pytest.ini", ""), ("conftest.py", ""), ("pyproject.toml", "[tool.pytest"), ("setup.cfg", "[tool:pytest"), ("tox.ini", "[pytest")];
        var why = settings.Where(setting => Read(folder, setting.File)?.Contains(setting.Section, StringComparison.Ordinal) == true).Select(setting => setting.File).FirstOrDefault()
            ?? Names(folder, "test_*.py").FirstOrDefault()
            ?? Names(Path.Combine(folder, "tests"), "test_*.py").Select(name => $"tests/{name}").FirstOrDefault();
        return why is null ? null : Detected("python3 -m pytest", why);
    }

    private static PlannedTest? Go(string folder) => Exists(folder, "go.mod") ? Detected("go test ./...", "go.mod") : null;

    private static PlannedTest? Rust(string folder) => Exists(folder, "Cargo.toml") ? Detected("cargo test", "Cargo.toml") : null;

    private static PlannedTest? Java(string folder)
    {
        if (Exists(folder, "pom.xml"))
            return Detected(Exists(folder, "mvnw") ? "sh ./mvnw -B test" : "mvn -B test", "pom.xml");
        var gradle = GradleFiles.FirstOrDefault(file => Exists(folder, file));
        return gradle is null ? null : Detected(Exists(folder, "gradlew") ? "sh ./gradlew test" : "gradle test", gradle);
    }

    private static PlannedTest? Make(string folder)
    {
        var makefile = Makefiles.FirstOrDefault(file => Read(folder, file) is { } text && TestTarget().IsMatch(text));
        return makefile is null ? null : Detected("make test", $"{makefile} has a test target");
    }

    private static PlannedTest? Script(string folder) => Exists(folder, "test.sh") ? Detected("sh test.sh", "test.sh") : null;

    private static PlannedTest Detected(string command, string why) => new(command, $"detected: {why}");

    private static JsonElement? Package(string text)
    {
        try
        {
            var package = JsonSerializer.Deserialize<JsonElement>(text);
            return package.ValueKind == JsonValueKind.Object ? package : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // "no test specified" is what npm init writes.
    private static bool HasTest(JsonElement package) =>
        package.TryGetProperty("scripts", out var scripts) && scripts.ValueKind == JsonValueKind.Object
        && scripts.TryGetProperty("test", out var test) && test.ValueKind == JsonValueKind.String
        && !test.GetString()!.Contains("no test specified", StringComparison.Ordinal);

    private static string Quoted(string name) => $"'{name.Replace("'", @"'\''", StringComparison.Ordinal)}'";

    private static bool Exists(string folder, string file) => File.Exists(Path.Combine(folder, file));

    private static string? Read(string folder, string file)
    {
        var info = new FileInfo(Path.Combine(folder, file));
        // Links may lead out of the checkout.
        return info is { Exists: true, LinkTarget: null, Length: < MostBytes } ? File.ReadAllText(info.FullName) : null;
    }

    private static IEnumerable<string> Names(string folder, string pattern) => Directory.Exists(folder)
        ? Directory.EnumerateFiles(folder, pattern).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)
        : [];

    [GeneratedRegex(@"^test\s*::?(?!=)", RegexOptions.Multiline | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TestTarget();
}
