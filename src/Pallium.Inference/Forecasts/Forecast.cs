namespace Pallium.Inference;

/// <summary>How a forecast is made.</summary>
public sealed record ForecastOptions
{
    /// <summary>Sampled paths, at least 2.</summary>
    public int Paths { get; init; } = 256;

    /// <summary>Seed of the paths. Same seed, same bits.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Threads; the paths do not depend on it.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>Time between future slices, in the frame's units of stamps (seconds for dates); null: the median step of learning.</summary>
    public double? Every { get; init; }

    /// <summary>Values of the future known in advance: slices whose cells that are not NaN are clamped; null: none.</summary>
    public IReadOnlyList<Slice>? Future { get; init; }
}

/// <summary>The slices to come, as a model believes them to be.</summary>
/// <param name="Times">Stamps of the future slices, [horizon].</param>
/// <param name="Cells">One posterior per channel of each future slice, [horizon][channel].</param>
/// <param name="Paths">The sampled paths in the channels' units, [paths][horizon · channels].</param>
public sealed record Forecast(IReadOnlyList<double> Times, IReadOnlyList<IReadOnlyList<Posterior>> Cells, IReadOnlyList<double[]> Paths)
{
    /// <summary>Number of future slices.</summary>
    public int Horizon => Times.Count;

    /// <summary>The posterior of one channel <paramref name="steps"/> slices ahead, from 1.</summary>
    public Posterior this[int steps, int channel] => Cells[steps - 1][channel];
}
