namespace Pallium.Cli;

/// <summary>Draws a forecast as SVG: a panel per channel with the recent history, the median and a fan of intervals; categories as
/// stacked probabilities.</summary>
internal sealed class FanPlot
{
    private const double Width = 960;
    private const double Left = 70;
    private const double Right = 130;
    private const double Top = 64;
    private const double Bottom = 36;
    private const double PanelHeight = 150;
    private const double PanelGap = 34;
    private const double Small = 11;
    private const double Normal = 13;
    private const double Large = 17;
    private const string Ink = "#222222";
    private const string Grey = "#777777";
    private const string Grid = "#e6e6e6";
    private const string Blue = "#0072b2";
    private const string Orange = "#d55e00";
    private const double MarkerRadius = 2.6;
    private const int TimeTicks = 8;
    private const int ValueTicks = 6;

    // Okabe and Ito's colours, which the colour-blind can tell apart; further categories are grey.
    private static readonly string[] Palette = ["#56b4e9", "#e69f00", "#009e73", "#cc79a7", "#f0e442", "#0072b2", "#d55e00", "#999999"];

    // Wide bands lie under narrow ones; what shines through adds up.
    private static readonly double[] Opacities = [0.16, 0.22, 0.3];

    private readonly ForecastPicture _picture;
    private readonly SvgCanvas _svg;
    private readonly double _low;
    private readonly double _high;
    private readonly double _step;

    private FanPlot(ForecastPicture picture, SvgCanvas svg)
    {
        _picture = picture;
        _svg = svg;
        double[] times = [.. picture.History.Select(slice => slice.Time), .. picture.Times];
        _step = picture.Times.Count > 1 ? picture.Times[1] - picture.Times[0] : picture.Axis.Step;
        (_low, _high) = (times.Min() - (_step / 2), times.Max() + (_step / 2));
    }

    private double Origin => (_picture.Times[0] + (_picture.History.Count == 0 ? _low : _picture.History[^1].Time)) / 2;

    /// <summary>Writes the picture.</summary>
    public static void Write(Stream stream, ForecastPicture picture)
    {
        int panels = picture.Channels.Count;
        double height = Top + (panels * (PanelHeight + PanelGap)) + Bottom - PanelGap;
        using var svg = new SvgCanvas(stream, Width, height, picture.Title);
        new FanPlot(picture, svg).Draw();
    }

    private void Draw()
    {
        _svg.Text(Left, 26, _picture.Title, Large, Ink, bold: true);
        DrawLegend();
        for (int c = 0; c < _picture.Channels.Count; c++)
        {
            double top = Top + (c * (PanelHeight + PanelGap));
            DrawTimeAxis(top, labels: c == _picture.Channels.Count - 1);
            _svg.Text(Left, top - 7, _picture.Channels[c].Header, Normal, Ink, bold: true);
            if (_picture.Channels[c].IsNumeric)
            {
                DrawNumbers(c, top);
            }
            else
            {
                DrawCategories(c, top);
            }

            double origin = X(Origin);
            _svg.Line([(origin, top), (origin, top + PanelHeight)], Grey, 1, "3 3");
        }
    }

    private void DrawLegend()
    {
        const double Y = 44;
        double x = Width - Right - 430;
        _svg.Line([(x, Y - 4), (x + 22, Y - 4)], Ink, 1.4);
        _svg.Text(x + 28, Y, "seen", Small, Grey);
        x += 70;
        _svg.Line([(x, Y - 4), (x + 22, Y - 4)], Blue, 2.2);
        _svg.Text(x + 28, Y, "median", Small, Grey);
        x += 84;
        for (int band = Opacities.Length - 1; band >= 0; band--)
        {
            double opacity = Opacities.Take(Opacities.Length - band).Sum();
            _svg.Box(x, Y - 10, 22, 11, Blue, opacity);
            _svg.Text(x + 28, Y, $"{100 * Belief.PlotShares[band]:0} %", Small, Grey);
            x += 68;
        }

        if (_picture.Truth.Count > 0)
        {
            _svg.Dot(x + 11, Y - 4, MarkerRadius, "#ffffff", Orange);
            _svg.Text(x + 28, Y, "what came", Small, Grey);
        }
    }

    private void DrawTimeAxis(double top, bool labels)
    {
        foreach (Tick tick in Ticks.Times(_picture.Axis, _low, _high, TimeTicks))
        {
            double x = X(tick.At);
            _svg.Line([(x, top), (x, top + PanelHeight)], Grid, 1);
            if (labels)
            {
                _svg.Text(x, top + PanelHeight + 16, tick.Label, Small, Grey, "middle");
            }
        }

        if (labels && _picture.Axis.Kind != TimeKind.Date)
        {
            string unit = _picture.Axis.Unit == null ? "" : $" [{_picture.Axis.Unit}]";
            _svg.Text(Width - Right, top + PanelHeight + 32, $"{_picture.Axis.Column ?? "slice"}{unit}", Small, Grey, "end");
        }
    }

