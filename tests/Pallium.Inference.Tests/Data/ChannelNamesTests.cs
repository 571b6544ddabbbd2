namespace Pallium.Inference.Tests;

public sealed class ChannelNamesTests
{
    private static readonly FrameSchema Schema = new(
        [new Channel("rain", ChannelKind.Positive) { Unit = "mm" }, new Channel("heat", ChannelKind.Real), new Channel("kind", ChannelKind.Real)]);

    [Theory]
    [InlineData("rain")]
    [InlineData("rain [mm]")]
    public void A_channel_is_found_by_its_name_or_its_header(string name) =>
        Assert.Equal(0, ChannelNames.Require(Schema, name, "Option --infer"));

    [Fact]
    public void A_channel_that_does_not_exist_is_refused_with_the_nearest() => Assert.Equal(
        "Option --infer: found 'rian', which is no channel of the model, expected a channel such as 'rain'.",
        Assert.Throws<InputException>(() => ChannelNames.Require(Schema, "rian", "Option --infer")).Message);

    [Fact]
    public void Without_a_near_one_all_are_named() => Assert.EndsWith(
        "expected one of rain, heat, kind.",
        Assert.Throws<InputException>(() => ChannelNames.Require(Schema, "xyzzy", "Option --infer")).Message, StringComparison.Ordinal);
}
