using Pallium.Learning;
using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>Tests a model on a frame: rolls out from many origins beside its rivals, and asks one-slice questions.</summary>
/// <remarks>
/// The stream runs through the test once; calibration levels follow what it has seen, and only that: a forecast's outcome counts when its
/// last slice has passed.
/// </remarks>
internal sealed class Evaluator
{
    private const int DefaultOrigins = 200;
    private const double Gain = 0.05;
    private const double Level = 0.9;
    private const int LogLossSlices = 2000;

    private readonly WorldModel _model;
    private readonly EvaluateOptions _options;
    private readonly int _channels;
    private readonly Tally[][] _tallies;
    private readonly (double Sum, long Count)[] _chain;
    private readonly (double Sum, long Count)[] _conditional;
    private double _disagreement;
    private long _disagreements;

    public Evaluator(WorldModel model, EvaluateOptions options)
    {
        _model = model;
        _options = options;
        _channels = model.Schema.Channels.Count;
        _tallies = [.. Enumerable.Range(0, _channels).Select(_ => Enumerable.Range(0, 1 + ReferenceForecasts.Methods).Select(_ => new Tally()).ToArray())];
        _chain = new (double, long)[_channels];
        _conditional = new (double, long)[_channels];
    }

    public Evaluation Run(Frame test, IProgress<double>? progress, CancellationToken cancellation)
    {
        Check(_options);
        int origins = 0;
        bool table = _model.Schema.IsTable;
        int total = test.RowCount;
        int stride = _options.Stride ?? Math.Max(1, total / DefaultOrigins);
        HorizonCalibration calibration = _model.Calibration.Copy();
        if (calibration.Horizons < _options.Horizon)
        {
            calibration = calibration.Extended(_options.Horizon, _channels);
        }

        foreach (Series series in test.Series)
        {
            List<Origin> found = Walk(series, stride, table ? 0 : _options.Horizon, progress, cancellation);
            using var runner = new ChunkRunner(_options.Threads);
            runner.Run(found.Count, i =>
            {
                cancellation.ThrowIfCancellationRequested();
                found[i].Paths = new PathSampler(_model.Engine, calibration).Sample(
                    found[i].State, series.Times[found[i].Index..(found[i].Index + found[i].Horizon)],
                    new ForecastOptions { Paths = _options.Paths, Seed = _options.Seed });
            });
            Score(series, found, calibration);
            origins += found.Count;
        }

        progress?.Report(1);
        return Result(origins);
    }

    private void Check(EvaluateOptions options)
    {
        void Require(bool holds, string name, int found, string expected)
        {
            if (!holds)
            {
                throw new InputException($"Option {name}: found {found}, expected {expected}.");
            }
        }

        Require(options.Horizon is >= 1 and <= 10_000, "horizon", options.Horizon, "1 to 10000");
        Require(options.Stride is null or > 0, "stride", options.Stride ?? 0, "a positive number");
        Require(options.Paths >= 2, "paths", options.Paths, "at least 2");
        Require(options.Threads > 0, "threads", options.Threads, "a positive number");
        if (options.After is not null)
        {
            SchemaCheck.Fitting(options.After, _model.Schema);
        }
    }

    /// <summary>Runs the stream over a series, scoring one-slice questions and keeping the states at the origins.</summary>
    private List<Origin> Walk(Series series, int stride, int horizon, IProgress<double>? progress, CancellationToken cancellation)
    {
        var origins = new List<Origin>();
        var observer = new SliceObserver(_model.Engine);
        var state = new StreamState(_model.Engine, series.Static);
        double[] history = [];
        if (_options.After?.Series.LastOrDefault(s => s.Name == series.Name && s.Length > 0) is { } before)
        {
            if (before.Times[^1] >= series.Times[0] && !_model.Schema.IsTable)
            {
                throw new InputException(
                    $"{_options.After.Source}: found history up to {_model.Schema.Time.Format(before.Times[^1])}, expected it to end before {_model.Schema.Time.Format(series.Times[0])}, where the test begins.");
            }

            for (int i = 0; i < before.Length; i++)
            {
                observer.Advance(state, before.Times[i], before.Row(i));
            }

            history = before.Values;
        }

        int lossStride = Math.Max(1, series.Length / LogLossSlices);
        for (int i = 0; i < series.Length; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (horizon > 0 && i % stride == 0 && state.Count > 0)
            {
                origins.Add(new Origin(i, Math.Min(horizon, series.Length - i), state.Copy(), Histories(history, series, i)));
            }

            if (i % lossStride == 0)
            {
                Losses(observer, state, series.Times[i], series.Row(i), i);
            }

            observer.Advance(state, series.Times[i], series.Row(i));
            progress?.Report(0.3 * i / series.Length);
        }

        return origins;
    }

