using System.Numerics;
using System.Runtime.CompilerServices;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>What a <see cref="SwiGlu{T}"/> is made from.</summary>
/// <param name="Channels">Channels of x and y.</param>
/// <param name="Units">Hidden units F.</param>
public sealed record SwiGluOptions(int Channels, int Units);

/// <summary>y = W_d (silu(W_g x) · W_u x), slice by slice, silu(a) = a σ(a); parameters Wg, Wu [F, C] and Wd [C, F].</summary>
/// <remarks>Source: Shazeer, 2020 (arXiv 2002.05202), eq. 6.</remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class SwiGlu<T> : PositionwiseLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int Whole = 0;
    private readonly int _units;
    private readonly Parameter<T> _gate;
    private readonly Parameter<T> _up;
    private readonly Parameter<T> _down;
    private readonly AffineMap<T> _widen;
    private readonly AffineMap<T> _narrow;

    /// <summary>Creates the layer with zero parameters.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size is not positive.</exception>
    public SwiGlu(SwiGluOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Channels);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Units);
        Inputs = options.Channels;
        _units = options.Units;
        _gate = new(_units, Inputs) { Decays = true };
        _up = new(_units, Inputs) { Decays = true };
        _down = new(Inputs, _units) { Decays = true };
        _widen = new AffineMap<T>(2 * _units, Inputs);
        _widen.AddWeight(_gate);
        _widen.AddWeight(_up, row: _units);
        _narrow = new AffineMap<T>(Inputs, _units);
        _narrow.AddWeight(_down);
        Refresh();
    }

    /// <inheritdoc/>
    public override int Inputs { get; }

    /// <inheritdoc/>
    public override IEnumerable<(string Name, Parameter<T> Parameter)> Parameters => [("Wg", _gate), ("Wu", _up), ("Wd", _down)];

    /// <inheritdoc/>
    public override LayerCost Cost => new(3L * Inputs * _units, _units, 3L * Inputs * _units * Unsafe.SizeOf<T>(), 0);

    /// <summary>W_g x | W_u x | σ(W_g x) | silu(W_g x) · W_u x.</summary>
    protected override int RecordSize => 4 * _units;

    /// <inheritdoc/>
    public override void Initialize(Rng rng)
    {
        foreach ((string name, Parameter<T> parameter) in Parameters)
        {
            Initialization.Glorot(parameter, rng.For(name));
        }

        Refresh();
    }

    /// <inheritdoc/>
    public override void Refresh()
    {
        _widen.Refresh();
        _narrow.Refresh();
    }

    /// <inheritdoc/>
    public override int PassScratch(int steps, int rows) =>
        SpanCarver.Room(steps * rows * 2 * _units) + SpanCarver.Room(steps * rows * _units) + _widen.GradientScratch;

    /// <inheritdoc/>
    public override (StepNode Outputs, StepNode? State) Describe(StepGraph<T> graph, StepNode inputs, StepNode elapsed, StepNode? state)
    {
        ArgumentNullException.ThrowIfNull(graph);
        StepNode gate = graph.Affine(graph.Constant(_gate), inputs);
        StepNode silu = graph.Multiply(gate, graph.Sigmoid(gate));
        StepNode hidden = graph.Multiply(silu, graph.Affine(graph.Constant(_up), inputs));
        return (graph.Affine(graph.Constant(_down), hidden), null);
    }

    /// <inheritdoc/>
    protected override void Apply(int slices, ReadOnlySpan<T> inputs, Span<T> outputs, Span<T> records)
    {
        _widen.Apply(slices, inputs, Inputs, records, RecordSize);
        for (int slice = 0; slice < slices; slice++)
        {
            Span<T> record = records.Slice(slice * RecordSize, RecordSize);
            SwiGluGate.Step(record[.._units], record.Slice(_units, _units), record.Slice(2 * _units, _units), record.Slice(3 * _units, _units));
        }

        _narrow.Apply(slices, records[(3 * _units)..], RecordSize, outputs, Outputs);
    }

    /// <inheritdoc/>
    protected override void ApplyBackward(int slices, in SequencePass<T> pass, in SequenceGradients<T> gradients)
    {
        var carver = new SpanCarver<T>(pass.Scratch);
        Span<T> dWide = carver.Take(slices * 2 * _units);
        Span<T> dHidden = carver.Take(slices * _units);
        dHidden.Clear();
        _narrow.AccumulateInputs(Whole, slices, gradients.Outputs, dHidden);
        for (int slice = 0; slice < slices; slice++)
        {
            ReadOnlySpan<T> record = pass.Trace.Slice(slice * RecordSize, RecordSize);
            Span<T> wide = dWide.Slice(slice * 2 * _units, 2 * _units);
            SwiGluGate.StepBackward(
                record[.._units],
                record.Slice(_units, _units),
                record.Slice(2 * _units, _units),
                dHidden.Slice(slice * _units, _units),
                wide[.._units],
                wide[_units..]);
        }

        _narrow.AccumulateParameters(slices, gradients.Outputs, pass.Trace[(3 * _units)..], RecordSize, gradients.Parameters, []);
        _widen.AccumulateParameters(slices, dWide, pass.Inputs, Inputs, gradients.Parameters, carver.Rest);
        if (!gradients.Inputs.IsEmpty)
        {
            _widen.AccumulateInputs(Whole, slices, dWide, gradients.Inputs);
        }
    }
}
