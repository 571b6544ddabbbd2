using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>Fits a <see cref="GaussianModel"/>: standardises, chooses the state size, maximises, and goes back to the channels' units.</summary>
internal static class GaussianFit
{
    /// <summary>Passes that a state size gets to be compared.</summary>
    private const int TrialPasses = 60;

    /// <summary>Slices, the latest, that state sizes are compared on at most.</summary>
    private const int TrialSlices = 4000;

    /// <summary>See <see cref="GaussianModel.Fit"/>.</summary>
    public static GaussianModel Run(Frame frame, GaussianOptions options, IProgress<LearnProgress>? progress, CancellationToken cancellation)
    {
        Check(frame, options);
        int d = frame.Channels.Count;
        (double[] means, double[] scales) = Standardisation(frame);
        List<double[][]> series = [.. frame.Series.Where(s => s.Length > 0).Select(s => Standardised(s, means, scales))];
        double[] seen = [.. Enumerable.Range(0, d).Select(c => (double)frame.Column(c).Count(x => !double.IsNaN(x)))];
        double cells = seen.Sum();
        double logScale = Enumerable.Range(0, d).Sum(c => seen[c] * Elementary.Log(scales[c]));
        SubspaceStart? start = frame.Schema.IsTable ? null : new SubspaceStart(series, d);
        (int size, List<(int, double)> candidates) = start is null ? (0, []) : ChooseSize(series, start, options, progress, cancellation);
        var maximization = new StateSpaceMaximization(
            series, (passes, log) => progress?.Report(Progress($"fitting a state of {size}", passes, options.MostPasses, (log - logScale) / cells)), cancellation);
        StateSpace space = maximization.Fit(Start(start, size, d), options.MostPasses, options.Tolerance * cells);
        return new GaussianModel(frame.Channels, InUnits(space, means, scales))
        {
            Record = new GaussianFitRecord([.. maximization.Trace.Select(log => log - logScale)], maximization.Converged) { Candidates = candidates },
        };
    }

    private static void Check(Frame frame, GaussianOptions options)
    {
        _ = GaussianModel.Numeric(frame.Channels);
        if (frame.RowCount == 0)
        {
            throw new InputException($"{frame.Source}: found no slices, expected at least one.");
        }

        if (options.StateSize is int size && (size < 0 || (size > 0 && frame.Schema.IsTable)))
        {
            throw new InputException($"Found a state size of {size}, expected {(frame.Schema.IsTable ? "0 (the rows of a table have no state)" : "0 or more")}.");
        }

        if (options.MostPasses < 1 || !(options.Tolerance >= 0) || (options.StateSize is null && (options.Candidates.Count == 0 || options.Candidates.Any(n => n < 0))))
        {
            throw new InputException("Found fit options out of range, expected at least 1 pass, a tolerance of at least 0, and candidate state sizes of at least 0.");
        }
    }

    private static (int Size, List<(int StateSize, double Bic)> Candidates) ChooseSize(
        List<double[][]> series, SubspaceStart start, GaussianOptions options, IProgress<LearnProgress>? progress, CancellationToken cancellation)
    {
        var candidates = new List<(int StateSize, double Bic)>();
        if (options.StateSize is int given)
        {
            return given <= start.LargestState
                ? (given, candidates)
                : throw new InputException($"Found a state size of {given}, expected at most {start.LargestState} for {series.Sum(s => s.Length)} slices of {series[0][0].Length} channels.");
        }

        List<double[][]> latest = Latest(series);
        int slices = latest.Sum(s => s.Length);
        int d = series[0][0].Length;
        double cells = latest.Sum(s => s.Sum(slice => slice.Count(x => !double.IsNaN(x))));
        int rises = 0;
        foreach (int n in options.Candidates.Where(n => n <= start.LargestState).Order())
        {
            var trial = new StateSpaceMaximization(
                latest, (passes, log) => progress?.Report(Progress($"trying a state of {n}", passes, TrialPasses, log / cells)), cancellation);
            trial.Fit(Start(start, n, d), TrialPasses, options.Tolerance * cells);
            double parameters = (2.0 * n * d) + (d * (d + 1) / 2) + d;
            double bic = (-2 * trial.Trace[^1]) + (parameters * Elementary.Log((double)slices));
            rises = candidates.Count > 0 && bic >= candidates.Min(c => c.Bic) ? rises + 1 : 0;
            candidates.Add((n, bic));
            if (rises == 2)
            {
                break;
            }
        }

        return (candidates.Count == 0 ? 0 : candidates.MinBy(c => c.Bic).StateSize, candidates);
    }

    private static List<double[][]> Latest(List<double[][]> series)
    {
        var latest = new List<double[][]>();
        int left = TrialSlices;
        foreach (double[][] slices in Enumerable.Reverse(series))
        {
            if (left > 0)
            {
                latest.Add(slices[Math.Max(0, slices.Length - left)..]);
                left -= slices.Length;
            }
        }

        return latest;
    }

    private static StateSpace Start(SubspaceStart? start, int size, int d) =>
        start is not null && size > 0 ? start.Create(size) : new StateSpace(0, d, [], [], [], new double[d], Dense.Identity(d), [], []);

    private static LearnProgress Progress(string phase, int passes, int most, double logPerCell) =>
        new(phase, Math.Min(1, (double)passes / most), -logPerCell, double.NaN, 0, TimeSpan.Zero);

    private static (double[] Means, double[] Scales) Standardisation(Frame frame)
    {
        int d = frame.Channels.Count;
        double[] means = new double[d];
        double[] scales = new double[d];
        for (int c = 0; c < d; c++)
        {
            double[] values = [.. frame.Column(c).Where(x => !double.IsNaN(x))];
            if (values.Length == 0)
            {
                throw new InputException($"{frame.Source}, column '{frame.Channels[c].Name}': found no value in {frame.RowCount} rows, expected at least one.");
            }

            means[c] = Reduction.Sum<double>(values) / values.Length;
            double square = 0;
            foreach (double value in values)
            {
                square += (value - means[c]) * (value - means[c]);
            }

            // A channel that never changes has no scale of its own.
            double deviation = Math.Sqrt(square / values.Length);
            scales[c] = deviation > 0 ? deviation : 1;
        }

        return (means, scales);
    }

    private static double[][] Standardised(Series series, double[] means, double[] scales) =>
        [.. Enumerable.Range(0, series.Length).Select(t => series.Row(t).ToArray().Select((x, c) => (x - means[c]) / scales[c]).ToArray())];

    private static StateSpace InUnits(StateSpace space, double[] means, double[] scales)
    {
        (int n, int d) = (space.N, space.D);
        return space with
        {
            C = [.. space.C.Select((x, i) => x * scales[i / n])],
            Offset = [.. space.Offset.Select((x, c) => means[c] + (scales[c] * x))],
            R = [.. space.R.Select((x, i) => x * scales[i / d] * scales[i % d])],
        };
    }
}
