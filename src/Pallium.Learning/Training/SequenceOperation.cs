using System.Numerics;
using Pallium.Layers;
using Pallium.Numerics;

namespace Pallium.Learning;

/// <summary>A whole sequence layer (or stack) as one node of a tape.</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class SequenceOperation<T>(ISequenceLayer<T> layer) : TapeOperation<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override bool HasParameters => true;

    /// <summary>Runs the layer's learning form over a window.</summary>
    /// <param name="tape">Receives the node.</param>
    /// <param name="inputs">x, [T·B, I], time-major.</param>
    /// <param name="elapsed">dt, [T, B].</param>
    /// <param name="start">States before the first step, [B, S].</param>
    /// <param name="noise">Stream for dropout; null: nothing is dropped.</param>
    /// <param name="firstRow">Index of the first row in the whole batch.</param>
    /// <returns>y, [T·B, O]; its <see cref="Variable.Output"/> 1 holds the states after the last step, [B, S].</returns>
    public Variable Forward(Tape<T> tape, Variable inputs, Variable elapsed, Variable start, Rng? noise, int firstRow)
    {
        ArgumentNullException.ThrowIfNull(tape);
        (int steps, int rows) = tape.Shape(elapsed);
        var trace = new TapeTrace<T>
        {
            Kept = tape.Arena.TakeDirty(layer.TraceSize(steps, rows)),
            Scratch = tape.Arena.TakeDirty(layer.PassScratch(steps, rows)),
            First = steps,
            Second = rows,
        };
        Variable outputs = tape.Add(this, [inputs, elapsed, start], steps * rows, layer.Outputs, trace);
        tape.AddOutput(rows, layer.StateSize);
        layer.Forward(Pass(tape, outputs, inputs, elapsed, start, trace, noise, firstRow));
        return outputs;
    }

    /// <inheritdoc/>
    public override void Backward(Tape<T> tape, in TapeNode<T> node)
    {
        ArgumentNullException.ThrowIfNull(tape);
        ReadOnlySpan<Variable> inputs = tape.Inputs(node);
        layer.Backward(
            Pass(tape, node.Variable, inputs[0], inputs[1], inputs[2], node.Trace, null, 0),
            new SequenceGradients<T>
            {
                Outputs = tape.Gradient(node.Variable),
                Final = tape.ReachedGradient(node.Variable.Output(1)),
                Inputs = tape.WantedGradient(inputs[0]),
                Elapsed = tape.WantedGradient(inputs[1]),
                Start = tape.WantedGradient(inputs[2]),
                Parameters = tape.ParameterGradients,
            });
    }

    private static SequencePass<T> Pass(
        Tape<T> tape, Variable outputs, Variable inputs, Variable elapsed, Variable start, in TapeTrace<T> trace, Rng? noise, int firstRow) => new()
        {
            Steps = trace.First,
            Rows = trace.Second,
            Inputs = tape.Value(inputs),
            Elapsed = tape.Value(elapsed),
            Start = tape.Value(start),
            Outputs = tape.Value(outputs),
            Final = tape.Value(outputs.Output(1)),
            Trace = tape.Arena[trace.Kept],
            Scratch = tape.Arena[trace.Scratch],
            Noise = noise,
            FirstRow = firstRow,
        };
}
