using System.Numerics;
using System.Numerics.Tensors;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>y = x: the channels that a composition leaves alone.</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class Pass<T> : ParameterFreeLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Lets so many channels through.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are no channels.</exception>
    public Pass(int channels)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(channels);
        Inputs = channels;
    }

    /// <inheritdoc/>
    public override int Inputs { get; }

    /// <inheritdoc/>
    public override LayerCost Cost => default;

    /// <inheritdoc/>
    public override (StepNode Outputs, StepNode? State) Describe(StepGraph<T> graph, StepNode inputs, StepNode elapsed, StepNode? state) => (inputs, null);

    /// <inheritdoc/>
    protected override void Apply(int slices, ReadOnlySpan<T> inputs, Span<T> outputs, Span<T> records) => inputs.CopyTo(outputs);

    /// <inheritdoc/>
    protected override void ApplyBackward(int slices, in SequencePass<T> pass, in SequenceGradients<T> gradients)
    {
        if (!gradients.Inputs.IsEmpty)
        {
            TensorPrimitives.Add(gradients.Inputs, gradients.Outputs, gradients.Inputs);
        }
    }
}
