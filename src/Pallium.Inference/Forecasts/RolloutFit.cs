using Pallium.Learning;
using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>Rolls out over the validation part, with and without the network: keeps, per channel, the horizon up to which it helps, and calibrates.</summary>
internal static class RolloutFit
{
    private const int MostOrigins = 32;
    private const int LongestHorizon = 48;
    private const int Paths = 48;
    private const double Gain = 0.05;

    public static (WorldEngine Engine, HorizonCalibration Calibration) Fit(
        WorldEngine engine, IReadOnlyList<EncodedSeries> series, IReadOnlyList<Stretch> validation, LearnOptions options)
    {
        int channels = engine.Schema.Channels.Count;
        (int Series, int Index)[] origins = engine.Schema.IsTable ? [] : Origins(validation);
        int horizon = origins.Length == 0 ? 0 : Horizon(validation);
        var calibration = new HorizonCalibration(horizon, channels);
        if (horizon == 0)
        {
            return (engine, calibration);
        }

        var learned = new double[origins.Length][][];
        var alone = new double[origins.Length][][];
        var bare = new WorldEngine(engine.Schema, engine.Normalizer, engine.Clock, engine.Core, null, NetworkShares.None(engine.Core.Layout));
        using (var runner = new ChunkRunner(options.Threads))
        {
            runner.Run(origins.Length, i =>
            {
                alone[i] = Roll(bare, series, origins[i], horizon, options.Seed);
                learned[i] = engine.Network is null ? alone[i] : Roll(engine, series, origins[i], horizon, options.Seed);
            });
        }

        WorldEngine chosen = engine.Network is null ? engine : WithHorizons(engine, series, origins, learned, alone, horizon);
        Rng rng = new Rng(options.Seed).For("calibration");
        for (int i = 0; i < origins.Length; i++)
        {
            for (int h = 0; h < horizon; h++)
            {
                for (int c = 0; c < channels; c++)
                {
                    double truth = Truth(series, origins[i], h, c, channels);
                    double[][] paths = h < chosen.Shares.Horizon[c] ? learned[i] : alone[i];
                    if (!double.IsNaN(truth))
                    {
                        calibration.Update(h + 1, c, HorizonCalibration.Rank(Sorted(paths, (h * channels) + c), truth, ref rng), Gain);
                    }
                }
            }
        }

        return (chosen, calibration);
    }

    private static WorldEngine WithHorizons(
        WorldEngine engine, IReadOnlyList<EncodedSeries> series, (int Series, int Index)[] origins, double[][][] learned, double[][][] alone, int horizon)
    {
        int channels = engine.Schema.Channels.Count;
        var horizons = new int[channels];
        for (int c = 0; c < channels; c++)
        {
            double gain = 0;
            double best = 0;
            for (int h = 0; h < horizon; h++)
            {
                for (int i = 0; i < origins.Length; i++)
                {
                    double truth = Truth(series, origins[i], h, c, channels);
                    gain += double.IsNaN(truth) ? 0 : Score(engine, alone[i], c, (h * channels) + c, truth) - Score(engine, learned[i], c, (h * channels) + c, truth);
                }

                if (gain > best)
                {
                    best = gain;

                    // What helps up to the longest horizon tested is not cut off beyond it.
                    horizons[c] = h + 1 == horizon ? int.MaxValue : h + 1;
                }
            }

            // One slice ahead the likelihood on many more questions has already decided.
            horizons[c] = Math.Max(horizons[c], 1);
        }

        return new WorldEngine(engine.Schema, engine.Normalizer, engine.Clock, engine.Core, engine.Network, engine.Shares with { Horizon = horizons });
    }

    private static double Score(WorldEngine engine, double[][] paths, int channel, int at, double truth)
    {
        Channel what = engine.Schema.Channels[channel];
        double[] sorted = Sorted(paths, at);
        if (what.IsNumeric)
        {
            return EnsembleScore.Crps(sorted, truth);
        }

        var frequencies = new double[Math.Max(2, what.Categories.Count)];
        foreach (double value in sorted)
        {
            frequencies[(int)value] += 1.0 / sorted.Length;
        }

        return EnsembleScore.Brier(frequencies, (int)truth);
    }

    private static double[][] Roll(WorldEngine engine, IReadOnlyList<EncodedSeries> series, (int Series, int Index) origin, int horizon, ulong seed)
    {
        Series source = series[origin.Series].Source;
        var state = new StreamState(engine, source.Static);
        var observer = new SliceObserver(engine);
        for (int i = Math.Max(0, origin.Index - Math.Max(64, engine.Core.LongestLook)); i < origin.Index; i++)
        {
            observer.Advance(state, source.Times[i], source.Row(i));
        }

        var sampler = new PathSampler(engine, new HorizonCalibration(0, source.Row(0).Length));
        double[] times = source.Times[origin.Index..Math.Min(origin.Index + horizon, source.Length)];
        return sampler.Sample(state, times, new ForecastOptions { Paths = Paths, Seed = seed });
    }

    private static double Truth(IReadOnlyList<EncodedSeries> series, (int Series, int Index) origin, int h, int channel, int channels)
    {
        Series source = series[origin.Series].Source;
        return origin.Index + h < source.Length ? source.Values[((origin.Index + h) * channels) + channel] : double.NaN;
    }

    private static double[] Sorted(double[][] paths, int at)
    {
        double[] values = [.. paths.Select(path => path[at])];
        Array.Sort(values);
        return values;
    }

    private static int Horizon(IReadOnlyList<Stretch> validation) =>
        Math.Clamp(validation.Max(stretch => stretch.Length) / 2, 1, LongestHorizon);

    private static (int Series, int Index)[] Origins(IReadOnlyList<Stretch> validation)
    {
        (int Series, int Index)[] all =
        [
            .. validation.SelectMany(stretch => Enumerable.Range(stretch.From, stretch.Length).Where(i => i > 0).Select(i => (stretch.Series, i))),
        ];
        int count = Math.Min(MostOrigins, all.Length);
        return [.. Enumerable.Range(0, count).Select(i => all[(int)((long)i * all.Length / count)])];
    }
}
