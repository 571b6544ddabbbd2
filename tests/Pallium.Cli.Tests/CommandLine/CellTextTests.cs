namespace Pallium.Cli.Tests;

public sealed class CellTextTests
{
    [Theory]
    [InlineData("a=real", "a", "real")]
    [InlineData(" wind speed = positive ", "wind speed", "positive")]
    [InlineData("wind [m/s]=real", "wind [m/s]", "real")]
    [InlineData("\"a=b\"=real", "a=b", "real")]
    [InlineData("\"say \"\"hi\"\", @home\"=x", "say \"hi\", @home", "x")]
    [InlineData("formula=a=b", "formula", "a=b")]
    public void An_assignment_is_a_name_and_a_value(string text, string name, string value) =>
        Assert.Equal((name, value), CellText.ParseAssignment(text, "--kind"));

    [Theory]
    [InlineData("a")]
    [InlineData("=1")]
    [InlineData("a=")]
    [InlineData("")]
    [InlineData("\"a=1")]
    [InlineData("\"a\"b=1")]
    public void What_is_no_assignment_is_refused(string text) => Assert.Contains(
        $"Option --kind: found '{text}', expected", Assert.Throws<InputException>(() => CellText.ParseAssignment(text, "--kind")).Message, StringComparison.Ordinal);
}
