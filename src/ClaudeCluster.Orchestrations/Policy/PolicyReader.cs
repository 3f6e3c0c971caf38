namespace ClaudeCluster.Orchestrations;

/// <summary>
/// PURE. From the text of <c>.github/claude-cluster.yml</c> to the policy. An empty file is the default policy; anything wrong is told
/// with its line, all at once, and nothing is guessed.
/// </summary>
public static class PolicyReader
{
    private const int LongestLabel = 50;
    private const int LongestWord = 100;
    private const int LongestPrompt = 32 * 1024;
    private const int LongestCommand = 2000;

    private static readonly RepositoryPolicy Default = RepositoryPolicy.Default;

    /// <param name="text">The file.</param>
    /// <param name="place">Its name, for problems.</param>
    /// <exception cref="BadInputException">With all problems and their lines.</exception>
    public static RepositoryPolicy Read(string text, string place)
    {
        var file = YamlSection.Read(text, place);
        var specialties = ReadSpecialties(file);
        var policy = Default with
        {
            Labels = ReadLabels(file.Section("labels")),
            Specialties = specialties,
            Fallback = ReadFallback(file, specialties),
            Rules = [.. (file.Sections("rules") ?? []).Select(rule => ReadRule(rule, specialties)).OfType<RoutingRule>()],
            Tests = [.. (file.Texts("tests", LongestCommand, most: 20) ?? []).Select(command => new TestCommand(command))],
            TestsHaveNetwork = file.Section("sandbox")?.Flag("test-network") ?? Default.TestsHaveNetwork,
            Reach = file.Choice("reach", "auto", "agents", "actions") switch
            {
                "agents" => Reach.Agents,
                "actions" => Reach.Actions,
                _ => Default.Reach,
            },
            Limits = ReadLimits(file.Section("limits")),
            DiffRules = ReadDiffRules(file.Section("diff")),
            DraftPullRequests = file.Section("pull-requests")?.Flag("draft") ?? Default.DraftPullRequests,
        };
        policy = ReadAccess(file.Section("access"), policy);
        CheckLabels(file, policy);
        file.ThrowIfBad();
        return policy;
    }

    private static LabelNames ReadLabels(YamlSection? labels)
    {
        var defaults = Default.Labels;
        var priority = labels?.Section("priority");
        return labels is null ? defaults : defaults with
        {
            Trigger = labels.Text("trigger", LongestLabel) ?? defaults.Trigger,
            Exclude = labels.Texts("exclude", LongestLabel) ?? defaults.Exclude,
            PriorityHigh = priority?.Text("high", LongestLabel) ?? defaults.PriorityHigh,
            PriorityLow = priority?.Text("low", LongestLabel) ?? defaults.PriorityLow,
        };
    }

    private static IReadOnlyList<SpecialtyPolicy> ReadSpecialties(YamlSection file)
    {
        if (file.Sections("specialties", most: 50) is not { } sections)
            return Default.Specialties;
        var specialties = sections.Select(ReadSpecialty).OfType<SpecialtyPolicy>().ToList();
        if (sections.Count == 0)
            file.Report("specialties", "The list of specialties is empty.", "Name one, or delete the key for the defaults.");
        foreach (var section in sections.GroupBy(section => section.Text("name")).Where(group => group.Key is not null).SelectMany(group => group.Skip(1)))
            section.Report("name", $"The specialty '{section.Text("name")}' stands here for the second time.", "Keep one of them.");
        return specialties.Count > 0 ? specialties : Default.Specialties;
    }

    private static SpecialtyPolicy? ReadSpecialty(YamlSection section)
    {
        var name = section.RequiredText("name", LongestLabel);
        var label = section.Text("label", LongestLabel);
        var words = ReadWords(section);
        var prompt = section.Verbatim("prompt", LongestPrompt);
        if (name is null)
            return null;
        if (!name.All(character => char.IsAsciiLetterLower(character) || char.IsAsciiDigit(character) || character == '-') || name.StartsWith('-'))
            section.Report("name", $"'{name}' cannot be a specialty's name: agents and runner labels are called by it.", "Use lower-case letters, digits and '-'.");
        var builtIn = Default.Specialties.FirstOrDefault(specialty => specialty.Name.Value == name);
        return new(new(name), label ?? name, words ?? builtIn?.Words ?? []) { PromptTemplate = prompt };
    }

    private static Specialty ReadFallback(YamlSection file, IReadOnlyList<SpecialtyPolicy> specialties)
    {
        if (ReadSpecialtyName(file, "fallback", file.Text("fallback"), specialties) is { } named)
            return named;
        return specialties.Any(specialty => specialty.Name == Default.Fallback) ? Default.Fallback : specialties[0].Name;
    }

    private static RoutingRule? ReadRule(YamlSection rule, IReadOnlyList<SpecialtyPolicy> specialties)
    {
        var to = ReadSpecialtyName(rule, "to", rule.RequiredText("to"), specialties);
        var titles = rule.Texts("title", LongestWord);
        var words = ReadWords(rule);
        var paths = ReadGlobs(rule, "paths");
        if (titles is null && words is null && paths is null)
            rule.Report("to", "The rule never fits.", "Give it 'title', 'words' or 'paths'.");
        return to is null ? null : new(to.Value, words ?? [], titles ?? [], paths ?? []);
    }

