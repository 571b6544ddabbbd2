using Pallium.Numerics;

namespace Pallium.Inference.Tests;

/// <summary>A mixture of Gaussians that is known, conditioned and drawn from by plain dense loops.</summary>
internal sealed class KnownMixture
{
    private KnownMixture(double[] weights, double[][] means, double[][,] covariances)
    {
        Weights = weights;
        Means = means;
        Covariances = covariances;
    }

    public double[] Weights { get; }

    public double[][] Means { get; }

    public double[][,] Covariances { get; }

    public int Dimension => Means[0].Length;

    public static KnownMixture Draw(ulong seed, int dimension, int components)
    {
        Rng rng = new Rng(seed).For("known mixture");
        double[] weights = [.. Enumerable.Range(1, components).Select(k => 2.0 * k / (components * (components + 1)))];
        double[][] means = [.. weights.Select(_ => Enumerable.Range(0, dimension).Select(_ => 1.5 * rng.Normal()).ToArray())];
        var covariances = new double[components][,];
        for (int k = 0; k < components; k++)
        {
            // Two directions of spread, and a little in all others.
            double[][] directions = [.. Enumerable.Range(0, 2).Select(_ => Enumerable.Range(0, dimension).Select(_ => rng.Normal()).ToArray())];
            covariances[k] = PlainDense.Square(dimension, (i, j) => directions.Sum(v => v[i] * v[j]) + (i == j ? 0.1 : 0));
        }

        return new KnownMixture(weights, means, covariances);
    }

    public GaussianMixture Ours() => new(
        Dimension, [.. Weights.Select(w => Math.Log(w))], [.. Means.Select(mean => (double[])mean.Clone())],
        [.. Covariances.Select(c => c.Cast<double>().ToArray())]);

    /// <summary>The conditional mixture of the cells that are NaN in a row, and log p of the others.</summary>
    public (KnownMixture Others, double LogDensity) Condition(double[] row)
    {
        var parts = Means.Zip(Covariances, (mean, covariance) => PlainDense.Condition(mean, covariance, row)).ToArray();
        double[] logs = [.. parts.Zip(Weights, (part, weight) => part.LogDensity + Math.Log(weight))];
        double greatest = logs.Max();
        double total = greatest + Math.Log(logs.Sum(log => Math.Exp(log - greatest)));
        return (new KnownMixture([.. logs.Select(log => Math.Exp(log - total))], [.. parts.Select(part => part.Mean)], [.. parts.Select(part => part.Covariance)]), total);
    }

    public double[][] Sample(int count, Rng rng)
    {
        double[][,] roots = [.. Covariances.Select(PlainDense.Root)];
        return
        [
            .. Enumerable.Range(0, count).Select(_ =>
            {
                int k = rng.Categorical(Weights);
                double[] noise = [.. Means[k].Select(_ => rng.Normal())];
                return Means[k].Select((mean, i) => mean + Enumerable.Range(0, i + 1).Sum(j => roots[k][i, j] * noise[j])).ToArray();
            }),
        ];
    }
}
