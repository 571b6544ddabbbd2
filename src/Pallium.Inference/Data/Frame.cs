using System.Globalization;
using System.Text;

namespace Pallium.Inference;

/// <summary>Data to learn from or to ask about: one or many series of slices over the same channels, with holes.</summary>
public sealed class Frame
{
    /// <summary>A frame over series that exist already.</summary>
    /// <param name="schema">What the columns are.</param>
    /// <param name="series">The series, each with one value per channel and slice.</param>
    /// <param name="source">The name that errors give the data.</param>
    /// <exception cref="ArgumentException">A series has another number of channels or static values.</exception>
    public Frame(FrameSchema schema, IReadOnlyList<Series> series, string source = "data")
    {
        ArgumentNullException.ThrowIfNull(schema);
        ArgumentNullException.ThrowIfNull(series);
        foreach (Series s in series)
        {
            if (s.Values.Length != s.Length * schema.Channels.Count || s.Static.Length != schema.Statics.Count)
            {
                throw new ArgumentException($"Series '{s.Name}' has {s.Values.Length} values and {s.Static.Length} static values for "
                    + $"{s.Length} slices of {schema.Channels.Count} channels and {schema.Statics.Count} static columns.", nameof(series));
            }
        }

        Schema = schema;
        Series = series;
        Source = source;
    }

    /// <summary>What the columns are.</summary>
    public FrameSchema Schema { get; }

    /// <summary>The channels, in the order of values.</summary>
    public IReadOnlyList<Channel> Channels => Schema.Channels;

    /// <summary>The static columns, in the order of <see cref="Pallium.Inference.Series.Static"/>.</summary>
    public IReadOnlyList<Channel> Statics => Schema.Statics;

    /// <summary>How time is measured.</summary>
    public TimeAxis Time => Schema.Time;

    /// <summary>The series, in the order of their first rows.</summary>
    public IReadOnlyList<Series> Series { get; }

    /// <summary>The file's path, or the name of another source.</summary>
    public string Source { get; }

    /// <summary>What in the data did not fit the schema, in sentences.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Slices of all series together.</summary>
    public int RowCount => Series.Sum(series => series.Length);

    /// <summary>Reads a CSV file with a header, or a JSON lines file, plain or gzip.</summary>
    /// <exception cref="InputException">The file or an option has a fault; its message is one sentence.</exception>
    public static Frame ReadCsv(string path, FrameOptions? options = null) =>
        FrameReader.Read(() => RowReader.Open(path), options ?? new FrameOptions());

    /// <summary>Reads CSV with a header, or JSON lines, from an open text, which is closed.</summary>
    /// <param name="text">The text. It is held in memory unless the options give a schema.</param>
    /// <param name="name">The name that errors give it.</param>
    /// <param name="options">How it is read.</param>
    /// <exception cref="InputException">The text or an option has a fault; its message is one sentence.</exception>
    public static Frame ReadCsv(TextReader text, string name, FrameOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        options ??= new FrameOptions();
        if (options.Schema != null)
        {
            return FrameReader.Read(() => RowReader.Create(text, name), options);
        }

        string all = RowReader.ReadAll(text, name);
        return FrameReader.Read(() => RowReader.Create(new StringReader(all), name), options);
    }

    /// <summary>A frame of one series over channels that are described already.</summary>
    /// <param name="channels">The channels.</param>
    /// <param name="values">Row-major [n, channels]; NaN is a hole.</param>
    /// <param name="times">Stamps, [n], increasing; null is 0, 1, 2, ...</param>
    /// <param name="kind">What the stamps are; without stamps it does not matter.</param>
    public static Frame FromArrays(IReadOnlyList<Channel> channels, double[] values, double[]? times = null, TimeKind kind = TimeKind.Number)
    {
        ArgumentNullException.ThrowIfNull(channels);
        ArgumentNullException.ThrowIfNull(values);
        ArgumentOutOfRangeException.ThrowIfZero(channels.Count);
        double[] stamps = times ?? [.. Enumerable.Range(0, values.Length / channels.Count).Select(i => (double)i)];
        var series = new Series("", stamps, values);
        TimeAxis axis = times == null ? TimeAxis.None : new TimeAxis(kind) { Column = "time", Step = TimeAxis.MedianStep([series]) };
        return new Frame(new FrameSchema(channels) { Time = axis }, [series]);
    }

