using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>What an <see cref="Ltc{T}"/> is made from.</summary>
/// <param name="Wiring">Inputs, neurons and synapses.</param>
public sealed record LtcOptions(Wiring Wiring)
{
    /// <summary>Solver steps L per slice.</summary>
    public int Unfolds { get; init; } = 6;

    /// <summary>Added to the denominator.</summary>
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>Whether conductances and capacitances are softplus of their parameters; else learning keeps them from falling below a minimum.</summary>
    public bool IsSoftplus { get; init; }
}

/// <summary>Liquid time-constant cells: neurons with conductance synapses, integrated by a fused semi-implicit solver.</summary>
/// <remarks>
/// With r_ij = w_ij σ(s_ij (v_i - μ_ij)) over sources i (neurons, and inputs x in their affine image), L times per slice:
/// v_j = (c_j v_j + g_j l_j + Σ r_ij E_ij) / (c_j + g_j + Σ r_ij + ε), c_j = cm_j L/dt. y = the motor neurons' v in an affine image.
/// The state row is v, [U], motor neurons first. v stays within the hull of 0, its start, the leak and the reversal potentials.
/// Source: Hasani et al., AAAI 2021, algorithm 1; conductances and names as in ncps.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed partial class Ltc<T> : RecurrentLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const double LeastCapacitance = 1e-6;
    private readonly LtcOptions _options;
    private readonly Wiring _wiring;
    private readonly Parameter<T> _leak;
    private readonly Parameter<T> _rest;
    private readonly Parameter<T> _capacitance;
    private readonly Parameter<T> _inputWeight;
    private readonly Parameter<T> _inputBias;
    private readonly Parameter<T> _outputWeight;
    private readonly Parameter<T> _outputBias;
    private readonly SynapseBank<T> _sensory;
    private readonly SynapseBank<T> _neurons;
    private readonly T[] _positiveLeak;
    private readonly T[] _positiveCapacitance;

    /// <summary>Creates the layer with zero parameters.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are no unfolds, or ε is negative.</exception>
    public Ltc(LtcOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(options.Wiring);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Unfolds);
        ArgumentOutOfRangeException.ThrowIfNegative(options.Epsilon);
        _options = options;
        _wiring = options.Wiring;
        _leak = new(Units) { Minimum = options.IsSoftplus ? null : 0 };
        _rest = new(Units);
        _capacitance = new(Units) { Minimum = options.IsSoftplus ? null : LeastCapacitance };
        _inputWeight = new(Inputs);
        _inputBias = new(Inputs);
        _outputWeight = new(Outputs);
        _outputBias = new(Outputs);
        _neurons = SynapseBank<T>.Create(new("", _wiring.Synapses, Units, Units, options.IsSoftplus), _wiring.IsFull);
        _sensory = SynapseBank<T>.Create(new("sensory_", _wiring.Sensory, Inputs, Units, options.IsSoftplus), _wiring.IsFull);
        _positiveLeak = new T[Units];
        _positiveCapacitance = new T[Units];
        Refresh();
    }

    /// <inheritdoc/>
    public override int Inputs => _wiring.Inputs;

    /// <inheritdoc/>
    public override int Outputs => _wiring.Outputs;

    /// <inheritdoc/>
    public override int StateSize => Units;

    /// <inheritdoc/>
    public override IEnumerable<(string Name, Parameter<T> Parameter)> Parameters =>
    [
        ("gleak", _leak), ("vleak", _rest), ("cm", _capacitance),
        .. _neurons.Parameters.Items, .. _sensory.Parameters.Items,
        ("input_w", _inputWeight), ("input_b", _inputBias), ("output_w", _outputWeight), ("output_b", _outputBias),
    ];

    /// <inheritdoc/>
    public override LayerCost Cost
    {
        get
        {
            long evaluations = _wiring.Sensory.Count + ((long)_options.Unfolds * _wiring.Synapses.Count);
            long parameters = (3 * Units) + (4 * (_wiring.Sensory.Count + _wiring.Synapses.Count)) + (2 * (Inputs + Outputs));
            return new(
                MultiplyAdds: (2 * evaluations) + (_options.Unfolds * Units),
                Transcendentals: (2 * evaluations) + (_options.Unfolds * Units),
                WeightBytes: parameters * Unsafe.SizeOf<T>(),
                StateBytes: Units * Unsafe.SizeOf<T>());
        }
    }

    private int Units => _wiring.Units;

    /// <inheritdoc/>
    public override void Initialize(Rng rng)
    {
        rng.For("gleak").Uniform(_leak.Values, 0.001, 1);
        rng.For("vleak").Uniform(_rest.Values, -0.2, 0.2);
        rng.For("cm").Uniform(_capacitance.Values, 0.4, 0.6);
        _neurons.Parameters.Initialize(rng);
        _sensory.Parameters.Initialize(rng);
        _inputWeight.Values.Fill(T.One);
        _inputBias.Values.Clear();
        _outputWeight.Values.Fill(T.One);
        _outputBias.Values.Clear();
        Refresh();
    }

    /// <inheritdoc/>
    public override void Refresh()
    {
        _leak.Values.CopyTo(_positiveLeak);
        _capacitance.Values.CopyTo(_positiveCapacitance);
        if (_options.IsSoftplus)
        {
            Elementary.Softplus<T>(_positiveLeak, _positiveLeak);
            Elementary.Softplus<T>(_positiveCapacitance, _positiveCapacitance);
        }

        _neurons.Refresh();
        _sensory.Refresh();
    }

    /// <inheritdoc/>
    public override int PassScratch(int steps, int rows) =>
        (6 * SpanCarver.Room(_neurons.PlaneOf(rows, Units).Size)) + SpanCarver.Room(_sensory.PlaneOf(rows, Inputs).Size)
        + SpanCarver.Room(_neurons.SumsLength(rows)) + SpanCarver.Room(_sensory.SumsLength(rows))
        + (2 * SpanCarver.Room(Units)) + Math.Max(_neurons.Scratch(rows), _sensory.Scratch(rows));

    /// <inheritdoc/>
    protected override int RecordSize(int rows) => Record.Size(this, rows);

    /// <inheritdoc/>
    protected override void Advance(ReadOnlySpan<T> inputs, ReadOnlySpan<T> elapsed, Span<T> states, Span<T> outputs, Span<T> records)
    {
        int rows = elapsed.Length;
        var record = new Record(this, rows, records);
        Prepare(inputs, elapsed, states, record);
        _sensory.Accumulate(rows, record.Inputs, record.Pull, record.Leak);
        for (int n = 0; n < _options.Unfolds; n++)
        {
            ReadOnlySpan<T> v = record.Voltage(n);
            Span<T> next = record.Voltage(n + 1);
            Span<T> denominator = record.Denominator(n);
            TensorPrimitives.FusedMultiplyAdd(record.Capacitance, v, record.Pull, next);
            record.Leak.CopyTo(denominator);
            _neurons.Accumulate(rows, v, next, denominator);
            TensorPrimitives.Divide(next, denominator, next);
        }

        ReadOnlySpan<T> last = record.Voltage(_options.Unfolds);
        for (int row = 0; row < rows; row++)
        {
            for (int unit = 0; unit < Units; unit++)
            {
                T v = last[record.Plane.Place(row, unit)];
                states[(row * Units) + unit] = v;
                if (unit < Outputs)
                {
                    outputs[(row * Outputs) + unit] = T.FusedMultiplyAdd(v, _outputWeight.Values[unit], _outputBias.Values[unit]);
                }
            }
        }
    }

    /// <summary>What does not change over the unfolds of a slice: the inputs' image, c = cm L/dt, g l and c + g + ε.</summary>
    private void Prepare(ReadOnlySpan<T> inputs, ReadOnlySpan<T> elapsed, ReadOnlySpan<T> states, in Record record)
    {
        T unfolds = T.CreateChecked(_options.Unfolds);
        T epsilon = T.CreateChecked(_options.Epsilon);
        record.Pad();
        Span<T> voltage = record.Voltage(0);
        for (int row = 0; row < elapsed.Length; row++)
        {
            for (int i = 0; i < Inputs; i++)
            {
                record.Inputs[record.InputPlane.Place(row, i)] =
                    T.FusedMultiplyAdd(inputs[(row * Inputs) + i], _inputWeight.Values[i], _inputBias.Values[i]);
            }

            T rate = unfolds / elapsed[row];
            for (int unit = 0; unit < Units; unit++)
            {
                int place = record.Plane.Place(row, unit);
                T capacitance = _positiveCapacitance[unit] * rate;
                voltage[place] = states[(row * Units) + unit];
                record.Capacitance[place] = capacitance;
                record.Pull[place] = _positiveLeak[unit] * _rest.Values[unit];
                record.Leak[place] = capacitance + _positiveLeak[unit] + epsilon;
            }
        }
    }

    /// <summary>What one step keeps. Planes of inputs and neurons.</summary>
    private readonly ref struct Record
    {
        private readonly Span<T> _voltages;
        private readonly Span<T> _denominators;

        public Record(Ltc<T> layer, int rows, Span<T> span)
        {
            Plane = layer._neurons.PlaneOf(rows, layer.Units);
            InputPlane = layer._sensory.PlaneOf(rows, layer.Inputs);
            var carver = new SpanCarver<T>(span);
            Inputs = carver.Take(InputPlane.Size);
            Capacitance = carver.Take(Plane.Size);
            Pull = carver.Take(Plane.Size);
            Leak = carver.Take(Plane.Size);
            _voltages = carver.Take((layer._options.Unfolds + 1) * Plane.Size);
            _denominators = carver.Take(layer._options.Unfolds * Plane.Size);
        }

        public Plane Plane { get; }

        public Plane InputPlane { get; }

        /// <summary>The inputs' affine image.</summary>
        public Span<T> Inputs { get; }

        /// <summary>c = cm L/dt.</summary>
        public Span<T> Capacitance { get; }

        /// <summary>The part of the numerators that does not change over the unfolds: g l and sensory synapses.</summary>
        public Span<T> Pull { get; }

        /// <summary>The part of the denominators that does not change over the unfolds: c + g + ε and sensory synapses.</summary>
        public Span<T> Leak { get; }

        public static int Size(Ltc<T> layer, int rows)
        {
            int plane = layer._neurons.PlaneOf(rows, layer.Units).Size;
            return SpanCarver.Room(layer._sensory.PlaneOf(rows, layer.Inputs).Size) + (3 * SpanCarver.Room(plane))
                + SpanCarver.Room((layer._options.Unfolds + 1) * plane) + SpanCarver.Room(layer._options.Unfolds * plane);
        }

        /// <summary>v before unfold n.</summary>
        public Span<T> Voltage(int n) => _voltages.Slice(n * Plane.Size, Plane.Size);

        /// <summary>What unfold n divides by.</summary>
        public Span<T> Denominator(int n) => _denominators.Slice(n * Plane.Size, Plane.Size);

        /// <summary>Gives the padding values that stay finite.</summary>
        public void Pad()
        {
            Inputs.Clear();
            Voltage(0).Clear();
            Capacitance.Fill(T.One);
            Pull.Clear();
            Leak.Fill(T.One);
        }
    }
}
