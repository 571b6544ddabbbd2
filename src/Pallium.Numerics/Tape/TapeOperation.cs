using System.Numerics;

namespace Pallium.Numerics;

/// <summary>The reverse pass of one kind of node.</summary>
/// <remarks>
/// A small operation is stateless and shared by all its nodes; a fused one, such as a recurrent layer, is an object that
/// its owner makes once and hands to <see cref="Tape{T}.Add"/> at every step.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public abstract class TapeOperation<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Whether the operation has parameters that are not among its inputs, so that it runs even if no input wants a gradient.</summary>
    public virtual bool HasParameters => false;

    /// <summary>Adds to the gradients of the node's inputs what follows from the gradient of its outputs.</summary>
    /// <remarks>
    /// Called only if something flowed back to an output. <see cref="Tape{T}.Gradient"/> gives the spans, those of inputs to be
    /// added to where <see cref="Tape{T}.Wants"/> says so; parameters' own gradients are in <see cref="Tape{T}.ParameterGradients"/>.
    /// </remarks>
    public abstract void Backward(Tape<T> tape, in TapeNode<T> node);
}