    /// <summary>A frame of one series whose kinds and resolutions are found from its columns of numbers, as a file's are.</summary>
    /// <param name="columns">Header and values of each channel, [n]; NaN is a hole.</param>
    /// <param name="times">Stamps, [n], increasing; null is 0, 1, 2, ...</param>
    /// <param name="kind">What the stamps are; without stamps it does not matter.</param>
    /// <exception cref="InputException">A channel is constant or has no value.</exception>
    public static Frame FromColumns(
        IReadOnlyList<(string Header, double[] Values)> columns, double[]? times = null, TimeKind kind = TimeKind.Number)
    {
        ArgumentNullException.ThrowIfNull(columns);
        ArgumentOutOfRangeException.ThrowIfZero(columns.Count);
        int n = columns[0].Values.Length;
        var values = new double[n * columns.Count];
        for (int c = 0; c < columns.Count; c++)
        {
            if (columns[c].Values.Length != n)
            {
                throw new ArgumentException($"Column '{columns[c].Header}' has {columns[c].Values.Length} values, the first has {n}.", nameof(columns));
            }

            for (int i = 0; i < n; i++)
            {
                values[(i * columns.Count) + c] = columns[c].Values[i];
            }
        }

        Channel[] channels = [.. columns.Select(column => Channel.SplitHeader(column.Header)).Select((split, c) =>
            new Channel(split.Name, IsZeroOne(columns[c].Values) ? ChannelKind.Binary : ChannelKind.Real) { Unit = split.Unit })];
        return FrameReader.Refine(FromArrays(channels, values, times, kind), new FrameOptions());
    }

    /// <summary>The slices of all series, one series after the other.</summary>
    public IEnumerable<Slice> Slices() => Series.SelectMany(series => series.Slices());

    /// <summary>Slices <paramref name="from"/> (included) to <paramref name="to"/> (not included) of every series, where it has them.</summary>
    public Frame Slice(int from, int to)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        ArgumentOutOfRangeException.ThrowIfLessThan(to, from);
        return With(series => (Math.Min(from, series.Length), Math.Min(to, series.Length)));
    }

    /// <summary>What lies before a stamp, and what lies at it or after it.</summary>
    public (Frame Before, Frame After) SplitAt(double time)
    {
        return (With(series => (0, First(series))), With(series => (First(series), series.Length)));

        int First(Series series) => Array.BinarySearch(series.Times, time) is var at && at < 0 ? ~at : at;
    }

    /// <summary>The first rows of every series, and its last <paramref name="lastShare"/> of them (rounded down): training and test part.</summary>
    /// <param name="lastShare">Between 0 and 1.</param>
    public (Frame First, Frame Last) Split(double lastShare)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(lastShare);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(lastShare, 1);
        return (With(series => (0, Cut(series))), With(series => (Cut(series), series.Length)));

        int Cut(Series series) => series.Length - (int)(lastShare * series.Length);
    }

    /// <summary>The values of one channel over all series, in order; NaN is a hole.</summary>
    public double[] Column(int channel)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(channel);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(channel, Channels.Count);
        var column = new double[RowCount];
        int at = 0;
        foreach (Series series in Series)
        {
            for (int i = channel; i < series.Values.Length; i += Channels.Count)
            {
                column[at++] = series.Values[i];
            }
        }

        return column;
    }

    /// <summary>A description in a few lines: size, time, and kind, unit, range and share of holes of each channel.</summary>
    public string Describe()
    {
        var text = new StringBuilder();
        var culture = CultureInfo.InvariantCulture;
        text.Append(culture, $"{Source}: {RowCount} slices in {Series.Count} series");
        if (Time.Kind != TimeKind.None && RowCount > 0)
        {
            double first = Series.Where(s => s.Length > 0).Min(s => s.Times[0]);
            double last = Series.Where(s => s.Length > 0).Max(s => s.Times[^1]);
            text.Append(culture, $" from {Time.Format(first)} to {Time.Format(last)}, median step {Time.Step:R}{(Time.Kind == TimeKind.Date ? " s" : "")}");
        }

        for (int c = 0; c < Channels.Count; c++)
        {
            double[] all = Column(c);
            double[] seen = [.. all.Where(x => !double.IsNaN(x))];
            Channel channel = Channels[c];
            string range = seen.Length == 0 ? "no values"
                : channel.Categories.Count > 0 ? string.Join(" | ", channel.Categories)
                : string.Create(culture, $"{seen.Min():R} .. {seen.Max():R}{(channel.IsNumeric ? $" in steps of {channel.Resolution:R}" : "")}");
            text.Append(culture, $"\n  {channel.Header}: {channel.Kind.ToString().ToLowerInvariant()}, {range}, "
                + $"{100.0 * (all.Length - seen.Length) / Math.Max(1, all.Length):0.#} % holes{(channel.Known ? ", known in advance" : "")}");
        }

        return text.ToString();
    }

    private static bool IsZeroOne(double[] values) => Array.TrueForAll(values, x => double.IsNaN(x) || x is 0 or 1);

    private Frame With(Func<Series, (int From, int To)> part)
    {
        Series[] parts = [.. Series.Select(series => (series, range: part(series))).Where(p => p.range.To > p.range.From)
            .Select(p => p.series.Part(p.range.From, p.range.To))];
        return new Frame(Schema, parts, Source) { Warnings = Warnings };
    }
}
