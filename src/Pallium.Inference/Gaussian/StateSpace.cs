using System.Collections.Concurrent;

namespace Pallium.Inference;

/// <summary>The matrices of a linear-Gaussian state space, row-major: s[t+1] = A·s[t] + w, w ~ N(0, Q); y[t] = C·s[t] + d + v, v ~ N(0, R); s[1] ~ N(m₁, P₁).</summary>
/// <remarks>Without a state (N = 0) slices are independent, y ~ N(d, R): a table.</remarks>
/// <param name="N">Numbers of the state.</param>
/// <param name="D">Channels.</param>
/// <param name="A">[N, N].</param>
/// <param name="Q">[N, N].</param>
/// <param name="C">[D, N].</param>
/// <param name="Offset">d, [D].</param>
/// <param name="R">[D, D].</param>
/// <param name="StartMean">m₁, [N].</param>
/// <param name="StartCovariance">P₁, [N, N].</param>
internal sealed record StateSpace(
    int N, int D, double[] A, double[] Q, double[] C, double[] Offset, double[] R, double[] StartMean, double[] StartCovariance)
{
    /// <summary>Of a variance as it could be, the share under which what is left of it is taken for rounding: sixteen digits less what products lose.</summary>
    public const double Rounding = 1e-13;

    private readonly ConcurrentDictionary<string, CellMap> _maps = new(StringComparer.Ordinal);
    private double[]? _cellVariance;

    /// <summary>For <c>with</c>: the matrices alone, nothing that followed from them.</summary>
    private StateSpace(StateSpace other)
    {
        (N, D) = (other.N, other.D);
        (A, Q) = (other.A, other.Q);
        (C, Offset, R) = (other.C, other.Offset, other.R);
        (StartMean, StartCovariance) = (other.StartMean, other.StartCovariance);
        _maps = new ConcurrentDictionary<string, CellMap>(StringComparer.Ordinal);
    }

    /// <summary>[D]: the greatest variance of each channel in the first N + 1 slices: what rounding errors of its cells are measured by.</summary>
    public ReadOnlySpan<double> CellVariance => _cellVariance ??= GreatestVariance();

    /// <summary>The unseen cells of a slice as a function of its state and of channels <paramref name="seen"/>; found once for every set of them.</summary>
    public CellMap Cells(int[] seen)
    {
        string key = string.Concat(seen.Select(c => (char)c));
        return _maps.TryGetValue(key, out CellMap? map) ? map : _maps.GetOrAdd(key, new CellMap(this, seen));
    }

    /// <summary>C·P·Cᵀ + R over channels <paramref name="seen"/>, for P [N, N].</summary>
    public double[] CellCovariance(ReadOnlySpan<double> stateCovariance, ReadOnlySpan<int> seen) =>
        Dense.Sandwich(Dense.Rows(C, N, seen), stateCovariance, seen.Length, N, Dense.Block(R, D, seen, seen));

    /// <summary>Variance of one cell, for P [N, N].</summary>
    public double CellVarianceAt(ReadOnlySpan<double> stateCovariance, int channel) => CellCovariance(stateCovariance, [channel])[0];

    /// <summary>A·P·Aᵀ + Q.</summary>
    public double[] NextCovariance(ReadOnlySpan<double> stateCovariance) => Dense.Sandwich(A, stateCovariance, N, N, Q);

    /// <summary>A·m.</summary>
    public void NextMean(ReadOnlySpan<double> mean, Span<double> next)
    {
        next.Clear();
        Dense.AddProduct(A, mean, next);
    }

    private double[] GreatestVariance()
    {
        double[] greatest = new double[D];
        double[] covariance = StartCovariance;
        int[] all = [.. Enumerable.Range(0, D)];
        for (int t = 0; t <= N; t++)
        {
            double[] cells = CellCovariance(covariance, all);
            for (int c = 0; c < D; c++)
            {
                greatest[c] = Math.Max(greatest[c], cells[(c * D) + c]);
            }

            covariance = NextCovariance(covariance);
        }

        return greatest;
    }
}
