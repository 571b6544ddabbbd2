using System.Globalization;
using Pallium.Inference;

namespace Pallium.Experiments;

/// <summary>Forecasts by the long-horizon papers' protocol, and what it leaves out: CRPS and coverage of sampled paths.</summary>
/// <remarks>
/// Of the base alone the point forecast is its iterated mean, decoded (of a positive channel that is the median); of a network it is the mean of
/// the sampled paths. Repeating the last value is scored on the same windows.
/// </remarks>
internal sealed class ForecastExperiment
{
    private readonly ForecastSet _set;
    private readonly int _start;
    private readonly int[] _horizons;
    private readonly Frame _frame;
    private readonly Series _series;
    private readonly int _channels;
    private readonly double[] _deviations;

    private ForecastExperiment(ForecastSet set, Range part, int[] horizons)
    {
        _set = set;
        _start = part.Start.Value;
        _horizons = horizons;
        _frame = set.Read(part);
        _series = _frame.Series[0];
        _channels = _frame.Channels.Count;
        _deviations = [.. Enumerable.Range(0, _channels).Select(c => Deviation(_frame.Slice(0, set.Train).Column(c)))];
    }

    public static void Run(Arguments arguments)
    {
        ForecastSet set = ForecastSet.Named(arguments.Text("set", "etth1"));
        string part = arguments.Text("part", "test");
        Range rows = set.Part(part);
        int most = rows.End.Value - rows.Start.Value;
        const string Standard = "24,96,192,336,720";
        string listed = arguments.Text("horizons", Standard);
        int[] horizons = [.. listed.Split(',').Select(text => int.TryParse(text, out int h) && h > 0 && h <= most
            ? h
            : throw new ExperimentException($"Option --horizons: found '{text}', expected steps from 1 to {most}."))];
        int stride = arguments.Count("stride", 1);
        int sampleStride = arguments.Count("sample-stride", 61);
        int paths = arguments.Count("paths", 100);
        var experiment = new ForecastExperiment(set, rows, [.. horizons.Order()]);
        string name = $"forecast/{set.Name}/{part}" + (stride == 1 ? "" : $"/stride {stride}") + (listed == Standard ? "" : $"/{listed}");
        WorldResult.RunMissing(name, arguments, "none", (stack, seed, threads) => experiment.Figures(stack, seed, threads, stride, sampleStride, paths));
        experiment.WriteTable(WorldResult.Read().Where(result => result.Experiment == name));
    }

    private Dictionary<string, double> Figures(string stack, ulong seed, int threads, int stride, int sampleStride, int paths)
    {
        WorldModel model = WorldExperiments.Learn(_frame.Slice(0, _set.Given), stack, seed, threads);
        Session session = model.After(_frame.Slice(0, _start));
        HorizonTally[] tallies = [.. _horizons.Select(horizon => new HorizonTally(horizon, _channels))];
        int end = _series.Length;
        for (int origin = _start; origin + _horizons[0] <= end; origin++)
        {
            int index = origin - _start;
            int steps = _horizons.Last(horizon => origin + horizon <= end);
            bool isScored = index % stride == 0;
            bool isSampled = stack == "none" ? index % sampleStride == 0 : isScored;
            Forecast? forecast = isSampled ? session.Forecast(steps, new ForecastOptions { Paths = paths }) : null;
            if (forecast is not null)
            {
                AddSamples(tallies, forecast, origin);
            }

            if (isScored)
            {
                double[] points = forecast is null || stack == "none"
                    ? IteratedMean(model, session, steps)
                    : [.. Enumerable.Range(0, steps * _channels).Select(i => forecast[(i / _channels) + 1, i % _channels].Mean)];
                AddPoints(tallies, points, origin);
            }

            if (index % 200 == 0)
            {
                Console.Error.WriteLine($"  window {index}: {string.Join(", ", tallies.Select(tally => tally.ToString()))}");
            }

            session.Advance(new Slice(_series.Times[origin], _series.Row(origin).ToArray()));
        }

        var figures = new Dictionary<string, double>();
        foreach (HorizonTally tally in tallies)
        {
            tally.WriteTo(figures);
        }

        return figures;
    }

