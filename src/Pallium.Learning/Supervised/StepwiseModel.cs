using System.Numerics;
using Pallium.Layers;
using Pallium.Numerics;

namespace Pallium.Learning;

/// <summary>What the readout of a <see cref="StepwiseModel{T}"/> stands for.</summary>
public enum StepwiseGoal
{
    /// <summary>Logits of classes, learned by cross-entropy.</summary>
    Classification,

    /// <summary>Numbers, learned by squared error.</summary>
    Regression,

    /// <summary>Logits of bits, each learned by its own cross-entropy; a target that is NaN is not asked for.</summary>
    Bits,
}

/// <summary>A stack and, at every step, a linear readout of its output: z[t] = W y[t] + b. State starts at zero.</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class StepwiseModel<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly SequenceOperation<T> _trunkOperation;
    private readonly Parameter<T> _weight;
    private readonly Parameter<T> _bias;

    /// <summary>A model of zeros; <see cref="Initialize"/> draws its parameters.</summary>
    /// <param name="trunk">The stack.</param>
    /// <param name="outputs">Classes, numbers to regress on, or bits.</param>
    /// <param name="goal">Which of them.</param>
    public StepwiseModel(ISequenceLayer<T> trunk, int outputs, StepwiseGoal goal)
    {
        ArgumentNullException.ThrowIfNull(trunk);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(outputs);
        Trunk = trunk;
        Goal = goal;
        Outputs = outputs;
        _weight = new Parameter<T>(outputs, trunk.Outputs) { Decays = true };
        _bias = new Parameter<T>(outputs);
        _trunkOperation = new SequenceOperation<T>(trunk);
        Parameters = new ParameterSet<T>(
        [
            .. trunk.Parameters.Select(item => ($"trunk.{item.Name}", item.Parameter)),
            ("readout.weight", _weight),
            ("readout.bias", _bias),
        ]);
    }

    /// <summary>The stack.</summary>
    public ISequenceLayer<T> Trunk { get; }

    /// <summary>What the readout stands for.</summary>
    public StepwiseGoal Goal { get; }

    /// <summary>Classes, numbers to regress on, or bits.</summary>
    public int Outputs { get; }

    /// <summary>Parameters of stack and readout.</summary>
    public ParameterSet<T> Parameters { get; }

    /// <summary>Draws the parameters anew; the readout's uniformly in ±1/√(outputs of the stack).</summary>
    public void Initialize(Rng rng)
    {
        Trunk.Initialize(rng.For("trunk"));
        double bound = 1 / Math.Sqrt(Trunk.Outputs);
        rng.For("weight").Uniform(_weight.Values, -bound, bound);
        rng.For("bias").Uniform(_bias.Values, -bound, bound);
    }

    /// <summary>Rebuilds what is derived from the parameters.</summary>
    public void Refresh() => Trunk.Refresh();

    /// <summary>z over a window, as variables of a tape.</summary>
    /// <param name="tape">Receives the nodes.</param>
    /// <param name="inputs">x, [T·B, I], time-major.</param>
    /// <param name="elapsed">dt, [T, B].</param>
    /// <param name="learning">Null: nothing is dropped and nothing annealed.</param>
    /// <returns>z, [T·B, O], and the stack's y.</returns>
    /// <exception cref="DivergenceException">The stack's outputs are not finite.</exception>
    public (Variable Readout, Variable Outputs) Forward(Tape<T> tape, Variable inputs, Variable elapsed, LearningWindow? learning)
    {
        Variable outputs = ForwardTrunk(tape, inputs, elapsed, learning);
        return (tape.Affine(outputs, _weight, _bias), outputs);
    }

    /// <summary>z at some places of a window only: the readout costs nothing elsewhere.</summary>
    /// <param name="tape">Receives the nodes.</param>
    /// <param name="inputs">x, [T·B, I], time-major.</param>
    /// <param name="elapsed">dt, [T, B].</param>
    /// <param name="learning">Null: nothing is dropped and nothing annealed.</param>
    /// <param name="asked">Places, t·B + row.</param>
    /// <returns>z, [places, O], and the stack's y, [T·B, outputs of the stack].</returns>
    /// <exception cref="DivergenceException">The stack's outputs are not finite.</exception>
    public (Variable Readout, Variable Outputs) Forward(Tape<T> tape, Variable inputs, Variable elapsed, LearningWindow? learning, ReadOnlySpan<int> asked)
    {
        Variable outputs = ForwardTrunk(tape, inputs, elapsed, learning);
        return (tape.Affine(tape.GatherRows(outputs, asked), _weight, _bias), outputs);
    }

    /// <summary>A loss with the stack's auxiliary losses added: what to differentiate.</summary>
    /// <param name="tape">Receives the nodes.</param>
    /// <param name="loss">A sum over <paramref name="count"/> steps, [1, 1].</param>
    /// <param name="outputs">The stack's y.</param>
    /// <param name="count">What the loss is a sum over.</param>
    public Variable AddAuxiliary(Tape<T> tape, Variable loss, Variable outputs, double count) => _trunkOperation.AddAuxiliary(tape, loss, outputs, count);

    /// <summary>The readout of the stack's outputs, outside learning.</summary>
    /// <param name="outputs">y, [B, outputs of the stack].</param>
    /// <param name="readout">z, [B, O], overwritten.</param>
    public void Read(ReadOnlySpan<T> outputs, Span<T> readout)
    {
        int rows = readout.Length / Outputs;
        for (int row = 0; row < rows; row++)
        {
            _bias.Values.CopyTo(readout[(row * Outputs)..]);
        }

        MatrixProduct.AccumulateTransposedB(rows, Outputs, Trunk.Outputs, outputs, Trunk.Outputs, _weight.Values, Trunk.Outputs, readout, Outputs);
    }

    private Variable ForwardTrunk(Tape<T> tape, Variable inputs, Variable elapsed, LearningWindow? learning)
    {
        ArgumentNullException.ThrowIfNull(tape);
        int rows = tape.Shape(elapsed).Columns;
        Variable outputs = _trunkOperation.Forward(tape, inputs, elapsed, tape.Constant(rows, Trunk.StateSize), learning);
        tape.CheckFinite(outputs, "trunk", rows);
        return outputs;
    }
}
