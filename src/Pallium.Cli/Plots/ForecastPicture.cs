namespace Pallium.Cli;

/// <summary>What a plot of a forecast shows.</summary>
/// <param name="Title">What it is a forecast of.</param>
/// <param name="Axis">How time is measured.</param>
/// <param name="History">Slices before the forecast.</param>
/// <param name="Times">Stamps of the forecast, [horizon].</param>
/// <param name="Cells">What is believed, [horizon][channel], with the bands of <see cref="Belief.PlotShares"/>.</param>
internal sealed record ForecastPicture(
    string Title, TimeAxis Axis, IReadOnlyList<Slice> History, IReadOnlyList<double> Times, IReadOnlyList<IReadOnlyList<Belief>> Cells)
{
    /// <summary>What really came, where it is known.</summary>
    public IReadOnlyList<Slice> Truth { get; init; } = [];

    /// <summary>The channels.</summary>
    public IReadOnlyList<Channel> Channels => [.. Cells[0].Select(belief => belief.Channel)];

    /// <summary>Slices of history that a plot shows beside a forecast of <paramref name="horizon"/> slices.</summary>
    public static int HistoryFor(int horizon)
    {
        const int Least = 14;
        const int Most = 400;
        return Math.Clamp(2 * horizon, Least, Most);
    }

    /// <summary>What is believed of one channel, over the horizon.</summary>
    public IReadOnlyList<Belief> Beliefs(int channel) => [.. Cells.Select(slice => slice[channel])];

    /// <summary>The lowest and highest number that a panel of a channel of numbers shows.</summary>
    public (double Low, double High) Range(int channel)
    {
        IEnumerable<double> seen = History.Concat(Truth).Select(slice => slice.Values[channel]).Where(double.IsFinite);
        IEnumerable<double> believed = Cells.SelectMany(slice => slice[channel].Bands).SelectMany(band => new[] { band.Interval.Low, band.Interval.High });
        double[] all = [.. seen, .. believed.Where(double.IsFinite)];
        (double low, double high) = all.Length == 0 ? (0, 1) : (all.Min(), all.Max());
        return low < high ? (low, high) : (low - 1, high + 1);
    }
}