    /// <summary>The base's mean of the slices to come, in the channels' units, [steps · channels].</summary>
    private double[] IteratedMean(WorldModel model, Session session, int steps)
    {
        WorldEngine engine = model.Engine;
        SliceCore core = engine.Core;
        StreamState state = session.State;
        double[] features = new double[steps * core.Exogenous];
        for (int h = 0; h < steps; h++)
        {
            engine.WriteFeatures(state, state.Time + ((h + 1) * engine.Schema.Time.Step), features.AsSpan(h * core.Exogenous, core.Exogenous));
        }

        int d = core.Layout.Coordinates;
        double[] means = new double[steps * d];
        core.Base.Rollout(state.Core.AsSpan(0, core.Base.StateSize), features, means, core.Base.CreateSlice());
        double[] decoded = new double[steps * _channels];
        for (int i = 0; i < decoded.Length; i++)
        {
            int c = i % _channels;
            decoded[i] = core.Layout.Scale(c).Decode(means[(i / _channels * d) + core.Layout.Variables[core.Layout.RealOf(c)].Coordinate]);
        }

        return decoded;
    }

    private void AddPoints(HorizonTally[] tallies, double[] points, int origin)
    {
        for (int i = 0; i < points.Length; i++)
        {
            int c = i % _channels;
            double truth = _series.Row(origin + (i / _channels))[c];
            double error = (points[i] - truth) / _deviations[c];
            double repeated = (_series.Row(origin - 1)[c] - truth) / _deviations[c];
            foreach (HorizonTally tally in tallies)
            {
                tally.AddPoint(i / _channels, points.Length / _channels, error, repeated);
            }
        }
    }

    private void AddSamples(HorizonTally[] tallies, Forecast forecast, int origin)
    {
        for (int i = 0; i < forecast.Horizon * _channels; i++)
        {
            int c = i % _channels;
            double truth = _series.Row(origin + (i / _channels))[c];
            double[] samples = [.. forecast.Paths.Select(path => path[i])];
            Array.Sort(samples);
            double crps = EnsembleScore.Crps(samples, truth) / _deviations[c];
            bool isInside = forecast[(i / _channels) + 1, c].Interval(0.9).Contains(truth);
            foreach (HorizonTally tally in tallies)
            {
                tally.AddSample(i / _channels, forecast.Horizon, crps, isInside);
            }
        }
    }

    private void WriteTable(IEnumerable<WorldResult> results)
    {
        string Row(string model, Func<int, string> cell) => $"| {model} | {string.Join(" | ", _horizons.Select(cell))} |";
        Console.WriteLine(Row("MSE / MAE", horizon => horizon.ToString(CultureInfo.InvariantCulture)));
        Console.WriteLine(Row("---", _ => "---"));
        foreach (WorldResult result in results)
        {
            string Pair(string first, string second, int h) => FormattableString.Invariant($"{result.Figures[$"{first}_{h}"]:F4} / {result.Figures[$"{second}_{h}"]:F4}");
            string model = result.Stack == "none" ? "base alone" : $"`{result.Stack}` over base";
            Console.WriteLine(Row(model, h => Pair("mse", "mae", h)));
            Console.WriteLine(Row($"{model}: CRPS / share in 90 % intervals", h => Pair("crps", "cover", h)));
            Console.WriteLine(Row("repeat the last value, same windows", h => Pair("repeat_mse", "repeat_mae", h)));
        }

        foreach (PublishedForecast row in _set.Published)
        {
            Console.WriteLine(Row(row.Model + " (published)", row.At));
        }
    }

    private static double Deviation(double[] values)
    {
        double mean = values.Average();
        return Math.Sqrt(values.Select(value => (value - mean) * (value - mean)).Average());
    }
}
