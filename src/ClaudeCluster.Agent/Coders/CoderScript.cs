using System.Globalization;

namespace ClaudeCluster.Agent;

/// <summary>
/// What a <see cref="ScriptedCoder"/> plays, written in YAML:
/// <code>
/// steps:
///   - say: I look at the totals.
///   - edit: totals.sh
///     replace: a - b
///     with: a + b
///     optional: true     # go on where the text is not there: an earlier attempt replaced it
///   - write: notes.txt
///     text: One line of text.
///   - delete: old.txt
///   - run: sh test.sh
///     allow-failure: true
///   - wait: 500ms
///   - end: usageLimited
///     resets-in: 2s
/// fix:                  # what follows when it is told that a test fails; without it, nothing does
///   - write: notes.txt
///     text: Mended.
/// </code>
/// Instead of <c>steps</c> there may be <c>attempts</c>, a list with <c>steps</c> in each: the first attempt plays the first, and so on;
/// the last one is played from then on. Texts lose blanks at both ends; <c>write</c> ends the file with a line end.
/// </summary>
public sealed class CoderScript
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    private readonly IReadOnlyList<IReadOnlyList<CoderStep>> _plays;

    private CoderScript(IReadOnlyList<IReadOnlyList<CoderStep>> plays, IReadOnlyList<CoderStep> fix) => (_plays, Fix) = (plays, fix);

    internal IReadOnlyList<CoderStep> Fix { get; }

    /// <param name="text">The YAML.</param>
    /// <param name="file">Its name, as people know it.</param>
    /// <exception cref="BadInputException">With all problems at once.</exception>
    public static CoderScript Read(string text, string file)
    {
        var root = YamlSection.Read(text, file);
        if (root.Has("steps") == root.Has("attempts"))
            root.Report("steps", "A script has either 'steps' or 'attempts'.", "Write 'steps:' with a list below it.");
        var plays = root.Sections("attempts") ?? [root];
        var script = new CoderScript(
            [.. plays.Select(play => (IReadOnlyList<CoderStep>)[.. (play.Sections("steps") ?? []).Select(ReadStep).OfType<CoderStep>()])],
            [.. (root.Sections("fix") ?? []).Select(ReadStep).OfType<CoderStep>()]);
        root.ThrowIfBad();
        return script;
    }

    /// <param name="attempt">From 1.</param>
    internal IReadOnlyList<CoderStep> PlayOf(int attempt) => _plays.Count == 0 ? [] : _plays[Math.Clamp(attempt, 1, _plays.Count) - 1];

    private static CoderStep? ReadStep(YamlSection step)
    {
        string[] kinds = ["say", "edit", "write", "delete", "run", "wait", "end"];
        if (kinds.Where(step.Has).ToList() is not [var kind])
        {
            step.Report("step", "A step does exactly one thing.", $"Give it one of: {string.Join(", ", kinds)}.");
            return null;
        }
        // One long text is the most that a file of a script may hold.
        const int longest = YamlSection.MaxSize;
        var value = step.Text(kind, longest) ?? string.Empty;
        return kind switch
        {
            "say" => new CoderStep.Say(step.Place, value),
            "edit" => new CoderStep.Edit(
                step.Place, value, step.RequiredText("replace", longest) ?? string.Empty, step.Text("with", longest) ?? string.Empty, step.Flag("optional") ?? false),
            "write" => new CoderStep.Write(step.Place, value, (step.RequiredText("text", longest) ?? string.Empty) + "\n"),
            "delete" => new CoderStep.Delete(step.Place, value),
            "run" => new CoderStep.Run(step.Place, value, step.Flag("allow-failure") ?? false),
            "wait" => new CoderStep.Wait(step.Place, ReadTime(step, "wait") ?? TimeSpan.Zero),
            _ => ReadEnd(step),
        };
    }

    private static CoderStep.End ReadEnd(YamlSection step) => new(
        step.Place,
        step.Choice("end", ScriptedOutcome.Words) ?? string.Empty,
        step.Text("detail") ?? "the script says so",
        ReadTime(step, "resets-in") ?? TimeSpan.Zero);

    private static TimeSpan? ReadTime(YamlSection step, string key)
    {
        if (step.Text(key) is not { } text)
            return null;
        if (text.EndsWith("ms", StringComparison.Ordinal) && int.TryParse(text[..^2], NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds))
            return TimeSpan.FromMilliseconds(milliseconds);
        if (DurationText.TryParse(text, out var time) && time <= LongestWait)
            return time;
        step.Report(key, $"'{key}' is no time.", "Write it as 500ms, 2s or 5m; at most one day.");
        return null;
    }
}
