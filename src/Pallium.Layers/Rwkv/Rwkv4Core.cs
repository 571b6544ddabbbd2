using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>What a <see cref="Rwkv4Core{T}"/> is made from.</summary>
/// <param name="Channels">Channels C of k, v and y.</param>
public sealed record Rwkv4CoreOptions(int Channels)
{
    /// <summary>Whether the parameter w is the log decay itself; else w = -exp(time_decay), which is negative.</summary>
    public bool HasDirectDecay { get; init; }
}

/// <summary>The memory of RWKV-4: from keys and values k | v, [2C], the mean of the values in weights exp(k) that decay (<see cref="Rwkv4Cell"/>).</summary>
/// <remarks>
/// Parameters: time_decay (or w) and u, [C]. The state row is p | q | o, [3C]; a channel with q = 0 has seen nothing. Elapsed time is not used.
/// Newly drawn, time_decay rises from -5 to 3 over the channels as -5 + 8 (c/(C - 1))^0.7 and u is log 0.3 and half a unit around it, as published for
/// the first block. Source: Peng et al., EMNLP 2023 Findings (arXiv 2305.13048), eq. 16 and appendices D and E.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class Rwkv4Core<T> : RecurrentLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly int _channels;
    private readonly bool _isDirect;
    private readonly Parameter<T> _decay;
    private readonly Parameter<T> _bonus;
    private readonly T[] _logDecay;

    /// <summary>Creates the layer with zero parameters.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are no channels.</exception>
    public Rwkv4Core(Rwkv4CoreOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Channels);
        _channels = options.Channels;
        _isDirect = options.HasDirectDecay;
        _decay = new(_channels);
        _bonus = new(_channels);
        _logDecay = new T[_channels];
        Refresh();
    }

    /// <inheritdoc/>
    public override int Inputs => 2 * _channels;

    /// <inheritdoc/>
    public override int Outputs => _channels;

    /// <inheritdoc/>
    public override int StateSize => 3 * _channels;

    /// <inheritdoc/>
    public override IEnumerable<(string Name, Parameter<T> Parameter)> Parameters => [(_isDirect ? "w" : "time_decay", _decay), ("u", _bonus)];

    /// <inheritdoc/>
    public override LayerCost Cost => new(8 * _channels, 3 * _channels, 2 * _channels * Unsafe.SizeOf<T>(), StateSize * Unsafe.SizeOf<T>());

    /// <inheritdoc/>
    public override void Initialize(Rng rng)
    {
        double first = Elementary.Log(0.3);
        for (int channel = 0; channel < _channels; channel++)
        {
            double decay = -5 + (8 * Initialization.Ramp(channel, _channels - 1, 0.7));
            _decay.Values[channel] = T.CreateChecked(_isDirect ? -Elementary.Exp(decay) : decay);
            _bonus.Values[channel] = T.CreateChecked(first + (0.5 * (((channel + 1) % 3) - 1)));
        }

        Refresh();
    }

    /// <inheritdoc/>
    public override void Refresh()
    {
        _decay.Values.CopyTo(_logDecay);
        if (!_isDirect)
        {
            Elementary.Exp<T>(_logDecay, _logDecay);
            TensorPrimitives.Negate<T>(_logDecay, _logDecay);
        }
    }

    /// <inheritdoc/>
    /// <remarks>q becomes its absolute value.</remarks>
    public override void ConstrainStart(Span<T> start)
    {
        Span<T> weight = start.Slice(_channels, _channels);
        TensorPrimitives.Abs<T>(weight, weight);
    }

    /// <inheritdoc/>
    public override int PassScratch(int steps, int rows) =>
        SpanCarver.Room(rows * StateSize) + SpanCarver.Room(Inputs) + SpanCarver.Room(_channels);

    /// <inheritdoc/>
    public override void Backward(in SequencePass<T> pass, in SequenceGradients<T> gradients)
    {
        this.CheckPass(pass, gradients);
        int rows = pass.Rows;
        var carver = new SpanCarver<T>(pass.Scratch);
        Span<T> dStates = carver.Take(rows * StateSize);
        Span<T> unwanted = carver.Take(Inputs);
        Span<T> dLogDecay = carver.Take(_channels);
        StateRows.Take(rows, StateSize, 0, StateSize, gradients.Final, dStates);
        dLogDecay.Clear();
        unwanted.Clear();
        for (int slice = (pass.Steps * rows) - 1; slice >= 0; slice--)
        {
            ReadOnlySpan<T> x = pass.Inputs.Slice(slice * Inputs, Inputs);
            Span<T> dx = gradients.Inputs.IsEmpty ? unwanted : gradients.Inputs.Slice(slice * Inputs, Inputs);
            var step = new Rwkv4Slice<T>
            {
                Keys = x[.._channels],
                Values = x[_channels..],
                LogDecay = _logDecay,
                Bonus = _bonus.Values,
                KeysGradient = dx[.._channels],
                ValuesGradient = dx[_channels..],
                LogDecayGradient = dLogDecay,
                BonusGradient = gradients.Parameters[_bonus],
            };
            Rwkv4Cell.StepBackward(
                step,
                new MeanState<T>(pass.Trace.Slice(slice * StateSize, StateSize), 0, _channels),
                gradients.Outputs.Slice(slice * _channels, _channels),
                new MeanState<T>(dStates.Slice(slice % rows * StateSize, StateSize), 0, _channels));
        }

        if (!_isDirect)
        {
            // d w / d time_decay = w.
            TensorPrimitives.Multiply(dLogDecay, _logDecay, dLogDecay);
        }

        Span<T> dDecay = gradients.Parameters[_decay];
        TensorPrimitives.Add(dDecay, dLogDecay, dDecay);
        StateRows.Add(rows, StateSize, 0, StateSize, dStates, gradients.Start);
    }

    /// <inheritdoc/>
    /// <remarks>
    /// The rule for q = 0 is left out: where a channel has seen nothing, p', q' and o' differ from those of <see cref="RecurrentLayer{T}.Step"/>
    /// by a factor that cancels in this output and in all later ones.
    /// </remarks>
    public override (StepNode Outputs, StepNode? State) Describe(StepGraph<T> graph, StepNode inputs, StepNode elapsed, StepNode? state)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(state);
        StepNode Part(StepNode node, int place) => graph.Slice(node, place * _channels, _channels);
        (StepNode k, StepNode v, StepNode p, StepNode q, StepNode o) = (Part(inputs, 0), Part(inputs, 1), Part(state, 0), Part(state, 1), Part(state, 2));
        StepNode w = _isDirect ? graph.Constant(_decay) : graph.Subtract(graph.Constant(T.Zero), graph.Exp(graph.Constant(_decay)));

        (StepNode Sum, StepNode Weight, StepNode Scale) Take(StepNode past, StepNode present)
        {
            StepNode scale = graph.Max(past, present);
            StepNode old = graph.Exp(graph.Subtract(past, scale));
            StepNode now = graph.Exp(graph.Subtract(present, scale));
            return (graph.Add(graph.Multiply(old, p), graph.Multiply(now, v)), graph.Add(graph.Multiply(old, q), now), scale);
        }

        (StepNode sum, StepNode weight, _) = Take(o, graph.Add(graph.Constant(_bonus), k));
        (StepNode nextSum, StepNode nextWeight, StepNode nextScale) = Take(graph.Add(o, w), k);
        return (graph.Divide(sum, weight), graph.Concatenate(nextSum, nextWeight, nextScale));
    }

    /// <summary>The state before the step.</summary>
    protected override int RecordSize(int rows) => rows * StateSize;

    /// <inheritdoc/>
    protected override void Advance(ReadOnlySpan<T> inputs, ReadOnlySpan<T> elapsed, Span<T> states, Span<T> outputs, Span<T> records)
    {
        states.CopyTo(records);
        for (int row = 0; row < elapsed.Length; row++)
        {
            ReadOnlySpan<T> x = inputs.Slice(row * Inputs, Inputs);
            Rwkv4Cell.Step(
                x[.._channels],
                x[_channels..],
                _logDecay,
                _bonus.Values,
                new MeanState<T>(states.Slice(row * StateSize, StateSize), 0, _channels),
                outputs.Slice(row * _channels, _channels));
        }
    }
}
