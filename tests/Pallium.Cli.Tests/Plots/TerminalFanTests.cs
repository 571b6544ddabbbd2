namespace Pallium.Cli.Tests;

public sealed class TerminalFanTests
{
    [Theory]
    [InlineData(30, 14)]
    [InlineData(0, 1)]
    [InlineData(400, 300)]
    public void A_plot_fits_the_console(int history, int horizon)
    {
        string text = Fabricated.Printed(console => TerminalFan.Write(console, Fabricated.Picture(history, horizon)));
        Assert.All(text.Split('\n'), line => Assert.InRange(line.TrimEnd().Length, 0, 120));
        Assert.Contains("rain [mm]", text, StringComparison.Ordinal);
        Assert.Contains("[red]", text, StringComparison.Ordinal);
        Assert.Contains("░", text, StringComparison.Ordinal);
        Assert.Contains("━", text, StringComparison.Ordinal);
    }

    [Fact]
    public void What_came_is_marked()
    {
        ForecastPicture picture = Fabricated.Picture(10, 2) with { Truth = [Fabricated.Slice(10, 1, 2, 0, 1)] };
        Assert.Contains("what came", Fabricated.Printed(console => TerminalFan.Write(console, picture)), StringComparison.Ordinal);
    }
}
