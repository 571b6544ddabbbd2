namespace Pallium.Cli.Tests;

public sealed class CellTextTests
{
    [Theory]
    [InlineData("a=1.2", "a", "1.2")]
    [InlineData("kind=rain", "kind", "rain")]
    [InlineData(" wind speed = -3e2 ", "wind speed", "-3e2")]
    [InlineData("wind [m/s]=4", "wind [m/s]", "4")]
    [InlineData("\"a=b\"=1", "a=b", "1")]
    [InlineData("\"say \"\"hi\"\", @home\"=x", "say \"hi\", @home", "x")]
    [InlineData("a@+1=3", "a", "3")]
    [InlineData("\"a@b\"@+1=3", "a@b", "3")]
    [InlineData("kind=\"heavy rain\"", "kind", "heavy rain")]
    [InlineData("formula=a=b", "formula", "a=b")]
    [InlineData("kind=rain, or snow", "kind", "rain, or snow")]
    public void An_assignment_is_a_name_and_a_value(string text, string name, string value) =>
        Assert.Equal((name, value), CellText.ParseAssignment(text, "--given"));

    [Theory]
    [InlineData("a")]
    [InlineData("=1")]
    [InlineData("a=")]
    [InlineData("")]
    [InlineData("a,b=1")]
    [InlineData("\"a=1")]
    [InlineData("\"a\"b=1")]
    [InlineData("a=\"x\"y")]
    public void What_is_no_assignment_is_refused(string text) => Assert.Contains(
        $"Option --given: found '{text}', expected", Assert.Throws<InputException>(() => CellText.ParseAssignment(text, "--given")).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("a@+2=1")]
    [InlineData("a@-40=1")]
    [InlineData("a@+6h=1")]
    [InlineData("a@2015-02-10T14:20=1")]
    [InlineData("a@+1..+6=1")]
    public void Other_slices_are_not_supported_yet(string text) => Assert.Contains(
        "only the next slice, @+1", Assert.Throws<InputException>(() => CellText.ParseAssignment(text, "--given")).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("a<1")]
    [InlineData("a>=1")]
    public void Inequalities_are_not_supported_yet(string text) => Assert.Contains(
        "inequalities are not supported yet", Assert.Throws<InputException>(() => CellText.ParseAssignment(text, "--given")).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("b", "b")]
    [InlineData("b@+1", "b")]
    [InlineData("\"b, c\"", "b, c")]
    public void A_name_stands_alone(string text, string name) => Assert.Equal(name, CellText.ParseName(text, "--infer"));

    [Fact]
    public void A_name_with_a_value_is_refused() => Assert.Throws<InputException>(() => CellText.ParseName("b=1", "--infer"));
}
