using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>What a <see cref="Ctrnn{T}"/> is made from.</summary>
/// <param name="Inputs">Channels of x.</param>
/// <param name="Units">Neurons H.</param>
public sealed record CtrnnOptions(int Inputs, int Units)
{
    /// <summary>Solver steps L per slice.</summary>
    public int Unfolds { get; init; } = 6;
}

/// <summary>
/// Continuous-time recurrent network, dh/dt = -h/τ + tanh(W x + U h + b), integrated over the elapsed time in L equal parts δ by
/// h' = exp(-δ/τ) h + τ (1 - exp(-δ/τ)) tanh(W x + U h + b) (<see cref="CtrnnCell"/>); y = h.
/// </summary>
/// <remarks>
/// Parameters: W [H, I], U [H, H], b and tau [H]; τ counts in median steps, 1 when newly drawn, and learning keeps it from falling below 0.01.
/// The state row is h, and |h| stays below τ from a fresh start. Exact in time where U is 0; otherwise of first order in δ.
/// Source: Funahashi and Nakamura, Neural Networks 6(6), 1993, eq. 1; the baseline of Hasani et al., AAAI 2021.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class Ctrnn<T> : RecurrentLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const double LeastTimeConstant = 0.01;
    private const int Whole = 0;
    private readonly int _units;
    private readonly int _unfolds;
    private readonly int _room;
    private readonly Parameter<T> _inputWeight;
    private readonly Parameter<T> _recurrentWeight;
    private readonly Parameter<T> _bias;
    private readonly Parameter<T> _timeConstant;
    private readonly AffineMap<T> _inputMap;
    private readonly AffineMap<T> _recurrentMap;

    /// <summary>Creates the layer with zero weights and time constants of 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size is not positive.</exception>
    public Ctrnn(CtrnnOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Inputs);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Units);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Unfolds);
        Inputs = options.Inputs;
        _units = options.Units;
        _unfolds = options.Unfolds;
        _room = SpanCarver.Room(_units);
        _inputWeight = new(_units, Inputs) { Decays = true };
        _recurrentWeight = new(_units, _units) { Decays = true };
        _bias = new(_units);
        _timeConstant = new(_units) { Minimum = LeastTimeConstant };
        _timeConstant.Values.Fill(T.One);
        _inputMap = new AffineMap<T>(_units, Inputs);
        _inputMap.AddWeight(_inputWeight);
        _inputMap.AddBias(_bias);
        _recurrentMap = new AffineMap<T>(_units, _units);
        _recurrentMap.AddWeight(_recurrentWeight);
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
        [("W", _inputWeight), ("U", _recurrentWeight), ("b", _bias), ("tau", _timeConstant)];

    /// <inheritdoc/>
    public override LayerCost Cost => new(
        MultiplyAdds: (long)_units * (Inputs + (_unfolds * (_units + 2))),
        Transcendentals: 3L * _unfolds * _units,
        WeightBytes: (long)_units * (Inputs + _units + 2) * Unsafe.SizeOf<T>(),
        StateBytes: StateSize * Unsafe.SizeOf<T>());

    /// <summary>One solver step's h and tanh(a); a slice has L of them.</summary>
    private int SubRecord => 2 * _room;

    /// <inheritdoc/>
    public override void Initialize(Rng rng)
    {
        Initialization.UniformByFan(_inputWeight, _units, rng.For("W"));
        Initialization.UniformByFan(_recurrentWeight, _units, rng.For("U"));
        Initialization.UniformByFan(_bias, _units, rng.For("b"));
        _timeConstant.Values.Fill(T.One);
        Refresh();
    }

    /// <inheritdoc/>
    public override void Refresh()
    {
        _inputMap.Refresh();
        _recurrentMap.Refresh();
    }

    /// <inheritdoc/>
    public override int PassScratch(int steps, int rows)
    {
        int slices = SlicesPerBlock(steps, rows);
        return SpanCarver.Room(checked(slices * _unfolds * _units)) + SpanCarver.Room(slices * _units) + SpanCarver.Room(rows * _units) + _room
            + _inputMap.GradientScratch;
    }

    /// <inheritdoc/>
    public override void Backward(in SequencePass<T> pass, in SequenceGradients<T> gradients)
    {
        this.CheckPass(pass, gradients);
        int rows = pass.Rows;
        var carver = new SpanCarver<T>(pass.Scratch);
        Span<T> dDrives = carver.Take(SlicesPerBlock(pass.Steps, rows) * _unfolds * _units);
        Span<T> dBases = carver.Take(SlicesPerBlock(pass.Steps, rows) * _units);
        Span<T> dHidden = carver.Take(rows * _units);
        Span<T> dTime = carver.Take(_units);
        StateRows.Take(rows, StateSize, 0, _units, gradients.Final, dHidden);
        for (int end = pass.Steps; end > 0; end -= StepsPerBlock(rows))
        {
            int begin = Math.Max(0, end - StepsPerBlock(rows));
            for (int step = end - 1; step >= begin; step--)
            {
                int place = (step - begin) * rows * _units;
                Span<T> dStep = dDrives.Slice(place * _unfolds, rows * _unfolds * _units);
                TensorPrimitives.Add(dHidden, gradients.Outputs.Slice(step * rows * _units, rows * _units), dHidden);
                StepBackward(step, pass, gradients, dHidden, dStep, dTime);
                SumUnfolds(dStep, dBases.Slice(place, rows * _units));
            }

            int first = begin * rows;
            int slices = (end - begin) * rows;
            _recurrentMap.AccumulateParameters(
                slices * _unfolds, dDrives, pass.Trace[(first * _unfolds * SubRecord)..], SubRecord, gradients.Parameters, carver.Rest);
            _inputMap.AccumulateParameters(slices, dBases, pass.Inputs[(first * Inputs)..], Inputs, gradients.Parameters, carver.Rest);
            if (!gradients.Inputs.IsEmpty)
            {
                _inputMap.AccumulateInputs(Whole, slices, dBases, gradients.Inputs[(first * Inputs)..]);
            }
        }

        StateRows.Add(rows, StateSize, 0, _units, dHidden, gradients.Start);
    }

    /// <inheritdoc/>
    public override (StepNode Outputs, StepNode? State) Describe(StepGraph<T> graph, StepNode inputs, StepNode elapsed, StepNode? state)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(state);
        StepNode tau = graph.Constant(_timeConstant);
        StepNode time = graph.Divide(elapsed, graph.Constant(T.CreateChecked(-_unfolds)));
        StepNode decay = graph.Exp(graph.Divide(time, tau));
        StepNode gain = graph.Multiply(tau, graph.Subtract(graph.Constant(T.One), decay));
        StepNode basis = graph.Add(graph.Affine(graph.Constant(_inputWeight), inputs), graph.Constant(_bias));
        StepNode h = state;
        for (int n = 0; n < _unfolds; n++)
        {
            StepNode drive = graph.Add(basis, graph.Affine(graph.Constant(_recurrentWeight), h));
            StepNode driven = graph.Multiply(gain, graph.Tanh(drive));
            h = graph.Add(graph.Multiply(decay, h), driven);
        }

        return (h, h);
    }

    /// <inheritdoc/>
    protected override int RecordSize(int rows) => checked(rows * _unfolds * SubRecord);

    /// <inheritdoc/>
    protected override void Advance(ReadOnlySpan<T> inputs, ReadOnlySpan<T> elapsed, Span<T> states, Span<T> outputs, Span<T> records)
    {
        int rows = elapsed.Length;
        int size = _unfolds * SubRecord;

        // W x + b waits where the last solver step will add U h to it.
        Span<T> bases = records[(size - _room)..];
        _inputMap.Apply(rows, inputs, Inputs, bases, size);
        for (int n = 0; n < _unfolds; n++)
        {
            Span<T> hidden = records[(n * SubRecord)..];
            Span<T> drives = hidden[_room..];
            for (int row = 0; row < rows; row++)
            {
                states.Slice(row * _units, _units).CopyTo(hidden[(row * size)..]);
                bases.Slice(row * size, _units).CopyTo(drives[(row * size)..]);
            }

            _recurrentMap.Accumulate(rows, hidden, size, drives, size);
            for (int row = 0; row < rows; row++)
            {
                Span<T> state = states.Slice(row * _units, _units);
                CtrnnCell.Step(drives.Slice(row * size, _units), state, _timeConstant.Values, TimeOf(elapsed[row]), state);
            }
        }

        states.CopyTo(outputs);
    }

    /// <summary>One slice's solver steps, last first.</summary>
    private void StepBackward(
        int step, in SequencePass<T> pass, in SequenceGradients<T> gradients, Span<T> dHidden, Span<T> dDrives, Span<T> dTime)
    {
        int rows = pass.Rows;
        int width = _unfolds * _units;
        Span<T> dTau = gradients.Parameters[_timeConstant];
        for (int n = _unfolds - 1; n >= 0; n--)
        {
            for (int row = 0; row < rows; row++)
            {
                int slice = (step * rows) + row;
                ReadOnlySpan<T> record = pass.Trace.Slice(((slice * _unfolds) + n) * SubRecord, SubRecord);
                dTime.Clear();
                CtrnnCell.StepBackward(
                    record.Slice(_room, _units),
                    record[.._units],
                    _timeConstant.Values,
                    TimeOf(pass.Elapsed[slice]),
                    dHidden.Slice(row * _units, _units),
                    dDrives.Slice((row * width) + (n * _units), _units),
                    dTau,
                    dTime);
                if (!gradients.Elapsed.IsEmpty)
                {
                    gradients.Elapsed[slice] += TimeOf(Reduction.Sum<T>(dTime));
                }
            }

            _recurrentMap.AccumulateInputs(Whole, rows, dDrives[(n * _units)..], width, dHidden, _units);
        }
    }

    /// <summary>What reaches W x + b of every row: the sum over its solver steps.</summary>
    private void SumUnfolds(ReadOnlySpan<T> dDrives, Span<T> dBases)
    {
        dBases.Clear();
        for (int place = 0; place < dDrives.Length; place += _units)
        {
            Span<T> sum = dBases.Slice(place / (_unfolds * _units) * _units, _units);
            TensorPrimitives.Add(sum, dDrives.Slice(place, _units), sum);
        }
    }

    /// <summary>δ = dt/L.</summary>
    private T TimeOf(T elapsed) => elapsed / T.CreateChecked(_unfolds);
}
