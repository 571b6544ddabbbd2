using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>Each coordinate given all others, from a covariance: residual (K·r)_j / K_jj and variance 1 / K_jj with K the inverse.</summary>
internal sealed class OthersRegression
{
    private const double Jitter = 1e-9;
    private readonly int _d;
    private readonly double[] _precision;

    /// <summary>Inverts <paramref name="covariance"/>, [D, D]. O(D³).</summary>
    public OthersRegression(ReadOnlySpan<double> covariance, int coordinates)
    {
        int d = _d = coordinates;
        double[] factor = covariance.ToArray();
        _precision = new double[d * d];
        for (int i = 0; i < d; i++)
        {
            factor[(i * d) + i] *= 1 + Jitter;
            _precision[(i * d) + i] = 1;
        }

        Cholesky.FactorWithJitter(factor, d);
        Cholesky.Solve(factor, d, _precision, d);
    }

    /// <summary>Variance of coordinate <paramref name="j"/> given all others.</summary>
    public double Variance(int j) => 1 / _precision[(j * _d) + j];

    /// <summary>What is left of deviation <paramref name="j"/> when all others are known.</summary>
    public double Residual(ReadOnlySpan<double> deviations, int j)
    {
        double sum = 0;
        for (int i = 0; i < _d; i++)
        {
            sum = Math.FusedMultiplyAdd(_precision[(j * _d) + i], deviations[i], sum);
        }

        return sum / _precision[(j * _d) + j];
    }

    /// <summary>The variance of j given all others as it depends on the uncertainty p about j one step before: C + p·f·fᵀ in place of C, f_i the influence of j on i.</summary>
    /// <remarks>Sherman and Morrison: K_jj(p) = K_jj - p (K·f)_j² / (1 + p fᵀ·K·f).</remarks>
    public VarianceCurve VarianceWith(LinearStage stage, int j)
    {
        double cross = 0;
        double square = 0;
        for (int a = 0; a < _d; a++)
        {
            double image = 0;
            for (int b = 0; b < _d; b++)
            {
                image = Math.FusedMultiplyAdd(_precision[(a * _d) + b], stage.Influence(b, j), image);
            }

            square = Math.FusedMultiplyAdd(stage.Influence(a, j), image, square);
            cross = a == j ? image : cross;
        }

        return new VarianceCurve(_precision[(j * _d) + j], cross * cross, square);
    }
}

/// <summary>v(p) = 1 / (precision - p·cross / (1 + p·square)).</summary>
internal readonly record struct VarianceCurve(double Precision, double Cross, double Square)
{
    /// <summary>v(p).</summary>
    public double At(double uncertainty) => 1 / (Precision - (uncertainty * Cross / (1 + (uncertainty * Square))));
}
