namespace Pallium.Inference.Tests;

/// <summary>Small dense matrices by the plainest loops: the reference for engines in closed form.</summary>
internal static class Dense
{
    /// <summary>Gauss-Jordan with pivoting.</summary>
    public static double[,] Inverse(double[,] matrix, out double logDeterminant)
    {
        int n = matrix.GetLength(0);
        var a = (double[,])matrix.Clone();
        double[,] inverse = KnownMixture.Square(n, (i, j) => i == j ? 1 : 0);
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
}
