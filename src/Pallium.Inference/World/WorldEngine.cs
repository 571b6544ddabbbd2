namespace Pallium.Inference;

/// <summary>How much of the network enters each variable's distribution, found on the validation part.</summary>
/// <param name="Network">Weight of the network in the mixture of base and network, [variables], in [0, 1].</param>
/// <param name="Mean">λ: share of the network's correction of the mean, [variables], in [0, 1].</param>
/// <param name="Horizon">Slices ahead up to which the network is used in rolling out, [channels].</param>
internal sealed record NetworkShares(double[] Network, double[] Mean, int[] Horizon)
{
    /// <summary>The base alone.</summary>
    public static NetworkShares None(SliceLayout layout) =>
        new(new double[layout.Variables.Length], new double[layout.Variables.Length], new int[layout.Channels]);

    /// <summary>The network as it is.</summary>
    public static NetworkShares All(SliceLayout layout)
    {
        NetworkShares shares = None(layout);
        shares.Network.AsSpan().Fill(1);
        shares.Mean.AsSpan().Fill(1);
        shares.Horizon.AsSpan().Fill(int.MaxValue);
        return shares;
    }

    /// <summary>Whether any channel uses the network that far ahead.</summary>
    public bool Uses(int stepsAhead) => Array.Exists(Horizon, horizon => stepsAhead <= horizon) && Array.Exists(Network, share => share > 0);
}

/// <summary>The state of one stream.</summary>
internal sealed class StreamState
{
    /// <param name="engine">What answers.</param>
    /// <param name="statics">Static columns.</param>
    /// <param name="forecasts">Calibration that forecasts begin with; null: none.</param>
    public StreamState(WorldEngine engine, IReadOnlyList<double> statics, HorizonCalibration? forecasts = null)
    {
        Statics = [.. statics];
        Core = new double[engine.Core.StateSize];
        engine.Core.Start(Core);
        Network = new double[engine.Network?.StateSize ?? 0];
        engine.Network?.Start(Network);
        Levels = new CalibrationLevels(engine.Core.Layout.Channels);
        Forecasts = new ForecastMemory(forecasts ?? new HorizonCalibration(0, engine.Core.Layout.Channels), engine.Core.Layout.Channels);
    }

    private StreamState(StreamState other)
    {
        Statics = other.Statics;
        Core = [.. other.Core];
        Network = [.. other.Network];
        Levels = other.Levels.Copy();
        Forecasts = other.Forecasts.Copy();
        Time = other.Time;
        Count = other.Count;
    }

    public double[] Core { get; }

    public double[] Network { get; }

    public double[] Statics { get; }

    /// <summary>Where the lower and upper ends of 90 % intervals have been found to lie.</summary>
    public CalibrationLevels Levels { get; }

    /// <summary>The same of forecasts, per horizon.</summary>
    public ForecastMemory Forecasts { get; }

    /// <summary>Stamp of the last slice; NaN before the first.</summary>
    public double Time { get; set; } = double.NaN;

    public long Count { get; set; }

    public StreamState Copy() => new(this);
}

/// <summary>Everything that answers: encoding, base, network, and how much of the network is used. Immutable.</summary>
internal sealed class WorldEngine
{
    public WorldEngine(FrameSchema schema, Normalizer normalizer, Clock clock, SliceCore core, ISliceNetwork? network, NetworkShares shares)
    {
        Schema = schema;
        Normalizer = normalizer;
        Clock = clock;
        Core = core;
        Network = network;
        Shares = shares;
    }

    public FrameSchema Schema { get; }

    public Normalizer Normalizer { get; }

    public Clock Clock { get; }

    public SliceCore Core { get; }

    public ISliceNetwork? Network { get; }

    public NetworkShares Shares { get; }

    /// <summary>E: clock phases, then static columns.</summary>
    public static int CountFeatures(FrameSchema schema, Clock clock) => clock.Features + schema.Statics.Sum(StaticWidth);

    /// <summary>The always-known inputs of a slice; those of the clock are zero where its time is NaN.</summary>
    public static void WriteFeatures(FrameSchema schema, Normalizer normalizer, Clock clock, double time, ReadOnlySpan<double> statics, Span<double> features)
    {
        features.Clear();
        if (!double.IsNaN(time))
        {
            clock.Write(time, features);
        }

        int at = clock.Features;
        for (int s = 0; s < schema.Statics.Count; s++)
        {
            double value = s < statics.Length ? statics[s] : double.NaN;
            int width = StaticWidth(schema.Statics[s]);
            if (!double.IsNaN(value) && width == 1)
            {
                features[at] = normalizer.Statics[s].Encode(value);
            }
            else if (!double.IsNaN(value))
            {
                features[at + (int)value] = 1;
            }

            at += width;
        }
    }

    /// <summary>Reads a series as the model does.</summary>
    public static EncodedSeries Encode(FrameSchema schema, Normalizer normalizer, Clock clock, SliceLayout layout, Series series)
    {
        int d = layout.Coordinates;
        int e = CountFeatures(schema, clock);
        var coordinates = new double[series.Length * d];
        var features = new double[series.Length * e];
        var elapsed = new double[series.Length];
        for (int i = 0; i < series.Length; i++)
        {
            layout.Encode(series.Row(i), coordinates.AsSpan(i * d, d));
            WriteFeatures(schema, normalizer, clock, series.Times[i], series.Static, features.AsSpan(i * e, e));
            elapsed[i] = i == 0 || schema.IsTable ? 1 : (series.Times[i] - series.Times[i - 1]) / schema.Time.Step;
        }

        return new EncodedSeries(series, coordinates, features, elapsed);
    }

    /// <summary>The always-known inputs of a slice of a stream.</summary>
    public void WriteFeatures(StreamState state, double time, Span<double> features) =>
        WriteFeatures(Schema, Normalizer, Clock, time, state.Statics, features);

    /// <summary>Network states of rows of streams take in a slice; without a past (<see cref="SliceCore.HasPast"/>) they stay at the learned start, as in learning.</summary>
    public void StepNetwork(ReadOnlySpan<double> inputs, ReadOnlySpan<double> elapsed, Span<double> states, NetworkScratch? scratch)
    {
        if (Core.HasPast)
        {
            Network?.Step(inputs, elapsed, states, scratch!);
        }
    }

    /// <summary>Time from a stream's last slice to <paramref name="time"/>, in median steps; 1 for its first slice.</summary>
    public double Elapsed(StreamState state, double time) =>
        double.IsNaN(state.Time) || Schema.IsTable ? 1 : (time - state.Time) / Schema.Time.Step;

    /// <summary>When the slice after a stream's last one is due; NaN, unknown, where there was none.</summary>
    public double NextTime(StreamState state) => state.Time + Schema.Time.Step;

    private static int StaticWidth(Channel column) => column.Kind == ChannelKind.Categorical ? column.Categories.Count : 1;
}
