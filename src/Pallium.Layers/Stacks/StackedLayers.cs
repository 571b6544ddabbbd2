using System.Globalization;
using System.Numerics;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>Layers one after another, as one layer; its state row is the layers' state rows side by side.</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class StackedLayers<T> : ISequenceLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly (string Name, ISequenceLayer<T> Layer)[] _parts;
    private readonly int[] _stateOffsets;
    private readonly string[] _auxiliaryLosses;
    private readonly int _widest;

    /// <summary>Layers in order, named 0, 1, ...</summary>
    /// <exception cref="ArgumentException">There are no layers, or one does not read what the one before it writes.</exception>
    public StackedLayers(params ISequenceLayer<T>[] layers)
        : this([.. layers.Select((layer, i) => (i.ToString(CultureInfo.InvariantCulture), layer))])
    {
    }

    /// <summary>Layers in order, with the names that begin their parameters' names.</summary>
    /// <exception cref="ArgumentException">There are no layers, or one does not read what the one before it writes.</exception>
    public StackedLayers(IReadOnlyList<(string Name, ISequenceLayer<T> Layer)> parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        _parts = [.. parts];
        if (_parts.Length == 0)
        {
            throw new ArgumentException("A stack needs at least one layer.", nameof(parts));
        }

        _stateOffsets = new int[_parts.Length];
        for (int i = 0; i < _parts.Length; i++)
        {
            if (i > 0 && _parts[i].Layer.Inputs != _parts[i - 1].Layer.Outputs)
            {
                throw new ArgumentException(
                    $"Layer {_parts[i].Name} reads {_parts[i].Layer.Inputs} channels, but layer {_parts[i - 1].Name} writes {_parts[i - 1].Layer.Outputs}.",
                    nameof(parts));
            }

            _stateOffsets[i] = StateSize;
            StateSize += _parts[i].Layer.StateSize;
        }

        _widest = _parts.Max(part => part.Layer.Outputs);
        _auxiliaryLosses = [.. _parts.SelectMany(part => part.Layer.AuxiliaryLosses.Select(name => $"{part.Name}.{name}"))];
    }

    /// <summary>The layers and their names.</summary>
    public IReadOnlyList<(string Name, ISequenceLayer<T> Layer)> Parts => _parts;

    /// <inheritdoc/>
    public int Inputs => _parts[0].Layer.Inputs;

    /// <inheritdoc/>
    public int Outputs => _parts[^1].Layer.Outputs;

    /// <inheritdoc/>
    public int StateSize { get; }

    /// <inheritdoc/>
    public IEnumerable<(string Name, Parameter<T> Parameter)> Parameters =>
        _parts.SelectMany(part => part.Layer.Parameters.Select(item => ($"{part.Name}.{item.Name}", item.Parameter)));

    /// <inheritdoc/>
    public LayerCost Cost => _parts.Aggregate(default(LayerCost), (sum, part) => sum + part.Layer.Cost);

    /// <inheritdoc/>
    public IReadOnlyList<string> AuxiliaryLosses => _auxiliaryLosses;

    /// <inheritdoc/>
    public void Initialize(Rng rng)
    {
        foreach ((string name, ISequenceLayer<T> layer) in _parts)
        {
            layer.Initialize(rng.For(name));
        }
    }

    /// <inheritdoc/>
    public void Refresh()
    {
        foreach ((_, ISequenceLayer<T> layer) in _parts)
        {
            layer.Refresh();
        }
    }

    /// <inheritdoc/>
    public int StepScratch(int rows)
    {
        int most = 0;
        foreach ((_, ISequenceLayer<T> layer) in _parts)
        {
            most = Math.Max(most, layer.StepScratch(rows));
        }

        return (2 * SpanCarver.Room(rows * _widest)) + SpanCarver.Room(rows * StateSize) + most;
    }

    /// <inheritdoc/>
    public void Step(ReadOnlySpan<T> inputs, ReadOnlySpan<T> elapsed, Span<T> states, Span<T> outputs, Span<T> scratch)
    {
        int rows = this.CheckStep(inputs, elapsed, states, outputs, scratch);
        var carver = new SpanCarver<T>(scratch);
        Span<T> one = carver.Take(rows * _widest);
        Span<T> other = carver.Take(rows * _widest);
        Span<T> part = carver.Take(rows * StateSize);
        ReadOnlySpan<T> x = inputs;
        for (int i = 0; i < _parts.Length; i++)
        {
            ISequenceLayer<T> layer = _parts[i].Layer;
            Span<T> y = i == _parts.Length - 1 ? outputs : (i % 2 == 0 ? one : other)[..(rows * layer.Outputs)];
            if (rows == 1)
            {
                layer.Step(x, elapsed, states.Slice(_stateOffsets[i], layer.StateSize), y, carver.Rest);
            }
            else
            {
                Span<T> state = part[..(rows * layer.StateSize)];
                StateRows.Take(rows, StateSize, _stateOffsets[i], layer.StateSize, states, state);
                layer.Step(x, elapsed, state, y, carver.Rest);
                StateRows.Put(rows, StateSize, _stateOffsets[i], layer.StateSize, state, states);
            }

            x = y;
        }
    }

    /// <inheritdoc/>
    public int TraceSize(int steps, int rows)
    {
        int size = 0;
        foreach ((_, ISequenceLayer<T> layer) in _parts)
        {
            size += PartTrace.Size(layer, steps, rows);
        }

        return size;
    }

    /// <inheritdoc/>
    public int PassScratch(int steps, int rows)
    {
        int most = 0;
        foreach ((_, ISequenceLayer<T> layer) in _parts)
        {
            most = Math.Max(most, layer.PassScratch(steps, rows));
        }

        return (2 * SpanCarver.Room(steps * rows * _widest)) + (2 * SpanCarver.Room(rows * StateSize)) + most;
    }

    /// <inheritdoc/>
    public void Forward(in SequencePass<T> pass)
    {
        this.CheckPass(pass);
        var carver = new SpanCarver<T>(pass.Trace);
        ReadOnlySpan<T> x = pass.Inputs;
        int auxiliary = 0;
        for (int i = 0; i < _parts.Length; i++)
        {
            ISequenceLayer<T> layer = _parts[i].Layer;
            var trace = new PartTrace(ref carver, layer, pass.Steps, pass.Rows);
            StateRows.Take(pass.Rows, StateSize, _stateOffsets[i], layer.StateSize, pass.Start, trace.Start);
            Span<T> y = i == _parts.Length - 1 ? pass.Outputs : trace.Outputs;
            layer.Forward(PartPass(pass, i, x, y, trace, pass.Scratch, auxiliary));
            StateRows.Put(pass.Rows, StateSize, _stateOffsets[i], layer.StateSize, trace.Final, pass.Final);
            auxiliary += layer.AuxiliaryLosses.Count;
            x = y;
        }
    }

    /// <inheritdoc/>
    public void Backward(in SequencePass<T> pass, in SequenceGradients<T> gradients)
    {
        this.CheckPass(pass, gradients);
        var carver = new SpanCarver<T>(pass.Scratch);
        int slices = pass.Steps * pass.Rows;
        Span<T> one = carver.Take(slices * _widest);
        Span<T> other = carver.Take(slices * _widest);
        Span<T> dFinal = carver.Take(pass.Rows * StateSize);
        Span<T> dStart = carver.Take(pass.Rows * StateSize);
        ReadOnlySpan<T> dOutputs = gradients.Outputs;
        int auxiliary = _auxiliaryLosses.Length;
        for (int i = _parts.Length - 1; i >= 0; i--)
        {
            ISequenceLayer<T> layer = _parts[i].Layer;
            PartTrace trace = TraceOf(pass, i);
            ReadOnlySpan<T> x = i == 0 ? pass.Inputs : TraceOf(pass, i - 1).Outputs;
            Span<T> y = i == _parts.Length - 1 ? pass.Outputs : trace.Outputs;
            Span<T> dInputs = i == 0 ? gradients.Inputs : (i % 2 == 0 ? one : other)[..x.Length];
            if (i > 0)
            {
                dInputs.Clear();
            }

            int states = pass.Rows * layer.StateSize;
            StateRows.Take(pass.Rows, StateSize, _stateOffsets[i], layer.StateSize, gradients.Final, dFinal[..states]);
            dStart[..states].Clear();
            auxiliary -= layer.AuxiliaryLosses.Count;
            layer.Backward(
                PartPass(pass, i, x, y, trace, carver.Rest, auxiliary),
                new SequenceGradients<T>
                {
                    Outputs = dOutputs,
                    Final = dFinal[..states],
                    Inputs = dInputs,
                    Elapsed = gradients.Elapsed,
                    Start = dStart[..states],
                    Parameters = gradients.Parameters,
                });
            StateRows.Add(pass.Rows, StateSize, _stateOffsets[i], layer.StateSize, dStart[..states], gradients.Start);
            dOutputs = dInputs;
        }
    }

    /// <inheritdoc/>
    public (StepNode Outputs, StepNode? State) Describe(StepGraph<T> graph, StepNode inputs, StepNode elapsed, StepNode? state)
    {
        ArgumentNullException.ThrowIfNull(graph);
        var next = new List<StepNode>();
        StepNode x = inputs;
        for (int i = 0; i < _parts.Length; i++)
        {
            ISequenceLayer<T> layer = _parts[i].Layer;
            StepNode? part = layer.StateSize == 0 ? null : graph.Slice(state!, _stateOffsets[i], layer.StateSize);
            (x, StepNode? after) = layer.Describe(graph, x, elapsed, part);
            if (after is not null)
            {
                next.Add(after);
            }
        }

        return (x, next.Count == 0 ? null : graph.Concatenate([.. next]));
    }

    private PartTrace TraceOf(in SequencePass<T> pass, int index)
    {
        var carver = new SpanCarver<T>(pass.Trace);
        for (int i = 0; i < index; i++)
        {
            carver.Take(PartTrace.Size(_parts[i].Layer, pass.Steps, pass.Rows));
        }

        return new PartTrace(ref carver, _parts[index].Layer, pass.Steps, pass.Rows);
    }

    private SequencePass<T> PartPass(
        in SequencePass<T> pass, int index, ReadOnlySpan<T> x, Span<T> y, in PartTrace trace, Span<T> scratch, int auxiliary) => new()
        {
            Steps = pass.Steps,
            Rows = pass.Rows,
            Inputs = x,
            Elapsed = pass.Elapsed,
            Start = trace.Start,
            Outputs = y,
            Final = trace.Final,
            Trace = trace.Inner,
            Scratch = scratch,
            Auxiliary = pass.Auxiliary.IsEmpty ? [] : pass.Auxiliary.Slice(auxiliary, _parts[index].Layer.AuxiliaryLosses.Count),
            Noise = pass.Noise?.For(index),
            FirstRow = pass.FirstRow,
        };

    /// <summary>What one layer's passes read and write beside its inputs.</summary>
    private readonly ref struct PartTrace
    {
        public PartTrace(scoped ref SpanCarver<T> carver, ISequenceLayer<T> layer, int steps, int rows)
        {
            Outputs = carver.Take(steps * rows * layer.Outputs);
            Start = carver.Take(rows * layer.StateSize);
            Final = carver.Take(rows * layer.StateSize);
            Inner = carver.Take(layer.TraceSize(steps, rows));
        }

        /// <summary>y, [T, B, O]; unused by the last layer.</summary>
        public Span<T> Outputs { get; }

        /// <summary>The layer's columns of the start states, [B, S].</summary>
        public Span<T> Start { get; }

        /// <summary>The layer's columns of the final states, [B, S].</summary>
        public Span<T> Final { get; }

        /// <summary>The layer's own trace.</summary>
        public Span<T> Inner { get; }

        public static int Size(ISequenceLayer<T> layer, int steps, int rows) =>
            SpanCarver.Room(steps * rows * layer.Outputs) + (2 * SpanCarver.Room(rows * layer.StateSize)) + SpanCarver.Room(layer.TraceSize(steps, rows));
    }
}
