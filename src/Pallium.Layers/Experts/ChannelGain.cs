using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>y = v ⊙ x; parameter v [C].</summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class ChannelGain<T> : PositionwiseLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Parameter<T> _gain;
    private readonly double _bound;

    /// <summary>Creates the layer with gains of zero.</summary>
    /// <param name="channels">C.</param>
    /// <param name="bound">Newly drawn gains are uniform in plus and minus this.</param>
    public ChannelGain(int channels, double bound)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(channels);
        Inputs = channels;
        _bound = bound;
        _gain = new(channels) { Decays = true };
    }

    /// <inheritdoc/>
    public override int Inputs { get; }

    /// <inheritdoc/>
    public override IEnumerable<(string Name, Parameter<T> Parameter)> Parameters => [("v", _gain)];

    /// <inheritdoc/>
    public override LayerCost Cost => new(Inputs, 0, (long)Inputs * Unsafe.SizeOf<T>(), 0);

    /// <inheritdoc/>
    public override void Initialize(Rng rng) => rng.For("v").Uniform(_gain.Values, -_bound, _bound);

    /// <inheritdoc/>
    public override void Refresh()
    {
    }

    /// <inheritdoc/>
    public override (StepNode Outputs, StepNode? State) Describe(StepGraph<T> graph, StepNode inputs, StepNode elapsed, StepNode? state)
    {
        ArgumentNullException.ThrowIfNull(graph);
        return (graph.Multiply(graph.Constant(_gain), inputs), null);
    }

    /// <inheritdoc/>
    protected override void Apply(int slices, ReadOnlySpan<T> inputs, Span<T> outputs, Span<T> records)
    {
        for (int slice = 0; slice < slices; slice++)
        {
            TensorPrimitives.Multiply(inputs.Slice(slice * Inputs, Inputs), _gain.Values, outputs[(slice * Inputs)..]);
        }
    }

    /// <inheritdoc/>
    protected override void ApplyBackward(int slices, in SequencePass<T> pass, in SequenceGradients<T> gradients)
    {
        Span<T> dGain = gradients.Parameters[_gain];
        for (int slice = 0; slice < slices; slice++)
        {
            ReadOnlySpan<T> dy = gradients.Outputs.Slice(slice * Inputs, Inputs);
            TensorPrimitives.FusedMultiplyAdd(dy, pass.Inputs.Slice(slice * Inputs, Inputs), dGain, dGain);
            if (!gradients.Inputs.IsEmpty)
            {
                Span<T> dx = gradients.Inputs.Slice(slice * Inputs, Inputs);
                TensorPrimitives.FusedMultiplyAdd(dy, _gain.Values, dx, dx);
            }
        }
    }
}
