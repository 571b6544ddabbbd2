using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>
/// The heads of a Neural Turing Machine: a memory of N slots of M numbers that each head reads, r = Σ w_i M_i, and writes, M_i ← M_i (1 - w_i e) + w_i a, with
/// weightings w found by content and moved by place (<see cref="SlotWeighting"/>); y = W [x | r] + b.
/// </summary>
/// <remarks>
/// <para>
/// The controller is the layer before: what steers the heads is an affine map of [x | r of the slice before]. A head is one that reads and one that writes,
/// each with its own weighting; they read the memory as the slice before left it, then all erase, then all add. With z the map's numbers: keys k = tanh z,
/// a = tanh z, e = σ(z), g = σ(z), β = log(1 + exp z), γ = 1 + log(1 + exp z), shifts s = softmax(z) over -R .. R.
/// </para>
/// <para>
/// A fresh stream has every number of the memory at c = 1e-6, reads and weightings that are learned (weightings as softmax of a parameter).
/// The state row is M - c | weightings | reads | 1, all of it zero before the first slice: the last number says how much of the learned start still counts, none.
/// Elapsed time is not used.
/// </para>
/// <para>Sources: Graves et al., 2014 (arXiv 1410.5401); Collier and Beel, 2018 (arXiv 1807.08518), section 3, for the start and the squashing of k and a.</para>
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed partial class TuringMachine<T> : RecurrentLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const double StartOfMemory = 1e-6;

    /// <summary>Logit of the first slot in a drawn start. Of 128 slots it has 94 % of the weight: heads know where they stand, so that moving them has an effect from the beginning.</summary>
    private const double FirstSlot = 8;
    private readonly T _constant = T.CreateChecked(StartOfMemory);
    private readonly TuringMachineLayout _layout;
    private readonly Parameter<T> _readWeight;
    private readonly Parameter<T> _inputWeight;
    private readonly Parameter<T> _controlBias;
    private readonly Parameter<T> _firstRead;
    private readonly Parameter<T> _firstLogits;
    private readonly Parameter<T> _outputWeight;
    private readonly Parameter<T> _outputBias;
    private readonly AffineMap<T> _control;
    private readonly AffineMap<T> _output;
    private readonly T[] _firstWeightings;

    /// <summary>Creates the layer with zero parameters.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size is not positive, or a shift could go round the whole memory.</exception>
    public TuringMachine(TuringMachineOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Inputs);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Units);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Slots);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Heads);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Range);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Range, (options.Slots - 1) / 2, nameof(options.Range));
        _layout = new TuringMachineLayout(options);
        (Inputs, Outputs) = (options.Inputs, options.Units);
        _readWeight = new(_layout.ControlSize, _layout.Reads) { Decays = true };
        _inputWeight = new(_layout.ControlSize, Inputs) { Decays = true };
        _controlBias = new(_layout.ControlSize);
        _firstRead = new(options.Heads, options.Width);
        _firstLogits = new(_layout.Weightings, options.Slots);
        _outputWeight = new(Outputs, Inputs + _layout.Reads) { Decays = true };
        _outputBias = new(Outputs);
        _control = new AffineMap<T>(_layout.ControlSize, _layout.Reads, Inputs);
        _control.AddWeight(_readWeight);
        _control.AddWeight(_inputWeight, column: _layout.Reads);
        _control.AddBias(_controlBias);
        _output = new AffineMap<T>(Outputs, Inputs, _layout.Reads);
        _output.AddWeight(_outputWeight);
        _output.AddBias(_outputBias);
        _firstWeightings = new T[_firstLogits.Length];
        Refresh();
    }

    /// <inheritdoc/>
    public override int Inputs { get; }

    /// <inheritdoc/>
    public override int Outputs { get; }

    /// <inheritdoc/>
    public override int StateSize => _layout.StateSize;

    /// <inheritdoc/>
    public override IEnumerable<(string Name, Parameter<T> Parameter)> Parameters =>
    [
        ("control.read", _readWeight), ("control.input", _inputWeight), ("control.bias", _controlBias),
        ("first_read", _firstRead), ("first_weighting", _firstLogits),
        ("output.weight", _outputWeight), ("output.bias", _outputBias),
    ];

    /// <inheritdoc/>
    public override LayerCost Cost => new(
        MultiplyAdds: ((long)_control.Inputs * _control.Outputs) + ((long)_output.Inputs * _output.Outputs)
            + (7L * _layout.Heads * _layout.Memory) + ((long)_layout.Weightings * _layout.Slots * (_layout.Shifts + 4)),
        Transcendentals: _layout.ControlSize + (6L * _layout.Weightings * _layout.Slots),
        WeightBytes: Parameters.Sum(item => (long)item.Parameter.Length) * Unsafe.SizeOf<T>(),
        StateBytes: (long)StateSize * Unsafe.SizeOf<T>());

    /// <inheritdoc/>
    public override void Initialize(Rng rng)
    {
        Initialization.UniformByFan(_readWeight, _control.Inputs, rng.For("control.read"));
        Initialization.UniformByFan(_inputWeight, _control.Inputs, rng.For("control.input"));
        _controlBias.Values.Clear();
        Initialization.UniformByFan(_firstRead, _layout.Width, rng.For("first_read"));
        rng.For("first_weighting").Uniform(_firstLogits.Values, -1, 1);
        for (int i = 0; i < _layout.Weightings; i++)
        {
            _firstLogits.Values[i * _layout.Slots] = T.CreateChecked(FirstSlot);
        }

        Initialization.UniformByFan(_outputWeight, _output.Inputs, rng.For("output.weight"));
        _outputBias.Values.Clear();
        Refresh();
    }

    /// <inheritdoc/>
    public override void Refresh()
    {
        _control.Refresh();
        _output.Refresh();
        _firstLogits.Values.CopyTo(_firstWeightings);
        for (int i = 0; i < _layout.Weightings; i++)
        {
            Reduction.Softmax(_firstWeightings.AsSpan(i * _layout.Slots, _layout.Slots));
        }
    }

    /// <inheritdoc/>
    /// <remarks>Weightings are brought to where none is negative or above 1, and how much of the start has passed to 0 .. 1.</remarks>
    public override void ConstrainStart(Span<T> start)
    {
        Span<T> weightings = start[_layout.StateWeightings.._layout.StateReads];
        TensorPrimitives.Clamp(weightings, T.Zero, T.One, weightings);
        start[_layout.StateBegun] = T.Clamp(start[_layout.StateBegun], T.Zero, T.One);
    }

    /// <inheritdoc/>
    protected override int RecordSize(int rows) => checked(rows * _layout.RecordSize);

    /// <inheritdoc/>
    protected override void Advance(ReadOnlySpan<T> inputs, ReadOnlySpan<T> elapsed, Span<T> states, Span<T> outputs, Span<T> records)
    {
        int rows = elapsed.Length;
        int size = _layout.RecordSize;
        for (int row = 0; row < rows; row++)
        {
            Span<T> record = records.Slice(row * size, size);
            inputs.Slice(row * Inputs, Inputs).CopyTo(record[_layout.RecordInputs..]);
            TakeState(states.Slice(row * StateSize, StateSize), record);
        }

        _control.Apply(rows, records, size, records[_layout.RecordControl..], size);
        for (int row = 0; row < rows; row++)
        {
            var slice = new Slice(_layout, records.Slice(row * size, size));
            Activate(slice);
            Find(slice);
            ReadAndWrite(slice, states.Slice(row * StateSize, StateSize));
        }

        _output.Apply(rows, records[_layout.RecordInputs..], size, outputs, Outputs);
    }

    /// <summary>The memory, weightings and reads that the slice before left, or those of the start.</summary>
    private void TakeState(ReadOnlySpan<T> state, Span<T> record)
    {
        T fresh = T.One - state[_layout.StateBegun];
        TensorPrimitives.Add(state[.._layout.Memory], _constant, record[_layout.RecordMemory..]);
        TensorPrimitives.FusedMultiplyAdd(
            _firstWeightings, fresh, state[_layout.StateWeightings.._layout.StateReads], record[_layout.RecordBefore..]);
        TensorPrimitives.FusedMultiplyAdd(_firstRead.Values, fresh, state.Slice(_layout.StateReads, _layout.Reads), record);
    }

    private void Activate(in Slice slice)
    {
        Span<T> squashed = slice.Control[.._layout.Erase];
        Elementary.Tanh<T>(squashed, squashed);
        Span<T> gates = slice.Control[_layout.Erase.._layout.Strengths];
        Elementary.Sigmoid<T>(gates, gates);
        Elementary.Softplus<T>(slice.Control[_layout.Strengths.._layout.ShiftShares], slice.Strengths);
        TensorPrimitives.Add(slice.Sharpnesses, T.One, slice.Sharpnesses);
        for (int i = 0; i < _layout.Weightings; i++)
        {
            Reduction.Softmax(slice.Shift(i));
        }
    }

    private void Find(in Slice slice)
    {
        for (int i = 0; i < _layout.Weightings; i += 2)
        {
            SlotMemory.Match<T>(slice.Memory, slice.Key(i), slice.Key(i + 1), slice.Way(i).Cosine, slice.Way(i + 1).Cosine, slice.Squares);
        }

        for (int i = 0; i < _layout.Weightings; i++)
        {
            SlotWeighting.Compute<T>(slice.ControlOf(i), slice.Squares, slice.Before(i), slice.Way(i));
        }
    }

    private void ReadAndWrite(in Slice slice, Span<T> state)
    {
        slice.Weightings.CopyTo(state[_layout.StateWeightings..]);
        for (int head = 0; head < _layout.Heads; head++)
        {
            SlotMemory.Read<T>(slice.Memory, slice.Weighting(head), slice.Reads.Slice(head * _layout.Width, _layout.Width));
        }

        slice.Reads.CopyTo(state[_layout.StateReads..]);
        SlotMemory.Write<T>(_constant, slice.Writing, slice.Erase, slice.Add, _layout.Width, state[.._layout.Memory]);
        state[_layout.StateBegun] = T.One;
    }

    /// <summary>The parts of a slice's record.</summary>
    private readonly ref struct Slice(TuringMachineLayout layout, Span<T> record)
    {
        private readonly Span<T> _record = record;

        public Span<T> Control => _record.Slice(layout.RecordControl, layout.ControlSize);

        public ReadOnlySpan<T> Memory => _record.Slice(layout.RecordMemory, layout.Memory);

        public Span<T> Squares => _record.Slice(layout.RecordSquares, layout.Slots);

        public Span<T> Reads => _record.Slice(layout.RecordReads, layout.Reads);

        public ReadOnlySpan<T> Add => Control.Slice(layout.Add, layout.Reads);

        public ReadOnlySpan<T> Erase => Control.Slice(layout.Erase, layout.Reads);

        /// <summary>β and γ of every weighting, [2, 2 H].</summary>
        public Span<T> Strengths => _record.Slice(layout.RecordSoftplus, 2 * layout.Weightings);

        public Span<T> Sharpnesses => Strengths[layout.Weightings..];

        public ReadOnlySpan<T> Key(int i) => Control.Slice(i * layout.Width, layout.Width);

        public Span<T> Shift(int i) => Control.Slice(layout.ShiftShares + (i * layout.Shifts), layout.Shifts);

        public ReadOnlySpan<T> Before(int i) => _record.Slice(layout.RecordBefore + (i * layout.Slots), layout.Slots);

        /// <summary>Of the reading, then of the writing heads, [2 H, N].</summary>
        public Span<T> Weightings => _record.Slice(layout.RecordWeightings, layout.Weightings * layout.Slots);

        /// <summary>Of the writing heads, [H, N].</summary>
        public ReadOnlySpan<T> Writing => Weightings[(layout.Heads * layout.Slots)..];

        public Span<T> Weighting(int i) => Weightings.Slice(i * layout.Slots, layout.Slots);

        public SlotRecord<T> Way(int i) => new(_record.Slice(layout.RecordWay + (i * SpanCarver.Room(layout.WaySize)), layout.WaySize), Weighting(i));

        public SlotControl<T> ControlOf(int i) => new(
            Strengths[i], Control[layout.Gates + i], Sharpnesses[i], Reduction.SumOfSquares(Key(i)), Shift(i));
    }
}
