namespace Pallium.Inference;

/// <summary>Σ coefficient · cell over a list of cells.</summary>
/// <param name="Clamp">Where it comes from.</param>
/// <param name="Terms">Index of a cell in the list and its coefficient; an index may come twice.</param>
internal sealed record LinearForm(Clamp Clamp, (int Cell, double Coefficient)[] Terms)
{
    /// <summary>Σ coefficient · values, added to <paramref name="start"/>.</summary>
    public double Apply(ReadOnlySpan<double> values, double start = 0)
    {
        foreach ((int cell, double coefficient) in Terms)
        {
            start = Math.FusedMultiplyAdd(coefficient, values[cell], start);
        }

        return start;
    }

    /// <summary>Covariances with all cells, [m]: the covariance [m, m] times the coefficients.</summary>
    public double[] CovarianceWith(ReadOnlySpan<double> covariance, int m)
    {
        double[] column = new double[m];
        foreach ((int cell, double coefficient) in Terms)
        {
            Numerics.RowUpdate.AddScaled(coefficient, covariance.Slice(cell * m, m), column);
        }

        return column;
    }

    /// <summary>Σ |coefficient| · size.</summary>
    public double Size(ReadOnlySpan<double> sizes)
    {
        double sum = 0;
        foreach ((int cell, double coefficient) in Terms)
        {
            sum += Math.Abs(coefficient * sizes[cell]);
        }

        return sum;
    }
}
