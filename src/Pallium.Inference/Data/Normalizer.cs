namespace Pallium.Inference;

/// <summary>The maps of all channels, fitted on the training part only.</summary>
/// <param name="Channels">One map per channel.</param>
/// <param name="Statics">One map per static column.</param>
public sealed record Normalizer(IReadOnlyList<ChannelScale> Channels, IReadOnlyList<ChannelScale> Statics)
{
    /// <summary>Fits the maps to a training part.</summary>
    /// <exception cref="InputException">A channel has no value in it.</exception>
    public static Normalizer Fit(Frame training)
    {
        ArgumentNullException.ThrowIfNull(training);
        var channels = new ChannelScale[training.Channels.Count];
        double[][] columns = [.. channels.Select((_, c) => training.Column(c))];
        for (int c = 0; c < channels.Length; c++)
        {
            double[] column = columns[c];
            if (Array.TrueForAll(column, double.IsNaN))
            {
                throw new InputException($"{training.Source}, column '{training.Channels[c].Name}': found no value in the {column.Length} rows "
                    + "of the training part, expected at least one (or the column in the option ignore).");
            }

            channels[c] = ChannelScale.Fit(
                training.Channels[c], column, [.. columns.Where((_, other) => other != c && training.Channels[other].Kind != ChannelKind.Categorical)]);
        }

        return new Normalizer(channels, [.. training.Statics.Select((column, i) => FitStatic(training, column, i))]);
    }

    /// <summary>z of a value; NaN of NaN.</summary>
    public double Encode(int channel, double x) => Channels[channel].Encode(x);

    /// <summary>The value of a z, in the channel's unit.</summary>
    public double Decode(int channel, double z) => Channels[channel].Decode(z);

    /// <summary>z of the ends of the interval that is recorded as <paramref name="x"/>.</summary>
    public (double Low, double High) Edges(int channel, double x) => Channels[channel].Edges(x);

    /// <summary>z of a whole slice.</summary>
    /// <param name="values">One value per channel; NaN is a hole.</param>
    /// <param name="encoded">Receives one z per channel; NaN for a hole.</param>
    public void Encode(ReadOnlySpan<double> values, Span<double> encoded)
    {
        for (int c = 0; c < values.Length; c++)
        {
            encoded[c] = Channels[c].Encode(values[c]);
        }
    }

    /// <summary>A static column's map; the identity where no series knows it.</summary>
    private static ChannelScale FitStatic(Frame training, Channel column, int index)
    {
        double[] known = [.. training.Series.Select(series => series.Static[index]).Where(x => !double.IsNaN(x))];
        return known.Length == 0 ? new ChannelScale(column.Kind) : ChannelScale.Fit(column, known);
    }
}
