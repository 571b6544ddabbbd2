using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>What an <see cref="Lstm{T}"/> is made from.</summary>
/// <param name="Inputs">Channels of x.</param>
/// <param name="Units">Hidden units H.</param>
public sealed record LstmOptions(int Inputs, int Units);

/// <summary>Long short-term memory: a = W x + b + U h + b', c' = σ(f) c + σ(i) tanh(g), h' = σ(o) tanh(c').</summary>
/// <remarks>
/// Parameters as in torch: w_ih [4H, I], w_hh [4H, H], b_ih, b_hh [4H], blocks in the order i, f, g, o. The state row is
/// h | c. Elapsed time is not used. Source: Hochreiter and Schmidhuber, Neural Computation 9(8), 1997.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class Lstm<T> : RecurrentLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int FromInputs = 0;
    private const int FromHidden = 1;
    private readonly int _units;
    private readonly Parameter<T> _inputWeight;
    private readonly Parameter<T> _hiddenWeight;
    private readonly Parameter<T> _inputBias;
    private readonly Parameter<T> _hiddenBias;
    private readonly AffineMap<T> _map;
    private readonly Record _record;

    /// <summary>Creates the layer with zero parameters.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size is not positive.</exception>
    public Lstm(LstmOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Inputs);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Units);
        Inputs = options.Inputs;
        _units = options.Units;
        _inputWeight = new(4 * _units, Inputs) { Decays = true };
        _hiddenWeight = new(4 * _units, _units) { Decays = true };
        _inputBias = new(4 * _units);
        _hiddenBias = new(4 * _units);
        _map = new AffineMap<T>(4 * _units, Inputs, _units);
        _map.AddWeight(_inputWeight);
        _map.AddWeight(_hiddenWeight, column: Inputs);
        _map.AddBias(_inputBias);
        _map.AddBias(_hiddenBias);
        _record = new Record(Inputs, _units);
        Refresh();
    }

    /// <inheritdoc/>
    public override int Inputs { get; }

    /// <inheritdoc/>
    public override int Outputs => _units;

    /// <inheritdoc/>
    public override int StateSize => 2 * _units;

    /// <inheritdoc/>
    public override IEnumerable<(string Name, Parameter<T> Parameter)> Parameters =>
        [("w_ih", _inputWeight), ("w_hh", _hiddenWeight), ("b_ih", _inputBias), ("b_hh", _hiddenBias)];

    /// <inheritdoc/>
    public override LayerCost Cost => new(
        MultiplyAdds: ((long)_map.Inputs * _map.Outputs) + (3 * _units),
        Transcendentals: 5 * _units,
        WeightBytes: (long)(_map.Inputs + 2) * _map.Outputs * Unsafe.SizeOf<T>(),
        StateBytes: StateSize * Unsafe.SizeOf<T>());

    /// <inheritdoc/>
    public override void Initialize(Rng rng)
    {
        foreach ((string name, Parameter<T> parameter) in Parameters)
        {
            Initialization.UniformByFan(parameter, _units, rng.For(name));
        }

        Refresh();
    }

    /// <inheritdoc/>
    public override void Refresh() => _map.Refresh();

    /// <inheritdoc/>
    protected override int RecordSize(int rows) => rows * _record.Size;

    /// <inheritdoc/>
    public override int PassScratch(int steps, int rows) =>
        SpanCarver.Room(SlicesPerBlock(steps, rows) * _map.Outputs) + (2 * SpanCarver.Room(rows * _units)) + _map.GradientScratch;

    /// <inheritdoc/>
    protected override void Advance(ReadOnlySpan<T> inputs, ReadOnlySpan<T> elapsed, Span<T> states, Span<T> outputs, Span<T> records)
    {
        int rows = elapsed.Length;
        for (int row = 0; row < rows; row++)
        {
            Span<T> record = records.Slice(row * _record.Size, _record.Size);
            ReadOnlySpan<T> state = states.Slice(row * StateSize, StateSize);
            inputs.Slice(row * Inputs, Inputs).CopyTo(record);
            state[.._units].CopyTo(record[Inputs..]);
            state[_units..].CopyTo(record[_record.Cell..]);
        }

        _map.Apply(rows, records, _record.Size, records[_record.Gates..], _record.Size);
        for (int row = 0; row < rows; row++)
        {
            Span<T> record = records.Slice(row * _record.Size, _record.Size);
            Span<T> state = states.Slice(row * StateSize, StateSize);
            LstmCell.Step(
                record.Slice(_record.Gates, _map.Outputs),
                record.Slice(_record.Cell, _units),
                state[_units..],
                record.Slice(_record.Squashed, _units),
                state[.._units]);
            state[.._units].CopyTo(outputs.Slice(row * _units, _units));
        }
    }

    /// <inheritdoc/>
    public override void Backward(in SequencePass<T> pass, in SequenceGradients<T> gradients)
    {
        this.CheckPass(pass, gradients);
        int rows = pass.Rows;
        var carver = new SpanCarver<T>(pass.Scratch);
        Span<T> dGates = carver.Take(SlicesPerBlock(pass.Steps, rows) * _map.Outputs);
        Span<T> dHidden = carver.Take(rows * _units);
        Span<T> dCell = carver.Take(rows * _units);
        StateRows.Take(rows, StateSize, 0, _units, gradients.Final, dHidden);
        StateRows.Take(rows, StateSize, _units, _units, gradients.Final, dCell);
        for (int end = pass.Steps; end > 0; end -= StepsPerBlock(rows))
        {
            int begin = Math.Max(0, end - StepsPerBlock(rows));
            for (int step = end - 1; step >= begin; step--)
            {
                StepBackward(step, pass, gradients, dHidden, dCell, dGates.Slice((step - begin) * rows * _map.Outputs, rows * _map.Outputs));
            }

            int first = begin * rows;
            int slices = (end - begin) * rows;
            _map.AccumulateParameters(slices, dGates, pass.Trace[(first * _record.Size)..], _record.Size, gradients.Parameters, carver.Rest);
            if (!gradients.Inputs.IsEmpty)
            {
                _map.AccumulateInputs(FromInputs, slices, dGates, gradients.Inputs[(first * Inputs)..]);
            }
        }

        StateRows.Add(rows, StateSize, 0, _units, dHidden, gradients.Start);
        StateRows.Add(rows, StateSize, _units, _units, dCell, gradients.Start);
    }

    /// <inheritdoc/>
    public override (StepNode Outputs, StepNode? State) Describe(StepGraph<T> graph, StepNode inputs, StepNode elapsed, StepNode? state)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(state);
        StepNode Gate(StepOperation activation, StepNode a, int block) => graph.Apply(activation, graph.Slice(a, block * _units, _units));
        StepNode hidden = graph.Slice(state, 0, _units);
        StepNode a = graph.Add(
            graph.Add(graph.Affine(graph.Constant(_inputWeight), inputs), graph.Constant(_inputBias)),
            graph.Add(graph.Affine(graph.Constant(_hiddenWeight), hidden), graph.Constant(_hiddenBias)));
        StepNode kept = graph.Multiply(Gate(StepOperation.Sigmoid, a, 1), graph.Slice(state, _units, _units));
        StepNode added = graph.Multiply(Gate(StepOperation.Sigmoid, a, 0), Gate(StepOperation.Tanh, a, 2));
        StepNode cell = graph.Add(kept, added);
        StepNode output = graph.Multiply(Gate(StepOperation.Sigmoid, a, 3), graph.Tanh(cell));
        return (output, graph.Concatenate(output, cell));
    }

    private void StepBackward(int step, in SequencePass<T> pass, in SequenceGradients<T> gradients, Span<T> dHidden, Span<T> dCell, Span<T> dGates)
    {
        int rows = pass.Rows;
        int first = step * rows;
        TensorPrimitives.Add(dHidden, gradients.Outputs.Slice(first * _units, rows * _units), dHidden);
        for (int row = 0; row < rows; row++)
        {
            ReadOnlySpan<T> record = pass.Trace.Slice((first + row) * _record.Size, _record.Size);
            LstmCell.StepBackward(
                record.Slice(_record.Gates, _map.Outputs),
                record.Slice(_record.Cell, _units),
                record.Slice(_record.Squashed, _units),
                dHidden.Slice(row * _units, _units),
                dCell.Slice(row * _units, _units),
                dGates.Slice(row * _map.Outputs, _map.Outputs));
        }

        dHidden.Clear();
        _map.AccumulateInputs(FromHidden, rows, dGates, dHidden);
    }

    /// <summary>Where things lie in the record of a slice: x | h, activated gates, c before the step, tanh c after it.</summary>
    private sealed record Record(int Inputs, int Units)
    {
        public int Gates { get; } = SpanCarver.Room(Inputs + Units);

        public int Cell => Gates + SpanCarver.Room(4 * Units);

        public int Squashed => Cell + SpanCarver.Room(Units);

        public int Size => Squashed + SpanCarver.Room(Units);
    }
}
