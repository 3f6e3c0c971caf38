using System.Text.Json;

namespace ClaudeCluster.Orchestrations.Tests;

public class AttemptOutcomeTests
{
    [Fact]
    public void The_samples_are_the_whole_family() =>
        Assert.Equal(Outcomes.Types.Select(type => type.Name).Order(), Outcomes.All.Select(outcome => outcome.GetType().Name).Order());

    [Fact]
    public void Every_outcome_survives_json()
    {
        foreach (var outcome in Outcomes.All)
        {
            var json = JsonSerializer.Serialize(outcome);
            var read = JsonSerializer.Deserialize<AttemptOutcome>(json)!;
            Assert.IsType(outcome.GetType(), read);
            Assert.Equal(json, JsonSerializer.Serialize(read));
        }
    }

    [Fact]
    public void The_word_comes_first_and_in_camel_case() =>
        Assert.StartsWith("""{"outcome":"usageLimited","resetsAt":""", JsonSerializer.Serialize<AttemptOutcome>(new AttemptOutcome.UsageLimited(Sample.Noon, null)), StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"outcome":"becameSentient","since":1}""")]
    [InlineData("""{"since":1}""")]
    public void A_word_of_a_newer_version_reads_as_failed(string json)
    {
        var failed = Assert.IsType<AttemptOutcome.Failed>(JsonSerializer.Deserialize<AttemptOutcome>(json));
        Assert.Contains("since", failed.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_flows_state_survives_json()
    {
        var json = JsonSerializer.Serialize(Sample.Accepted);
        Assert.Equal(json, JsonSerializer.Serialize(JsonSerializer.Deserialize<FlowState>(json)));
    }
}
