using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>What one slice does to the covariances, whatever its values: it depends on which cells are seen, and is shared by all streams that see the same.</summary>
/// <remarks>
/// With o the seen channels: S = C_o·P·C_oᵀ + R_oo, K = P·C_oᵀ·S⁻; filtered P⁺ = (I - K·C_o)·P·(I - K·C_o)ᵀ + K·R_oo·Kᵀ (Joseph), predicted
/// P' = A·P⁺·Aᵀ + Q. Backwards: J = P⁺·Aᵀ·P'⁻ and s[t] | s[t+1] ~ N(m⁺ + J·(s[t+1] - A·m⁺), W), W = (I - J·A)·P⁺·(I - J·A)ᵀ + J·Q·Jᵀ. Every covariance is a sum of
/// squares, so none loses its sign. S⁻ and P'⁻ are generalised inverses: cells without noise and states without freedom need no special case.
/// Sources: Kalman 1960; Rauch, Tung and Striebel, AIAA Journal 3, 1965.
/// </remarks>
internal sealed class KalmanStep
{
    private const double LogRootTwoPi = 0.91893853320467274178;

    /// <summary>Covariances have settled when a step changes them by no more than this share.</summary>
    private const double Settled = 1e-15;

    /// <summary>Standard deviations, of what rounding may leave, within which a cell that follows from others must lie.</summary>
    private const double Tolerance = 6;

    /// <summary>Share of the size of a cell's value and prediction that rounding may take.</summary>
    private const double ValueRounding = 1e-12;

    private readonly StateSpace _space;
    private readonly double[] _factor;
    private readonly double _logScale;
    private Backward? _backward;

    private KalmanStep(StateSpace space, double[] predicted, int[] seen)
    {
        _space = space;
        Predicted = predicted;
        Seen = seen;
        int n = space.N;
        int o = seen.Length;
        double[] loading = Dense.Rows(space.C, n, seen);
        double[] noise = Dense.Block(space.R, space.D, seen, seen);
        _factor = Dense.Sandwich(loading, predicted, o, n, noise);
        int rank = SemidefiniteCholesky.Factor(_factor, o, Floors(_factor));
        double[] gain = Dense.Product(loading, predicted, o, n, n);
        SemidefiniteCholesky.Solve(_factor, o, gain, n);
        Gain = Dense.Transpose(gain, o, n);
        double[] rest = Dense.Identity(n);
        MatrixProduct.Accumulate<double>(n, n, o, Negated(Gain), o, loading, n, rest, n);
        Filtered = Dense.Sandwich(rest, predicted, n, n, Dense.Sandwich(Gain, noise, n, o));
        NextPredicted = space.NextCovariance(Filtered);
        _logScale = -rank * LogRootTwoPi;
        for (int i = 0; i < o; i++)
        {
            double pivot = _factor[(i * o) + i];
            _logScale -= pivot > 0 ? Elementary.Log(pivot) : 0;
        }
    }

    /// <summary>The channels that are seen, ascending; o of them.</summary>
    public int[] Seen { get; }

    /// <summary>P, [N, N], before the slice is seen.</summary>
    public double[] Predicted { get; }

    /// <summary>K, [N, o].</summary>
    public double[] Gain { get; }

    /// <summary>P⁺, [N, N], once it is seen.</summary>
    public double[] Filtered { get; }

    /// <summary>P of the next slice.</summary>
    public double[] NextPredicted { get; }

    /// <summary>What smoothing needs.</summary>
    public Backward Smoothing => _backward ??= new Backward(_space, this);

    /// <summary>The unseen cells as a function of the state.</summary>
    public CellMap Cells => _space.Cells(Seen);

    /// <summary>The step of a slice whose state has covariance <paramref name="predicted"/>; NaN among <paramref name="values"/> [D] is not seen.</summary>
    public static KalmanStep For(StateSpace space, double[] predicted, ReadOnlySpan<double> values) => new(space, predicted, SeenOf(values));

    /// <summary>The step of the slice after this one: this very one again where the covariances have settled.</summary>
    public KalmanStep Next(ReadOnlySpan<double> values) =>
        IsOf(values) && IsSettled() ? this : new KalmanStep(_space, NextPredicted, SeenOf(values));

    /// <summary>Whether a slice of these values [D] shows the cells that this step sees.</summary>
    public bool IsOf(ReadOnlySpan<double> values)
    {
        int at = 0;
        for (int c = 0; c < values.Length; c++)
        {
            if (!double.IsNaN(values[c]))
            {
                if (at == Seen.Length || Seen[at] != c)
                {
                    return false;
                }

                at++;
            }
        }

        return at == Seen.Length;
    }

