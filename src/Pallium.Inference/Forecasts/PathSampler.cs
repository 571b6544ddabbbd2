using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>Rolls a model out: sampled paths of slices to come, each slice drawn cell by cell by the chain rule and then taken in.</summary>
/// <remarks>
/// Paths come in antithetic pairs (opposite noise), so that the mean of the linear part carries no sampling error. Noise is keyed by pair,
/// step and channel. Cells of the future that are known are clamped, not weighted: a plan is a condition, not evidence.
/// </remarks>
internal sealed class PathSampler(WorldEngine engine, HorizonCalibration calibration)
{
    private readonly SliceCore _core = engine.Core;

    /// <summary>Forecasts the slices after <paramref name="start"/>, which is not changed.</summary>
    public Forecast Forecast(StreamState start, int horizon, ForecastOptions options, CancellationToken cancellation = default)
    {
        double[] times = Times(start, horizon, options);
        int channels = engine.Schema.Channels.Count;
        double[][] paths = Sample(start, times, options, cancellation);
        var cells = new IReadOnlyList<Posterior>[horizon];
        for (int h = 0; h < horizon; h++)
        {
            var row = new Posterior[channels];
            for (int c = 0; c < channels; c++)
            {
                int at = (h * channels) + c;
                row[c] = calibration.Apply(new SamplePosterior(engine.Schema.Channels[c], [.. paths.Select(path => path[at])]), h + 1, c);
            }

            cells[h] = row;
        }

        return new Forecast(times, cells, paths);
    }

    /// <summary>Paths, [paths][horizon · channels], in the channels' units.</summary>
    public double[][] Sample(StreamState start, double[] times, ForecastOptions options, CancellationToken cancellation = default)
    {
        if (options.Paths < 2)
        {
            throw new InputException($"Option paths: found {options.Paths}, expected at least 2.");
        }

        int channels = engine.Schema.Channels.Count;
        int count = options.Paths;
        var paths = new Path[count];
        for (int p = 0; p < count; p++)
        {
            paths[p] = new Path(_core, start, times.Length * channels);
        }

        int networkSize = engine.Network?.StateSize ?? 0;
        var network = new double[count * networkSize];
        for (int p = 0; p < count; p++)
        {
            start.Network.CopyTo(network, p * networkSize);
        }

        var batch = new QuestionBatch(engine);
        NetworkScratch? scratch = engine.Network?.NewScratch();
        var features = new double[_core.Exogenous];
        var inputs = new double[count * _core.EncoderInputs];
        var elapsed = new double[count];
        double last = start.Time;
        for (int h = 0; h < times.Length; h++)
        {
            cancellation.ThrowIfCancellationRequested();
            engine.WriteFeatures(start, times[h], features);
            double step = double.IsNaN(last) || engine.Schema.IsTable ? 1 : (times[h] - last) / engine.Schema.Time.Step;
            last = times[h];
            elapsed.AsSpan().Fill(step);
            ReadOnlySpan<double> known = options.Future is { } future && h < future.Count ? future[h].Values : [];
            foreach (Path path in paths)
            {
                path.Begin(_core, features, step, known);
            }

            int[] order = Order(options, h, known);
            foreach (int c in order)
            {
                Draw(paths, c, h, batch, features, step, network, options.Seed);
            }

            for (int p = 0; p < count; p++)
            {
                paths[p].End(_core, h, features, step, inputs.AsSpan(p * _core.EncoderInputs, _core.EncoderInputs));
            }

            if (engine.Shares.Uses(h + 2))
            {
                engine.StepNetwork(inputs, elapsed, network, scratch);
            }
        }

        return [.. paths.Select(path => path.Values)];
    }

    private void Draw(Path[] paths, int channel, int h, QuestionBatch batch, double[] features, double step, double[] network, ulong seed)
    {
        batch.Clear();
        foreach (Path path in paths)
        {
            batch.Add(path.Gaussian, path.Coordinates, path.Clamped, features, step, only: channel);
        }

        batch.Answer(network, h + 1);
        Rng noise = new Rng(seed).For("paths").For(h).For(channel);
        for (int p = 0; p < paths.Length; p++)
        {
            Rng rng = noise.For(p / 2);
            double value = batch.Cell(p, channel, h + 1).Sample(ref rng, mirrored: p % 2 == 1);
            paths[p].Take(_core, channel, value);
        }
    }

    // The order in which cells of a slice are drawn changes from slice to slice, so that no order's error adds up.
    private int[] Order(ForecastOptions options, int h, ReadOnlySpan<double> known)
    {
        var order = new int[engine.Schema.Channels.Count];
        new Rng(options.Seed).For("order").For(h).Permutation(order);
        var open = new List<int>();
        foreach (int c in order)
        {
            if (known.IsEmpty || double.IsNaN(known[c]))
            {
                open.Add(c);
            }
        }

        return [.. open];
    }

    private double[] Times(StreamState start, int horizon, ForecastOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(horizon);
        if (options.Every is not (null or (> 0 and < double.PositiveInfinity)))
        {
            throw new InputException(FormattableString.Invariant($"Option every: found {options.Every}, expected a positive number."));
        }

        foreach (Slice slice in options.Future ?? [])
        {
            SchemaCheck.Values(engine.Schema.Channels, slice.Values, "Future slice");
        }

        double every = options.Every ?? engine.Schema.Time.Step;
        var times = new double[horizon];
        double last = double.IsNaN(start.Time) ? 0 : start.Time;
        for (int h = 0; h < horizon; h++)
        {
            times[h] = options.Future is { } future && h < future.Count ? future[h].Time : last + every;
            if (!(times[h] > last) && !engine.Schema.IsTable)
            {
                throw new InputException(
                    $"Found a future slice at {engine.Schema.Time.Format(times[h])}, expected one after {engine.Schema.Time.Format(last)}.");
            }

            last = times[h];
        }

        return times;
    }

    private sealed class Path
    {
        private readonly double[] _state;
        private readonly double[] _slice;

        public Path(SliceCore core, StreamState start, int length)
        {
            _state = [.. start.Core];
            _slice = new double[core.Layout.Channels];
            Values = new double[length];
            Gaussian = core.Base.CreateSlice();
            Coordinates = new double[core.Layout.Coordinates];
            Clamped = new bool[core.Layout.Channels];
        }

        public double[] Values { get; }

        public SliceGaussian Gaussian { get; }

        public double[] Coordinates { get; }

        public bool[] Clamped { get; }

        public void Begin(SliceCore core, ReadOnlySpan<double> features, double step, ReadOnlySpan<double> known)
        {
            core.Predict(_state, features, step, Gaussian);
            _slice.AsSpan().Fill(double.NaN);
            Clamped.AsSpan().Clear();
            for (int c = 0; c < known.Length; c++)
            {
                if (!double.IsNaN(known[c]))
                {
                    Take(core, c, known[c]);
                }
            }
        }

        public void Take(SliceCore core, int channel, double value)
        {
            _slice[channel] = value;
            core.Layout.Encode(_slice, Coordinates);
            core.Clamp(Gaussian, channel, Coordinates);
            Clamped[channel] = true;
        }

        public void End(SliceCore core, int h, ReadOnlySpan<double> features, double step, Span<double> inputs)
        {
            _slice.CopyTo(Values, h * _slice.Length);
            Gaussian.Release();
            core.Observe(_state, Gaussian, Coordinates, features, step, inputs);
        }
    }
}
