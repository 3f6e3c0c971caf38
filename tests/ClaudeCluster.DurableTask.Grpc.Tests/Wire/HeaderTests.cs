using ClaudeCluster.DurableTask.Grpc.Wire;

namespace ClaudeCluster.DurableTask.Grpc.Tests.Wire;

public sealed class HeaderTests
{
    [Theory]
    [InlineData("plain: text ~", "plain: text ~")]
    [InlineData("100 %", "100 %25")]
    [InlineData("zwei\nZeilen", "zwei%0AZeilen")]
    [InlineData("größer 🚀", "gr%C3%B6%C3%9Fer %F0%9F%9A%80")]
    public void A_status_message_is_encoded_as_the_protocol_says_and_comes_back(string message, string header)
    {
        Assert.Equal(header, StatusMessage.Encode(message));
        Assert.Equal(message, StatusMessage.Decode(header));
    }

    [Theory]
    [InlineData("50 % of it", "50 % of it")]
    [InlineData("%", "%")]
    [InlineData("%G1%41", "%G1A")]
    public void What_is_no_code_in_a_status_message_stays_as_it_stands(string header, string message) => Assert.Equal(message, StatusMessage.Decode(header));

    [Fact]
    public void A_very_long_message_is_cut() => Assert.True(StatusMessage.Encode(new string('ß', 100_000)).Length < 8_000);

    [Theory]
    [InlineData("30S", 30_000)]
    [InlineData("100m", 100)]
    [InlineData("2M", 120_000)]
    [InlineData("1H", 3_600_000)]
    [InlineData("5000u", 5)]
    [InlineData("1000000n", 1)]
    public void A_time_out_has_a_number_and_a_unit(string header, double milliseconds)
    {
        Assert.True(GrpcTimeout.TryParse(header, out var timeout));
        Assert.Equal(milliseconds, timeout!.Value.TotalMilliseconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("S")]
    [InlineData("-1S")]
    [InlineData("1,5S")]
    [InlineData("30s")]
    [InlineData("123456789S")]
    public void What_is_no_time_out_is_refused(string header) => Assert.False(GrpcTimeout.TryParse(header, out _));

    [Fact]
    public void A_time_out_longer_than_a_timer_can_wait_is_none()
    {
        Assert.True(GrpcTimeout.TryParse("99999999H", out var timeout));
        Assert.Null(timeout);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(30_000)]
    [InlineData(1_000_000_000)]
    public void A_time_out_is_written_so_that_it_can_be_read(double milliseconds)
    {
        Assert.True(GrpcTimeout.TryParse(GrpcTimeout.Format(TimeSpan.FromMilliseconds(milliseconds)), out var timeout));
        Assert.Equal(milliseconds, timeout!.Value.TotalMilliseconds);
    }
}
