namespace ClaudeCluster.Orchestrations.Tests;

public class DurationTextTests
{
    [Theory]
    [InlineData("90s", 90, "1m30s")]
    [InlineData("15m", 900, "15m")]
    [InlineData("1h30m", 5400, "1h30m")]
    [InlineData("2d", 172800, "2d")]
    [InlineData("0s", 0, "0s")]
    public void Durations_read_and_write(string text, int seconds, string written)
    {
        Assert.True(DurationText.TryParse(text, out var duration));
        Assert.Equal(TimeSpan.FromSeconds(seconds), duration);
        Assert.Equal(written, DurationText.Write(duration));
    }

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("m")]
    [InlineData("1x")]
    [InlineData("-1s")]
    [InlineData("1m1h")]
    [InlineData("1 h")]
    [InlineData("9999999d")]
    public void What_is_no_duration_is_refused(string text) => Assert.False(DurationText.TryParse(text, out _));

    [Fact]
    public void Less_than_a_second_is_not_nothing() => Assert.Equal("250ms", DurationText.Write(TimeSpan.FromMilliseconds(250)));
}
