using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>How uncertainty about one slice becomes uncertainty about a later one, between the innovations' covariance and the marginal one.</summary>
/// <remarks>
/// With Σ the marginal and I the innovation covariance, let F = (Σ - I)₊^½ Σ^-½ in whitened coordinates: Σ = L·Lᵀ, L⁻¹(Σ - I)L⁻ᵀ = U·Λ·Uᵀ,
/// V = L·U, F = V·Λ^½·V⁻¹. Then F·Σ·Fᵀ + I = Σ: what was never observed stays at the marginal. For elapsed time t, F^t = V·Λ^(t/2)·V⁻¹, and
/// a slice with covariance P becomes F^t·P·(F^t)ᵀ + V·(1 - Λ^t)·Vᵀ, which is I at t = 1 and Σ in the end. For independent
/// first-order autoregressions F is the diagonal matrix of their coefficients.
/// </remarks>
internal sealed class LinearDynamics
{
    private const double Slowest = 1 - 1e-6;
    private const double Jitter = 1e-9;
    private readonly int _d;
    private readonly double[] _basis;
    private readonly double[] _inverse;
    private readonly double[] _logEigenvalues;
    private readonly double[] _step;
    private readonly double[] _innovation;

    /// <summary>Derives F from the two covariances, [D, D] each.</summary>
    public LinearDynamics(int coordinates, ReadOnlySpan<double> marginal, ReadOnlySpan<double> innovation)
    {
        int d = _d = coordinates;
        _innovation = innovation.ToArray();
        double[] factor = marginal.ToArray();
        double[] whitened = new double[d * d];
        for (int i = 0; i < d * d; i++)
        {
            whitened[i] = marginal[i] - innovation[i];
        }

        for (int i = 0; i < d; i++)
        {
            factor[(i * d) + i] *= 1 + Jitter;
        }

        Cholesky.FactorWithJitter(factor, d);
        Cholesky.SolveLower(factor, d, whitened, d);
        Transpose(whitened, d);
        Cholesky.SolveLower(factor, d, whitened, d);
        Symmetrise(whitened, d);
        double[] values = new double[d];
        double[] vectors = new double[d * d];
        SymmetricEigen.Decompose(whitened, d, values, vectors);
        _logEigenvalues = new double[d];
        for (int i = 0; i < d; i++)
        {
            _logEigenvalues[i] = values[i] <= 0 ? double.NegativeInfinity : Elementary.Log(Math.Min(values[i], Slowest));
        }

        // V = L·U: the eigenvectors are the rows of Uᵀ. V⁻¹ = Uᵀ·L⁻¹: solve Lᵀ·X = U, then X = V⁻ᵀ.
        _basis = new double[d * d];
        double[] columns = (double[])vectors.Clone();
        Transpose(columns, d);
        ClearUpper(factor, d);
        MatrixProduct.Accumulate<double>(d, d, d, factor, d, columns, d, _basis, d);
        Cholesky.SolveUpper(factor, d, columns, d);
        Transpose(columns, d);
        _inverse = columns;
        _step = new double[d * d];
        Power(1, _step);
    }

    /// <summary>The innovation covariance, [D, D].</summary>
    public ReadOnlySpan<double> Innovation => _innovation;

    /// <summary>F[i, j].</summary>
    public double Step(int i, int j) => _step[(i * _d) + j];

    /// <summary>Variance of coordinate <paramref name="j"/> when nothing has been seen for <paramref name="elapsed"/>: entry (j, j) of V·(1 - Λ^t)·Vᵀ.</summary>
    public double PathVariance(int j, double elapsed)
    {
        double sum = 0;
        for (int e = 0; e < _d; e++)
        {
            double left = _basis[(j * _d) + e];
            sum += left * left * (1 - Decay(e, elapsed));
        }

        return sum;
    }

