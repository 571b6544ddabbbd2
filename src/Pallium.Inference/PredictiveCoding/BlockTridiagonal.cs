using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>A symmetric positive definite matrix whose blocks couple neighbouring layers only, its solves, determinant and the blocks of its inverse.</summary>
/// <remarks>
/// Elimination from the top down: S_L = H_L,L; K_l+1 = S_l+1⁻¹·H_l+1,l; S_l = H_l,l - H_l,l+1·K_l+1. So S₀⁻¹ is the covariance of the bottom layer when
/// H is a precision, Σ_l+1,l = -K_l+1·Σ_l,l and Σ_l+1,l+1 = S_l+1⁻¹ + K_l+1·Σ_l,l·K_l+1'. Cost is linear in layers and cubic in their sizes.
/// </remarks>
internal sealed class BlockTridiagonal
{
    private readonly int[] _sizes;
    private readonly double[][] _factors;
    private readonly double[][] _gains;

    /// <param name="sizes">Rows of each block, bottom first; 0 is allowed.</param>
    public BlockTridiagonal(int[] sizes)
    {
        _sizes = sizes;
        Diagonal = [.. sizes.Select(n => new double[n * n])];
        Upper = [.. sizes.Skip(1).Select((n, l) => new double[sizes[l] * n])];
        _factors = [.. sizes.Select(n => new double[n * n])];
        _gains = [.. sizes.Select((n, l) => l == 0 ? [] : new double[n * sizes[l - 1]])];
    }

    /// <summary>H_l,l, both triangles.</summary>
    public double[][] Diagonal { get; }

    /// <summary>H_l,l+1, [n_l, n_l+1].</summary>
    public double[][] Upper { get; }

    /// <summary>log |H|, after <see cref="TryFactor"/>.</summary>
    public double LogDeterminant { get; private set; }

    /// <summary>Eliminates; false when the matrix is not positive definite.</summary>
    public bool TryFactor()
    {
        LogDeterminant = 0;
        for (int l = _sizes.Length - 1; l >= 0; l--)
        {
            int n = _sizes[l];
            double[] s = _factors[l];
            Diagonal[l].CopyTo(s, 0);
            if (l + 1 < _sizes.Length)
            {
                Subtract(n, n, _sizes[l + 1], Upper[l], _gains[l + 1], s);
            }

            if (!Cholesky.TryFactor(s, n))
            {
                return false;
            }

            for (int i = 0; i < n; i++)
            {
                LogDeterminant += 2 * Elementary.Log(s[i * (n + 1)]);
            }

            if (l > 0)
            {
                Transpose(_sizes[l - 1], n, Upper[l - 1], _gains[l]);
                Cholesky.Solve(s, n, _gains[l], _sizes[l - 1]);
            }
        }

        return true;
    }

    /// <summary>Solves H·y = r in place, layer by layer.</summary>
    public void Solve(double[][] r)
    {
        Collect(r);
        for (int l = 0; l < _sizes.Length; l++)
        {
            Cholesky.Solve(_factors[l], _sizes[l], r[l], 1);
            Descend(l, r);
        }
    }

    /// <summary>r = A·r in place, with A·A' = H⁻¹: standard normal noise becomes a draw of N(0, H⁻¹).</summary>
    public void Color(double[][] r)
    {
        for (int l = 0; l < _sizes.Length; l++)
        {
            Cholesky.SolveUpper(_factors[l], _sizes[l], r[l], 1);
            Descend(l, r);
        }
    }

    /// <summary>r = A'·r in place: how a gradient is seen from the noise.</summary>
    public void ColorTransposed(double[][] r)
    {
        Collect(r);
        for (int l = 0; l < _sizes.Length; l++)
        {
            Cholesky.SolveLower(_factors[l], _sizes[l], r[l], 1);
        }
    }

    /// <summary>The bottom layer's part of A⁻¹·r: the noise behind a draw of that layer, in place.</summary>
    public void WhitenBottom(double[] bottom)
    {
        int n = _sizes[0];
        for (int i = 0; i < n; i++)
        {
            // Row i of L' is column i of L; what is below has not been overwritten yet.
            double sum = 0;
            for (int k = i; k < n; k++)
            {
                sum += _factors[0][(k * n) + i] * bottom[k];
            }

            bottom[i] = sum;
        }
    }

    /// <summary>Blocks of H⁻¹: Σ_l,l, and Σ_l+1,l.</summary>
    public (double[][] Own, double[][] WithBelow) Covariances()
    {
        var own = new double[_sizes.Length][];
        var below = new double[_sizes.Length][];
        for (int l = 0; l < _sizes.Length; l++)
        {
            int n = _sizes[l];
            own[l] = Dense.Identity(n);
            Cholesky.Solve(_factors[l], n, own[l], n);
            below[l] = [];
            if (l == 0)
            {
                continue;
            }

            int m = _sizes[l - 1];
            below[l] = new double[n * m];
            Subtract(n, m, m, _gains[l], own[l - 1], below[l]);
            var transposed = new double[m * n];
            Transpose(n, m, _gains[l], transposed);
            Subtract(n, n, m, below[l], transposed, own[l]);
        }

        return (own, below);
    }

    /// <summary>r_l -= K_l+1'·r_l+1, from the top down.</summary>
    private void Collect(double[][] r)
    {
        for (int l = _sizes.Length - 2; l >= 0; l--)
        {
            for (int k = 0; k < _sizes[l + 1]; k++)
            {
                RowUpdate.AddScaled(-r[l + 1][k], _gains[l + 1].AsSpan(k * _sizes[l], _sizes[l]), r[l]);
            }
        }
    }

    /// <summary>r_l -= K_l·r_l-1.</summary>
    private void Descend(int l, double[][] r)
    {
        for (int i = 0; l > 0 && i < _sizes[l]; i++)
        {
            r[l][i] -= Reduction.Dot<double>(_gains[l].AsSpan(i * _sizes[l - 1], _sizes[l - 1]), r[l - 1]);
        }
    }

    /// <summary>C[m, n] -= A[m, k]·B[k, n].</summary>
    private static void Subtract(int m, int n, int k, double[] a, double[] b, double[] c)
    {
        for (int i = 0; i < m; i++)
        {
            for (int p = 0; p < k; p++)
            {
                RowUpdate.AddScaled(-a[(i * k) + p], b.AsSpan(p * n, n), c.AsSpan(i * n, n));
            }
        }
    }

    private static void Transpose(int rows, int columns, double[] a, double[] transposed)
    {
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
            {
                transposed[(j * rows) + i] = a[(i * columns) + j];
            }
        }
    }
}
