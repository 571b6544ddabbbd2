namespace Pallium.Inference.Tests;

/// <summary>How well draws are told from true ones, cross-validated over five folds: half is guessing.</summary>
internal static class TwoSampleClassifier
{
    private const int Folds = 5;

    /// <summary>The better of a quadratic logistic classifier and fifteen nearest neighbours.</summary>
    public static double Accuracy(IReadOnlyList<double[]> a, IReadOnlyList<double[]> b)
    {
        (double[] X, int Label)[] all = [.. a.Zip(b).SelectMany(pair => new[] { (pair.First, 0), (pair.Second, 1) })];
        int d = a[0].Length;
        double[] means = [.. Enumerable.Range(0, d).Select(i => all.Average(one => one.X[i]))];
        double[] deviations = [.. Enumerable.Range(0, d).Select(i => Math.Sqrt(all.Average(one => Math.Pow(one.X[i] - means[i], 2))))];
        var scaled = all.Select(one => (X: one.X.Select((x, i) => (x - means[i]) / deviations[i]).ToArray(), one.Label)).ToArray();
        return Math.Max(Logistic(scaled), Neighbours(scaled));
    }

    private static bool InFold(int index, int fold) => index / 2 % Folds == fold;

    private static double Neighbours((double[] X, int Label)[] all)
    {
        const int K = 15;
        int right = 0;
        for (int i = 0; i < all.Length; i++)
        {
            int fold = i / 2 % Folds;
            double[] distances = [.. Enumerable.Range(0, all.Length).Select(j => InFold(j, fold) ? double.PositiveInfinity : Distance(all[i].X, all[j].X))];
            int[] order = [.. Enumerable.Range(0, all.Length)];
            Array.Sort(distances, order);
            int votes = order.Take(K).Sum(j => all[j].Label);
            right += (votes > K / 2 ? 1 : 0) == all[i].Label ? 1 : 0;
        }

        return (double)right / all.Length;
    }

    private static double Distance(double[] a, double[] b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
        {
            sum += (a[i] - b[i]) * (a[i] - b[i]);
        }

        return sum;
    }

    /// <summary>Logistic regression on cells, squares and products, by Newton steps with a small ridge.</summary>
    private static double Logistic((double[] X, int Label)[] all)
    {
        (double[] F, int Label)[] data = [.. all.Select(one => (Features(one.X), one.Label))];
        int p = data[0].F.Length;
        int right = 0;
        for (int fold = 0; fold < Folds; fold++)
        {
            var weights = new double[p];
            for (int step = 0; step < 8; step++)
            {
                var gradient = weights.Select(w => -w).ToArray();
                double[,] hessian = PlainDense.Square(p, (i, j) => i == j ? 1 : 0);
                foreach ((double[] f, int label) in data.Where((_, i) => !InFold(i, fold)))
                {
                    double share = 1 / (1 + Math.Exp(-f.Zip(weights, (x, w) => x * w).Sum()));
                    for (int i = 0; i < p; i++)
                    {
                        gradient[i] += (label - share) * f[i];
                        for (int j = 0; j < p; j++)
                        {
                            hessian[i, j] += share * (1 - share) * f[i] * f[j];
                        }
                    }
                }

                double[,] inverse = PlainDense.Inverse(hessian, out _);
                weights = [.. weights.Select((w, i) => w + Enumerable.Range(0, p).Sum(j => inverse[i, j] * gradient[j]))];
            }

            right += data.Where((one, i) => InFold(i, fold) && (one.F.Zip(weights, (x, w) => x * w).Sum() > 0 ? 1 : 0) == one.Label).Count();
        }

        return (double)right / all.Length;
    }

    private static double[] Features(double[] x) =>
        [1, .. x, .. Enumerable.Range(0, x.Length).SelectMany(i => Enumerable.Range(i, x.Length - i).Select(j => x[i] * x[j]))];
}
