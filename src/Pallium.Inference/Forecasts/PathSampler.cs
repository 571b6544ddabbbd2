namespace Pallium.Inference;

/// <summary>Rolls a model out: sampled paths of slices to come, each slice drawn cell by cell by the chain rule and then taken in.</summary>
/// <remarks>
/// Paths come in antithetic pairs (opposite noise), so that the mean of the linear part carries no sampling error.
/// Cells of the future that are known are clamped, not weighted: a plan is a condition, not evidence.
/// </remarks>
internal sealed class PathSampler(WorldEngine engine, HorizonCalibration calibration)
{
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
        SlicePlan[] slices = Slices(times, options.Future);
        int even = options.Paths + (options.Paths & 1);
        using SampledPaths sampled = ParticleSampler.Run(
            new WorldParticles(engine, start, slices), new SamplerOptions(even, options.Seed) { ResampleBelow = 0, Threads = options.Threads, Weighs = false }, cancellation);
        double[][] paths = [.. Enumerable.Range(0, options.Paths).Select(_ => new double[times.Length * channels])];
        for (int h = 0; h < times.Length; h++)
        {
            for (int c = 0; c < channels; c++)
            {
                ReadOnlySpan<double> values = sampled.Kept(h, c);
                for (int p = 0; p < paths.Length; p++)
                {
                    paths[p][(h * channels) + c] = values[p];
                }
            }
        }

        return paths;
    }

    /// <summary>The slices to come, with what is known of them.</summary>
    public SlicePlan[] Slices(double[] times, IReadOnlyList<Slice>? future) =>
        [.. times.Select((time, h) => new SlicePlan(time, Cells(h < future?.Count ? future[h].Values : [])))];

    /// <summary>Stamps of the slices after <paramref name="start"/>.</summary>
    /// <exception cref="InputException">The step is not positive, or a future slice does not fit.</exception>
    public double[] Times(StreamState start, int horizon, ForecastOptions options)
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

    private CellPlan[] Cells(double[] known) =>
    [
        .. Enumerable.Range(0, engine.Schema.Channels.Count).Select(c =>
            known.Length == 0 || double.IsNaN(known[c]) ? CellPlan.Free : new CellPlan(CellRole.Known) { Value = known[c] }),
    ];
}
