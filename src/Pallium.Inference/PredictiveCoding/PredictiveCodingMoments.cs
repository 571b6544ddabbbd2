using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>What a layer and its neighbour above do together, averaged over rows: all that local learning needs.</summary>
/// <remarks>
/// Averages over the settled states and their spread Σ = H⁻¹, with x̃ = [x_l+1; 1] and the errors e + δ_l - D·W·δ_l+1:
/// E[e·e'], E[f'⊙Π·e·x̃'] and E[x̃·x̃']. Without the spread, errors that latent nodes are free to take away would seem to vanish, and
/// their precisions grow without bound; with it a pass over a linear graph is exact expectation maximisation.
/// </remarks>
internal sealed class PredictiveCodingMoments
{
    private readonly int _size;
    private readonly int _above;
    private double _rows;

    public PredictiveCodingMoments(int size, int above)
    {
        _size = size;
        _above = above;
        ErrorProducts = new double[size * size];
        Gradient = new double[size * (above + 1)];
        InputProducts = new double[(above + 1) * (above + 1)];
    }

    /// <summary>Σ e·e', [n, n].</summary>
    private double[] ErrorProducts { get; }

    /// <summary>Σ (f'⊙Π·e)·x̃', [n, above + 1]: minus the gradient of the free energy with respect to [W, b].</summary>
    public double[] Gradient { get; }

    /// <summary>Σ x̃·x̃', [above + 1, above + 1].</summary>
    private double[] InputProducts { get; }

    /// <summary>Adds a settled row, after the energy was evaluated at it.</summary>
    /// <param name="energy">The graph.</param>
    /// <param name="l">The layer.</param>
    /// <param name="nodes">The settled state.</param>
    /// <param name="own">Covariance of all nodes of every layer, clamped ones zero.</param>
    /// <param name="withBelow">Covariance of every layer with the one below.</param>
    public void Add(PredictiveCodingEnergy energy, int l, double[][] nodes, double[][] own, double[][] withBelow)
    {
        _rows++;
        double[] x = [.. nodes[l + 1], 1];
        for (int i = 0; i < _size; i++)
        {
            RowUpdate.AddScaled(energy.Errors[l][i], energy.Errors[l], ErrorProducts.AsSpan(i * _size, _size));
            RowUpdate.AddScaled(energy.Slopes[l][i] * energy.Weighted[l][i], x, Gradient.AsSpan(i * x.Length, x.Length));
        }

        for (int i = 0; i < x.Length; i++)
        {
            RowUpdate.AddScaled(x[i], x, InputProducts.AsSpan(i * x.Length, x.Length));
        }

        AddSpread(energy, l, own, withBelow[l + 1]);
    }

    /// <summary>The step of all rows together.</summary>
    /// <param name="layer">As it was.</param>
    /// <param name="options">Share of the step, floor and form of the precision.</param>
    public PredictiveCodingLayer Step(PredictiveCodingLayer layer, PredictiveCodingOptions options)
    {
        double[] covariance = Inverse(layer.Precision, _size);
        double[] weights = [.. layer.Weights];
        double[] bias = [.. layer.Bias];
        double[] step = WeightStep(covariance);
        for (int i = 0; i < _size; i++)
        {
            RowUpdate.AddScaled(options.LearningRate, step.AsSpan(i * (_above + 1), _above), weights.AsSpan(i * _above, _above));
            bias[i] += options.LearningRate * step[(i * (_above + 1)) + _above];
        }

        for (int i = 0; i < _size; i++)
        {
            for (int j = 0; j < _size; j++)
            {
                int at = (i * _size) + j;
                double mean = (ErrorProducts[at] / _rows) + (i == j ? options.Floor : 0);
                bool kept = i == j || options.Precision == PrecisionForm.Full;
                covariance[at] = kept ? covariance[at] + (options.LearningRate * (mean - covariance[at])) : 0;
            }
        }

        return layer with { Weights = weights, Bias = bias, Precision = Inverse(covariance, _size) };
    }

    /// <summary>Π⁻¹·G·E[x̃x̃']⁻¹: the gradient measured by what it moves, so that one step is the least-squares solution of a linear layer.</summary>
    private double[] WeightStep(double[] covariance)
    {
        int m = _above + 1;
        double[] products = [.. InputProducts];
        Cholesky.FactorWithJitter(products, m);
        var natural = new double[m * _size];
        for (int i = 0; i < _size; i++)
        {
            for (int j = 0; j < _size; j++)
            {
                for (int c = 0; c < m; c++)
                {
                    natural[(c * _size) + i] += covariance[(i * _size) + j] * Gradient[(j * m) + c];
                }
            }
        }

        Cholesky.Solve(products, m, natural, _size);
        return Dense.Transpose(natural, m, _size);
    }

    private void AddSpread(PredictiveCodingEnergy energy, int l, double[][] own, double[] withBelow)
    {
        // J = D·W; P = Cov(e, x_above) = Cov(x, x_above) - J·Σ_above; Cov(e) = Σ - J·Cov(x_above, x) - P·J'.
        PredictiveCodingLayer layer = energy.Layers[l];
        double[] above = own[l + 1];
        var jacobian = new double[_size * _above];
        var joint = new double[_size * _above];
        for (int i = 0; i < _size; i++)
        {
            for (int c = 0; c < _above; c++)
            {
                jacobian[(i * _above) + c] = energy.Slopes[l][i] * layer.Weights[(i * _above) + c];
                joint[(i * _above) + c] = withBelow[(c * _size) + i];
            }

            for (int c = 0; c < _above; c++)
            {
                RowUpdate.AddScaled(-jacobian[(i * _above) + c], above.AsSpan(c * _above, _above), joint.AsSpan(i * _above, _above));
            }
        }

        for (int i = 0; i < _size; i++)
        {
            Span<double> errors = ErrorProducts.AsSpan(i * _size, _size);
            RowUpdate.AddScaled(1, own[l].AsSpan(i * _size, _size), errors);
            for (int c = 0; c < _above; c++)
            {
                RowUpdate.AddScaled(-jacobian[(i * _above) + c], withBelow.AsSpan(c * _size, _size), errors);
            }

            for (int j = 0; j < _size; j++)
            {
                errors[j] -= Reduction.Dot<double>(joint.AsSpan(i * _above, _above), jacobian.AsSpan(j * _above, _above));
                RowUpdate.AddScaled(
                    energy.Slopes[l][i] * layer.Precision[(i * _size) + j], joint.AsSpan(j * _above, _above), Gradient.AsSpan(i * (_above + 1), _above));
            }
        }

        for (int i = 0; i < _above; i++)
        {
            RowUpdate.AddScaled(1, above.AsSpan(i * _above, _above), InputProducts.AsSpan(i * (_above + 1), _above));
        }
    }

    private static double[] Inverse(double[] matrix, int n)
    {
        double[] factor = [.. matrix];
        Cholesky.FactorWithJitter(factor, n);
        double[] inverse = Dense.Identity(n);
        Cholesky.Solve(factor, n, inverse, n);
        Dense.Symmetrise(inverse, n);
        return inverse;
    }
}
