namespace Pallium.Inference;

/// <summary>An answer of a <see cref="GaussianModel"/>: also how the asked cells vary together.</summary>
/// <param name="Cells">One posterior per asked cell, in the question's order.</param>
public sealed record GaussianAnswer(IReadOnlyList<Posterior> Cells) : Answer(Cells)
{
    private readonly Lazy<double[]> _covariance = new([]);

    /// <summary>An answer whose covariance is found when it is asked for.</summary>
    internal GaussianAnswer(IReadOnlyList<Posterior> cells, Func<double[]> covariance)
        : this(cells) => _covariance = new Lazy<double[]>(covariance);

    /// <summary>Posterior covariance of asked cells i and j, in the product of their channels' units.</summary>
    /// <remarks>The first call finds those of all asked cells, m² numbers.</remarks>
    public double Covariance(int i, int j)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(i);
        ArgumentOutOfRangeException.ThrowIfNegative(j);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(i, Cells.Count);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(j, Cells.Count);
        return _covariance.Value[(i * Cells.Count) + j];
    }

    /// <summary>Posterior correlation of asked cells i and j; NaN where one of them is known.</summary>
    public double Correlation(int i, int j)
    {
        double scale = Math.Sqrt(Covariance(i, i) * Covariance(j, j));
        return scale > 0 ? Math.Clamp(Covariance(i, j) / scale, -1, 1) : double.NaN;
    }
}
