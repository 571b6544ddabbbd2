using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>Fits a state space by expectation maximisation, accelerated, with a log likelihood that never falls.</summary>
/// <remarks>
/// A pass filters and smooths all series and takes, with moments E over the smoothed states and x = [s; 1]:
/// [C d] = ΣE[y·xᵀ]·(ΣE[x·xᵀ])⁻¹, R the residual covariance; A = ΣE[s'·sᵀ]·(ΣE[s·sᵀ])⁻¹, Q likewise. Eigenvalues of R and Q are cut off at a floor, which is
/// the maximum under that bound. Each series begins with mean zero and the covariance that A and Q lead to; that choice ignores that A and Q also
/// follow from the start, so where it would lower the likelihood the start is held instead, and passes are plain EM again. After every two passes θ₀, θ₁, θ₂ the
/// step θ₀ + 2α·r + α²·v, r = θ₁ - θ₀, v = θ₂ - θ₁ - r, α = |r|/|v|, is tried, on covariances by their log-Cholesky factors, and kept if it is likelier than θ₂.
/// Sources: Shumway and Stoffer, J. Time Series Analysis 3, 1982; Varadhan and Roland, Scandinavian J. Statistics 35, 2008 (S3).
/// </remarks>
internal sealed class StateSpaceMaximization
{
    private const double LeastNoise = 1e-6;
    private const double LeastProcessNoise = 1e-9;
    private readonly IReadOnlyList<double[][]> _series;
    private readonly Action<int, double> _report;
    private readonly CancellationToken _cancellation;
    private readonly List<double> _trace = [];
    private readonly int _longest;
    private bool _holdsStart;

    /// <param name="series">Slices [D] of each series, about standardised; NaN in holes.</param>
    /// <param name="report">Told the passes made and the log likelihood, after each.</param>
    /// <param name="cancellation">Stops it.</param>
    public StateSpaceMaximization(IReadOnlyList<double[][]> series, Action<int, double> report, CancellationToken cancellation)
    {
        _series = series;
        _report = report;
        _cancellation = cancellation;
        _longest = series.Max(slices => slices.Length);
    }

    /// <summary>log likelihood of every model that was reached, in order.</summary>
    public IReadOnlyList<double> Trace => _trace;

    /// <summary>Whether the last cycle gained no more than the tolerance.</summary>
    public bool Converged { get; private set; }

    /// <summary>The model at the end of at most <paramref name="mostPasses"/> passes, or when a cycle gains no more than <paramref name="tolerance"/> nats.</summary>
    public StateSpace Fit(StateSpace start, int mostPasses, double tolerance)
    {
        Point best = At(WithStart(Floored(start), start));
        Accept(best);
        while (_trace.Count < mostPasses && !Converged)
        {
            double before = best.LogLikelihood;
            Point first = Improve(best);
            Point second = _trace.Count < mostPasses ? Improve(first) : first;
            best = _trace.Count < mostPasses && second != first ? Extrapolate(best, first, second) : second;
            Converged = best.LogLikelihood - before <= tolerance;
        }

        return best.Space;
    }

    /// <summary>The covariance that s' = A·s + w leads to in at least as many steps as the longest series has: the stationary one, where there is one.</summary>
    internal static double[] LongRunCovariance(double[] transition, double[] noise, int n, int steps)
    {
        double[] covariance = (double[])noise.Clone();
        double[] power = (double[])transition.Clone();
        for (int reached = 1; reached < steps; reached *= 2)
        {
            covariance = Dense.Sandwich(power, covariance, n, n, covariance);
            power = Dense.Product(power, power, n, n, n);
        }

        return covariance;
    }

    /// <summary>One pass; the same point again where not even holding the start helps, by rounding.</summary>
    private Point Improve(Point from)
    {
        StateSpace next = Maximised(from.Moments, from.Space);
        Point point = At(WithStart(next, from.Space));
        if (!_holdsStart && IsWorse(point, from))
        {
            _holdsStart = true;
            point = At(next);
        }

        if (IsWorse(point, from))
        {
            return from;
        }

        Accept(point);
        return point;
    }

    private Point Extrapolate(Point zero, Point one, Point two)
    {
        double[] a = Parameters(zero.Space);
        double[] b = Parameters(one.Space);
        double[] c = Parameters(two.Space);
        double r = 0;
        double v = 0;
        for (int i = 0; i < a.Length; i++)
        {
            r += (b[i] - a[i]) * (b[i] - a[i]);
            v += (c[i] - (2 * b[i]) + a[i]) * (c[i] - (2 * b[i]) + a[i]);
        }

        double step = v > 0 ? Math.Sqrt(r / v) : 1;
        if (step <= 1)
        {
            return two;
        }

        for (int i = 0; i < a.Length; i++)
        {
            a[i] += (2 * step * (b[i] - a[i])) + (step * step * (c[i] - (2 * b[i]) + a[i]));
        }

        if (FromParameters(a, two.Space) is not { } far)
        {
            return two;
        }

        Point point = At(WithStart(far, two.Space));
        if (IsWorse(point, two))
        {
            return two;
        }

        Accept(point);
        return point;
    }

    /// <summary>True also of NaN.</summary>
    private static bool IsWorse(Point point, Point than) => !(point.LogLikelihood >= than.LogLikelihood);

    private void Accept(Point point)
    {
        _trace.Add(point.LogLikelihood);
        _report(_trace.Count, point.LogLikelihood);
    }