    /// <summary>F^t into <paramref name="power"/>, [D, D]. O(D³).</summary>
    public void Power(double elapsed, Span<double> power)
    {
        power[..(_d * _d)].Clear();
        for (int e = 0; e < _d; e++)
        {
            double factor = Decay(e, elapsed / 2);
            for (int i = 0; factor != 0 && i < _d; i++)
            {
                double left = _basis[(i * _d) + e] * factor;
                for (int j = 0; j < _d; j++)
                {
                    power[(i * _d) + j] = Math.FusedMultiplyAdd(left, _inverse[(e * _d) + j], power[(i * _d) + j]);
                }
            }
        }
    }

    /// <summary>x ← F^t·x for one vector [D]. O(D²).</summary>
    public void DecayMean(double elapsed, Span<double> x, Span<double> scratch)
    {
        for (int e = 0; e < _d; e++)
        {
            double sum = 0;
            for (int j = 0; j < _d; j++)
            {
                sum = Math.FusedMultiplyAdd(_inverse[(e * _d) + j], x[j], sum);
            }

            scratch[e] = sum * Decay(e, elapsed / 2);
        }

        for (int i = 0; i < _d; i++)
        {
            double sum = 0;
            for (int e = 0; e < _d; e++)
            {
                sum = Math.FusedMultiplyAdd(_basis[(i * _d) + e], scratch[e], sum);
            }

            x[i] = sum;
        }
    }

    /// <summary>The covariance of the next slice when the last one was wholly seen, into <paramref name="covariance"/> [D, D].</summary>
    public void Spread(double elapsed, Span<double> covariance)
    {
        if (elapsed == 1)
        {
            _innovation.AsSpan().CopyTo(covariance);
            return;
        }

        covariance[..(_d * _d)].Clear();
        for (int e = 0; e < _d; e++)
        {
            double factor = 1 - Decay(e, elapsed);
            for (int i = 0; i < _d; i++)
            {
                double left = _basis[(i * _d) + e] * factor;
                for (int j = 0; j < _d; j++)
                {
                    covariance[(i * _d) + j] = Math.FusedMultiplyAdd(left, _basis[(j * _d) + e], covariance[(i * _d) + j]);
                }
            }
        }
    }

    /// <summary>C ← F^t·C·(F^t)ᵀ + V·(1 - Λ^t)·Vᵀ: what a covariance [D, D] has become after <paramref name="elapsed"/> more. O(D³).</summary>
    /// <param name="elapsed">t.</param>
    /// <param name="covariance">C, in place.</param>
    /// <param name="scratch">2·D² numbers.</param>
    public void Decay(double elapsed, Span<double> covariance, Span<double> scratch)
    {
        int d = _d;
        Span<double> power = scratch[..(d * d)];
        Span<double> half = scratch.Slice(d * d, d * d);
        Power(elapsed, power);
        half.Clear();
        MatrixProduct.Accumulate<double>(d, d, d, power, d, covariance, d, half, d);
        Spread(elapsed, covariance);
        MatrixProduct.AccumulateTransposedB<double>(d, d, d, half, d, power, d, covariance, d);
    }

    private double Decay(int eigenvalue, double power) =>
        power == 0 ? 1 : double.IsNegativeInfinity(_logEigenvalues[eigenvalue]) ? 0 : Elementary.Exp(power * _logEigenvalues[eigenvalue]);

    private static void Transpose(Span<double> a, int n)
    {
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < i; j++)
            {
                (a[(i * n) + j], a[(j * n) + i]) = (a[(j * n) + i], a[(i * n) + j]);
            }
        }
    }

    private static void Symmetrise(Span<double> a, int n)
    {
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < i; j++)
            {
                a[(i * n) + j] = a[(j * n) + i] = (a[(i * n) + j] + a[(j * n) + i]) / 2;
            }
        }
    }

    private static void ClearUpper(Span<double> a, int n)
    {
        for (int i = 0; i < n; i++)
        {
            a.Slice((i * n) + i + 1, n - i - 1).Clear();
        }
    }
}
