namespace ClaudeCluster.Orchestrations.Tests;

public sealed class WordingTests
{
    [Theory]
    [InlineData(0, "0.0 s")]
    [InlineData(0.68, "0.7 s")]
    [InlineData(9.5, "9.5 s")]
    [InlineData(12.9, "12 s")]
    [InlineData(190, "3 min 10 s")]
    [InlineData(3900, "1 h 5 min")]
    [InlineData(100_000, "27 h 46 min")]
    public void A_time_reads_as_people_say_it(double seconds, string text) => Assert.Equal(text, Wording.Took(TimeSpan.FromSeconds(seconds)));
}
