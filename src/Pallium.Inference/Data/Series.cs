namespace Pallium.Inference;

/// <summary>One series of slices: the state of a model restarts where it begins.</summary>
public sealed class Series
{
    /// <summary>A series over the given arrays, which are kept, not copied.</summary>
    /// <param name="name">The series' name; empty where a frame has only one.</param>
    /// <param name="times">Stamps, [length], strictly increasing.</param>
    /// <param name="values">Values, row-major [length, d]; NaN is a hole.</param>
    /// <param name="statics">One value per static column; NaN is unknown.</param>
    /// <exception cref="ArgumentException">The lengths do not fit each other, stamps do not increase, or a value is infinite or above 1e100.</exception>
    public Series(string name, double[] times, double[] values, double[]? statics = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(times);
        ArgumentNullException.ThrowIfNull(values);
        if (times.Length == 0 ? values.Length != 0 : values.Length % times.Length != 0)
        {
            throw new ArgumentException($"{values.Length} values are no whole number of channels for {times.Length} stamps.", nameof(values));
        }

        for (int i = 0; i < times.Length; i++)
        {
            if (!double.IsFinite(times[i]) || (i > 0 && times[i] <= times[i - 1]))
            {
                throw new ArgumentException($"Stamp {i} is {times[i]}; stamps must be finite and increase.", nameof(times));
            }
        }

        int large = Array.FindIndex(values, x => Math.Abs(x) > Cell.Largest);
        if (large >= 0)
        {
            throw new ArgumentException($"Value {large} is {values[large]}; values must be NaN or at most 1e100 in size.", nameof(values));
        }

        Name = name;
        Times = times;
        Values = values;
        Static = statics ?? [];
    }

    /// <summary>The series' name; empty where a frame has only one.</summary>
    public string Name { get; }

    /// <summary>Number of slices.</summary>
    public int Length => Times.Length;

    /// <summary>Stamps, [length]: seconds since 1970-01-01 UTC for dates, plain numbers for numeric stamps, else 0, 1, 2, ...</summary>
    public double[] Times { get; }

    /// <summary>Values, row-major [length, d]: NaN is a hole, a category is its index, binary is 0 or 1.</summary>
    public double[] Values { get; }

    /// <summary>One value per static column, in the frame's order; NaN is unknown.</summary>
    public double[] Static { get; }

    /// <summary>The values of slice <paramref name="index"/>, one per channel.</summary>
    public ReadOnlySpan<double> Row(int index)
    {
        int channels = Values.Length / Length;
        return Values.AsSpan(index * channels, channels);
    }

    /// <summary>The slices, in order.</summary>
    public IEnumerable<Slice> Slices() =>
        Enumerable.Range(0, Length).Select(i => new Slice(Times[i], Row(i).ToArray()) { Series = Name, Static = Static });

    /// <summary>Slices <paramref name="from"/> (included) to <paramref name="to"/> (not included) as a series of their own.</summary>
    internal Series Part(int from, int to)
    {
        int channels = Length == 0 ? 0 : Values.Length / Length;
        return new Series(Name, Times[from..to], Values[(from * channels)..(to * channels)], Static);
    }
}