    private void Losses(SliceObserver observer, StreamState state, double time, ReadOnlySpan<double> values, int slice)
    {
        var order = new List<int>();
        for (int c = 0; c < values.Length; c++)
        {
            if (!double.IsNaN(values[c]))
            {
                order.Add(c);
            }
        }

        int[] permutation = new int[order.Count];
        new Rng(_options.Seed).For("orders").For(slice).Permutation(permutation);
        int[] shuffled = [.. permutation.Select(i => order[i])];
        double[] each = observer.LogCells(state, time, values, shuffled);
        for (int i = 0; i < shuffled.Length; i++)
        {
            Add(ref _chain[shuffled[i]], -each[i]);
            Add(ref _conditional[shuffled[i]], -observer.LogProbabilityGivenOthers(state, time, values, shuffled, shuffled[i]));
        }

        if (shuffled.Length > 1)
        {
            double other = observer.LogChain(state, time, values, [.. shuffled.Reverse()]);
            _disagreement += Math.Abs(other - each.Sum());
            _disagreements++;
        }
    }

    private void Score(Series series, List<Origin> origins, HorizonCalibration calibration)
    {
        Rng rng = new Rng(_options.Seed).For("ranks");
        var pending = new Queue<(int Due, int Horizon, int Channel, double Rank)>();
        foreach (Origin origin in origins)
        {
            while (pending.TryPeek(out var next) && next.Due <= origin.Index)
            {
                pending.Dequeue();
                calibration.Update(next.Horizon, next.Channel, next.Rank, Gain);
            }

            var due = new List<(int, int, int, double)>();
            for (int h = 0; h < origin.Horizon; h++)
            {
                for (int c = 0; c < _channels; c++)
                {
                    double truth = series.Row(origin.Index + h)[c];
                    if (!double.IsNaN(truth))
                    {
                        double rank = Score(origin, h, c, truth, calibration, ref rng);
                        due.Add((origin.Index + origin.Horizon, h + 1, c, rank));
                    }
                }
            }

            due.ForEach(pending.Enqueue);
        }
    }

    private double Score(Origin origin, int h, int c, double truth, HorizonCalibration calibration, ref Rng rng)
    {
        int at = (h * _channels) + c;
        Channel channel = _model.Schema.Channels[c];
        double[] samples = [.. origin.Paths.Select(path => path[at])];
        var posterior = new SamplePosterior(channel, samples);
        double rank = HorizonCalibration.Rank(samples, truth, ref rng);
        if (channel.IsNumeric)
        {
            double low = calibration.LevelOf(h + 1, c, (1 - Level) / 2);
            double high = calibration.LevelOf(h + 1, c, (1 + Level) / 2);
            _tallies[c][0].AddNumber(posterior.Mean, posterior.Median, EnsembleScore.Crps(samples, truth), rank >= low && rank <= high, truth);
        }
        else
        {
            double[] probabilities = Frequencies(channel, samples);
            _tallies[c][0].AddClass(probabilities, (int)truth);
        }

        for (int method = 0; method < ReferenceForecasts.Methods; method++)
        {
            if (origin.Histories[c].Length == 0)
            {
                continue;
            }

            double[] rival = _model.References.Forecast(origin.Histories[c], method, c, h + 1);
            if (rival.Length == 0)
            {
                continue;
            }

            if (channel.IsNumeric)
            {
                Array.Sort(rival);
                var spread = new SamplePosterior(channel, rival);
                bool inside = truth >= spread.Quantile((1 - Level) / 2) && truth <= spread.Quantile((1 + Level) / 2);
                _tallies[c][1 + method].AddNumber(spread.Mean, spread.Median, EnsembleScore.Crps(rival, truth), inside, truth);
            }
            else
            {
                _tallies[c][1 + method].AddClass(rival, (int)truth);
            }
        }

        return rank;
    }

