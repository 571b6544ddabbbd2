namespace Pallium.Inference;

/// <summary>Reads frames: two passes where the schema must be found, one where it is given.</summary>
internal static class FrameReader
{
    /// <summary>Reads a frame from rows that can be opened again.</summary>
    public static Frame Read(Func<RowReader> open, FrameOptions options)
    {
        if (options.Schema != null)
        {
            return Load(open(), options.Schema, options, learning: false, []);
        }

        var warnings = new List<string>();
        FrameSchema schema;
        using (RowReader rows = open())
        {
            schema = SchemaFinder.Find(rows, options, warnings);
        }

        return Refine(Load(open(), schema, options, learning: true, warnings), options);
    }

    /// <summary>
    /// Settles what needs the values: channels of numbers become real or positive where no option says, and get their
    /// resolution; the time axis gets its step.
    /// </summary>
    /// <exception cref="InputException">A channel is constant or has no value.</exception>
    public static Frame Refine(Frame frame, FrameOptions options)
    {
        var channels = new Channel[frame.Channels.Count];
        for (int c = 0; c < channels.Length; c++)
        {
            double[] values = frame.Column(c);
            Channel channel = frame.Channels[c];
            Check(values, channel, frame.Source);
            if (channel.IsNumeric)
            {
                bool given = options.Kinds.ContainsKey(channel.Name) || options.Kinds.ContainsKey(channel.Header);
                channel = channel with
                {
                    Kind = given ? channel.Kind : NumericKind.Find(values),
                    Resolution = Resolution.Find(values),
                };
            }

            channels[c] = channel;
        }

        FrameSchema schema = frame.Schema with
        {
            Channels = channels,
            Time = frame.Time with { Step = frame.Time.Kind == TimeKind.None ? 1 : TimeAxis.MedianStep(frame.Series) },
        };
        return new Frame(schema, frame.Series, frame.Source) { Warnings = frame.Warnings };
    }

    private static Frame Load(RowReader rows, FrameSchema schema, FrameOptions options, bool learning, List<string> warnings)
    {
        using var slices = new SliceReader(rows, schema, options, learning);
        var series = new Dictionary<string, (List<double> Times, List<double> Values, double[] Static)>();
        while (slices.TryRead(out Slice? slice))
        {
            if (!series.TryGetValue(slice.Series, out var part))
            {
                part = ([], [], []);
            }

            part.Times.Add(slice.Time);
            part.Values.AddRange(slice.Values);
            series[slice.Series] = part with { Static = slice.Static };
        }

        if (series.Count == 0)
        {
            throw new InputException($"{rows.Source}: found a header and no rows, expected at least one row.");
        }

        Series[] all = [.. series.Select(pair => new Series(pair.Key, [.. pair.Value.Times], [.. pair.Value.Values], pair.Value.Static))];
        return new Frame(schema, all, rows.Source) { Warnings = [.. warnings, .. slices.Warnings] };
    }

    private static void Check(double[] values, Channel channel, string source)
    {
        int first = Array.FindIndex(values, x => !double.IsNaN(x));
        if (first < 0)
        {
            throw new InputException($"{source}, column '{channel.Name}': found no value in {values.Length} rows, "
                + "expected at least two different ones (or the column in the option ignore).");
        }

        if (Array.TrueForAll(values, x => double.IsNaN(x) || x == values[first]))
        {
            throw new InputException($"{source}, column '{channel.Name}': found only {channel.Format(values[first])} in {values.Length} rows, "
                + "expected at least two different values (or the column in the option ignore).");
        }
    }
}
