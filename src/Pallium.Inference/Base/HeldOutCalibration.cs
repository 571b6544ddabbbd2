using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>Makes the covariances of a fitted base honest: what a fit to the other blocks claims about a block is held against what happens there.</summary>
/// <remarks>
/// Three things are measured, block by block: how much larger one-step errors are than claimed; how much larger the errors of a channel given all
/// others of its slice are, with and without a past (relations between channels drift, so this is the larger factor); and how
/// certain a stream may be of a channel that stays hidden while the others are seen. Covariances are then widened
/// (<see cref="CovarianceWidening"/>), and each coordinate gets its doubt (<see cref="LinearBase"/>).
/// Where the data are stationary and plentiful nothing changes.
/// </remarks>
internal sealed class HeldOutCalibration
{
    private const int Folds = 5;
    private const int LeastRows = 100;
    private const int Starts = 2;
    private const int LongestRun = 300;
    private const int MostRanges = 8;
    private const double StepBudget = 1e8;
    private const double LargestFactor = 10;

    /// <summary>Rows of a table that claim what the fit claims: of a table with holes in every third cell hardly a row is whole, and one row tells nothing.</summary>
    private const double TablePrior = 30;

    /// <summary>The largest squared error of a table's cell, in units of what was claimed: a few strange rows must not weaken all relations.</summary>
    private const double TableCap = 25;
    private static readonly double[] Doubts = [0, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1];

    private readonly DeviationTable _data;
    private readonly LinearStructure? _structure;
    private readonly int _d;
    private readonly Ratio[] _step;
    private readonly Ratio[] _stepGivenOthers;
    private readonly Ratio[] _marginalGivenOthers;
    private readonly Hiding[] _hidings;

    /// <summary>Prepares the calibration of a base fitted to <paramref name="data"/> with <paramref name="structure"/>.</summary>
    public HeldOutCalibration(DeviationTable data, LinearStructure? structure)
    {
        _data = data;
        _structure = structure;
        _d = data.Coordinates;
        _step = Ratios();
        _stepGivenOthers = Ratios();
        _marginalGivenOthers = Ratios();
        bool hasDynamics = structure is { Lookback: 0, CrossSlices: > 0 };
        _hidings = hasDynamics ? [new Hiding(_d, false), new Hiding(_d, true)] : [new Hiding(_d, false)];
    }

    /// <summary>The calibrated base; <paramref name="fitted"/> itself when there are too few rows to tell.</summary>
    public LinearBase Apply(LinearBase fitted)
    {
        if (_data.Rows < LeastRows)
        {
            return fitted;
        }

        for (int fold = 0; fold < Folds; fold++)
        {
            Measure(fold, fitted);
        }

        Dictionary<string, BaseTensor> tensors = fitted.Tensors();
        double[] one = new double[_d];
        one.AsSpan().Fill(1);
        foreach (string name in new[] { "marginal", LinearBase.PastlessName }.Where(tensors.ContainsKey))
        {
            tensors[name] = new([_d, _d], CovarianceWidening.Widen(tensors[name].Values, _d, one, Factors(_marginalGivenOthers)));
        }

        for (int s = 0; s < fitted.Stages.Count; s++)
        {
            // What is measured on the longest look-back is mostly its overfitting: a shorter one has its share of it.
            double share = (double)fitted.Stages[s].Needs / fitted.Stages[0].Needs;
            double[] alone = [.. Factors(_step).Select(factor => 1 + (share * (factor - 1)))];
            double[] givenOthers = [.. Factors(_stepGivenOthers).Select(factor => 1 + (share * (factor - 1)))];
            double[] innovation = CovarianceWidening.Widen(fitted.Stages[s].Dynamics.Innovation, _d, alone, givenOthers);
            tensors[LinearBase.StageName(s, "innovation")] = new([_d, _d], innovation);
        }

        Hiding best = _hidings.MinBy(hiding => hiding.Loss)!;
        tensors["dynamics"] = new([1], [best.FollowsDynamics ? 1 : 0]);
        tensors["doubt"] = new([_d], [.. best.Errors.Select(Doubt)]);
        return new LinearBase(_data.Groups, _data.FeatureCount, tensors);
    }

