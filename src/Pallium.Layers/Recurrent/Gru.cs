using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>What a <see cref="Gru{T}"/> is made from.</summary>
/// <param name="Inputs">Channels of x.</param>
/// <param name="Units">Hidden units H.</param>
public sealed record GruOptions(int Inputs, int Units);

/// <summary>Gated recurrent unit: h' = (1 - z) n + z h with gates r, z and candidate n of x and h (<see cref="GruCell"/>).</summary>
/// <remarks>
/// Parameters as in torch: w_ih [3H, I], w_hh [3H, H], b_ih, b_hh [3H], blocks in the order r, z, n. The state row is h.
/// Elapsed time is not used. Source: Cho et al., EMNLP 2014.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class Gru<T> : RecurrentLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int Whole = 0;
    private readonly int _units;
    private readonly Parameter<T> _inputWeight;
    private readonly Parameter<T> _hiddenWeight;
    private readonly Parameter<T> _inputBias;
    private readonly Parameter<T> _hiddenBias;
    private readonly AffineMap<T> _inputMap;
    private readonly AffineMap<T> _hiddenMap;
    private readonly Record _record;

    /// <summary>Creates the layer with zero parameters.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size is not positive.</exception>
    public Gru(GruOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Inputs);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Units);
        Inputs = options.Inputs;
        _units = options.Units;
        _inputWeight = new(3 * _units, Inputs) { Decays = true };
        _hiddenWeight = new(3 * _units, _units) { Decays = true };
        _inputBias = new(3 * _units);
        _hiddenBias = new(3 * _units);
        _inputMap = new AffineMap<T>(3 * _units, Inputs);
        _inputMap.AddWeight(_inputWeight);
        _inputMap.AddBias(_inputBias);
        _hiddenMap = new AffineMap<T>(3 * _units, _units);
        _hiddenMap.AddWeight(_hiddenWeight);
        _hiddenMap.AddBias(_hiddenBias);
        _record = new Record(_units);
        Refresh();
    }

    /// <inheritdoc/>
    public override int Inputs { get; }

    /// <inheritdoc/>
    public override int Outputs => _units;

    /// <inheritdoc/>
    public override int StateSize => _units;

    /// <inheritdoc/>
    public override IEnumerable<(string Name, Parameter<T> Parameter)> Parameters =>
        [("w_ih", _inputWeight), ("w_hh", _hiddenWeight), ("b_ih", _inputBias), ("b_hh", _hiddenBias)];

    /// <inheritdoc/>
    public override LayerCost Cost => new(
        MultiplyAdds: (3L * _units * (Inputs + _units)) + (3 * _units),
        Transcendentals: 3 * _units,
        WeightBytes: 3L * _units * (Inputs + _units + 2) * Unsafe.SizeOf<T>(),
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
    public override void Refresh()
    {
        _inputMap.Refresh();
        _hiddenMap.Refresh();
    }

    /// <inheritdoc/>
    public override int PassScratch(int steps, int rows) =>
        (2 * SpanCarver.Room(SlicesPerBlock(steps, rows) * 3 * _units)) + SpanCarver.Room(rows * _units)
        + Math.Max(_inputMap.GradientScratch, _hiddenMap.GradientScratch);

    /// <inheritdoc/>
    public override void Backward(in SequencePass<T> pass, in SequenceGradients<T> gradients)
    {
        this.CheckPass(pass, gradients);
        int rows = pass.Rows;
        int width = 3 * _units;
        var carver = new SpanCarver<T>(pass.Scratch);
        Span<T> dGates = carver.Take(SlicesPerBlock(pass.Steps, rows) * width);
        Span<T> dRecurrent = carver.Take(SlicesPerBlock(pass.Steps, rows) * width);
        Span<T> dHidden = carver.Take(rows * _units);
        StateRows.Take(rows, StateSize, 0, _units, gradients.Final, dHidden);
        for (int end = pass.Steps; end > 0; end -= StepsPerBlock(rows))
        {
            int begin = Math.Max(0, end - StepsPerBlock(rows));
            for (int step = end - 1; step >= begin; step--)
            {
                int place = (step - begin) * rows * width;
                StepBackward(step, pass, gradients, dHidden, dGates.Slice(place, rows * width), dRecurrent.Slice(place, rows * width));
            }

            int first = begin * rows;
            int slices = (end - begin) * rows;
            _inputMap.AccumulateParameters(slices, dGates, pass.Inputs[(first * Inputs)..], Inputs, gradients.Parameters, carver.Rest);
            _hiddenMap.AccumulateParameters(
                slices, dRecurrent, pass.Trace[((first * _record.Size) + _record.Hidden)..], _record.Size, gradients.Parameters, carver.Rest);
            if (!gradients.Inputs.IsEmpty)
            {
                _inputMap.AccumulateInputs(Whole, slices, dGates, gradients.Inputs[(first * Inputs)..]);
            }
        }

        StateRows.Add(rows, StateSize, 0, _units, dHidden, gradients.Start);
    }

    /// <inheritdoc/>
    public override (StepNode Outputs, StepNode? State) Describe(StepGraph<T> graph, StepNode inputs, StepNode elapsed, StepNode? state)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(state);
        StepNode a = graph.Add(graph.Affine(graph.Constant(_inputWeight), inputs), graph.Constant(_inputBias));
        StepNode b = graph.Add(graph.Affine(graph.Constant(_hiddenWeight), state), graph.Constant(_hiddenBias));
        StepNode Block(StepNode node, int block) => graph.Slice(node, block * _units, _units);
        StepNode reset = graph.Sigmoid(graph.Add(Block(a, 0), Block(b, 0)));
        StepNode update = graph.Sigmoid(graph.Add(Block(a, 1), Block(b, 1)));
        StepNode recalled = graph.Multiply(reset, Block(b, 2));
        StepNode candidate = graph.Tanh(graph.Add(Block(a, 2), recalled));
        StepNode fresh = graph.Multiply(graph.Subtract(graph.Constant(T.One), update), candidate);
        StepNode next = graph.Add(fresh, graph.Multiply(update, state));
        return (next, next);
    }

    /// <inheritdoc/>
    protected override int RecordSize(int rows) => rows * _record.Size;

    /// <inheritdoc/>
    protected override void Advance(ReadOnlySpan<T> inputs, ReadOnlySpan<T> elapsed, Span<T> states, Span<T> outputs, Span<T> records)
    {
        int rows = elapsed.Length;
        for (int row = 0; row < rows; row++)
        {
            states.Slice(row * _units, _units).CopyTo(records[((row * _record.Size) + _record.Hidden)..]);
        }

        _inputMap.Apply(rows, inputs, Inputs, records[_record.Gates..], _record.Size);
        _hiddenMap.Apply(rows, states, _units, records[_record.Recurrent..], _record.Size);
        for (int row = 0; row < rows; row++)
        {
            Span<T> record = records.Slice(row * _record.Size, _record.Size);
            Span<T> state = states.Slice(row * _units, _units);
            GruCell.Step(record.Slice(_record.Gates, 3 * _units), record.Slice(_record.Recurrent, 3 * _units), state, state);
        }

        states.CopyTo(outputs);
    }

    private void StepBackward(
        int step, in SequencePass<T> pass, in SequenceGradients<T> gradients, Span<T> dHidden, Span<T> dGates, Span<T> dRecurrent)
    {
        int rows = pass.Rows;
        int width = 3 * _units;
        int first = step * rows;
        TensorPrimitives.Add(dHidden, gradients.Outputs.Slice(first * _units, rows * _units), dHidden);
        for (int row = 0; row < rows; row++)
        {
            ReadOnlySpan<T> record = pass.Trace.Slice((first + row) * _record.Size, _record.Size);
            GruCell.StepBackward(
                record.Slice(_record.Gates, width),
                record.Slice(_record.Recurrent, width),
                record.Slice(_record.Hidden, _units),
                dHidden.Slice(row * _units, _units),
                dGates.Slice(row * width, width),
                dRecurrent.Slice(row * width, width));
        }

        _hiddenMap.AccumulateInputs(Whole, rows, dRecurrent, dHidden);
    }

    /// <summary>Where things lie in the record of a slice: the gates r, z, n; U h + b; h before the step.</summary>
    private sealed record Record(int Units)
    {
        public int Gates { get; }

        public int Recurrent { get; } = SpanCarver.Room(3 * Units);

        public int Hidden => 2 * Recurrent;

        public int Size => Hidden + SpanCarver.Room(Units);
    }
}
