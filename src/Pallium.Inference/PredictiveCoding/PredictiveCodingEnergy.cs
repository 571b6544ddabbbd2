using Pallium.Learning;
using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>The free energy of a predictive-coding graph, its gradient and its curvature: layers know of their neighbours only.</summary>
/// <remarks>
/// <para>
/// e_l = x_l - f(W_l·x_l+1 + b_l), e_top = x_top - b_top; F(x) = Σ_l ½·e_l'·Π_l·e_l - ½·log|Π_l| + ½·n_l·log 2π = -log p(x).
/// ∂F/∂x_l = Π_l·e_l - W_l-1'·(f'⊙Π_l-1·e_l-1): a layer's own error against the errors below that it could take away.
/// H_l,l = Π_l + W_l-1'·(D·Π_l-1·D - diag(f''⊙Π_l-1·e_l-1))·W_l-1, H_l,l+1 = -Π_l·D·W_l, D = diag(f'); Gauss-Newton leaves f'' out.
/// ∂F/∂W_l = -(f'⊙Π_l·e_l)·x_l+1', local to a layer and its neighbour.
/// </para>
/// <para>
/// Source: Rao and Ballard, Nature Neuroscience 2, 1999; Whittington and Bogacz, Neural Computation 29, 2017. Scratch inside: one thread.
/// </para>
/// </remarks>
internal sealed class PredictiveCodingEnergy
{
    private readonly double _constant;

    public PredictiveCodingEnergy(IReadOnlyList<PredictiveCodingLayer> layers)
    {
        Layers = layers;
        IsLinear = layers.SkipLast(1).All(layer => layer.Activation == Activation.Linear);
        Errors = [.. layers.Select(layer => new double[layer.Size])];
        Weighted = [.. layers.Select(layer => new double[layer.Size])];
        Slopes = [.. layers.Select(layer => new double[layer.Size])];
        Bends = [.. layers.Select(layer => new double[layer.Size])];
        foreach (PredictiveCodingLayer layer in layers)
        {
            double[] factor = [.. layer.Precision];
            if (!Cholesky.TryFactor(factor, layer.Size))
            {
                throw new ArgumentException("Found a precision that is not positive definite, expected a symmetric positive definite one.");
            }

            for (int i = 0; i < layer.Size; i++)
            {
                _constant -= Elementary.Log(factor[i * (layer.Size + 1)]) + NormalInterval.LogDensity(0);
            }
        }
    }

    public IReadOnlyList<PredictiveCodingLayer> Layers { get; }

    /// <summary>Whether F is a quadratic form.</summary>
    public bool IsLinear { get; }

    /// <summary>e, after <see cref="Evaluate"/>.</summary>
    public double[][] Errors { get; }

    /// <summary>Π·e.</summary>
    public double[][] Weighted { get; }

    /// <summary>f'.</summary>
    public double[][] Slopes { get; }

    /// <summary>f''.</summary>
    private double[][] Bends { get; }

    /// <summary>F(x), in nats, with its errors.</summary>
    /// <param name="x">Nodes of every layer, bottom first.</param>
    public double Evaluate(double[][] x)
    {
        double energy = _constant;
        for (int l = 0; l < Layers.Count; l++)
        {
            PredictiveCodingLayer layer = Layers[l];
            int n = layer.Size;
            for (int i = 0; i < n; i++)
            {
                Errors[l][i] = x[l][i] - Predict(l, i, x);
            }

            for (int i = 0; i < n; i++)
            {
                Weighted[l][i] = Reduction.Dot<double>(layer.Precision.AsSpan(i * n, n), Errors[l]);
            }

            energy += 0.5 * Reduction.Dot<double>(Errors[l], Weighted[l]);
        }

        return energy;
    }

