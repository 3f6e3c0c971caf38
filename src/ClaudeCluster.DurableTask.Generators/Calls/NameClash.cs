using System.Text.RegularExpressions;

namespace ClaudeCluster.DurableTask.Generators.Calls;

/// <summary>
/// One name and version, one task. Of two with the same the generator takes the first, in the order of their types, so that the
/// code compiles and only the diagnostic stands in the way. Where a name has several versions, its calls carry them: <c>CallPackV2Async</c>.
/// </summary>
internal static class NameClash
{
    private static readonly TimeSpan MatchLimit = TimeSpan.FromSeconds(1);

    public static List<DeclaredTask> FirstOfEachName(IReadOnlyCollection<DeclaredTask> tasks) =>
        FirstOfEachName(WithVersionsInCalls(tasks), task => (task.Name + "\n" + task.Version, task.Namespace + "." + task.CallName, task.Type));

    public static List<DeclaredEvent> FirstOfEachName(IReadOnlyCollection<DeclaredEvent> events) =>
        FirstOfEachName(events, one => (one.Name, one.Namespace + "." + one.CallName, one.Type));

    private static IEnumerable<DeclaredTask> WithVersionsInCalls(IReadOnlyCollection<DeclaredTask> tasks)
    {
        var versions = tasks.ToLookup(task => task.Name, task => task.Version, StringComparer.OrdinalIgnoreCase);
        return tasks.Select(task => task.Version is not null && versions[task.Name].Distinct(StringComparer.OrdinalIgnoreCase).Count() > 1
            ? task with { CallName = $"{task.CallName}V{Regex.Replace(task.Version, "[^A-Za-z0-9]", "_", RegexOptions.None, MatchLimit)}" }
            : task);
    }

    private static List<T> FirstOfEachName<T>(IEnumerable<T> declared, Func<T, (string Name, string Call, string Type)> parts)
    {
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var calls = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        return declared
            .OrderBy(one => parts(one).Type, StringComparer.Ordinal)
            .Where(one => names.Add(parts(one).Name) & calls.Add(parts(one).Call))
            .OrderBy(one => parts(one).Call, StringComparer.Ordinal)
            .ToList();
    }
}