    private Point At(StateSpace space)
    {
        var moments = new StateMoments(space);
        double log = 0;
        foreach (double[][] slices in _series)
        {
            _cancellation.ThrowIfCancellationRequested();
            var path = new FilteredPath(space, new StateBelief(space.StartMean, space.StartCovariance));
            foreach (double[] values in slices)
            {
                path.Add(values);
            }

            log += path.Conflict is null ? path.LogLikelihood : double.NegativeInfinity;
            moments.Add(path);
        }

        return new Point(space, log, moments);
    }

    private StateSpace WithStart(StateSpace space, StateSpace before) => space with
    {
        StartCovariance = _holdsStart ? before.StartCovariance : LongRunCovariance(space.A, space.Q, space.N, _longest),
    };

    private static StateSpace Maximised(StateMoments moments, StateSpace space)
    {
        (int n, int d) = (space.N, space.D);
        (double[] loading, double[] noise) = Regression(moments.CellsWithRegressors, moments.Regressors, moments.Cells, d, n + 1, moments.Slices);
        (double[] transition, double[] process) = moments.Transitions > 0 ? Regression(moments.NextWithBefore, moments.Before, moments.Next, n, n, moments.Transitions) : (space.A, space.Q);
        double[] c = new double[d * n];
        double[] offset = new double[d];
        for (int i = 0; i < d; i++)
        {
            loading.AsSpan(i * (n + 1), n).CopyTo(c.AsSpan(i * n));
            offset[i] = loading[(i * (n + 1)) + n];
        }

        return Floored(space with { A = transition, Q = process, C = c, Offset = offset, R = noise });
    }

    private static StateSpace Floored(StateSpace space) =>
        space with { Q = Floored(space.Q, space.N, LeastProcessNoise), R = Floored(space.R, space.D, LeastNoise) };

    /// <summary>B = ΣE[y·xᵀ]·(ΣE[x·xᵀ])⁻¹ and the residual covariance, as a sum of squares.</summary>
    internal static (double[] Coefficients, double[] Residual) Regression(double[] cross, double[] regressors, double[] targets, int m, int k, int count)
    {
        double[] factor = (double[])regressors.Clone();
        Cholesky.FactorWithJitter(factor, k);
        double[] transposed = Dense.Transpose(cross, m, k);
        Cholesky.Solve(factor, k, transposed, m);
        double[] coefficients = Dense.Transpose(transposed, k, m);
        double[] explained = Dense.ProductTransposed(coefficients, cross, m, k, m);
        double[] square = Dense.Sandwich(coefficients, regressors, m, k);
        double[] residual = new double[m * m];
        for (int i = 0; i < m; i++)
        {
            for (int j = 0; j < m; j++)
            {
                residual[(i * m) + j] = (targets[(i * m) + j] - explained[(i * m) + j] - explained[(j * m) + i] + square[(i * m) + j]) / count;
            }
        }

        Dense.Symmetrise(residual, m);
        return (coefficients, residual);
    }

    /// <summary>The covariance with its eigenvalues raised to a floor.</summary>
    private static double[] Floored(double[] covariance, int n, double floor)
    {
        double[] values = new double[n];
        double[] vectors = new double[n * n];
        SymmetricEigen.Decompose((double[])covariance.Clone(), n, values, vectors);
        if (values.All(value => value >= floor))
        {
            return covariance;
        }

        double[] scaled = Dense.Transpose(vectors, n, n);
        for (int i = 0; i < n * n; i++)
        {
            scaled[i] *= Math.Max(values[i % n], floor);
        }

        double[] floored = Dense.Product(scaled, vectors, n, n, n);
        Dense.Symmetrise(floored, n);
        return floored;
    }

    private static double[] Parameters(StateSpace space) =>
        [.. space.A, .. space.C, .. space.Offset, .. LogCholesky(space.Q, space.N), .. LogCholesky(space.R, space.D)];

    private static double[] LogCholesky(double[] covariance, int n)
    {
        double[] factor = (double[])covariance.Clone();
        Cholesky.FactorWithJitter(factor, n);
        for (int i = 0; i < n; i++)
        {
            factor[(i * n) + i] = Elementary.Log(factor[(i * n) + i]);
            factor.AsSpan((i * n) + i + 1, n - i - 1).Clear();
        }

        return factor;
    }

    private static StateSpace? FromParameters(double[] parameters, StateSpace like)
    {
        (int n, int d) = (like.N, like.D);
        int at = 0;
        double[] Take(int count) => parameters[at..(at += count)];
        StateSpace space = like with { A = Take(n * n), C = Take(d * n), Offset = Take(d), Q = FromLogCholesky(Take(n * n), n), R = FromLogCholesky(Take(d * d), d) };
        return parameters.All(double.IsFinite) && space.Q.All(double.IsFinite) && space.R.All(double.IsFinite) ? Floored(space) : null;
    }

    private static double[] FromLogCholesky(double[] factor, int n)
    {
        for (int i = 0; i < n; i++)
        {
            factor[(i * n) + i] = Elementary.Exp(factor[(i * n) + i]);
        }

        return Dense.ProductTransposed(factor, factor, n, n, n);
    }

    /// <summary>A model, its log likelihood, and the moments that the next pass starts from.</summary>
    private sealed record Point(StateSpace Space, double LogLikelihood, StateMoments Moments);
}
