using ClaudeCluster.DurableTask.Transitions;
using ClaudeCluster.DurableTask.WorkItems;

namespace ClaudeCluster.DurableTask.Tests.Hub;

public sealed class DispatchOrderTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("3600", 3_600)]
    [InlineData("+60", 60)]
    [InlineData("-3600", -3_600)]
    [InlineData("0", 0)]
    [InlineData("007", 7)]
    public void A_whole_number_is_a_head_start_in_seconds(string tag, int seconds) => Assert.Equal(Noon.AddSeconds(-seconds), CountsFrom(Noon, tag));

    [Theory]
    [InlineData("86401", 86_400)]
    [InlineData("9223372036854775808", 86_400)]
    [InlineData("-9223372036854775809", -86_400)]
    [InlineData("-86401", -86_400)]
    public void Nobody_gets_more_than_a_day_either_way(string tag, int seconds) => Assert.Equal(Noon.AddSeconds(-seconds), CountsFrom(Noon, tag));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData(" 60")]
    [InlineData("high")]
    [InlineData("1.5")]
    [InlineData("1,000")]
    [InlineData("1e3")]
    [InlineData("0x10")]
    [InlineData("--1")]
    [InlineData("NaN")]
    [InlineData("∞")]
    [InlineData("٦٠")]
    [InlineData("60; DROP TABLE activities")]
    public void What_is_no_whole_number_counts_as_none(string? tag) => Assert.Equal(Noon, CountsFrom(Noon, tag));

    [Fact]
    public void A_number_as_long_as_tags_may_be_is_bounded_too() => Assert.Equal(Noon.AddDays(-1), CountsFrom(Noon, new string('9', 7_900)));

    [Fact]
    public void At_the_ends_of_time_it_stays_in_time()
    {
        Assert.Equal(DateTimeOffset.MinValue, CountsFrom(DateTimeOffset.MinValue, "1"));
        Assert.Equal(DateTimeOffset.MaxValue, CountsFrom(DateTimeOffset.MaxValue, "-1"));
    }

    private static DateTimeOffset CountsFrom(DateTimeOffset scheduledAt, string? tag) => DispatchOrder.CountsFrom(new ActivityRow("a", "a-1", 0, "Work", string.Empty, null)
    {
        Tags = tag is null ? new Dictionary<string, string>() : new Dictionary<string, string> { [TaskTags.Priority] = tag },
        ScheduledAt = scheduledAt,
    });
}
