namespace Pallium.Cli.Tests;

public sealed class BeliefTextTests
{
    [Fact]
    public void A_number_is_a_median_and_an_interval() => Assert.Equal("-1.2 [-4.2, 1.8]", BeliefText.Short(Fabricated.Beliefs()[1], 0.9));

    [Fact]
    public void A_category_is_its_likeliest_names() => Assert.Equal("wet 60 %, dry <&> 30 %", BeliefText.Short(Fabricated.Beliefs()[3], 0.9));

    [Fact]
    public void A_belief_in_numbers_shows_mean_median_and_intervals()
    {
        string text = Fabricated.Printed(console => BeliefText.Write(console, Fabricated.Beliefs()[1]));
        Assert.All(new[] { "heat [°C]", "mean", "-1.15", "median", "-1.2", "50 %", "90 %", "-4.2 .. 1.8" }, word => Assert.Contains(word, text, StringComparison.Ordinal));
    }

    [Fact]
    public void A_belief_in_categories_shows_a_bar_each()
    {
        string text = Fabricated.Printed(console => BeliefText.Write(console, Fabricated.Beliefs()[3]));
        string[] lines = [.. text.Split('\n').Where(line => line.Contains('█', StringComparison.Ordinal))];
        Assert.Equal(3, lines.Length);
        Assert.Contains("60.0 %", lines[0], StringComparison.Ordinal);
        Assert.Contains("[red]", lines[2], StringComparison.Ordinal);
    }

    [Fact]
    public void A_table_wider_than_the_console_is_split_by_channels()
    {
        Channel[] channels = [.. Enumerable.Range(0, 30).Select(i => new Channel($"channel_{i}", ChannelKind.Real))];
        string text = Fabricated.Printed(console => BeliefText.WriteTable(console, Fabricated.Schema.Time, [0, Fabricated.Day], channels, (row, c) => $"{row}:{c}"));
        Assert.All(text.Split('\n'), line => Assert.InRange(line.TrimEnd().Length, 0, 160));
        Assert.All(channels, channel => Assert.Contains(channel.Name, text, StringComparison.Ordinal));
        Assert.Contains("1:29", text, StringComparison.Ordinal);
    }
}
