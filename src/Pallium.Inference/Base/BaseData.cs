namespace Pallium.Inference;

/// <summary>How the coordinates of a channel are to be read.</summary>
internal enum BaseKind
{
    /// <summary>One coordinate, a z-score.</summary>
    Real,

    /// <summary>One coordinate, 0 or 1.</summary>
    Binary,

    /// <summary>n coordinates, one of them 1 and the others 0.</summary>
    Categorical,
}

/// <summary>The coordinates that belong to one channel.</summary>
/// <param name="Start">First coordinate.</param>
/// <param name="Count">Number of coordinates: 1, or n for a categorical channel with n values.</param>
/// <param name="Kind">How to read them.</param>
internal readonly record struct BaseGroup(int Start, int Count, BaseKind Kind)
{
    /// <summary>Number of values of a discrete channel: 2 for a binary one.</summary>
    public int Classes => Kind == BaseKind.Binary ? 2 : Count;
}

/// <summary>One series of encoded slices, in order of time.</summary>
/// <param name="Values">[N, D]: coordinates; NaN in all coordinates of a channel marks a hole.</param>
/// <param name="Exogenous">[N, E]: always known.</param>
/// <param name="Elapsed">[N]: time since the slice before, in units of the median step.</param>
internal sealed record BaseSeries(double[] Values, double[] Exogenous, double[] Elapsed)
{
    /// <summary>N.</summary>
    public int Length => Elapsed.Length;
}

/// <summary>What a <see cref="LinearBase"/> is fitted to.</summary>
/// <param name="Groups">The channels, in order of their coordinates, without gaps.</param>
/// <param name="ExogenousCount">E, numbers per slice that are always known.</param>
/// <param name="Series">At least one series; a table is one series.</param>
/// <param name="IsTable">Rows are independent: nothing is learned from one to the next.</param>
/// <param name="TimeFeatures">How many of the exogenous features, the first ones, tell the time; they are not known of a slice without one.</param>
internal sealed record BaseData(IReadOnlyList<BaseGroup> Groups, int ExogenousCount, IReadOnlyList<BaseSeries> Series, bool IsTable = false, int TimeFeatures = 0)
{
    /// <summary>D, coordinates per slice.</summary>
    public int Coordinates => Groups.Count == 0 ? 0 : Groups[^1].Start + Groups[^1].Count;
}
