namespace Pallium.Inference;

/// <summary>Slices as rows that a baseline reads, and their own coordinates as what it should say.</summary>
/// <param name="Features">[n, F], holes filled.</param>
/// <param name="Own">[n, D], NaN for holes.</param>
/// <param name="Count">n.</param>
internal sealed record SetRows(double[] Features, double[] Own, int Count)
{
    /// <summary>The rows of several parts, one after the other.</summary>
    public static SetRows Join(IReadOnlyList<SetRows> parts) =>
        new([.. parts.SelectMany(part => part.Features)], [.. parts.SelectMany(part => part.Own)], parts.Sum(part => part.Count));

    /// <summary>The rows in which a coordinate is no hole.</summary>
    public SetRows Seen(int coordinate)
    {
        int own = Count == 0 ? 0 : Own.Length / Count;
        int[] rows = [.. Enumerable.Range(0, Count).Where(row => !double.IsNaN(Own[(row * own) + coordinate]))];
        return rows.Length == Count ? this : Join([.. rows.Select(row => Part(row, row + 1))]);
    }

    /// <summary>Rows <paramref name="from"/> to <paramref name="to"/>, not included.</summary>
    public SetRows Part(int from, int to)
    {
        int features = Count == 0 ? 0 : Features.Length / Count;
        int own = Count == 0 ? 0 : Own.Length / Count;
        return new SetRows(Features[(from * features)..(to * features)], Own[(from * own)..(to * own)], to - from);
    }
}

/// <summary>What the baselines of clamp sets learn from: the last tenth of every series chooses ridges, neighbours and spreads.</summary>
/// <param name="Cells">How slices are read.</param>
/// <param name="Fit">Rows that are fitted to at first.</param>
/// <param name="Validation">Rows that choose; then both are fitted to.</param>
internal sealed record SetTraining(SetCells Cells, SetRows Fit, SetRows Validation)
{
    private const int Share = 10;
    private const int LeastRows = 20;

    /// <summary>Reads a training frame.</summary>
    /// <exception cref="InputException">It has too few slices with a full past.</exception>
    public static SetTraining Of(Frame training)
    {
        var cells = new SetCells(training);
        SetRows[] series =
        [
            .. training.Series.Select(s => new SetRows(cells.Rows(s, out double[] own), own, Math.Max(0, s.Length - cells.Past))).Where(rows => rows.Count > 0),
        ];
        int Cut(SetRows rows) => rows.Count - (rows.Count / Share);
        SetRows fit = SetRows.Join([.. series.Select(rows => rows.Part(0, Cut(rows)))]);
        SetRows validation = SetRows.Join([.. series.Select(rows => rows.Part(Cut(rows), rows.Count))]);
        return fit.Count >= LeastRows && validation.Count > 0
            ? new SetTraining(cells, fit, validation)
            : throw new InputException($"{training.Source}: found {fit.Count + validation.Count} slices with {cells.Past} before them, expected at least {LeastRows + (LeastRows / Share)} to fit baselines to.");
    }
}

/// <summary>What a baseline says about all coordinates of some slices.</summary>
/// <param name="Means">Standardised, [slices, D]; of coordinates that were given, zero.</param>
/// <param name="Variances">Mean squared error in validation, standardised, [D].</param>
internal sealed record SetBeliefs(double[] Means, double[] Variances);
