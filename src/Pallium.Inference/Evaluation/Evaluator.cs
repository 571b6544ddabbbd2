using Pallium.Learning;

namespace Pallium.Inference;

/// <summary>Tests a model on slices: rolls out from many origins beside its rivals, and asks one-slice questions.</summary>
/// <remarks>
/// The slices are read twice, first to count them; memory does not grow with their number. The stream runs through the test once;
/// calibration levels follow what it has seen, and only that. Series may alternate: each has a stream and a calibration of its own.
/// </remarks>
internal sealed class Evaluator
{
    private const int DefaultOrigins = 200;
    private const int LikelihoodSlices = 2000;

    private readonly WorldModel _model;
    private readonly EvaluateOptions _options;
    private readonly SliceObserver _observer;
    private readonly LikelihoodTally _likelihoods;
    private readonly ForecastScorer _scorer;
    private readonly Dictionary<string, TestedSeries> _series = [];
    private long _origins;

    /// <summary>A test of which nothing has been read.</summary>
    /// <exception cref="InputException">An option is out of range.</exception>
    public Evaluator(WorldModel model, EvaluateOptions options)
    {
        Check(options);
        _model = model;
        _options = options;
        _observer = new SliceObserver(model.Engine);
        _likelihoods = new LikelihoodTally(model, options.Seed);
        _scorer = new ForecastScorer(model);
    }

    /// <summary>Runs the test.</summary>
    /// <param name="test">Gives the slices from their beginning, the same ones each time.</param>
    /// <param name="history">What came before, for series of the same names.</param>
    /// <param name="progress">Told the share done.</param>
    /// <param name="cancellation">Stops it.</param>
    public Evaluation Run(Func<IEnumerable<Slice>> test, IEnumerable<Slice> history, IProgress<double>? progress, CancellationToken cancellation)
    {
        long total = Count(test(), cancellation);
        Remember(history, cancellation);
        long stride = _options.Stride ?? Math.Max(1, total / DefaultOrigins);
        long seen = 0;
        var complete = new List<TestedForecast>();
        using var runner = new ChunkRunner(_options.Threads);
        foreach (Slice slice in test())
        {
            cancellation.ThrowIfCancellationRequested();
            Take(slice, stride, complete);
            if (complete.Count >= _options.Threads)
            {
                Score(complete, runner, cancellation);
            }

            progress?.Report((double)++seen / total);
        }

        Score(complete, runner, cancellation);
        progress?.Report(1);
        return Result();
    }

    private static void Check(EvaluateOptions options)
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
    }

    /// <summary>Finds the series, their lengths and what is known of them at their ends; the slices in all.</summary>
    private long Count(IEnumerable<Slice> slices, CancellationToken cancellation)
    {
        var found = new Dictionary<string, (long Length, double[] Static)>();
        foreach (Slice slice in slices)
        {
            cancellation.ThrowIfCancellationRequested();
            found[slice.Series] = (found.GetValueOrDefault(slice.Series).Length + 1, slice.Static);
        }

        foreach ((string name, (long length, double[] known)) in found)
        {
            SchemaCheck.Values(_model.Schema.Statics, known, "Static values");
            _series.Add(name, new TestedSeries(_model, _options, length, known));
        }

        return found.Count > 0 ? found.Values.Sum(series => series.Length) : throw new InputException("Found no slices to test on, expected at least one.");
    }

    private void Remember(IEnumerable<Slice> history, CancellationToken cancellation)
    {
        foreach (Slice slice in history)
        {
            cancellation.ThrowIfCancellationRequested();
            if (_series.TryGetValue(slice.Series, out TestedSeries? series))
            {
                series.TakeHistory(_observer, slice);
            }
        }
    }

    private void Take(Slice slice, long stride, List<TestedForecast> complete)
    {
        // A file may have grown since it was counted.
        if (!_series.TryGetValue(slice.Series, out TestedSeries? series) || series.Seen == series.Length)
        {
            return;
        }

        series.Check(slice);
        if (series.Seen % stride == 0 && series.BeginForecast())
        {
            _origins++;
        }

        if (series.Seen % Math.Max(1, series.Length / LikelihoodSlices) == 0)
        {
            _likelihoods.Add(series.State, slice, series.Seen);
        }

        series.Take(_observer, slice, complete);
    }

    private void Score(List<TestedForecast> complete, ChunkRunner runner, CancellationToken cancellation)
    {
        runner.Run(complete.Count, i =>
        {
            cancellation.ThrowIfCancellationRequested();
            TestedForecast forecast = complete[i];
            forecast.Paths = new PathSampler(_model.Engine, _model.Calibration).Sample(
                forecast.State, forecast.Times, new ForecastOptions { Paths = _options.Paths, Seed = _options.Seed }, cancellation);
        });
        complete.ForEach(_scorer.Add);
        complete.Clear();
    }

    private Evaluation Result()
    {
        IReadOnlyList<Channel> channels = _model.Schema.Channels;
        int[] numeric = [.. Enumerable.Range(0, channels.Count).Where(c => channels[c].IsNumeric)];
        long cells = numeric.Sum(c => _scorer.Model(c).Count);
        long covered = numeric.Sum(c => _scorer.Model(c).Inside);
        ChannelEvaluation[] scores =
        [
            .. channels.Select((channel, c) => new ChannelEvaluation(
                channel, _scorer.Model(c).Scores(), _likelihoods.Chain(c), _likelihoods.Conditional(c),
                _scorer.Rival(c, ReferenceForecasts.Persistence).Scores(), _scorer.Rival(c, ReferenceForecasts.Seasonal).Scores(),
                _scorer.Rival(c, ReferenceForecasts.Autoregression).Scores())),
        ];
        return new Evaluation(
            scores, cells == 0 ? double.NaN : (double)covered / cells, cells, _origins, _options.Horizon, _model.References.Season, _likelihoods.Disagreement);
    }
}
