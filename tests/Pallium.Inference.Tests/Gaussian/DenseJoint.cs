using Pallium.Numerics;

namespace Pallium.Inference.Tests;

/// <summary>The plain reference of the exact engine: all cells of the first T slices as one big Gaussian, conditioned by its definition.</summary>
internal sealed class DenseJoint
{
    private readonly int _channels;

    public DenseJoint(StateSpaceParameters p, int slices)
    {
        int n = p.StartMean.Count;
        int d = _channels = p.Offset.Count;
        int m = slices * d;
        Mean = new double[m];
        Covariance = new double[m, m];

        // y = offset + G·(s1 deviation, w1, ..., wT-1, v1, ..., vT) with independent blocks.
        int noises = n * slices;
        double[,] states = new double[n * slices, noises];
        double[] stateMean = [.. p.StartMean];
        for (int t = 0; t < slices; t++)
        {
            for (int i = 0; i < n; i++)
            {
                for (int k = 0; t > 0 && k < noises; k++)
                {
                    for (int j = 0; j < n; j++)
                    {
                        states[(t * n) + i, k] += p.Transition[i, j] * states[((t - 1) * n) + j, k];
                    }
                }

                states[(t * n) + i, (t * n) + i] += 1;
            }

            stateMean = t == 0 ? stateMean : [.. Enumerable.Range(0, n).Select(i => Enumerable.Range(0, n).Sum(j => p.Transition[i, j] * stateMean[j]))];
            for (int c = 0; c < d; c++)
            {
                Mean[(t * d) + c] = p.Offset[c] + Enumerable.Range(0, n).Sum(j => p.Observation[c, j] * stateMean[j]);
            }
        }

        double[,] spread = new double[noises, noises];
        for (int t = 0; t < slices; t++)
        {
            for (int i = 0; i < n; i++)
            {
                for (int j = 0; j < n; j++)
                {
                    spread[(t * n) + i, (t * n) + j] = t == 0 ? p.StartCovariance[i, j] : p.ProcessNoise[i, j];
                }
            }
        }

        double[,] cells = new double[m, noises];
        for (int r = 0; r < m; r++)
        {
            for (int k = 0; k < noises; k++)
            {
                for (int j = 0; j < n; j++)
                {
                    cells[r, k] += p.Observation[r % d, j] * states[(r / d * n) + j, k];
                }
            }
        }

        double[,] half = Product(cells, spread);
        double[,] signal = Product(half, Transpose(cells));
        for (int r = 0; r < m; r++)
        {
            for (int s = 0; s < m; s++)
            {
                Covariance[r, s] = signal[r, s] + (r / d == s / d ? p.ObservationNoise[r % d, s % d] : 0);
            }
        }
    }

    public double[] Mean { get; private set; }

    public double[,] Covariance { get; private set; }

    private DenseJoint(DenseJoint other, int[] cells)
    {
        Mean = [.. cells.Select(cell => other.Mean[cell])];
        Covariance = new double[cells.Length, cells.Length];
        for (int i = 0; i < cells.Length; i++)
        {
            for (int j = 0; j < cells.Length; j++)
            {
                Covariance[i, j] = other.Covariance[cells[i], cells[j]];
            }
        }
    }

    /// <summary>What this one has become, of these cells alone.</summary>
    public DenseJoint Marginal(int[] cells) => new(this, cells);

    public int Index(int slice, int channel) => (slice * _channels) + channel;

    /// <summary>Conditions on forms [r, m] having these values, K = Σ·Cᵀ·(C·Σ·Cᵀ)⁻¹; returns the log density of the values.</summary>
    public double Condition(double[,] forms, double[] values)
    {
        int r = values.Length;
        int m = Mean.Length;
        double[,] cross = Product(forms, Covariance);
        double[,] s = Product(cross, Transpose(forms));
        double[] factor = Flat(s);
        Assert.True(Cholesky.TryFactor(factor, r));
        double[] gain = Flat(cross);
        Cholesky.Solve(factor, r, gain, m);
        double[] innovation = [.. values.Select((v, i) => v - Enumerable.Range(0, m).Sum(j => forms[i, j] * Mean[j]))];
        double[] weighted = (double[])innovation.Clone();
        Cholesky.Solve(factor, r, weighted, 1);
        double log = -0.5 * r * Math.Log(2 * Math.PI);
        for (int i = 0; i < r; i++)
        {
            log -= Math.Log(factor[(i * r) + i]) + (0.5 * innovation[i] * weighted[i]);
        }

        double[] mean = (double[])Mean.Clone();
        double[] covariance = Flat(Covariance);
        double[] negated = [.. gain.Select(x => -x)];
        MatrixProduct.AccumulateTransposedA<double>(m, 1, r, gain, m, innovation, 1, mean, 1);
        MatrixProduct.AccumulateTransposedA<double>(m, m, r, negated, m, Flat(cross), m, covariance, m);
        Mean = mean;
        Covariance = Square(covariance, m, m);
        return log;
    }

    /// <summary>Conditions on cells.</summary>
    public double Clamp(IReadOnlyList<(int Cell, double Value)> cells)
    {
        double[,] forms = new double[cells.Count, Mean.Length];
        for (int i = 0; i < cells.Count; i++)
        {
            forms[i, cells[i].Cell] = 1;
        }

        return cells.Count == 0 ? 0 : Condition(forms, [.. cells.Select(cell => cell.Value)]);
    }

    private static double[,] Product(double[,] a, double[,] b)
    {
        (int m, int k, int n) = (a.GetLength(0), a.GetLength(1), b.GetLength(1));
        double[] c = new double[m * n];
        MatrixProduct.Accumulate<double>(m, n, k, Flat(a), k, Flat(b), n, c, n);
        return Square(c, m, n);
    }

    private static double[] Flat(double[,] a)
    {
        double[] flat = new double[a.Length];
        Buffer.BlockCopy(a, 0, flat, 0, a.Length * sizeof(double));
        return flat;
    }

    private static double[,] Square(double[] flat, int m, int n)
    {
        var a = new double[m, n];
        Buffer.BlockCopy(flat, 0, a, 0, flat.Length * sizeof(double));
        return a;
    }

    private static double[,] Transpose(double[,] a)
    {
        var t = new double[a.GetLength(1), a.GetLength(0)];
        for (int i = 0; i < a.GetLength(0); i++)
        {
            for (int j = 0; j < a.GetLength(1); j++)
            {
                t[j, i] = a[i, j];
            }
        }

        return t;
    }
}
