using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>Weighted sums of rows and of their products.</summary>
internal sealed class MixtureMoments(int dimension)
{
    private readonly double[] _sum = new double[dimension];

    public double Weight { get; private set; }

    /// <summary>Σ w·x·x', [d·d].</summary>
    public double[] Products { get; } = new double[dimension * dimension];

    public void Add(double weight, double[] row)
    {
        Weight += weight;
        RowUpdate.AddScaled(weight, row, _sum);
        for (int i = 0; i < dimension; i++)
        {
            RowUpdate.AddScaled(weight * row[i], row, Products.AsSpan(i * dimension, dimension));
        }
    }

    /// <summary>Mean and covariance, with a floor added to the variances.</summary>
    public (double[] Mean, double[] Covariance) Normal(double weight, double floor)
    {
        double[] mean = [.. _sum.Select(x => x / weight)];
        var covariance = new double[dimension * dimension];
        for (int i = 0; i < dimension; i++)
        {
            for (int j = 0; j < dimension; j++)
            {
                covariance[(i * dimension) + j] = (Products[(i * dimension) + j] / weight) - (mean[i] * mean[j]);
            }

            int at = i * (dimension + 1);
            covariance[at] = Math.Max(covariance[at], 0) + floor;
        }

        return (mean, covariance);
    }
}
