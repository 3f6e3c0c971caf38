namespace ClaudeCluster.Orchestrations;

/// <summary>PURE. An outcome for those who act on it: programs take the word, the next attempt takes the description.</summary>
public static class OutcomeText
{
    /// <summary>The outcome's word, as it stands in JSON: <c>testsFailed</c>.</summary>
    public static string Word(AttemptOutcome outcome) => AttemptOutcomeJson.Word(outcome.GetType());

    /// <summary>One line; of failing tests, their output follows.</summary>
    public static string Describe(AttemptOutcome outcome) => outcome is AttemptOutcome.TestsFailed tests
        ? $"{Wording.Outcome(outcome)}\n{tests.Tail}"
        : Wording.Outcome(outcome);
}
