using System.Numerics;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>A causal layer over sequences, in two forms that agree to rounding: a window for learning, a step for streaming.</summary>
/// <remarks>
/// The layer itself does not change when it runs; what changes is the state, which the caller holds: one row of
/// <see cref="StateSize"/> numbers per stream, so that copying a row copies a mind. Sequences are time-major, [T, B, ·].
/// Every form takes the elapsed time of each row and step (in median steps; 1 where stamps are regular). A row's outputs
/// and input gradients do not depend on the batch that it sits in.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public interface ISequenceLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Input channels I.</summary>
    int Inputs { get; }

    /// <summary>Output channels O.</summary>
    int Outputs { get; }

    /// <summary>Numbers of state per stream, S; 0 for a layer without memory.</summary>
    int StateSize { get; }

    /// <summary>The parameters and their names, in a fixed order.</summary>
    IEnumerable<(string Name, Parameter<T> Parameter)> Parameters { get; }

    /// <summary>What one slice of one stream costs.</summary>
    LayerCost Cost { get; }

    /// <summary>
    /// Names of the auxiliary losses, such as those that balance a choice, which <see cref="Forward"/> adds to <see cref="SequencePass{T}.Auxiliary"/>, each times its weight;
    /// none by default.
    /// </summary>
    IReadOnlyList<string> AuxiliaryLosses => [];

    /// <summary>Draws the parameters anew and calls <see cref="Refresh"/>.</summary>
    void Initialize(Rng rng);

    /// <summary>Rebuilds what is derived from the parameters (packed weights, masks applied). Call it whenever they changed.</summary>
    void Refresh();

    /// <summary>
    /// Brings a start state that was learned, not reached by steps, back to one that steps can reach (counters, sums of positive
    /// numbers); by default nothing needs it. All zeros are a fresh stream.
    /// </summary>
    /// <param name="start">One state row, [S], changed in place.</param>
    void ConstrainStart(Span<T> start)
    {
    }

    /// <summary>Scratch that <see cref="Step"/> needs for <paramref name="rows"/> streams.</summary>
    int StepScratch(int rows);

    /// <summary>Streaming form: B rows advance by one slice. Constant time, no allocation.</summary>
    /// <param name="inputs">[B, I].</param>
    /// <param name="elapsed">[B], positive; its length is B.</param>
    /// <param name="states">[B, S], advanced in place.</param>
    /// <param name="outputs">[B, O], overwritten.</param>
    /// <param name="scratch">At least <see cref="StepScratch"/> numbers.</param>
    void Step(ReadOnlySpan<T> inputs, ReadOnlySpan<T> elapsed, Span<T> states, Span<T> outputs, Span<T> scratch);

    /// <summary>Numbers that <see cref="Forward"/> leaves in the trace for <see cref="Backward"/>.</summary>
    int TraceSize(int steps, int rows);

    /// <summary>Scratch that <see cref="Forward"/> and <see cref="Backward"/> need.</summary>
    int PassScratch(int steps, int rows);

    /// <summary>Learning form over a window: equals <see cref="Step"/> applied to every slice in turn, to rounding.</summary>
    void Forward(in SequencePass<T> pass);

    /// <summary>Reverse pass of <see cref="Forward"/>, whose pass is given unchanged. Adds to all gradients.</summary>
    void Backward(in SequencePass<T> pass, in SequenceGradients<T> gradients);

    /// <summary>Writes one step of this layer as a graph of elementary operations: the reference of the fused kernel, and what bounds and certificates walk.</summary>
    /// <param name="graph">Receives the operations.</param>
    /// <param name="inputs">Node holding x, [I].</param>
    /// <param name="elapsed">Node holding dt, [1].</param>
    /// <param name="state">Node holding the state, [S]; null where S is 0.</param>
    /// <returns>The nodes of the outputs, [O], and of the next state, [S].</returns>
    (StepNode Outputs, StepNode? State) Describe(StepGraph<T> graph, StepNode inputs, StepNode elapsed, StepNode? state);
}

/// <summary>What one slice of one stream costs, counted.</summary>
/// <param name="MultiplyAdds">Multiplications with addition.</param>
/// <param name="Transcendentals">exp, tanh, sigmoid, divisions.</param>
/// <param name="WeightBytes">Bytes of parameters read.</param>
/// <param name="StateBytes">Bytes of state kept per stream.</param>
public readonly record struct LayerCost(long MultiplyAdds, long Transcendentals, long WeightBytes, long StateBytes)
{
    /// <summary>Two layers one after the other.</summary>
    public static LayerCost operator +(LayerCost a, LayerCost b) =>
        new(a.MultiplyAdds + b.MultiplyAdds, a.Transcendentals + b.Transcendentals, a.WeightBytes + b.WeightBytes, a.StateBytes + b.StateBytes);
}