    private Ratio[] Ratios() =>
        [.. Enumerable.Range(0, _d).Select(_ => _structure is null ? new Ratio(TablePrior, TableCap) : new Ratio(0, double.PositiveInfinity))];

    private static double[] Factors(Ratio[] ratios) => [.. ratios.Select(ratio => Math.Clamp(ratio.Value, 1, LargestFactor))];

    private void Measure(int fold, LinearBase whole)
    {
        var table = new DeviationTable(_data);
        int start = (int)((long)table.Rows * fold / Folds);
        int end = (int)((long)table.Rows * (fold + 1) / Folds);
        var training = new List<RowRange>();
        var block = new List<RowRange>();
        foreach (RowRange series in table.Series)
        {
            Add(training, series.Start, Math.Min(series.End, start));
            Add(training, Math.Max(series.Start, end), series.End);
            Add(block, Math.Max(series.Start, start), Math.Min(series.End, end));
        }

        table.FitMarginal(training, _structure?.UseFeatures ?? true, whole.MarginalCovariance);
        LinearBase fitted = StageAssembly.Assemble(table, training, _structure, mostStages: 1, whole);
        Dictionary<string, BaseTensor> tensors = fitted.Tensors();
        LinearBase[] variants = new LinearBase[_hidings.Length];
        for (int i = 0; i < variants.Length; i++)
        {
            tensors["dynamics"] = new([1], [_hidings[i].FollowsDynamics ? 1 : 0]);
            variants[i] = new LinearBase(_data.Groups, _data.FeatureCount, tensors);
        }

        var marginal = new OthersRegression(fitted.NoPastCovariance, _d);
        OthersRegression? innovation = fitted.Stages.Count == 0 ? null : new OthersRegression(fitted.Stages[0].Dynamics.Innovation, _d);
        SliceGaussian slice = fitted.CreateSlice();
        double[] state = new double[fitted.StateSize];
        int ranges = 0;
        int every = Math.Max(1, (block.Count + MostRanges - 1) / MostRanges);
        foreach (RowRange range in block)
        {
            bool hides = innovation is not null && ranges++ % every == 0;
            RowRange series = table.Series.First(candidate => candidate.Start <= range.Start && range.Start < candidate.End);
            WarmUp(fitted, table, series.Start, range.Start, state, slice);
            int gap = Math.Max(1, range.Length / Starts);
            for (int t = range.Start; t < range.End; t++)
            {
                MeasureSlice(fitted, table, t, state, slice, marginal, innovation);
                if (hides && (t - range.Start) % gap == 0)
                {
                    for (int i = 0; i < variants.Length; i++)
                    {
                        MeasureHidden(variants[i], _hidings[i], table, new RowRange(t, range.End), state, slice, innovation!);
                    }
                }

                fitted.Update(state, table.Features(t), table.Elapsed[t], table.Values(t), slice);
            }
        }
    }

    private static void Add(List<RowRange> ranges, int start, int end)
    {
        if (end > start)
        {
            ranges.Add(new RowRange(start, end));
        }
    }

    private static void WarmUp(LinearBase fitted, DeviationTable table, int seriesStart, int start, double[] state, SliceGaussian slice)
    {
        fitted.Begin(state);
        int needs = fitted.Stages.Count == 0 ? 0 : fitted.Stages[0].Needs;
        for (int t = Math.Max(seriesStart, start - needs); t < start; t++)
        {
            fitted.Update(state, table.Features(t), table.Elapsed[t], table.Values(t), slice);
        }
    }

    private void MeasureSlice(
        LinearBase fitted, DeviationTable table, int t, double[] state, SliceGaussian slice, OthersRegression marginal, OthersRegression? innovation)
    {
        if (table.Missing.AsSpan(t * _d, _d).Contains(true))
        {
            return;
        }

        ReadOnlySpan<double> values = table.Values(t);
        fitted.NoPast(table.Features(t), slice);
        AddErrors(marginal, values, slice, _marginalGivenOthers, null);
        fitted.Predict(state, table.Features(t), table.Elapsed[t], slice);
        if (innovation is not null && slice.HasPast && table.Elapsed[t] == 1)
        {
            AddErrors(innovation, values, slice, _stepGivenOthers, _step);
        }
    }

