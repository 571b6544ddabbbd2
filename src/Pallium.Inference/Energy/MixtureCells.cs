using Pallium.Learning;
using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>The density of those cells of a row that are seen, under a mixture; and what they say about the rest.</summary>
/// <remarks>Made once for a set of seen cells; the factors Σ_oo = L·Lᵀ are shared by all rows with the same holes. Scratch inside: one thread.</remarks>
internal sealed class MixtureCells
{
    private readonly GaussianMixture _mixture;
    private readonly int[] _seen;
    private readonly double[][] _factors;
    private readonly double[] _logNormalizers;
    private readonly double[] _logs;
    private readonly double[] _gap;

    public MixtureCells(GaussianMixture mixture, int[] seen)
    {
        _mixture = mixture;
        _seen = seen;
        int n = seen.Length;
        _factors = new double[mixture.Count][];
        _logNormalizers = new double[mixture.Count];
        _logs = new double[mixture.Count];
        _gap = new double[n];
        for (int k = 0; k < mixture.Count; k++)
        {
            double[] factor = [.. seen.SelectMany(i => seen.Select(j => mixture.Covariances[k][(i * mixture.Dimension) + j]))];
            Cholesky.FactorWithJitter(factor, n);
            _factors[k] = factor;
            _logNormalizers[k] = mixture.LogWeights[k] + (n * NormalInterval.LogDensity(0));
            for (int i = 0; i < n; i++)
            {
                _logNormalizers[k] -= Elementary.Log(factor[i * (n + 1)]);
            }
        }
    }

    /// <summary>The cells that are seen, ascending.</summary>
    public IReadOnlyList<int> Seen => _seen;

    /// <summary>log p of the seen cells, and the logarithms of the components' shares in it, [K].</summary>
    /// <param name="row">All d cells; only the seen ones are read.</param>
    /// <param name="logShares">log r_k, [K].</param>
    public double LogDensity(ReadOnlySpan<double> row, Span<double> logShares)
    {
        for (int k = 0; k < _mixture.Count; k++)
        {
            Gap(k, row);
            Cholesky.SolveLower(_factors[k], _seen.Length, _gap, 1);
            _logs[k] = _logNormalizers[k] - (0.5 * Reduction.SumOfSquares<double>(_gap));
        }

        double total = Reduction.LogSumExp<double>(_logs);
        for (int k = 0; k < _mixture.Count; k++)
        {
            logShares[k] = _logs[k] - total;
        }

        return total;
    }

    /// <summary>Σ_oo⁻¹·(x_o - μ_o) of component k, [seen]: valid until the next call.</summary>
    public ReadOnlySpan<double> Whitened(int k, ReadOnlySpan<double> row)
    {
        Gap(k, row);
        Cholesky.Solve(_factors[k], _seen.Length, _gap, 1);
        return _gap;
    }

    /// <summary>Solves Σ_oo·X = B for component k in place; B is [seen, columns].</summary>
    public void Solve(int k, Span<double> b, int columns) => Cholesky.Solve(_factors[k], _seen.Length, b, columns);

    private void Gap(int k, ReadOnlySpan<double> row)
    {
        for (int i = 0; i < _seen.Length; i++)
        {
            _gap[i] = row[_seen[i]] - _mixture.Means[k][_seen[i]];
        }
    }
}