    private Evaluation Result(int origins)
    {
        long cells = 0;
        long covered = 0;
        var channels = new ChannelEvaluation[_channels];
        for (int c = 0; c < _channels; c++)
        {
            Tally own = _tallies[c][0];
            if (_model.Schema.Channels[c].IsNumeric)
            {
                cells += own.Count;
                covered += own.Inside;
            }

            channels[c] = new ChannelEvaluation(
                _model.Schema.Channels[c], own.Scores(), Mean(_chain[c]), Mean(_conditional[c]),
                _tallies[c][1 + ReferenceForecasts.Persistence].Scores(), _tallies[c][1 + ReferenceForecasts.Seasonal].Scores(),
                _tallies[c][1 + ReferenceForecasts.Autoregression].Scores());
        }

        return new Evaluation(
            channels, cells == 0 ? double.NaN : (double)covered / cells, cells, origins, _options.Horizon, _model.References.Season,
            _disagreements == 0 ? 0 : _disagreement / _disagreements);
    }

    /// <summary>Each channel's last values before a slice, holes carried forward, back to what the rivals look at.</summary>
    private double[][] Histories(double[] before, Series series, int index)
    {
        int look = Math.Max(_model.References.Look, 1);
        var histories = new double[_channels][];
        for (int c = 0; c < _channels; c++)
        {
            var values = new List<double>(look);
            double last = double.NaN;
            int earlier = before.Length / _channels;
            for (int t = Math.Max(-earlier, index - look); t < index; t++)
            {
                double value = t < 0 ? before[((earlier + t) * _channels) + c] : series.Values[(t * _channels) + c];
                last = double.IsNaN(value) ? last : value;
                if (!double.IsNaN(last))
                {
                    values.Add(last);
                }
            }

            histories[c] = [.. values];
        }

        return histories;
    }

    private static double[] Frequencies(Channel channel, double[] samples)
    {
        var frequencies = new double[Math.Max(2, channel.Categories.Count)];
        foreach (double sample in samples)
        {
            frequencies[(int)sample] += 1.0 / samples.Length;
        }

        return frequencies;
    }

    private static void Add(ref (double Sum, long Count) mean, double value) => mean = (mean.Sum + value, mean.Count + 1);

    private static double Mean((double Sum, long Count) mean) => mean.Count == 0 ? double.NaN : mean.Sum / mean.Count;

    private sealed record Origin(int Index, int Horizon, StreamState State, double[][] Histories)
    {
        public double[][] Paths { get; set; } = [];
    }

    /// <summary>Running scores of one forecaster for one channel.</summary>
    private sealed class Tally
    {
        private double _square;
        private double _absolute;
        private double _crps;
        private bool _isClass;

        public long Count { get; private set; }

        public long Inside { get; private set; }

        public void AddNumber(double mean, double median, double crps, bool inside, double truth)
        {
            Count++;
            _square += (mean - truth) * (mean - truth);
            _absolute += Math.Abs(median - truth);
            _crps += crps;
            Inside += inside ? 1 : 0;
        }

        public void AddClass(ReadOnlySpan<double> probabilities, int truth)
        {
            Count++;
            _isClass = true;
            int likeliest = 0;
            for (int k = 1; k < probabilities.Length; k++)
            {
                likeliest = probabilities[k] > probabilities[likeliest] ? k : likeliest;
            }

            _absolute += likeliest == truth ? 0 : 1;
            _crps += EnsembleScore.Brier(probabilities, truth);
        }

        public Scores Scores()
        {
            double error = _isClass ? _absolute / Count : Math.Sqrt(_square / Count);
            return Count == 0
                ? new Scores(double.NaN, double.NaN, double.NaN, double.NaN, 0)
                : new Scores(error, _absolute / Count, _crps / Count, _isClass ? double.NaN : (double)Inside / Count, Count);
        }
    }
}
