using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>log p of the free cells of a row, up to a constant, where the others are clamped: ∇ = -Σ_k r_k·Σ_k⁻¹·(x - μ_k).</summary>
internal sealed class MixtureDensity : IDifferentiableDensity
{
    private readonly MixtureCells _cells;
    private readonly int[] _free;
    private readonly double[] _row;
    private readonly double[] _logShares;

    /// <param name="mixture">The joint density of all cells.</param>
    /// <param name="row">Encoded, [d]: numbers are clamped, NaN is free.</param>
    public MixtureDensity(GaussianMixture mixture, ReadOnlySpan<double> row)
    {
        _row = row.ToArray();
        _free = [.. Enumerable.Range(0, _row.Length).Where(c => double.IsNaN(_row[c]))];
        _cells = new MixtureCells(mixture, [.. Enumerable.Range(0, mixture.Dimension)]);
        _logShares = new double[mixture.Count];
    }

    public int Dimension => _free.Length;

    public double LogDensity(ReadOnlySpan<double> x, Span<double> gradient)
    {
        for (int i = 0; i < _free.Length; i++)
        {
            _row[_free[i]] = x[i];
        }

        double log = _cells.LogDensity(_row, _logShares);
        gradient[.._free.Length].Clear();
        for (int k = 0; k < _logShares.Length; k++)
        {
            double share = Elementary.Exp(_logShares[k]);
            ReadOnlySpan<double> whitened = _cells.Whitened(k, _row);
            for (int i = 0; i < _free.Length; i++)
            {
                gradient[i] -= share * whitened[_free[i]];
            }
        }

        return log;
    }
}