    private void AddErrors(OthersRegression regression, ReadOnlySpan<double> values, SliceGaussian slice, Ratio[] givenOthers, Ratio[]? alone)
    {
        Span<double> errors = slice.Scratch.AsSpan(0, _d);
        for (int j = 0; j < _d; j++)
        {
            errors[j] = values[j] - slice.Mean[j];
        }

        foreach (BaseGroup group in _data.Groups)
        {
            if (group.Kind == BaseKind.Real)
            {
                int j = group.Start;
                double rest = regression.Residual(errors, j);
                givenOthers[j].Add(rest * rest, regression.Variance(j));
                alone?[j].Add(errors[j] * errors[j], slice.Variance(j));
            }
        }
    }

    /// <summary>Runs on from <paramref name="state"/> with one channel hidden at a time, all others seen.</summary>
    private void MeasureHidden(
        LinearBase fitted, Hiding hiding, DeviationTable table, RowRange range, double[] state, SliceGaussian slice, OthersRegression innovation)
    {
        double cost = ((double)_d * _d * _d * 4) + (fitted.StateSize / 4.0);
        int longest = (int)Math.Min(LongestRun, StepBudget / cost / Folds / Starts / _d / _hidings.Length);
        double[] copy = new double[state.Length];
        double[] seen = new double[_d];
        foreach (BaseGroup group in _data.Groups)
        {
            int j = group.Start;
            if (group.Kind != BaseKind.Real)
            {
                continue;
            }

            state.CopyTo(copy, 0);
            for (int t = range.Start; t < Math.Min(range.End, range.Start + longest); t++)
            {
                table.Values(t).CopyTo(seen);
                double truth = seen[j];
                seen[j] = double.NaN;
                double uncertainty = fitted.Uncertainty(copy, j);
                double path = fitted.PathVariance(copy, j);
                bool tracked = fitted.IsTracked(copy, j);
                bool complete = !table.Missing.AsSpan(t * _d, _d).Contains(true);
                fitted.Update(copy, table.Features(t), table.Elapsed[t], seen, slice);
                if (complete && slice.HasPast)
                {
                    double error = truth - slice.Mean[j];
                    double variance = Math.Max(slice.Variance(j), 1e-12);
                    hiding.Loss += Elementary.Log(variance) + (error * error / variance);
                    if (tracked)
                    {
                        hiding.Errors[j].Add(new HiddenError(error * error, uncertainty, path, innovation.VarianceWith(fitted.Stages[0], j)));
                    }
                }
            }
        }
    }

    /// <summary>The doubt under which the hidden channel's errors are likeliest.</summary>
    private static double Doubt(List<HiddenError> errors)
    {
        double best = 0;
        double bestLoss = double.PositiveInfinity;
        foreach (double doubt in Doubts)
        {
            double loss = 0;
            foreach (HiddenError error in errors)
            {
                double variance = error.Variance(doubt);
                loss += Elementary.Log(variance) + (error.Square / variance);
            }

            if (loss < bestLoss)
            {
                (best, bestLoss) = (doubt, loss);
            }
        }

        return best;
    }

    /// <summary>What happened to hidden channels when their uncertainty moved in one way or the other.</summary>
    private sealed class Hiding(int coordinates, bool followsDynamics)
    {
        public bool FollowsDynamics => followsDynamics;

        public double Loss { get; set; }

        public List<HiddenError>[] Errors { get; } = [.. Enumerable.Range(0, coordinates).Select(_ => new List<HiddenError>())];
    }

    /// <summary>Mean of squared errors, each at most <paramref name="cap"/>, in units of what was claimed; <paramref name="prior"/> of them are 1 before any is known.</summary>
    private sealed class Ratio(double prior, double cap)
    {
        private double _sum = prior;
        private double _count = prior;

        public double Value => _count == 0 ? 1 : _sum / _count;

        public void Add(double square, double variance)
        {
            _sum += Math.Min(square / variance, cap);
            _count++;
        }
    }

    /// <summary>One squared error of a hidden channel; what the stream held as its variance before the slice; what it would hold had it seen no other channel either.</summary>
    private readonly record struct HiddenError(double Square, double Uncertainty, double Path, VarianceCurve Curve)
    {
        public double Variance(double doubt) => Curve.At(Uncertainty + (doubt * Math.Max(0, Path - Uncertainty)));
    }
}
