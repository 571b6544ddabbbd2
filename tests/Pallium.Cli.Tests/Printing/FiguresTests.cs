namespace Pallium.Cli.Tests;

public sealed class FiguresTests
{
    [Theory]
    [InlineData(0.1, 12.3456, "12.3")]
    [InlineData(0.25, 1.5, "1.50")]
    [InlineData(1, 1234.4, "1234")]
    [InlineData(10, 1234.4, "1234")]
    [InlineData(0.001, -0.0001, "0.000")]
    [InlineData(1e-9, 1.23456789, "1.2346")]
    [InlineData(0.1, double.NaN, "?")]
    public void A_value_has_the_decimals_of_its_resolution(double resolution, double value, string text) =>
        Assert.Equal(text, Figures.Value(new Channel("x", ChannelKind.Real) { Resolution = resolution }, value));

    [Fact]
    public void A_category_has_its_name() =>
        Assert.Equal("b", Figures.Value(new Channel("x", ChannelKind.Categorical) { Categories = ["a", "b"] }, 1));

    [Theory]
    [InlineData(2.34567, "2.346")]
    [InlineData(0.00123456, "0.00123")]
    [InlineData(0, "0.000")]
    [InlineData(double.NaN, "-")]
    public void A_score_keeps_its_digits_where_it_is_small(double score, string text) => Assert.Equal(text, Figures.Score(score));

    [Theory]
    [InlineData(0.0123, "1.2 %")]
    [InlineData(0.00004, "4e-5")]
    public void A_probability_keeps_its_size_where_it_is_small(double p, string text) => Assert.Equal(text, Figures.Probability(p));

    [Theory]
    [InlineData(12, "12 B")]
    [InlineData(2048, "2.0 KB")]
    [InlineData(5 << 20, "5.0 MB")]
    public void Bytes_have_a_unit(long bytes, string text) => Assert.Equal(text, Figures.Bytes(bytes));

    [Theory]
    [InlineData(12, "12 pJ")]
    [InlineData(4600, "4.6 nJ")]
    [InlineData(4.6e6, "4.6 uJ")]
    public void Energies_have_a_unit(double picojoules, string text) => Assert.Equal(text, Figures.Energy(picojoules));

    [Fact]
    public void Energies_are_told_for_every_arithmetic() => Assert.Equal("4.6 nJ in float32, 300 pJ in int8, 1.0 nJ in L-Mul", Figures.Energies(1000));
}
