using System.Numerics;
using Pallium.Layers;
using Pallium.Numerics;

namespace Pallium.Learning;

/// <summary>A stack between a table of tokens and a linear readout of classes: z[t] = W f(E[token[t]], state) + b.</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class TokenModel<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly StepwiseModel<T> _stepwise;

    /// <summary>A model of zeros; <see cref="Initialize"/> draws its parameters.</summary>
    /// <param name="vocabulary">Tokens V.</param>
    /// <param name="trunk">The stack; its inputs are the width of the table.</param>
    /// <param name="classes">Classes of the readout.</param>
    public TokenModel(int vocabulary, ISequenceLayer<T> trunk, int classes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(vocabulary);
        _stepwise = new StepwiseModel<T>(trunk, classes, StepwiseGoal.Classification);
        Embedding = new Parameter<T>(vocabulary, trunk.Inputs);
        Parameters = new ParameterSet<T>([("embedding", Embedding), .. _stepwise.Parameters.Items]);
    }

    /// <summary>Tokens V.</summary>
    public int Vocabulary => Embedding.Shape[0];

    /// <summary>Classes of the readout.</summary>
    public int Classes => _stepwise.Outputs;

    /// <summary>The stack.</summary>
    public ISequenceLayer<T> Trunk => _stepwise.Trunk;

    /// <summary>E, [V, inputs of the stack].</summary>
    public Parameter<T> Embedding { get; }

    /// <summary>Parameters of table, stack and readout.</summary>
    public ParameterSet<T> Parameters { get; }

    /// <summary>Draws the parameters anew; the table's from the standard normal distribution.</summary>
    public void Initialize(Rng rng)
    {
        _stepwise.Initialize(rng.For("model"));
        rng.For("embedding").Normal(Embedding.Values, 1);
    }

    /// <summary>Rebuilds what is derived from the parameters.</summary>
    public void Refresh() => _stepwise.Refresh();

    /// <summary>z at chosen places of a window, as a variable of a tape.</summary>
    /// <param name="tape">Receives the nodes.</param>
    /// <param name="tokens">[T·B], time-major.</param>
    /// <param name="rows">B.</param>
    /// <param name="learning">Null: nothing is dropped and nothing annealed.</param>
    /// <param name="asked">Places, t·B + row.</param>
    /// <returns>z, [places, classes], and the stack's y, [T·B, outputs of the stack].</returns>
    /// <exception cref="DivergenceException">The stack's outputs are not finite.</exception>
    public (Variable Readout, Variable Outputs) Forward(Tape<T> tape, ReadOnlySpan<int> tokens, int rows, LearningWindow? learning, ReadOnlySpan<int> asked)
    {
        ArgumentNullException.ThrowIfNull(tape);
        Variable elapsed = tape.Constant(tokens.Length / rows, rows);
        tape.Value(elapsed).Fill(T.One);
        return _stepwise.Forward(tape, tape.GatherRows(tape.Use(Embedding), tokens), elapsed, learning, asked);
    }

    /// <summary>A loss with the stack's auxiliary losses added: what to differentiate.</summary>
    /// <param name="tape">Receives the nodes.</param>
    /// <param name="loss">A sum over <paramref name="count"/> places, [1, 1].</param>
    /// <param name="outputs">The stack's y.</param>
    /// <param name="count">What the loss is a sum over.</param>
    public Variable AddAuxiliary(Tape<T> tape, Variable loss, Variable outputs, double count) => _stepwise.AddAuxiliary(tape, loss, outputs, count);

    /// <summary>The readout of the stack's outputs, outside learning: [B, outputs] to [B, classes].</summary>
    public void Read(ReadOnlySpan<T> outputs, Span<T> logits) => _stepwise.Read(outputs, logits);
}
