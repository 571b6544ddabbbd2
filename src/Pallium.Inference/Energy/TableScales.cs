using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>The numeric channels of a table and their maps to z, shared by the engines for data without time.</summary>
internal sealed class TableScales
{
    private TableScales(IReadOnlyList<Channel> channels, ChannelScale[] scales)
    {
        Channels = channels;
        Scales = scales;
    }

    public IReadOnlyList<Channel> Channels { get; }

    public IReadOnlyList<ChannelScale> Scales { get; }

    /// <summary>The maps of a table's channels: z-scores, positive channels through an inverse softplus.</summary>
    /// <param name="frame">Rows are taken as independent, whatever their series and stamps.</param>
    /// <param name="engine">What errors call the engine.</param>
    /// <exception cref="InputException">A channel is not of numbers, or has no value.</exception>
    public static TableScales Fit(Frame frame, string engine)
    {
        ArgumentNullException.ThrowIfNull(frame);
        foreach (Channel channel in frame.Channels)
        {
            if (!channel.IsNumeric)
            {
                throw new InputException($"{frame.Source}, column '{channel.Name}': found a {channel.Kind} channel, expected numbers for {engine} "
                    + "(the option ignore leaves columns out).");
            }
        }

        if (frame.RowCount < 2)
        {
            throw new InputException($"{frame.Source}: found {frame.RowCount} rows, expected at least 2 for {engine}.");
        }

        // Zeros of positive channels are values like the others here: they have no probability of their own.
        return new TableScales(frame.Channels, [.. Normalizer.Fit(frame).Channels.Select(scale => scale with { HasAtom = false })]);
    }

    /// <summary>Maps that leave real channels as they are.</summary>
    /// <exception cref="InputException">A channel is not real.</exception>
    public static TableScales Plain(IReadOnlyList<Channel> channels)
    {
        ArgumentNullException.ThrowIfNull(channels);
        return channels.FirstOrDefault(channel => channel.Kind != ChannelKind.Real) is { } other
            ? throw new InputException($"Column '{other.Name}': found a {other.Kind} channel, expected a real one.")
            : new TableScales(channels, [.. channels.Select(channel => new ChannelScale(ChannelKind.Real) { Resolution = channel.Resolution })]);
    }

    /// <summary>All rows, encoded, [n][d]; NaN is a hole.</summary>
    public double[][] Encode(Frame frame) =>
        [.. frame.Series.SelectMany(series => Enumerable.Range(0, series.Length).Select(i => Encode(series.Row(i))))];

    /// <summary>One row, encoded; NaN is a hole.</summary>
    public double[] Encode(ReadOnlySpan<double> row)
    {
        var encoded = new double[row.Length];
        for (int c = 0; c < row.Length; c++)
        {
            encoded[c] = Scales[c].Encode(row[c]);
        }

        return encoded;
    }

    /// <summary>A row that has to fit the channels, encoded.</summary>
    /// <exception cref="InputException">Another number of values, or one that its channel cannot have.</exception>
    public double[] EncodeChecked(ReadOnlySpan<double> row)
    {
        SchemaCheck.Values(Channels, row, "Row");
        return Encode(row);
    }

    /// <summary>log of the width, in z, of the interval that is recorded as a value: log density + this = log mass, by the midpoint rule.</summary>
    public double LogWidth(int channel, double value)
    {
        (double low, double high) = Scales[channel].Edges(value);
        return Elementary.Log(double.IsInfinity(low) ? 2 * (high - Scales[channel].Encode(value)) : high - low);
    }

    /// <summary>A cell's posterior; certain where it has no spread.</summary>
    public Posterior Cell(int channel, Mixture mixture)
    {
        const double NoSpread = 1e-7;
        return mixture.Scales.All(scale => scale <= NoSpread)
            ? EngineQuestion.Certain(Channels[channel], Scales[channel].Decode(mixture.Mean))
            : new CellPosterior(Channels[channel], Scales[channel], [], Widened(mixture));
    }

    private static Mixture Widened(Mixture mixture)
    {
        const double Least = 1e-9;
        for (int k = 0; k < mixture.Scales.Length; k++)
        {
            mixture.Scales[k] = Math.Max(mixture.Scales[k], Least);
        }

        return mixture;
    }
}