    private static Specialty? ReadSpecialtyName(YamlSection section, string key, string? name, IReadOnlyList<SpecialtyPolicy> specialties)
    {
        var known = specialties.Select(specialty => specialty.Name.Value).ToList();
        if (name is null || known.Contains(name, StringComparer.Ordinal))
            return name is null ? null : new Specialty(name);
        section.Report(key, $"'{name}' is no specialty of this file.", Nearest.To(name, known) is { } meant ? $"Did you mean '{meant}'?" : $"Known: {string.Join(", ", known)}.");
        return null;
    }

    private static List<string>? ReadWords(YamlSection section)
    {
        var words = section.TextsWithPlaces("words", LongestWord);
        foreach (var word in words?.Where(word => !PlainText.From(word.Value).Any(char.IsLetterOrDigit)) ?? [])
            word.Report($"'{word}' is no word.", "Write one with letters or digits.");
        return words?.Select(word => word.Value).ToList();
    }

    private static List<string>? ReadGlobs(YamlSection section, string key)
    {
        var globs = section.TextsWithPlaces(key, Glob.MaxLength);
        var good = new List<string>();
        foreach (var glob in globs ?? [])
        {
            if (Glob.Check(glob.Value) is { } wrong)
                glob.Report($"The glob '{glob}' {wrong}.", "For example: 'web/**', '**/*.sql', 'Dockerfile'.");
            else
                good.Add(glob.Value);
        }

        return globs is null ? null : good;
    }

    private static AttemptLimits ReadLimits(YamlSection? limits)
    {
        var defaults = Default.Limits;
        if (limits is null)
            return defaults;
        var read = new AttemptLimits
        {
            WallTime = limits.Duration("wall-time", TimeSpan.FromMinutes(1), TimeSpan.FromDays(1)) ?? defaults.WallTime,
            Silence = limits.Duration("silence", TimeSpan.FromSeconds(10), TimeSpan.FromHours(4)) ?? defaults.Silence,
            TestTime = limits.Duration("test-time", TimeSpan.FromSeconds(1), TimeSpan.FromHours(12)) ?? defaults.TestTime,
            Turns = limits.Number("turns", 1, 1000) ?? defaults.Turns,
            Usd = limits.Amount("usd", 0.01m, 1000m) ?? defaults.Usd,
            FixTurns = limits.Number("fix-turns", 0, 10) ?? defaults.FixTurns,
            Attempts = limits.Number("attempts", 1, 10) ?? defaults.Attempts,
            OtherAccounts = limits.Flag("other-accounts") ?? defaults.OtherAccounts,
            Rounds = limits.Number("rounds", 0, 20) ?? defaults.Rounds,
        };
        if (limits.Has("silence") && read.Silence > read.WallTime)
            limits.Report("silence", "'silence' is longer than 'wall-time', so it would never stop anything.", "Make it shorter.");
        return read;
    }

    private static DiffRules ReadDiffRules(YamlSection? diff)
    {
        var defaults = Default.DiffRules;
        return diff is null ? defaults : new()
        {
            ProtectedPaths = ReadGlobs(diff, "protected-paths") ?? defaults.ProtectedPaths,
            MaxFiles = diff.Number("max-files", 1, 10_000) ?? defaults.MaxFiles,
            MaxLines = diff.Number("max-lines", 1, 1_000_000) ?? defaults.MaxLines,
        };
    }

    private static RepositoryPolicy ReadAccess(YamlSection? access, RepositoryPolicy policy) => access is null ? policy : policy with
    {
        MinimumRole = access.Choice("minimum-role", "write", "triage") == "triage" ? Role.Triage : Role.Write,
        AllowPublic = access.Flag("public") ?? policy.AllowPublic,
        NeedsApproval = access.Flag("approval") ?? policy.NeedsApproval,
        AllowedBots = access.Texts("bots", LongestWord) ?? policy.AllowedBots,
    };

    /// <summary>One label with two meanings would make an issue's page lie.</summary>
    private static void CheckLabels(YamlSection file, RepositoryPolicy policy)
    {
        var labels = policy.Labels;
        List<(string Label, string Meaning, string Key)> all =
        [
            (labels.Trigger, "the trigger", "labels"),
            .. labels.Exclude.Select(label => (label, "an exclude label", "labels")),
            (labels.PriorityHigh, "high priority", "labels"),
            (labels.PriorityLow, "low priority", "labels"),
            .. policy.Specialties.Select(specialty => (specialty.Label, $"the specialty {specialty.Name}", "specialties")),
            .. labels.AllStatus.Select(label => (label, "a status that the cluster sets", "labels")),
        ];
        foreach (var same in all.GroupBy(entry => entry.Label, StringComparer.OrdinalIgnoreCase).Where(group => group.Select(entry => entry.Meaning).Distinct().Count() > 1))
        {
            var meanings = string.Join(" and ", same.Select(entry => entry.Meaning).Distinct());
            file.Report(same.FirstOrDefault(entry => file.Has(entry.Key), same.First()).Key, $"The label '{same.Key}' would mean {meanings}.", "Give each its own label.");
        }
    }
}