    private void DrawNumbers(int channel, double top)
    {
        (double low, double high) = _picture.Range(channel);
        double margin = 0.04 * (high - low);
        low = low >= 0 && low - margin < 0 ? 0 : low - margin;
        high += margin;
        double Y(double value) => top + (PanelHeight * (high - value) / (high - low));

        foreach (Tick tick in Ticks.Numbers(low, high, ValueTicks))
        {
            _svg.Line([(Left, Y(tick.At)), (Width - Right, Y(tick.At))], Grid, 1);
            _svg.Text(Left - 8, Y(tick.At) + 4, tick.Label, Small, Grey, "end");
        }

        IReadOnlyList<Belief> beliefs = _picture.Beliefs(channel);
        for (int band = Belief.PlotShares.Count - 1; band >= 0; band--)
        {
            double share = Belief.PlotShares[band];
            var lower = beliefs.Select((belief, i) => (X(_picture.Times[i]), Y(belief.Band(share).Low)));
            var upper = beliefs.Select((belief, i) => (X(_picture.Times[i]), Y(belief.Band(share).High)));
            _svg.Area(Wide(lower).Concat(Enumerable.Reverse(Wide(upper))), Blue, Opacities[Belief.PlotShares.Count - 1 - band]);
        }

        _svg.Line(_picture.History.Select(slice => (X(slice.Time), Y(slice.Values[channel]))), Ink, 1.4);
        _svg.Line(Wide(beliefs.Select((belief, i) => (X(_picture.Times[i]), Y(belief.Median)))), Blue, 2.2);
        foreach (Slice slice in _picture.Truth.Where(slice => double.IsFinite(slice.Values[channel])))
        {
            _svg.Dot(X(slice.Time), Y(slice.Values[channel]), MarkerRadius, "#ffffff", Orange);
        }
    }

    private void DrawCategories(int channel, double top)
    {
        Channel described = _picture.Channels[channel];
        string[] names = described.Categories.Count > 0 ? [.. described.Categories] : ["0", "1"];
        string Colour(int category) => Palette[Math.Min(category, Palette.Length - 1)];
        double half = SliceWidth(_picture.Axis.Step) / 2;
        foreach (Slice slice in _picture.History.Where(slice => !double.IsNaN(slice.Values[channel])))
        {
            _svg.Box(X(slice.Time) - half, top, 2 * half, PanelHeight, Colour((int)slice.Values[channel]), 0.85);
        }

        half = SliceWidth(_step) / 2;
        IReadOnlyList<Belief> beliefs = _picture.Beliefs(channel);
        for (int i = 0; i < beliefs.Count; i++)
        {
            double bottom = top + PanelHeight;
            for (int category = names.Length - 1; category >= 0; category--)
            {
                double height = PanelHeight * beliefs[i].Probability(names[category]);
                bottom -= height;
                _svg.Box(X(_picture.Times[i]) - half, bottom, 2 * half, height, Colour(category), 0.85);
            }
        }

        foreach (double share in (ReadOnlySpan<double>)[0, 0.5, 1])
        {
            _svg.Text(Left - 8, top + (PanelHeight * (1 - share)) + 4, $"{100 * share:0} %", Small, Grey, "end");
        }

        foreach (Slice slice in _picture.Truth.Where(slice => !double.IsNaN(slice.Values[channel])))
        {
            _svg.Dot(X(slice.Time), top - 4, MarkerRadius, Colour((int)slice.Values[channel]), Ink);
        }

        double line = Math.Min(16, PanelHeight / names.Length);
        for (int category = 0; category < names.Length; category++)
        {
            double y = top + 10 + (category * line);
            _svg.Box(Width - Right + 14, y - 9, 11, 11, Colour(category), 0.85);
            _svg.Text(Width - Right + 31, y, names[category], Small, Ink);
        }
    }

    /// <summary>A single point, drawn as wide as its slice.</summary>
    private (double X, double Y)[] Wide(IEnumerable<(double X, double Y)> points)
    {
        (double X, double Y)[] all = [.. points];
        double half = SliceWidth(_step) / 2;
        return all.Length == 1 ? [(all[0].X - half, all[0].Y), (all[0].X + half, all[0].Y)] : all;
    }

    private double SliceWidth(double step) => Math.Max(1, (Width - Left - Right) * step / (_high - _low));

    private double X(double time) => Left + ((Width - Left - Right) * (time - _low) / (_high - _low));
}
