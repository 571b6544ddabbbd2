using System.Globalization;
using System.Xml.Linq;

namespace Pallium.Cli.Tests;

public sealed class FanPlotTests
{
    [Theory]
    [InlineData(30, 14)]
    [InlineData(0, 1)]
    [InlineData(1, 1)]
    [InlineData(400, 200)]
    public void A_plot_is_well_formed_and_within_its_frame(int history, int horizon)
    {
        XElement svg = Draw(Fabricated.Picture(history, horizon));
        double width = Number(svg, "width");
        double height = Number(svg, "height");
        Assert.Equal("svg", svg.Name.LocalName);
        Assert.DoesNotContain("NaN", svg.ToString(), StringComparison.Ordinal);
        Assert.All(Elements(svg, "rect"), box =>
        {
            Assert.InRange(Number(box, "x"), 0, width);
            Assert.InRange(Number(box, "x") + Number(box, "width"), 0, width);
            Assert.InRange(Number(box, "y") + Number(box, "height"), 0, height + 0.1);
        });
    }

    [Fact]
    public void A_plot_names_channels_units_categories_and_title()
    {
        string[] texts = [.. Elements(Draw(Fabricated.Picture(30, 14)), "text").Select(text => text.Value)];
        Assert.All(new[] { "A & B <forecast>", "rain [mm]", "heat [°C]", "kind", "dry <&>", "[red]", "95 %", "median" }, text => Assert.Contains(text, texts));
    }

    [Fact]
    public void Every_number_has_three_bands()
    {
        XElement svg = Draw(Fabricated.Picture(30, 14));
        Assert.Equal(2 * 3, Elements(svg, "polygon").Count());
    }

    [Fact]
    public void What_came_is_drawn_as_dots()
    {
        XElement svg = Draw(Fabricated.Picture(30, 2) with { Truth = [Fabricated.Slice(30, 1, 2, 0, 1), Fabricated.Slice(31, double.NaN, 2, double.NaN, 1)] });
        const int Legend = 1;
        Assert.Equal(Legend + 6, Elements(svg, "circle").Count());
    }

    [Fact]
    public void Control_characters_in_names_do_not_break_the_file() =>
        Assert.Contains("a b", Elements(Draw(Fabricated.Picture(3, 2) with { Title = "a\u0001b" }), "text").First().Value, StringComparison.Ordinal);

    private static XElement Draw(ForecastPicture picture)
    {
        using var stream = new MemoryStream();
        FanPlot.Write(stream, picture);
        stream.Position = 0;
        return XDocument.Load(stream).Root!;
    }

    private static IEnumerable<XElement> Elements(XElement svg, string name) => svg.Descendants().Where(element => element.Name.LocalName == name);

    private static double Number(XElement element, string attribute) => double.Parse(element.Attribute(attribute)!.Value, CultureInfo.InvariantCulture);
}