    /// <summary>Takes in the seen cells of a slice.</summary>
    /// <param name="values">[D]; those that are not seen are not read.</param>
    /// <param name="mean">[N]: predicted on entry, filtered on return.</param>
    /// <param name="scratch">2·o numbers.</param>
    /// <param name="conflict">The channel whose value cannot be, after those before it; -1: none.</param>
    /// <returns>log density of the seen cells; of cells that follow from others nothing is counted. -∞ with a conflict.</returns>
    public double Update(ReadOnlySpan<double> values, Span<double> mean, Span<double> scratch, out int conflict)
    {
        int o = Seen.Length;
        Span<double> innovation = scratch[..o];
        Span<double> whitened = scratch.Slice(o, o);
        for (int i = 0; i < o; i++)
        {
            innovation[i] = values[Seen[i]] - Predict(mean, Seen[i]);
            whitened[i] = innovation[i];
        }

        SemidefiniteCholesky.SolveLower(_factor, o, whitened, 1);
        double log = _logScale;
        conflict = -1;
        for (int i = 0; i < o && conflict < 0; i++)
        {
            bool independent = _factor[(i * o) + i] > 0;
            log -= independent ? 0.5 * whitened[i] * whitened[i] : 0;
            conflict = independent || Math.Abs(whitened[i]) <= Slack(Seen[i], values[Seen[i]]) ? -1 : Seen[i];
        }

        Dense.AddProduct(Gain, innovation, mean);
        return conflict < 0 ? log : double.NegativeInfinity;
    }

    /// <summary>Mean of a channel's cell where the state has this mean.</summary>
    public double Predict(ReadOnlySpan<double> mean, int channel) =>
        Dense.Dot(_space.C.AsSpan(channel * _space.N, _space.N), mean, _space.Offset[channel]);

    /// <summary>How far a cell without freedom may be from where it must be.</summary>
    private double Slack(int channel, double value) =>
        (Tolerance * Math.Sqrt(StateSpace.Rounding * _space.CellVariance[channel])) + (ValueRounding * (Math.Abs(value) + Math.Abs(_space.Offset[channel])));

    private double[] Floors(ReadOnlySpan<double> innovation)
    {
        double[] floors = Dense.Diagonal(innovation, Seen.Length);
        for (int i = 0; i < floors.Length; i++)
        {
            floors[i] = StateSpace.Rounding * Math.Max(_space.CellVariance[Seen[i]], floors[i]);
        }

        return floors;
    }

    private bool IsSettled()
    {
        double largest = 0;
        double change = 0;
        for (int i = 0; i < Predicted.Length; i++)
        {
            largest = Math.Max(largest, Math.Abs(Predicted[i]));
            change = Math.Max(change, Math.Abs(NextPredicted[i] - Predicted[i]));
        }

        return change <= Settled * largest;
    }

    private static double[] Negated(ReadOnlySpan<double> a)
    {
        double[] negated = new double[a.Length];
        for (int i = 0; i < a.Length; i++)
        {
            negated[i] = -a[i];
        }

        return negated;
    }

    private static int[] SeenOf(ReadOnlySpan<double> values)
    {
        var seen = new List<int>(values.Length);
        for (int c = 0; c < values.Length; c++)
        {
            if (!double.IsNaN(values[c]))
            {
                seen.Add(c);
            }
        }

        return [.. seen];
    }

    /// <summary>The state of a slice given that of the next: s ~ N(m⁺ + J·(s' - A·m⁺), W).</summary>
    internal sealed class Backward
    {
        internal Backward(StateSpace space, KalmanStep step)
        {
            int n = space.N;
            double[] factor = (double[])step.NextPredicted.Clone();
            SemidefiniteCholesky.Factor(factor, n, Dense.Diagonal(factor, n, StateSpace.Rounding));
            double[] gain = Dense.Product(space.A, step.Filtered, n, n, n);
            SemidefiniteCholesky.Solve(factor, n, gain, n);
            Gain = Dense.Transpose(gain, n, n);
            double[] rest = Dense.Identity(n);
            MatrixProduct.Accumulate<double>(n, n, n, Negated(Gain), n, space.A, n, rest, n);
            Noise = Dense.Sandwich(rest, step.Filtered, n, n, Dense.Sandwich(Gain, space.Q, n, n));
        }

        /// <summary>J, [N, N].</summary>
        public double[] Gain { get; }

        /// <summary>W, [N, N].</summary>
        public double[] Noise { get; }
    }
}
