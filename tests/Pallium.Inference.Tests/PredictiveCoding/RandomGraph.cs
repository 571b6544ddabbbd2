using Pallium.Numerics;

namespace Pallium.Inference.Tests;

/// <summary>Graphs of random weights, and the joint Gaussian that a linear one describes, by dense matrices.</summary>
internal static class RandomGraph
{
    public static PredictiveCodingLayer[] Draw(ulong seed, Activation activation, params int[] sizes)
    {
        Rng rng = new Rng(seed).For("graph");
        return
        [
            .. sizes.Select((n, l) =>
            {
                double[] Normal(int count) => [.. Enumerable.Range(0, count).Select(_ => rng.Normal())];
                double[] root = Normal(n * n);
                return new PredictiveCodingLayer(n)
                {
                    Weights = l + 1 < sizes.Length ? Normal(n * sizes[l + 1]) : [],
                    Bias = Normal(n),
                    Precision = [.. PlainDense.Square(n, (i, j) => Enumerable.Range(0, n).Sum(k => root[(i * n) + k] * root[(j * n) + k]) + (i == j ? 0.3 : 0)).Cast<double>()],
                    Activation = l == 0 ? Activation.Linear : activation,
                };
            }),
        ];
    }

    /// <summary>Mean and covariance of all nodes, the bottom layer first: x_l = W·x_l+1 + b + noise from the top down.</summary>
    public static (double[] Mean, double[,] Covariance) Joint(PredictiveCodingLayer[] layers)
    {
        int total = layers.Sum(layer => layer.Size);
        int[] starts = [.. layers.Select((_, l) => layers.Take(l).Sum(layer => layer.Size))];
        var mean = new double[total];
        var covariance = new double[total, total];
        for (int l = layers.Length - 1; l >= 0; l--)
        {
            PredictiveCodingLayer layer = layers[l];
            int n = layer.Size;
            int above = l + 1 < layers.Length ? layers[l + 1].Size : 0;
            double W(int i, int c) => layer.Weights[(i * above) + c];
            double[,] noise = PlainDense.Inverse(PlainDense.Square(n, (i, j) => layer.Precision[(i * n) + j]), out _);
            int next = starts[l] + n;
            for (int i = 0; i < n; i++)
            {
                int at = starts[l] + i;
                mean[at] = layer.Bias[i] + Enumerable.Range(0, above).Sum(c => W(i, c) * mean[next + c]);
                for (int j = next; j < total; j++)
                {
                    covariance[at, j] = covariance[j, at] = Enumerable.Range(0, above).Sum(c => W(i, c) * covariance[next + c, j]);
                }
            }

            for (int i = 0; i < n; i++)
            {
                for (int j = 0; j < n; j++)
                {
                    covariance[starts[l] + i, starts[l] + j] = noise[i, j] + Enumerable.Range(0, above).Sum(c => W(j, c) * covariance[starts[l] + i, next + c]);
                }
            }
        }

        return (mean, covariance);
    }
}
