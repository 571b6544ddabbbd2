using System.Numerics;
using System.Runtime.CompilerServices;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>What an <see cref="Nmu{T}"/> is made from.</summary>
/// <param name="Inputs">Channels I of x.</param>
/// <param name="Outputs">Channels O of y.</param>
public sealed record NmuOptions(int Inputs, int Outputs)
{
    /// <summary>How the weights are pushed to 0 and 1.</summary>
    public SparsityOptions Sparsity { get; init; } = new(10);
}

/// <summary>Neural multiplication unit: y[o] = Π over i of (W[o, i] x[i] + 1 - W[o, i]) with every weight in [0, 1]; parameter weight [O, I].</summary>
/// <remarks>
/// A weight of 1 takes its input as a factor, one of 0 leaves it out. Learning clips the weights after every update, and the auxiliary loss "sparsity"
/// pushes them to 0 and 1 (<see cref="SparsityOptions"/>). Products of many inputs away from 1 grow fast: put it where few or scaled channels arrive.
/// Source: Madsen and Johansen, ICLR 2020 (arXiv 2001.05016).
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class Nmu<T> : PositionwiseLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const double LeastStart = 0.25;
    private const double MostStart = 0.75;
    private readonly SparsityOptions _sparsity;
    private readonly Parameter<T> _weight;
    private readonly AlignedBuffer<T> _byInput;

    /// <summary>Creates the layer with zero parameters.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size is not positive, or an option of the sparsity is out of range.</exception>
    public Nmu(NmuOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Inputs);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Outputs);
        options.Sparsity.Check();
        _sparsity = options.Sparsity;
        (Inputs, Outputs) = (options.Inputs, options.Outputs);
        _weight = new(Outputs, Inputs) { Minimum = 0, Maximum = 1 };
        _byInput = new AlignedBuffer<T>(_weight.Length);
        Refresh();
    }

    /// <inheritdoc/>
    public override int Inputs { get; }

    /// <inheritdoc/>
    public override int Outputs { get; }

    /// <inheritdoc/>
    public override IEnumerable<(string Name, Parameter<T> Parameter)> Parameters => [("weight", _weight)];

    /// <inheritdoc/>
    public override LayerCost Cost => new(2L * Inputs * Outputs, 0, (long)_weight.Length * Unsafe.SizeOf<T>(), 0);

    /// <inheritdoc/>
    public override IReadOnlyList<string> AuxiliaryLosses => WholeWeights.Names;

    /// <inheritdoc/>
    public override void Initialize(Rng rng)
    {
        rng.For("weight").Uniform(_weight.Values, LeastStart, MostStart);
        Refresh();
    }

    /// <inheritdoc/>
    public override void Refresh()
    {
        for (int i = 0; i < Inputs; i++)
        {
            for (int o = 0; o < Outputs; o++)
            {
                _byInput.Span[(i * Outputs) + o] = _weight.Values[(o * Inputs) + i];
            }
        }
    }

    /// <inheritdoc/>
    public override int PassScratch(int steps, int rows) => 2 * SpanCarver.Room(_weight.Length);

    /// <inheritdoc/>
    public override void Forward(in SequencePass<T> pass)
    {
        base.Forward(pass);
        WholeWeights.AddLoss(_weight, _sparsity, pass);
    }

    /// <inheritdoc/>
    public override (StepNode Outputs, StepNode? State) Describe(StepGraph<T> graph, StepNode inputs, StepNode elapsed, StepNode? state)
    {
        ArgumentNullException.ThrowIfNull(graph);
        StepNode one = graph.Constant(T.One);
        int[] repeated = [.. Enumerable.Range(0, _weight.Length).Select(place => place % Inputs)];
        StepNode factors = graph.Add(graph.Multiply(graph.Constant(_weight), graph.Gather(graph.Subtract(inputs, one), repeated)), one);
        StepNode product = Column(0);
        for (int i = 1; i < Inputs; i++)
        {
            product = graph.Multiply(product, Column(i));
        }

        return (product, null);

        StepNode Column(int i) => graph.Gather(factors, [.. Enumerable.Range(0, Outputs).Select(o => (o * Inputs) + i)]);
    }

    /// <inheritdoc/>
    protected override void Apply(int slices, ReadOnlySpan<T> inputs, Span<T> outputs, Span<T> records)
    {
        for (int slice = 0; slice < slices; slice++)
        {
            FactorProduct.Multiply<T>(_byInput.Span, inputs.Slice(slice * Inputs, Inputs), outputs.Slice(slice * Outputs, Outputs));
        }
    }

    /// <inheritdoc/>
    protected override void ApplyBackward(int slices, in SequencePass<T> pass, in SequenceGradients<T> gradients)
    {
        var carver = new SpanCarver<T>(pass.Scratch);
        Span<T> products = carver.Take(_weight.Length);
        Span<T> dWeight = carver.Take(_weight.Length);
        dWeight.Clear();
        for (int slice = 0; slice < slices; slice++)
        {
            FactorProduct.MultiplyBackward(
                _byInput.Span,
                pass.Inputs.Slice(slice * Inputs, Inputs),
                gradients.Outputs.Slice(slice * Outputs, Outputs),
                gradients.Inputs.IsEmpty ? [] : gradients.Inputs.Slice(slice * Inputs, Inputs),
                dWeight,
                products);
        }

        Span<T> sum = gradients.Parameters[_weight];
        for (int place = 0; place < sum.Length; place++)
        {
            (int o, int i) = Math.DivRem(place, Inputs);
            sum[place] += dWeight[(i * Outputs) + o];
        }

        WholeWeights.AddGradient(_weight, _sparsity, pass, gradients);
    }
}
