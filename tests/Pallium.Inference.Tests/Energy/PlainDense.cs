namespace Pallium.Inference.Tests;

/// <summary>Small dense matrices by the plainest loops: the reference for engines in closed form.</summary>
internal static class PlainDense
{
    public static double[,] Square(int n, Func<int, int, double> entry)
    {
        var matrix = new double[n, n];
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < n; j++)
            {
                matrix[i, j] = entry(i, j);
            }
        }

        return matrix;
    }

    /// <summary>Gauss-Jordan with pivoting.</summary>
    public static double[,] Inverse(double[,] matrix, out double logDeterminant)
    {
        int n = matrix.GetLength(0);
        var a = (double[,])matrix.Clone();
        double[,] inverse = Square(n, (i, j) => i == j ? 1 : 0);
        logDeterminant = 0;
        for (int p = 0; p < n; p++)
        {
            int best = Enumerable.Range(p, n - p).MaxBy(i => Math.Abs(a[i, p]));
            for (int j = 0; j < n; j++)
            {
                (a[p, j], a[best, j]) = (a[best, j], a[p, j]);
                (inverse[p, j], inverse[best, j]) = (inverse[best, j], inverse[p, j]);
            }

            double pivot = a[p, p];
            logDeterminant += Math.Log(Math.Abs(pivot));
            for (int j = 0; j < n; j++)
            {
                a[p, j] /= pivot;
                inverse[p, j] /= pivot;
            }

            for (int i = 0; i < n; i++)
            {
                double factor = a[i, p];
                for (int j = 0; j < n && i != p; j++)
                {
                    a[i, j] -= factor * a[p, j];
                    inverse[i, j] -= factor * inverse[p, j];
                }
            }
        }

        return inverse;
    }

    /// <summary>Cholesky root.</summary>
    public static double[,] Root(double[,] matrix)
    {
        int n = matrix.GetLength(0);
        var root = new double[n, n];
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                double left = matrix[i, j] - Enumerable.Range(0, j).Sum(k => root[i, k] * root[j, k]);
                root[i, j] = i == j ? Math.Sqrt(left) : left / root[j, j];
            }
        }

        return root;
    }

    /// <summary>Mean and covariance of what is NaN, and log p of the others.</summary>
    public static (double[] Mean, double[,] Covariance, double LogDensity) Condition(double[] mean, double[,] covariance, double[] values)
    {
        int[] known = [.. Enumerable.Range(0, values.Length).Where(i => !double.IsNaN(values[i]))];
        int[] rest = [.. Enumerable.Range(0, values.Length).Except(known)];
        double[,] inverse = PlainDense.Inverse(Square(known.Length, (i, j) => covariance[known[i], known[j]]), out double logDeterminant);
        double[] gap = [.. known.Select(i => values[i] - mean[i])];
        double[] white = [.. Enumerable.Range(0, gap.Length).Select(i => Enumerable.Range(0, gap.Length).Sum(j => inverse[i, j] * gap[j]))];
        double log = -0.5 * ((known.Length * Math.Log(2 * Math.PI)) + logDeterminant + gap.Zip(white, (a, b) => a * b).Sum());
        double[] left = [.. rest.Select(a => mean[a] + Enumerable.Range(0, known.Length).Sum(n => covariance[a, known[n]] * white[n]))];
        double Explained(int a, int b) => Enumerable.Range(0, known.Length).Sum(m =>
            Enumerable.Range(0, known.Length).Sum(n => covariance[rest[a], known[m]] * inverse[m, n] * covariance[known[n], rest[b]]));
        return (left, Square(rest.Length, (a, b) => covariance[rest[a], rest[b]] - Explained(a, b)), log);
    }
}
