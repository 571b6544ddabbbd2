using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>What an <see cref="Slstm{T}"/> is made from.</summary>
/// <param name="Inputs">Channels of x.</param>
/// <param name="Units">Hidden units H.</param>
public sealed record SlstmOptions(int Inputs, int Units)
{
    /// <summary>Heads G: groups of H/G units, each of which reads only its own h. G divides H.</summary>
    public int Heads { get; init; } = 1;
}

/// <summary>
/// Scalar long short-term memory with exponential gating: gates i, f, z, o = W x + R h + b (R block-diagonal by heads), and
/// h = σ(o) c/n, where c/n is the mean of tanh(z) over the past in weights exp(i) Π σ(f) (<see cref="SlstmCell"/>).
/// </summary>
/// <remarks>
/// Parameters: W [4H, I], R [G, 4H/G, H/G], b [4H], blocks in the order i, f, z, o (within a head, in R). The state row is
/// h | c | n | m, [4H]; a unit with n = 0 has seen nothing. Elapsed time is not used.
/// A newly drawn forget gate's bias is 5 - 12 (j/(H/G - 1))^0.3 for unit j of a head (the power law of the published code, in its
/// form for the first block): from a memory of 150 slices down to none. W and R are uniform in ±1/√H and ±1/√(H/G); the other biases are 0.
/// Source: Beck et al., 2024 (arXiv 2405.04517), section 2.2 and appendix A.2.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed partial class Slstm<T> : RecurrentLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int Gates = 4;
    private const int Whole = 0;
    private readonly int _units;
    private readonly int _headUnits;
    private readonly Parameter<T> _inputWeight;
    private readonly Parameter<T> _recurrentWeight;
    private readonly Parameter<T> _bias;
    private readonly AffineMap<T> _inputMap;
    private readonly AffineMap<T>[] _recurrentMaps;
    private readonly Record _record;

    /// <summary>Creates the layer with zero parameters.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size is not positive.</exception>
    /// <exception cref="ArgumentException">The heads do not divide the units.</exception>
    public Slstm(SlstmOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Inputs);
        _headUnits = ChannelGroups.Width(options.Units, options.Heads);
        Inputs = options.Inputs;
        _units = options.Units;
        _inputWeight = new(Gates * _units, Inputs) { Decays = true };
        _recurrentWeight = new(options.Heads, Gates * _headUnits, _headUnits) { Decays = true };
        _bias = new(Gates * _units);
        _inputMap = new AffineMap<T>(Gates * _units, Inputs);
        _recurrentMaps = new AffineMap<T>[options.Heads];
        for (int head = 0; head < options.Heads; head++)
        {
            AddHead(head);
        }

        _record = new Record(_units);
        Refresh();
    }

    /// <inheritdoc/>
    public override int Inputs { get; }

    /// <inheritdoc/>
    public override int Outputs => _units;

    /// <inheritdoc/>
    public override int StateSize => 4 * _units;

    /// <inheritdoc/>
    public override IEnumerable<(string Name, Parameter<T> Parameter)> Parameters => [("W", _inputWeight), ("R", _recurrentWeight), ("b", _bias)];

    /// <inheritdoc/>
    public override LayerCost Cost => new(
        MultiplyAdds: ((long)Gates * _units * (Inputs + _headUnits)) + (3 * _units),
        Transcendentals: 6 * _units,
        WeightBytes: (long)Gates * _units * (Inputs + _headUnits + 1) * Unsafe.SizeOf<T>(),
        StateBytes: StateSize * Unsafe.SizeOf<T>());

    private int Width => Gates * _units;

    private int HeadWidth => Gates * _headUnits;

    /// <inheritdoc/>
    public override void Initialize(Rng rng)
    {
        Initialization.UniformByFan(_inputWeight, _units, rng.For("W"));
        Initialization.UniformByFan(_recurrentWeight, _headUnits, rng.For("R"));
        _bias.Values.Clear();
        for (int unit = 0; unit < _units; unit++)
        {
            _bias.Values[_units + unit] = T.CreateChecked(5 - (12 * Initialization.Ramp(unit % _headUnits, _headUnits - 1, 0.3)));
        }

        Refresh();
    }

    /// <inheritdoc/>
    public override void Refresh()
    {
        _inputMap.Refresh();
        foreach (AffineMap<T> map in _recurrentMaps)
        {
            map.Refresh();
        }
    }

    /// <inheritdoc/>
    /// <remarks>
    /// n becomes its absolute value and c is brought within ±n: what gates can lead to, where |h| is less than 1.
    /// </remarks>
    public override void ConstrainStart(Span<T> start)
    {
        var state = new MeanState<T>(start[_units..], 0, _units);
        for (int unit = 0; unit < _units; unit++)
        {
            T weight = T.Abs(state.Weight[unit]);
            state.Weight[unit] = weight;
            state.Sum[unit] = T.Clamp(state.Sum[unit], -weight, weight);
        }
    }

    /// <inheritdoc/>
    public override int PassScratch(int steps, int rows) =>
        SpanCarver.Room(SlicesPerBlock(steps, rows) * Width) + SpanCarver.Room(rows * _units) + SpanCarver.Room(rows * 3 * _units)
        + Math.Max(_inputMap.GradientScratch, _recurrentMaps[0].GradientScratch);

    /// <inheritdoc/>
    public override void Backward(in SequencePass<T> pass, in SequenceGradients<T> gradients)
    {
        this.CheckPass(pass, gradients);
        int rows = pass.Rows;
        var carver = new SpanCarver<T>(pass.Scratch);
        Span<T> dGates = carver.Take(SlicesPerBlock(pass.Steps, rows) * Width);
        Span<T> dHidden = carver.Take(rows * _units);
        Span<T> dState = carver.Take(rows * 3 * _units);
        StateRows.Take(rows, StateSize, 0, _units, gradients.Final, dHidden);
        StateRows.Take(rows, StateSize, _units, 3 * _units, gradients.Final, dState);
        for (int end = pass.Steps; end > 0; end -= StepsPerBlock(rows))
        {
            int begin = Math.Max(0, end - StepsPerBlock(rows));
            for (int step = end - 1; step >= begin; step--)
            {
                StepBackward(step, pass, gradients, dHidden, dState, dGates.Slice((step - begin) * rows * Width, rows * Width));
            }

            AccumulateParameters(begin, end, pass, gradients, dGates, carver.Rest);
        }

        StateRows.Add(rows, StateSize, 0, _units, dHidden, gradients.Start);
        StateRows.Add(rows, StateSize, _units, 3 * _units, dState, gradients.Start);
    }

    /// <inheritdoc/>
    protected override int RecordSize(int rows) => rows * _record.Size;

    /// <inheritdoc/>
    protected override void Advance(ReadOnlySpan<T> inputs, ReadOnlySpan<T> elapsed, Span<T> states, Span<T> outputs, Span<T> records)
    {
        int rows = elapsed.Length;
        Span<T> gates = records[_record.Gates..];
        _inputMap.Apply(rows, inputs, Inputs, gates, _record.Size);
        for (int head = 0; head < _recurrentMaps.Length; head++)
        {
            _recurrentMaps[head].Accumulate(rows, states[(head * _headUnits)..], StateSize, gates[(head * HeadWidth)..], _record.Size);
        }

        for (int row = 0; row < rows; row++)
        {
            Span<T> record = records.Slice(row * _record.Size, _record.Size);
            Span<T> state = states.Slice(row * StateSize, StateSize);
            state[..(3 * _units)].CopyTo(record[_record.Before..]);
            for (int head = 0; head < _recurrentMaps.Length; head++)
            {
                int first = head * _headUnits;
                SlstmCell.Step(
                    record.Slice(_record.Gates + (head * HeadWidth), HeadWidth),
                    record.Slice(_record.Kept + first, _headUnits),
                    new MeanState<T>(state[_units..], first, _headUnits),
                    state.Slice(first, _headUnits));
            }

            state[.._units].CopyTo(outputs.Slice(row * _units, _units));
        }
    }

    private void StepBackward(
        int step, in SequencePass<T> pass, in SequenceGradients<T> gradients, Span<T> dHidden, Span<T> dState, Span<T> dGates)
    {
        int rows = pass.Rows;
        TensorPrimitives.Add(dHidden, gradients.Outputs.Slice(step * rows * _units, rows * _units), dHidden);
        for (int row = 0; row < rows; row++)
        {
            Span<T> record = pass.Trace.Slice(((step * rows) + row) * _record.Size, _record.Size);
            for (int head = 0; head < _recurrentMaps.Length; head++)
            {
                int first = head * _headUnits;
                SlstmCell.StepBackward(
                    record.Slice(_record.Gates + (head * HeadWidth), HeadWidth),
                    record.Slice(_record.Kept + first, _headUnits),
                    new MeanState<T>(record.Slice(_record.Before + _units, 3 * _units), first, _headUnits),
                    dHidden.Slice((row * _units) + first, _headUnits),
                    new MeanState<T>(dState.Slice(row * 3 * _units, 3 * _units), first, _headUnits),
                    dGates.Slice((row * Width) + (head * HeadWidth), HeadWidth));
            }
        }

        dHidden.Clear();
        for (int head = 0; head < _recurrentMaps.Length; head++)
        {
            _recurrentMaps[head].AccumulateInputs(Whole, rows, dGates[(head * HeadWidth)..], Width, dHidden[(head * _headUnits)..], _units);
        }
    }

    private void AccumulateParameters(
        int begin, int end, in SequencePass<T> pass, in SequenceGradients<T> gradients, ReadOnlySpan<T> dGates, Span<T> scratch)
    {
        int first = begin * pass.Rows;
        int slices = (end - begin) * pass.Rows;
        _inputMap.AccumulateParameters(slices, dGates, pass.Inputs[(first * Inputs)..], Inputs, gradients.Parameters, scratch);
        for (int head = 0; head < _recurrentMaps.Length; head++)
        {
            ReadOnlySpan<T> hidden = pass.Trace[((first * _record.Size) + _record.Before + (head * _headUnits))..];
            _recurrentMaps[head].AccumulateParameters(
                slices, dGates[(head * HeadWidth)..], Width, hidden, _record.Size, gradients.Parameters, scratch);
        }

        if (!gradients.Inputs.IsEmpty)
        {
            _inputMap.AccumulateInputs(Whole, slices, dGates, gradients.Inputs[(first * Inputs)..]);
        }
    }

    /// <summary>Gates are computed head by head: rows of W and b move to where the head's product with its h adds to them.</summary>
    private void AddHead(int head)
    {
        _recurrentMaps[head] = new AffineMap<T>(HeadWidth, _headUnits);
        _recurrentMaps[head].AddWeight(_recurrentWeight, source: head * HeadWidth, rows: HeadWidth);
        if (_recurrentMaps.Length == 1)
        {
            _inputMap.AddWeight(_inputWeight);
            _inputMap.AddBias(_bias);
            return;
        }

        for (int gate = 0; gate < Gates; gate++)
        {
            int row = (head * HeadWidth) + (gate * _headUnits);
            int source = (gate * _units) + (head * _headUnits);
            _inputMap.AddWeight(_inputWeight, row, source: source, rows: _headUnits);
            _inputMap.AddBias(_bias, row, source, _headUnits);
        }
    }

    /// <summary>Where things lie in the record of a slice: the gates, head by head; φ; h, c, n and m before the step.</summary>
    private sealed record Record(int Units)
    {
        public int Gates { get; }

        public int Kept { get; } = SpanCarver.Room(4 * Units);

        public int Before => Kept + SpanCarver.Room(Units);

        public int Size => Before + SpanCarver.Room(4 * Units);
    }
}
