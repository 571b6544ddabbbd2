using System.Numerics;
using System.Numerics.Tensors;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>φ(x) = [1 | x/F^¼ | xᵢxⱼ/√F for i &lt; j, xᵢ²/√(2F)] of each group of F channels: φ(q)·φ(k) = 1 + s + s²/2 with s = q·k/√F.</summary>
/// <remarks>
/// The second-order Taylor series of exp as a feature map. Of the symmetric products each is given once, times √2, so that a group
/// has 1 + F + F(F+1)/2 features instead of 1 + F + F². In order: the products of x₁ with x₁ .. x_F, those of x₂ with x₂ .. x_F, and
/// so on. Source: Arora et al., ICML 2024 (BASED), section 4.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class TaylorMap<T> : ParameterFreeLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly int _groups;
    private readonly int _width;
    private readonly T _linear;
    private readonly T _square;
    private readonly T _product;

    /// <summary>Creates the layer.</summary>
    /// <param name="groups">Groups of channels, such as heads.</param>
    /// <param name="width">Channels F of a group.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is not positive.</exception>
    public TaylorMap(int groups, int width)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(groups);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        (_groups, _width) = (groups, width);
        Inputs = checked(groups * width);
        Outputs = checked(groups * Features(width));
        _linear = T.CreateChecked(1 / Math.Sqrt(Math.Sqrt(width)));
        _square = T.CreateChecked(1 / Math.Sqrt(2.0 * width));
        _product = T.CreateChecked(1 / Math.Sqrt(width));
    }

    /// <inheritdoc/>
    public override int Inputs { get; }

    /// <inheritdoc/>
    public override int Outputs { get; }

    /// <inheritdoc/>
    public override LayerCost Cost => new(Outputs, 0, 0, 0);

    /// <summary>Features of a group of <paramref name="width"/> channels.</summary>
    public static int Features(int width) => checked(1 + width + (width * (width + 1) / 2));

    /// <inheritdoc/>
    public override int PassScratch(int steps, int rows) => _width * _width;

    /// <inheritdoc/>
    public override (StepNode Outputs, StepNode? State) Describe(StepGraph<T> graph, StepNode inputs, StepNode elapsed, StepNode? state)
    {
        ArgumentNullException.ThrowIfNull(graph);
        (int I, int J)[] pairs = [.. Enumerable.Range(0, _width).SelectMany(i => Enumerable.Range(i, _width - i).Select(j => (i, j)))];
        StepNode factors = graph.Constant([.. pairs.Select(pair => pair.I == pair.J ? _square : _product)]);
        var features = new List<StepNode>();
        for (int group = 0; group < _groups; group++)
        {
            StepNode x = graph.Slice(inputs, group * _width, _width);
            StepNode products = graph.Multiply(graph.Gather(x, [.. pairs.Select(pair => pair.I)]), graph.Gather(x, [.. pairs.Select(pair => pair.J)]));
            features.Add(graph.Constant(T.One));
            features.Add(graph.Multiply(x, graph.Constant(_linear)));
            features.Add(graph.Multiply(products, factors));
        }

        return (graph.Concatenate([.. features]), null);
    }

    /// <inheritdoc/>
    protected override void Apply(int slices, ReadOnlySpan<T> inputs, Span<T> outputs, Span<T> records)
    {
        int features = Features(_width);
        for (int group = 0; group < slices * _groups; group++)
        {
            ReadOnlySpan<T> x = inputs.Slice(group * _width, _width);
            Span<T> y = outputs.Slice(group * features, features);
            y[0] = T.One;
            TensorPrimitives.Multiply(x, _linear, y.Slice(1, _width));
            y = y[(1 + _width)..];
            for (int i = 0; i < _width; i++)
            {
                TensorPrimitives.Multiply(x[i..], x[i] * _product, y[..(_width - i)]);
                y[0] = x[i] * x[i] * _square;
                y = y[(_width - i)..];
            }
        }
    }

    /// <inheritdoc/>
    protected override void ApplyBackward(int slices, in SequencePass<T> pass, in SequenceGradients<T> gradients)
    {
        if (gradients.Inputs.IsEmpty)
        {
            return;
        }

        // dx = D x with D the symmetric matrix of the products' gradients: whole rows of D, because sums across lanes of so few numbers cost more.
        int features = Features(_width);
        Span<T> matrix = pass.Scratch[..(_width * _width)];
        for (int group = 0; group < slices * _groups; group++)
        {
            ReadOnlySpan<T> x = pass.Inputs.Slice(group * _width, _width);
            Span<T> dx = gradients.Inputs.Slice(group * _width, _width);
            ReadOnlySpan<T> dy = gradients.Outputs.Slice(group * features, features);
            TensorPrimitives.FusedMultiplyAdd(dy.Slice(1, _width), _linear, dx, dx);
            FillSymmetric(dy[(1 + _width)..], matrix);
            for (int i = 0; i < _width; i++)
            {
                TensorPrimitives.FusedMultiplyAdd(matrix.Slice(i * _width, _width), x[i], dx, dx);
            }
        }
    }

    private void FillSymmetric(ReadOnlySpan<T> dProducts, Span<T> matrix)
    {
        for (int i = 0; i < _width; i++)
        {
            Span<T> row = matrix.Slice((i * _width) + i, _width - i);
            TensorPrimitives.Multiply(dProducts[..row.Length], _product, row);
            row[0] = (_square + _square) * dProducts[0];
            dProducts = dProducts[row.Length..];
            for (int j = 1; j < row.Length; j++)
            {
                matrix[((i + j) * _width) + i] = row[j];
            }
        }
    }
}
