namespace Pallium.Inference;

/// <summary>What validation chose for a <see cref="LinearBase"/>: the shape and the ridges of its past part.</summary>
internal sealed record LinearStructure
{
    /// <summary>The look-backs that are tried, in slices.</summary>
    public static ReadOnlySpan<int> StandardLookbacks => [1, 2, 4, 8, 16, 32, 96, 168, 336, 512];

    /// <summary>Whether the marginal mean depends on the exogenous features.</summary>
    public bool UseFeatures { get; init; }

    /// <summary>L, slices of a coordinate's own past; 0 for none.</summary>
    public int Lookback { get; init; }

    /// <summary>Own weights are the mean of this many fits: one with L lags and the others with the next shorter standard look-backs.</summary>
    public int Averaged { get; init; } = 1;

    /// <summary>Strength of the ridge on own weights, in rows, at lag 100; it grows with the square of the lag.</summary>
    public double OwnRidge { get; init; } = 1000;

    /// <summary>
    /// How much it counts, in units of the learning rows, that a deviation which has not moved stays where it is: own weights are drawn to a sum
    /// of one, and forecasts start from the present level instead of returning to the mean. 0: not at all.
    /// </summary>
    public double Anchor { get; init; }

    /// <summary>Strength, in rows, that pulls a coordinate's own weights to those shared by all; infinite: all share.</summary>
    public double Sharing { get; init; } = double.PositiveInfinity;

    /// <summary>p, slices of all coordinates' past; 0 for none.</summary>
    public int CrossSlices { get; init; }

    /// <summary>Strength of the ridge on cross weights, in rows, at lag 1; it grows with the square of the lag.</summary>
    public double CrossRidge { get; init; } = 10;

    /// <summary>The look-backs whose fits are averaged, longest first.</summary>
    public List<int> AveragedLookbacks()
    {
        List<int> lookbacks = Lookback == 0 ? [] : [Lookback];
        for (int i = StandardLookbacks.Length - 1; i >= 0 && lookbacks.Count > 0 && lookbacks.Count < Averaged; i--)
        {
            if (StandardLookbacks[i] < lookbacks[^1])
            {
                lookbacks.Add(StandardLookbacks[i]);
            }
        }

        return lookbacks;
    }
}
