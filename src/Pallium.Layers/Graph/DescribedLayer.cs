using System.Numerics;
using System.Runtime.CompilerServices;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>A layer that is only described: from the graph of one step follow the streaming form, the learning form and all gradients.</summary>
/// <remarks>
/// Derive from it to make a layer of your own: list the parameters, draw them, describe the step. It runs operation by
/// operation, several times slower than a fused layer of the same size. The learning form keeps the state before every
/// slice and computes the slice again in the reverse pass.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public abstract class DescribedLayer<T> : ISequenceLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Lazy<StepProgram<T>> _program;

    /// <summary>Creates the layer.</summary>
    /// <param name="inputs">Channels of x.</param>
    /// <param name="outputs">Channels of y.</param>
    /// <param name="state">Numbers of state per stream; 0 for a layer without memory.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is not positive, or the state's is negative.</exception>
    protected DescribedLayer(int inputs, int outputs, int state)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(inputs);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(outputs);
        ArgumentOutOfRangeException.ThrowIfNegative(state);
        (Inputs, Outputs, StateSize) = (inputs, outputs, state);
        _program = new(Compile);
    }

    /// <inheritdoc/>
    public int Inputs { get; }

    /// <inheritdoc/>
    public int Outputs { get; }

    /// <inheritdoc/>
    public int StateSize { get; }

    /// <inheritdoc/>
    public abstract IEnumerable<(string Name, Parameter<T> Parameter)> Parameters { get; }

    /// <inheritdoc/>
    public LayerCost Cost
    {
        get
        {
            (long multiplyAdds, long transcendentals) = _program.Value.Cost;
            long weights = Parameters.Sum(item => (long)item.Parameter.Length);
            return new(multiplyAdds, transcendentals, weights * Unsafe.SizeOf<T>(), StateSize * Unsafe.SizeOf<T>());
        }
    }

    /// <inheritdoc/>
    public void Initialize(Rng rng)
    {
        Draw(rng);
        Refresh();
    }

    /// <inheritdoc/>
    public void Refresh() => _program.Value.Refresh();

    /// <inheritdoc/>
    public virtual void ConstrainStart(Span<T> start)
    {
    }

    /// <inheritdoc/>
    public int StepScratch(int rows) => _program.Value.Size;

    /// <inheritdoc/>
    public void Step(ReadOnlySpan<T> inputs, ReadOnlySpan<T> elapsed, Span<T> states, Span<T> outputs, Span<T> scratch)
    {
        int rows = this.CheckStep(inputs, elapsed, states, outputs, scratch);
        for (int row = 0; row < rows; row++)
        {
            Advance(
                inputs.Slice(row * Inputs, Inputs), elapsed[row], states.Slice(row * StateSize, StateSize), outputs.Slice(row * Outputs, Outputs), scratch);
        }
    }

    /// <summary>The state before every slice, [T, B, S].</summary>
    public int TraceSize(int steps, int rows) => checked(steps * rows * StateSize);

    /// <inheritdoc/>
    public int PassScratch(int steps, int rows) => (2 * SpanCarver.Room(_program.Value.Size)) + SpanCarver.Room(rows * StateSize);

    /// <inheritdoc/>
    public void Forward(in SequencePass<T> pass)
    {
        this.CheckPass(pass);
        pass.Start.CopyTo(pass.Final);
        for (int slice = 0; slice < pass.Steps * pass.Rows; slice++)
        {
            Span<T> state = pass.Final.Slice(slice % pass.Rows * StateSize, StateSize);
            state.CopyTo(pass.Trace[(slice * StateSize)..]);
            Advance(pass.Inputs.Slice(slice * Inputs, Inputs), pass.Elapsed[slice], state, pass.Outputs.Slice(slice * Outputs, Outputs), pass.Scratch);
        }
    }

    /// <inheritdoc/>
    public void Backward(in SequencePass<T> pass, in SequenceGradients<T> gradients)
    {
        this.CheckPass(pass, gradients);
        StepProgram<T> program = _program.Value;
        var carver = new SpanCarver<T>(pass.Scratch);
        Span<T> values = carver.Take(program.Size);
        Span<T> adjoints = carver.Take(program.Size);
        Span<T> dStates = carver.Take(pass.Rows * StateSize);
        StateRows.Take(pass.Rows, StateSize, 0, StateSize, gradients.Final, dStates);
        for (int slice = (pass.Steps * pass.Rows) - 1; slice >= 0; slice--)
        {
            program.Run(pass.Inputs.Slice(slice * Inputs, Inputs), pass.Elapsed[slice], pass.Trace.Slice(slice * StateSize, StateSize), values);
            program.RunBackward(
                values,
                adjoints,
                gradients.Outputs.Slice(slice * Outputs, Outputs),
                dStates.Slice(slice % pass.Rows * StateSize, StateSize),
                gradients.Inputs.IsEmpty ? [] : gradients.Inputs.Slice(slice * Inputs, Inputs),
                gradients.Elapsed.IsEmpty ? [] : gradients.Elapsed.Slice(slice, 1),
                gradients.Parameters);
        }

        StateRows.Add(pass.Rows, StateSize, 0, StateSize, dStates, gradients.Start);
    }

    /// <inheritdoc/>
    public abstract (StepNode Outputs, StepNode? State) Describe(StepGraph<T> graph, StepNode inputs, StepNode elapsed, StepNode? state);

    /// <summary>Draws the parameters anew.</summary>
    protected abstract void Draw(Rng rng);

    private StepProgram<T> Compile()
    {
        var graph = new StepGraph<T>();
        StepNode inputs = graph.Given(Inputs);
        StepNode elapsed = graph.Given(1);
        StepNode? state = StateSize == 0 ? null : graph.Given(StateSize);
        (StepNode outputs, StepNode? next) = Describe(graph, inputs, elapsed, state);
        if (outputs.Length != Outputs || (next?.Length ?? 0) != StateSize)
        {
            throw new InvalidOperationException(
                $"{GetType().Name} describes {outputs.Length} outputs and {next?.Length ?? 0} numbers of state; it said {Outputs} and {StateSize}.");
        }

        return new StepProgram<T>(graph, outputs, next);
    }

    private void Advance(ReadOnlySpan<T> x, T elapsed, Span<T> state, Span<T> y, Span<T> values)
    {
        StepProgram<T> program = _program.Value;
        program.Run(x, elapsed, state, values);
        program.Outputs(values).CopyTo(y);
        program.State(values).CopyTo(state);
    }
}