    /// <summary>What the layer above predicts for a node, f(W·x + b); keeps its f′ and f″ for gradient and curvature.</summary>
    public double Predict(int layer, int node, double[][] x)
    {
        PredictiveCodingLayer own = Layers[layer];
        double a = own.Bias[node];
        if (layer == Layers.Count - 1)
        {
            return a;
        }

        int above = Layers[layer + 1].Size;
        a += Reduction.Dot<double>(own.Weights.AsSpan(node * above, above), x[layer + 1]);
        double y = own.Activation == Activation.Linear ? a : Elementary.Tanh(a);
        Slopes[layer][node] = own.Activation == Activation.Linear ? 1 : 1 - (y * y);
        Bends[layer][node] = own.Activation == Activation.Linear ? 0 : -2 * y * (1 - (y * y));
        return y;
    }

    /// <summary>∂F/∂x of the free nodes, after <see cref="Evaluate"/>.</summary>
    /// <param name="free">Indices of the free nodes of every layer.</param>
    /// <param name="gradient">[layers][free], overwritten.</param>
    public void Gradient(int[][] free, double[][] gradient)
    {
        for (int l = 0; l < Layers.Count; l++)
        {
            int n = Layers[l].Size;
            for (int f = 0; f < free[l].Length; f++)
            {
                int i = free[l][f];
                double sum = Weighted[l][i];
                for (int j = 0; l > 0 && j < Layers[l - 1].Size; j++)
                {
                    sum -= Layers[l - 1].Weights[(j * n) + i] * Slopes[l - 1][j] * Weighted[l - 1][j];
                }

                gradient[l][f] = sum;
            }
        }
    }

    /// <summary>∂²F/∂x² of the free nodes, after <see cref="Evaluate"/>.</summary>
    /// <param name="free">Indices of the free nodes of every layer.</param>
    /// <param name="bent">With f'', which may not be positive definite far from a minimum; without it always is.</param>
    /// <param name="hessian">Overwritten.</param>
    public void Hessian(int[][] free, bool bent, BlockTridiagonal hessian)
    {
        for (int l = 0; l < Layers.Count; l++)
        {
            int n = Layers[l].Size;
            int m = free[l].Length;
            for (int a = 0; a < m; a++)
            {
                for (int b = 0; b < m; b++)
                {
                    hessian.Diagonal[l][(a * m) + b] = Layers[l].Precision[(free[l][a] * n) + free[l][b]];
                }
            }

            if (l > 0)
            {
                Couple(l - 1, free, bent, hessian);
            }
        }
    }

    /// <summary>What the errors of layer <paramref name="l"/> add: to the block above it, and between the two.</summary>
    private void Couple(int l, int[][] free, bool bent, BlockTridiagonal hessian)
    {
        PredictiveCodingLayer layer = Layers[l];
        int n = layer.Size;
        int above = Layers[l + 1].Size;
        int[] columns = free[l + 1];
        int m = columns.Length;

        // J = D·W and Π·J, for the free nodes above.
        var jacobian = new double[n * m];
        var weighted = new double[n * m];
        for (int i = 0; i < n; i++)
        {
            for (int c = 0; c < m; c++)
            {
                jacobian[(i * m) + c] = Slopes[l][i] * layer.Weights[(i * above) + columns[c]];
            }
        }

        MatrixProduct.Accumulate<double>(n, m, n, layer.Precision, n, jacobian, Math.Max(m, 1), weighted, Math.Max(m, 1));
        for (int f = 0; f < free[l].Length; f++)
        {
            for (int c = 0; c < m; c++)
            {
                hessian.Upper[l][(f * m) + c] = -weighted[(free[l][f] * m) + c];
            }
        }

        MatrixProduct.AccumulateTransposedA<double>(m, m, n, jacobian, Math.Max(m, 1), weighted, Math.Max(m, 1), hessian.Diagonal[l + 1], Math.Max(m, 1));
        for (int i = 0; bent && i < n; i++)
        {
            double curvature = -Bends[l][i] * Weighted[l][i];
            for (int a = 0; curvature != 0 && a < m; a++)
            {
                double factor = curvature * layer.Weights[(i * above) + columns[a]];
                for (int b = 0; b < m; b++)
                {
                    hessian.Diagonal[l + 1][(a * m) + b] += factor * layer.Weights[(i * above) + columns[b]];
                }
            }
        }
    }
}
