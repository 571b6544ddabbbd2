namespace Pallium.Inference.Tests;

public sealed class DurationTests
{
    [Theory]
    [InlineData("90", 90)]
    [InlineData("30s", 30)]
    [InlineData("15min", 900)]
    [InlineData("6h", 21600)]
    [InlineData("1.5 d", 129600)]
    [InlineData("2w", 1209600)]
    public void A_length_has_a_number_and_perhaps_a_unit(string text, double seconds)
    {
        Assert.True(Duration.TryParse(text, out double length));
        Assert.Equal(seconds, length);
    }

    [Theory]
    [InlineData("")]
    [InlineData("h")]
    [InlineData("-1d")]
    [InlineData("0")]
    [InlineData("1y")]
    [InlineData("1e400")]
    public void What_is_no_positive_length_is_refused(string text) => Assert.False(Duration.TryParse(text, out _));

    [Theory]
    [InlineData(1, "1 second")]
    [InlineData(900, "15 minutes")]
    [InlineData(3600, "1 hour")]
    [InlineData(5400, "90 minutes")]
    [InlineData(86400, "1 day")]
    [InlineData(1209600, "2 weeks")]
    [InlineData(31556952, "1 year")]
    [InlineData(0.25, "0.25 seconds")]
    public void A_length_is_described_in_its_largest_whole_unit(double seconds, string text) => Assert.Equal(text, Duration.Describe(seconds));
}
