using Spectre.Console;

namespace Pallium.Cli;

/// <summary>Beliefs as tables.</summary>
internal static class BeliefText
{
    private const int BarWidth = 24;

    /// <summary>A belief in one line: median and interval, or the likeliest categories.</summary>
    public static string Short(Belief belief, double share)
    {
        if (belief.Outcomes.Count > 0)
        {
            const int Most = 2;
            return string.Join(", ", belief.Outcomes.Take(Most).Select(outcome => $"{outcome.Name} {100 * outcome.Probability:0} %"));
        }

        Interval interval = belief.Band(share);
        Channel channel = belief.Channel;
        return $"{Figures.Value(channel, belief.Median)} [{Figures.Value(channel, interval.Low)}, {Figures.Value(channel, interval.High)}]";
    }

    /// <summary>All that is believed of one channel: mean, median and intervals, or every category with a bar; then further lines.</summary>
    public static void Write(IAnsiConsole console, Belief belief, params IEnumerable<(string Name, string Value)> further)
    {
        console.MarkupLine($"[bold]{Markup.Escape(belief.Channel.Header)}[/]");
        var table = new Table().NoBorder().HideHeaders().AddColumn(new TableColumn("").PadLeft(2)).AddColumn(new TableColumn("").RightAligned()).AddColumn("");
        foreach (Outcome outcome in belief.Outcomes)
        {
            table.AddRow(new Text(outcome.Name), new Text(Figures.Percent(outcome.Probability)), new Markup($"[deepskyblue1]{Bar(outcome.Probability)}[/]"));
        }

        if (belief.Outcomes.Count == 0)
        {
            Channel channel = belief.Channel;
            table.AddRow(new Text("mean"), new Text(Figures.Mean(channel, belief.Mean)), Text.Empty);
            table.AddRow(new Text("median"), new Text(Figures.Value(channel, belief.Median)), Text.Empty);
            foreach ((double share, Interval interval) in belief.Bands)
            {
                table.AddRow(
                    new Text($"{100 * share:0.##} %"), new Text($"{Figures.Value(channel, interval.Low)} .. {Figures.Value(channel, interval.High)}"), Text.Empty);
            }
        }

        foreach ((string name, string value) in further)
        {
            table.AddRow(new Text(name), new Text(value), Text.Empty);
        }

        console.Write(table);
        console.WriteLine();
    }

    /// <summary>Time by channel, in as many tables as the console's width asks for.</summary>
    /// <param name="console">Where to write.</param>
    /// <param name="axis">How time is measured.</param>
    /// <param name="times">Stamps of the rows.</param>
    /// <param name="channels">The channels.</param>
    /// <param name="cell">The text of a row and channel.</param>
    public static void WriteTable(
        IAnsiConsole console, TimeAxis axis, IReadOnlyList<double> times, IReadOnlyList<Channel> channels, Func<int, int, string> cell)
    {
        const int Frame = 3;
        string[] stamps = [.. times.Select(axis.Format)];
        string[][] cells = [.. channels.Select((_, c) => times.Select((_, row) => cell(row, c)).ToArray())];
        int[] widths = [.. cells.Select((column, c) => Frame + Math.Max(channels[c].Header.Length, column.Max(text => text.Length)))];
        int first = 0;
        while (first < channels.Count)
        {
            int width = stamps.Max(stamp => stamp.Length) + Frame + 1 + widths[first];
            int end = first + 1;
            while (end < channels.Count && width + widths[end] <= console.Profile.Width)
            {
                width += widths[end++];
            }

            Table table = new Table().Border(TableBorder.Rounded).AddColumn(Header(axis.Column ?? "step"));
            for (int c = first; c < end; c++)
            {
                table.AddColumn(Header(channels[c].Header));
            }

            for (int row = 0; row < stamps.Length; row++)
            {
                table.AddRow([new Text(stamps[row]), .. cells[first..end].Select(column => new Text(column[row]))]);
            }

            console.Write(table);
            first = end;
        }
    }

    /// <summary>A column header that is not markup.</summary>
    public static TableColumn Header(string text) => new(Markup.Escape(text));

    private static string Bar(double probability) => new('█', (int)Math.Round(probability * BarWidth));
}
