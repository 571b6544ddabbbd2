using System.Text;
using Spectre.Console;

namespace Pallium.Cli;

/// <summary>Draws a forecast with characters: history, median and two bands for numbers, shades of probability for categories.</summary>
internal sealed class TerminalFan
{
    private const int LabelWidth = 12;
    private const int WidestPlot = 100;
    private const int Rows = 8;
    private const int MostColumnsPerSlice = 4;
    private const double Wide = 0.95;
    private const double Narrow = 0.5;
    private const string Levels = " ▁▂▃▄▅▆▇█";

    private readonly ForecastPicture _picture;
    private readonly IAnsiConsole _console;
    private readonly IReadOnlyList<Slice> _history;
    private readonly int _slices;
    private readonly int _columns;

    private TerminalFan(IAnsiConsole console, ForecastPicture picture)
    {
        _console = console;
        int width = Math.Clamp(console.Profile.Width - LabelWidth - 3, 10, WidestPlot);
        int horizon = picture.Times.Count;
        int history = Math.Min(picture.History.Count, Math.Max(horizon, width - horizon) / 2);
        _history = [.. picture.History.Skip(picture.History.Count - history)];
        _picture = picture with { History = _history };
        _slices = history + horizon;
        _columns = _slices > width ? width : _slices * Math.Min(MostColumnsPerSlice, width / _slices);
    }

    /// <summary>Draws all channels.</summary>
    public static void Write(IAnsiConsole console, ForecastPicture picture)
    {
        var fan = new TerminalFan(console, picture);
        for (int c = 0; c < picture.Channels.Count; c++)
        {
            console.MarkupLine($"[bold]{Markup.Escape(picture.Channels[c].Header)}[/]");
            if (picture.Channels[c].IsNumeric)
            {
                fan.DrawNumbers(c);
            }
            else
            {
                fan.DrawCategories(c);
            }
        }

        fan.DrawTimes();
        string truth = picture.Truth.Count > 0 ? "   [orange1]o[/] what came" : "";
        console.MarkupLine($"{new string(' ', LabelWidth + 2)}[grey]•[/] seen   [deepskyblue1]━[/] median   "
            + $"[deepskyblue1]▒[/] {100 * Narrow:0} %   [deepskyblue3]░[/] {100 * Wide:0} %{truth}");
        console.WriteLine();
    }

    private void DrawNumbers(int channel)
    {
        (double low, double high) = _picture.Range(channel);
        int Row(double value) => Math.Clamp((int)Math.Round((high - value) / (high - low) * (Rows - 1)), 0, Rows - 1);

        var grid = new (char Mark, string Colour)[Rows, _columns];
        for (int column = 0; column < _columns; column++)
        {
            int slice = SliceAt(column);
            bool centre = IsCentre(column);
            int step = slice - _history.Count;
            if (step < 0)
            {
                Mark(_history[slice].Values[channel], '•', "grey");
                continue;
            }

            Belief belief = _picture.Cells[step][channel];
            Shade(belief.Band(Wide), '░', "deepskyblue3");
            Shade(belief.Band(Narrow), '▒', "deepskyblue1");
            grid[Row(belief.Median), column] = ('━', "deepskyblue1");
            if (step < _picture.Truth.Count)
            {
                Mark(_picture.Truth[step].Values[channel], 'o', "orange1");
            }

            void Mark(double value, char mark, string colour)
            {
                if (centre && double.IsFinite(value))
                {
                    grid[Row(value), column] = (mark, colour);
                }
            }

            void Shade(Interval interval, char mark, string colour)
            {
                for (int row = Row(interval.High); row <= Row(interval.Low); row++)
                {
                    grid[row, column] = (mark, colour);
                }
            }
        }

        for (int row = 0; row < Rows; row++)
        {
            double value = high - ((high - low) * row / (Rows - 1));
            string label = row is 0 or Rows - 1 || row == Rows / 2 ? Figures.Value(_picture.Channels[channel], value) : "";
            WriteRow(label, Enumerable.Range(0, _columns).Select(column => grid[row, column]));
        }
    }

    private void DrawCategories(int channel)
    {
        Channel described = _picture.Channels[channel];
        string[] names = described.Categories.Count > 0 ? [.. described.Categories] : ["0", "1"];
        for (int category = 0; category < names.Length; category++)
        {
            WriteRow(names[category], Enumerable.Range(0, _columns).Select(Cell));

            (char Mark, string Colour) Cell(int column)
            {
                int step = SliceAt(column) - _history.Count;
                if (step < 0)
                {
                    return (_history[SliceAt(column)].Values[channel] == category ? Levels[^1] : ' ', "grey");
                }

                if (step < _picture.Truth.Count && IsCentre(column) && _picture.Truth[step].Values[channel] == category)
                {
                    return ('o', "orange1");
                }

                double p = _picture.Cells[step][channel].Probability(names[category]);
                return (Levels[(int)Math.Round(p * (Levels.Length - 1))], "deepskyblue1");
            }
        }
    }

    private void DrawTimes()
    {
        TimeAxis axis = _picture.Axis;
        int origin = _columns * _history.Count / _slices;
        string first = _history.Count > 0 ? axis.Format(_history[0].Time) : "";
        string now = axis.Format(_picture.Times[0]);
        string last = axis.Format(_picture.Times[^1]);
        var line = new StringBuilder(new string(' ', LabelWidth + 2));
        line.Append(first);
        Place(LabelWidth + 2 + origin, now);
        Place(LabelWidth + 2 + _columns - last.Length, last);
        _console.MarkupLine($"[grey]{Markup.Escape(line.ToString())}[/]");

        void Place(int at, string text)
        {
            if (line.Length < at)
            {
                line.Append(' ', at - line.Length).Append(text);
            }
        }
    }

    private int SliceAt(int column) => (int)((long)column * _slices / _columns);

    /// <summary>Whether a column is the middle one of its slice, where marks stand.</summary>
    private bool IsCentre(int column)
    {
        int perSlice = Math.Max(1, _columns / _slices);
        return column % perSlice == perSlice / 2;
    }

    private void WriteRow(string label, IEnumerable<(char Mark, string Colour)> cells)
    {
        string shown = label.Length > LabelWidth ? label[..LabelWidth] : label.PadLeft(LabelWidth);
        var line = new StringBuilder($"[grey]{Markup.Escape(shown)} │[/]");
        string colour = "";
        foreach ((char mark, string own) in cells)
        {
            string next = mark is '\0' or ' ' ? colour : own;
            if (next != colour)
            {
                line.Append(colour.Length > 0 ? "[/]" : "").Append(next.Length > 0 ? $"[{next}]" : "");
                colour = next;
            }

            line.Append(mark == '\0' ? ' ' : mark);
        }

        _console.MarkupLine(line.Append(colour.Length > 0 ? "[/]" : "").ToString());
    }
}
