namespace ClaudeCluster.DurableTask.Generators.Calls;

/// <summary>
/// One name, one task. Of two with one name the generator takes the first, in the order of their types, so that the code
/// compiles and only the diagnostic stands in the way.
/// </summary>
internal static class NameClash
{
    public static List<DeclaredTask> FirstOfEachName(IEnumerable<DeclaredTask> tasks) =>
        FirstOfEachName(tasks, task => (task.Name, task.Namespace + "." + task.CallName, task.Type));

    public static List<DeclaredEvent> FirstOfEachName(IEnumerable<DeclaredEvent> events) =>
        FirstOfEachName(events, one => (one.Name, one.Namespace + "." + one.CallName, one.Type));

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
