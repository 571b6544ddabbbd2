using System.Numerics;
using System.Numerics.Tensors;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>y = a of x = [a | b], and as an auxiliary loss how far b is from a: what one layer learns by when it is to give what another gives.</summary>
/// <remarks>
/// Auxiliary losses, summed over slices: <c>error</c>, |b - a|² / C, and beside it <c>power</c>, |a|² / C, which says what the error is a share of.
/// </remarks>
/// <param name="channels">C, channels of a and of b.</param>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class Mismatch<T>(int channels) : ParameterFreeLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override int Inputs => checked(2 * channels);

    /// <inheritdoc/>
    public override int Outputs => channels;

    /// <inheritdoc/>
    public override LayerCost Cost => default;

    /// <inheritdoc/>
    public override IReadOnlyList<string> AuxiliaryLosses { get; } = [Imitation.Error, Imitation.Power];

    /// <inheritdoc/>
    public override void Forward(in SequencePass<T> pass)
    {
        base.Forward(pass);
        if (pass.Auxiliary.IsEmpty)
        {
            return;
        }

        T error = T.Zero;
        T power = T.Zero;
        for (int i = 0; i < pass.Inputs.Length; i += Inputs)
        {
            for (int c = i; c < i + channels; c++)
            {
                T difference = pass.Inputs[c + channels] - pass.Inputs[c];
                error = T.FusedMultiplyAdd(difference, difference, error);
                power = T.FusedMultiplyAdd(pass.Inputs[c], pass.Inputs[c], power);
            }
        }

        T count = T.CreateChecked(channels);
        pass.Auxiliary[0] += error / count;
        pass.Auxiliary[1] += power / count;
    }

    /// <inheritdoc/>
    public override (StepNode Outputs, StepNode? State) Describe(StepGraph<T> graph, StepNode inputs, StepNode elapsed, StepNode? state)
    {
        ArgumentNullException.ThrowIfNull(graph);
        return (graph.Slice(inputs, 0, channels), null);
    }

    /// <inheritdoc/>
    protected override void Apply(int slices, ReadOnlySpan<T> inputs, Span<T> outputs, Span<T> records) =>
        StateRows.Take(slices, Inputs, 0, channels, inputs, outputs);

    /// <inheritdoc/>
    protected override void ApplyBackward(int slices, in SequencePass<T> pass, in SequenceGradients<T> gradients)
    {
        if (gradients.Inputs.IsEmpty)
        {
            return;
        }

        T two = T.CreateChecked(2) / T.CreateChecked(channels);
        (T error, T power) = gradients.Auxiliary.IsEmpty ? (T.Zero, T.Zero) : (two * gradients.Auxiliary[0], two * gradients.Auxiliary[1]);
        for (int slice = 0; slice < slices; slice++)
        {
            ReadOnlySpan<T> x = pass.Inputs.Slice(slice * Inputs, Inputs);
            Span<T> dx = gradients.Inputs.Slice(slice * Inputs, Inputs);
            TensorPrimitives.Add(dx[..channels], gradients.Outputs.Slice(slice * channels, channels), dx[..channels]);
            for (int c = 0; c < channels; c++)
            {
                T change = error * (x[channels + c] - x[c]);
                dx[channels + c] += change;
                dx[c] += (power * x[c]) - change;
            }
        }
    }
}
