namespace Pallium.Cli.Tests;

public sealed class ChannelNamesTests
{
    [Theory]
    [InlineData("rain")]
    [InlineData("rain [mm]")]
    public void A_channel_is_found_by_its_name_or_its_header(string name) =>
        Assert.Equal("rain", ChannelNames.Require(Fabricated.Schema, name, "--infer").Name);

    [Fact]
    public void A_channel_that_does_not_exist_is_refused_with_the_nearest() => Assert.Equal(
        "Option --infer: found 'rian', which is no channel of the model, expected a channel such as 'rain'.",
        Assert.Throws<InputException>(() => ChannelNames.Require(Fabricated.Schema, "rian", "--infer")).Message);

    [Fact]
    public void Without_a_near_one_all_are_named() => Assert.EndsWith(
        "expected one of rain, heat, pump, kind.",
        Assert.Throws<InputException>(() => ChannelNames.Require(Fabricated.Schema, "xyzzy", "--infer")).Message, StringComparison.Ordinal);
}
