using System.Numerics;
using Pallium.Layers;
using Pallium.Numerics;

namespace Pallium.Learning;

/// <summary>A whole sequence layer (or stack) as one node of a tape.</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class SequenceOperation<T>(ISequenceLayer<T> layer) : TapeOperation<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int FinalStates = 1;
    private const int AuxiliaryLosses = 2;

    /// <inheritdoc/>
    public override bool HasParameters => true;

    /// <summary>Runs the layer's learning form over a window.</summary>
    /// <param name="tape">Receives the node.</param>
    /// <param name="inputs">x, [T·B, I], time-major.</param>
    /// <param name="elapsed">dt, [T, B].</param>
    /// <param name="start">States before the first step, [B, S].</param>
    /// <param name="learning">Null: nothing is dropped and nothing annealed.</param>
    /// <returns>y, [T·B, O]; its <see cref="Variable.Output"/> 1 holds the states after the last step, [B, S].</returns>
    public Variable Forward(Tape<T> tape, Variable inputs, Variable elapsed, Variable start, LearningWindow? learning)
    {
        ArgumentNullException.ThrowIfNull(tape);
        (int steps, int rows) = tape.Shape(elapsed);
        var trace = new TapeTrace<T>
        {
            Kept = tape.Arena.TakeDirty(layer.TraceSize(steps, rows)),
            Scratch = tape.Arena.TakeDirty(layer.PassScratch(steps, rows)),
            First = steps,
            Second = rows,
            Third = learning?.FirstRow ?? 0,
            Noise = learning?.Noise,
            Factor = T.CreateChecked(learning?.Ahead ?? 0),
        };
        Variable outputs = tape.Add(this, [inputs, elapsed, start], steps * rows, layer.Outputs, trace);
        tape.AddOutput(rows, layer.StateSize);
        Variable auxiliary = tape.AddOutput(1, layer.AuxiliaryLosses.Count);
        tape.Value(auxiliary).Clear();
        layer.Forward(Pass(tape, outputs, inputs, elapsed, start, trace));
        return outputs;
    }

    /// <summary>The layer's auxiliary losses, each summed over the window's slices, [1, losses].</summary>
    /// <param name="outputs">What <see cref="Forward"/> returned.</param>
    public static Variable Auxiliary(Variable outputs) => outputs.Output(AuxiliaryLosses);

    /// <summary>A loss with the layer's auxiliary losses added, each as its mean over slices times what the loss counts.</summary>
    /// <param name="tape">Receives the nodes.</param>
    /// <param name="loss">A sum over <paramref name="count"/> cells or slices, [1, 1].</param>
    /// <param name="outputs">What <see cref="Forward"/> returned.</param>
    /// <param name="count">What the loss is a sum over.</param>
    /// <returns>What to differentiate; <paramref name="loss"/> itself for a layer that has none.</returns>
    public Variable AddAuxiliary(Tape<T> tape, Variable loss, Variable outputs, double count)
    {
        ArgumentNullException.ThrowIfNull(tape);
        if (layer.AuxiliaryLosses.Count == 0)
        {
            return loss;
        }

        int slices = tape.Shape(outputs).Rows;
        return tape.Add(loss, tape.Scale(tape.Sum(outputs.Output(AuxiliaryLosses)), T.CreateChecked(count / slices)));
    }

    /// <inheritdoc/>
    public override void Backward(Tape<T> tape, in TapeNode<T> node)
    {
        ArgumentNullException.ThrowIfNull(tape);
        ReadOnlySpan<Variable> inputs = tape.Inputs(node);
        layer.Backward(
            Pass(tape, node.Variable, inputs[0], inputs[1], inputs[2], node.Trace),
            new SequenceGradients<T>
            {
                Outputs = tape.Gradient(node.Variable),
                Final = tape.ReachedGradient(node.Variable.Output(FinalStates)),
                Auxiliary = tape.ReachedGradient(node.Variable.Output(AuxiliaryLosses)),
                Inputs = tape.WantedGradient(inputs[0]),
                Elapsed = tape.WantedGradient(inputs[1]),
                Start = tape.WantedGradient(inputs[2]),
                Parameters = tape.ParameterGradients,
            });
    }

    private static SequencePass<T> Pass(Tape<T> tape, Variable outputs, Variable inputs, Variable elapsed, Variable start, in TapeTrace<T> trace) => new()
    {
        Steps = trace.First,
        Rows = trace.Second,
        Inputs = tape.Value(inputs),
        Elapsed = tape.Value(elapsed),
        Start = tape.Value(start),
        Outputs = tape.Value(outputs),
        Final = tape.Value(outputs.Output(FinalStates)),
        Trace = tape.Arena[trace.Kept],
        Scratch = tape.Arena[trace.Scratch],
        Auxiliary = tape.Value(outputs.Output(AuxiliaryLosses)),
        Noise = trace.Noise,
        FirstRow = trace.Third,
        Ahead = double.CreateChecked(trace.Factor),
    };
}
