namespace ClaudeCluster.Orchestrations;

/// <summary>
/// PURE. Where an issue goes: exclude labels win, then specialty labels, then the policy's rules in their order, then the
/// specialties' own words, then the fallback. The same issue and policy give the same decision, with its reasons.
/// </summary>
public static class RoutingRules
{
    private const int TitleWeight = 3;
    private const int MostWordsNamed = 4;

    public static RoutingDecision Decide(IssueSnapshot issue, RepositoryPolicy policy)
    {
        var (priority, urgency) = PriorityOf(issue, policy.Labels);
        var (specialty, reasons) = ByExcludeLabel(issue, policy) ?? BySpecialtyLabel(issue, policy) ?? ByText(issue, policy);
        return new(specialty, priority, [.. reasons, .. urgency]);
    }

    private static Choice? ByExcludeLabel(IssueSnapshot issue, RepositoryPolicy policy) =>
        policy.Labels.Exclude.FirstOrDefault(label => HasLabel(issue, label)) is { } found
            ? new(null, [$"the label '{found}' keeps the cluster away"])
            : null;

    private static Choice? BySpecialtyLabel(IssueSnapshot issue, RepositoryPolicy policy)
    {
        var asked = policy.Specialties.Where(specialty => HasLabel(issue, specialty.Label)).ToList();
        if (asked is not [var first, .. var others])
            return null;
        return new(first.Name, [$"the label '{first.Label}' asks for it",
            .. others.Select(other => $"the label '{other.Label}' asks for {other.Name} too, but the policy names {first.Name} first")]);
    }

    private static Choice ByText(IssueSnapshot issue, RepositoryPolicy policy)
    {
        var title = new WholeWords(issue.Title);
        var body = new WholeWords(issue.Body);
        return ByRule(title, body, policy) ?? ByWords(title, body, policy) ?? new(
            policy.Fallback, [$"no label, rule or word decides, and {policy.Fallback} takes what nothing else decides"]);
    }

    private static Choice? ByRule(WholeWords title, WholeWords body, RepositoryPolicy policy)
    {
        if (policy.Rules.Count == 0)
            return null;
        var paths = new Lazy<IReadOnlyList<string>>(() => NamedPaths.In($"{title.Text} {body.Text}"));
        foreach (var rule in policy.Rules)
        {
            if (WhyRuleFits(rule, title, body, paths) is { } why)
                return new(rule.To, [why]);
        }

        return null;
    }

    private static string? WhyRuleFits(RoutingRule rule, WholeWords title, WholeWords body, Lazy<IReadOnlyList<string>> paths)
    {
        if (rule.TitlePrefixes.FirstOrDefault(title.StartsWith) is { } prefix)
            return $"a rule gives titles that begin with '{prefix}' to {rule.To}";
        if (rule.Words.FirstOrDefault(word => title.Contains(word) || body.Contains(word)) is { } found)
            return $"a rule gives the word '{found}' to {rule.To}";
        foreach (var glob in rule.Paths.Select(pattern => new Glob(pattern)))
        {
            if (paths.Value.FirstOrDefault(glob.Matches) is { } path)
                return $"a rule gives the path '{path}' ({glob}) to {rule.To}";
        }

        return null;
    }

    private static Choice? ByWords(WholeWords title, WholeWords body, RepositoryPolicy policy)
    {
        var scores = policy.Specialties.Select(specialty => Score.Of(specialty, title, body)).Where(score => score.Points > 0).ToList();
        if (scores.MaxBy(score => score.Points) is not { } best)
            return null;
        return new(best.Specialty, [
            .. best.Reasons(),
            .. scores.Where(other => other != best).Select(other => other.Points == best.Points
                ? $"the words for {other.Specialty} ({other.Words}) weigh the same, but the policy names {best.Specialty} first"
                : $"the words for {other.Specialty} ({other.Words}) weigh less")]);
    }

    private static (Priority Priority, string[] Reasons) PriorityOf(IssueSnapshot issue, LabelNames labels)
    {
        if (HasLabel(issue, labels.PriorityHigh))
            return (Priority.High, [$"the label '{labels.PriorityHigh}' gives it precedence"]);
        if (HasLabel(issue, labels.PriorityLow))
            return (Priority.Low, [$"the label '{labels.PriorityLow}' lets others go first"]);
        return (Priority.Normal, []);
    }

    private static bool HasLabel(IssueSnapshot issue, string label) => issue.Labels.Contains(label, StringComparer.OrdinalIgnoreCase);

    private sealed record Choice(Specialty? Specialty, IReadOnlyList<string> Reasons);

    private sealed record Score(Specialty Specialty, IReadOnlyList<string> InTitle, IReadOnlyList<string> InBody)
    {
        public int Points => (TitleWeight * InTitle.Count) + InBody.Count;

        public string Words => string.Join(", ", InTitle.Concat(InBody).Take(MostWordsNamed).Select(word => $"'{word}'"));

        public static Score Of(SpecialtyPolicy specialty, WholeWords title, WholeWords body)
        {
            var words = specialty.Words.Distinct(StringComparer.OrdinalIgnoreCase).ToList();
            var inTitle = words.Where(title.Contains).ToList();
            return new(specialty.Name, inTitle, [.. words.Except(inTitle).Where(body.Contains)]);
        }

        public IEnumerable<string> Reasons() =>
            InTitle.Select(word => $"the word '{word}' in the title speaks for {Specialty}")
                .Concat(InBody.Select(word => $"the word '{word}' in the text speaks for {Specialty}"))
                .Take(MostWordsNamed);
    }
}
