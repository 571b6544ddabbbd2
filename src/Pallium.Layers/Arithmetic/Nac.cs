using System.Numerics;
using System.Runtime.CompilerServices;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>What a <see cref="Nac{T}"/> is made from.</summary>
/// <param name="Inputs">Channels I of x.</param>
/// <param name="Outputs">Channels O of y.</param>
public sealed record NacOptions(int Inputs, int Outputs);

/// <summary>Neural accumulator: y = W x, W = tanh(Ŵ) ⊙ σ(M̂); parameters W_hat and M_hat, [O, I].</summary>
/// <remarks>Weights come close to -1, 0 and 1 but do not reach them; <see cref="Nau{T}"/> does. Source: Trask et al., NeurIPS 2018 (arXiv 1808.00508).</remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class Nac<T> : PositionwiseLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly AccumulatorWeights<T> _weights;

    /// <summary>Creates the layer with zero parameters.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size is not positive.</exception>
    public Nac(NacOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Inputs);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Outputs);
        (Inputs, Outputs) = (options.Inputs, options.Outputs);
        _weights = new AccumulatorWeights<T>(Inputs, Outputs);
        Refresh();
    }

    /// <inheritdoc/>
    public override int Inputs { get; }

    /// <inheritdoc/>
    public override int Outputs { get; }

    /// <inheritdoc/>
    public override IEnumerable<(string Name, Parameter<T> Parameter)> Parameters => _weights.Parameters;

    /// <inheritdoc/>
    public override LayerCost Cost => new((long)Inputs * Outputs, 0, 2L * _weights.Length * Unsafe.SizeOf<T>(), 0);

    /// <inheritdoc/>
    public override void Initialize(Rng rng)
    {
        _weights.Initialize(rng);
        Refresh();
    }

    /// <inheritdoc/>
    public override void Refresh() => _weights.Refresh();

    /// <inheritdoc/>
    public override int PassScratch(int steps, int rows) => _weights.Length;

    /// <inheritdoc/>
    public override (StepNode Outputs, StepNode? State) Describe(StepGraph<T> graph, StepNode inputs, StepNode elapsed, StepNode? state)
    {
        ArgumentNullException.ThrowIfNull(graph);
        return (graph.Affine(_weights.Describe(graph), inputs), null);
    }

    /// <inheritdoc/>
    protected override void Apply(int slices, ReadOnlySpan<T> inputs, Span<T> outputs, Span<T> records) =>
        _weights.Apply(slices, inputs, Inputs, outputs, Outputs);

    /// <inheritdoc/>
    protected override void ApplyBackward(int slices, in SequencePass<T> pass, in SequenceGradients<T> gradients)
    {
        Span<T> dWeights = pass.Scratch[.._weights.Length];
        dWeights.Clear();
        _weights.AccumulateWeights(slices, gradients.Outputs, pass.Inputs, Inputs, dWeights);
        _weights.Distribute(dWeights, gradients.Parameters);
        if (!gradients.Inputs.IsEmpty)
        {
            _weights.AccumulateInputs(slices, gradients.Outputs, gradients.Inputs);
        }
    }
}
