using System.Numerics;
using System.Numerics.Tensors;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>W = tanh(Ŵ) ⊙ σ(M̂), [O, I]: weights that lie in (-1, 1) and like to be near -1, 0 and 1, with products by them and their gradient.</summary>
/// <remarks>Source: Trask et al., NeurIPS 2018 (arXiv 1808.00508).</remarks>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class AccumulatorWeights<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Parameter<T> _sign;
    private readonly Parameter<T> _gate;
    private readonly AlignedBuffer<T> _tanh;
    private readonly AlignedBuffer<T> _sigmoid;
    private readonly PackedMatrix<T> _forward;
    private readonly PackedMatrix<T> _reverse;

    /// <summary>Zeros.</summary>
    public AccumulatorWeights(int inputs, int outputs)
    {
        _sign = new(outputs, inputs) { TakesProduct = true };
        _gate = new(outputs, inputs) { TakesProduct = true };
        _tanh = new AlignedBuffer<T>(_sign.Length);
        _sigmoid = new AlignedBuffer<T>(_sign.Length);
        _forward = new PackedMatrix<T>(inputs, outputs);
        _reverse = new PackedMatrix<T>(outputs, inputs);
    }

    /// <summary>Numbers of Ŵ, and of M̂.</summary>
    public int Length => _sign.Length;

    /// <summary>Ŵ and M̂.</summary>
    public IEnumerable<(string Name, Parameter<T> Parameter)> Parameters => [("W_hat", _sign), ("M_hat", _gate)];

    /// <summary>Draws Ŵ and M̂; the caller refreshes.</summary>
    public void Initialize(Rng rng)
    {
        Initialization.Glorot(_sign, rng.For("W_hat"));
        Initialization.Glorot(_gate, rng.For("M_hat"));
    }

    /// <summary>Takes the parameters' present values.</summary>
    public void Refresh()
    {
        Elementary.Tanh<T>(_sign.Values, _tanh.Span);
        Elementary.Sigmoid<T>(_gate.Values, _sigmoid.Span);
        var product = new T[Length];
        TensorPrimitives.Multiply(_tanh.Span, _sigmoid.Span, product);
        _forward.Product = _sign.Product == _gate.Product ? _sign.Product : null;
        _forward.PackTransposed(product);
        _reverse.Pack(product);
    }

    /// <summary>y = W x for rows at the given strides.</summary>
    public void Apply(int rows, ReadOnlySpan<T> x, int strideX, Span<T> y, int strideY)
    {
        for (int row = 0; row < rows; row++)
        {
            y.Slice(row * strideY, _forward.Columns).Clear();
        }

        _forward.Accumulate(rows, x, strideX, y, strideY);
    }

    /// <summary>dx += Wᵀ dy.</summary>
    public void AccumulateInputs(int rows, ReadOnlySpan<T> dy, Span<T> dx) => _reverse.Accumulate(rows, dy, _reverse.Rows, dx, _reverse.Columns);

    /// <summary>dW += Σ dy xᵀ over rows in order; dy is [rows, O], x lies at a stride.</summary>
    public void AccumulateWeights(int rows, ReadOnlySpan<T> dy, ReadOnlySpan<T> x, int strideX, Span<T> dWeights) =>
        MatrixProduct.AccumulateTransposedA(_reverse.Rows, _reverse.Columns, rows, dy, _reverse.Rows, x, strideX, dWeights, _reverse.Columns);

    /// <summary>Carries the gradient of W, [O, I], back to Ŵ and M̂.</summary>
    public void Distribute(ReadOnlySpan<T> dWeights, Gradients<T> gradients)
    {
        Span<T> dSign = gradients[_sign];
        Span<T> dGate = gradients[_gate];
        for (int i = 0; i < dWeights.Length; i++)
        {
            (T t, T s) = (_tanh.Span[i], _sigmoid.Span[i]);
            dSign[i] += dWeights[i] * s * (T.One - (t * t));
            dGate[i] += dWeights[i] * t * s * (T.One - s);
        }
    }

    /// <summary>W as a node.</summary>
    public StepNode Describe(StepGraph<T> graph) => graph.Multiply(graph.Tanh(graph.Constant(_sign)), graph.Sigmoid(graph.Constant(_gate)));
}
