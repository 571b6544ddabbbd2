namespace Pallium.Inference;

/// <summary>A stretch of one series that learning may use.</summary>
/// <param name="Series">Index of the series.</param>
/// <param name="From">First slice.</param>
/// <param name="To">Slice after the last.</param>
internal readonly record struct Stretch(int Series, int From, int To)
{
    public int Length => To - From;
}

/// <summary>What is learned from, and what is held back to judge it.</summary>
/// <remarks>The last tenth of every series is held back; where all series are too short for that, the last tenth of the series, at least one.</remarks>
/// <param name="Learning">Stretches that are learned from.</param>
/// <param name="Validation">Stretches that are held back, each after its series' learning stretch.</param>
internal sealed record HoldOut(Stretch[] Learning, Stretch[] Validation)
{
    private const int Share = 10;

    /// <summary>Slices that are learned from.</summary>
    public int Slices => Learning.Sum(stretch => stretch.Length);

    public static HoldOut Of(IReadOnlyList<Series> all)
    {
        Stretch[] whole = [.. all.Select((series, s) => new Stretch(s, 0, series.Length)).Where(stretch => stretch.Length > 0)];
        if (whole.Length > 1 && whole.All(stretch => stretch.Length < Share))
        {
            int kept = whole.Length - Math.Max(1, whole.Length / Share);
            return new HoldOut(whole[..kept], whole[kept..]);
        }

        int Cut(Stretch stretch) => stretch.To - (stretch.Length / Share);
        return new HoldOut(
            [.. whole.Select(stretch => stretch with { To = Cut(stretch) })],
            [.. whole.Select(stretch => stretch with { From = Cut(stretch) }).Where(stretch => stretch.Length > 0)]);
    }

    /// <summary>Those of several sources, whose series stand one after another.</summary>
    public static HoldOut Together(HoldOut[] all) => new([.. all.SelectMany(part => part.Learning)], [.. all.SelectMany(part => part.Validation)]);

    /// <summary>The same, where so many series stand before.</summary>
    public HoldOut Shifted(int series) => new(
        [.. Learning.Select(stretch => stretch with { Series = stretch.Series + series })], [.. Validation.Select(stretch => stretch with { Series = stretch.Series + series })]);

    /// <summary>The learning stretches as a frame of their own.</summary>
    public Frame Training(Frame frame) => new(
        frame.Schema, [.. Learning.Select(stretch => frame.Series[stretch.Series].Part(stretch.From, stretch.To))], frame.Source);
}
