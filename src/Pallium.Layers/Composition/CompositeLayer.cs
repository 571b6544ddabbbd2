using System.Numerics;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>What layers have in common that are made of other layers: names, costs and state rows side by side.</summary>
/// <typeparam name="T">float or double.</typeparam>
public abstract class CompositeLayer<T> : ISequenceLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly (string Name, ISequenceLayer<T> Layer)[] _parts;
    private readonly int[] _stateOffsets;
    private readonly string[] _auxiliaryLosses;
    private int _singleScratch = -1;

    private protected CompositeLayer(IReadOnlyList<(string Name, ISequenceLayer<T> Layer)> parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        _parts = [.. parts];
        if (_parts.Length == 0)
        {
            throw new ArgumentException("At least one layer is needed.", nameof(parts));
        }

        _stateOffsets = new int[_parts.Length];
        for (int i = 0; i < _parts.Length; i++)
        {
            _stateOffsets[i] = StateSize;
            StateSize = checked(StateSize + _parts[i].Layer.StateSize);
        }

        _auxiliaryLosses = [.. _parts.SelectMany(part => part.Layer.AuxiliaryLosses.Select(name => $"{part.Name}.{name}"))];
    }

    /// <summary>The layers and their names.</summary>
    public IReadOnlyList<(string Name, ISequenceLayer<T> Layer)> Parts => _parts;

    /// <inheritdoc/>
    public abstract int Inputs { get; }

    /// <inheritdoc/>
    public abstract int Outputs { get; }

    /// <inheritdoc/>
    public int StateSize { get; }

    /// <inheritdoc/>
    public IEnumerable<(string Name, Parameter<T> Parameter)> Parameters =>
        _parts.SelectMany(part => part.Layer.Parameters.Select(item => ($"{part.Name}.{item.Name}", item.Parameter)));

    /// <inheritdoc/>
    public virtual LayerCost Cost => _parts.Aggregate(default(LayerCost), (sum, part) => sum + part.Layer.Cost);

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
    public void ConstrainStart(Span<T> start)
    {
        for (int i = 0; i < _parts.Length; i++)
        {
            _parts[i].Layer.ConstrainStart(start.Slice(_stateOffsets[i], _parts[i].Layer.StateSize));
        }
    }

    /// <inheritdoc/>
    public abstract int StepScratch(int rows);

    /// <inheritdoc/>
    public abstract void Step(ReadOnlySpan<T> inputs, ReadOnlySpan<T> elapsed, Span<T> states, Span<T> outputs, Span<T> scratch);

    /// <inheritdoc/>
    public abstract int TraceSize(int steps, int rows);

    /// <inheritdoc/>
    public abstract int PassScratch(int steps, int rows);

    /// <inheritdoc/>
    public abstract void Forward(in SequencePass<T> pass);

    /// <inheritdoc/>
    public abstract void Backward(in SequencePass<T> pass, in SequenceGradients<T> gradients);

    /// <inheritdoc/>
    public abstract (StepNode Outputs, StepNode? State) Describe(StepGraph<T> graph, StepNode inputs, StepNode elapsed, StepNode? state);

    /// <summary>Advances one part, whose columns of the states are taken out and put back.</summary>
    private protected void StepPart(int index, ReadOnlySpan<T> x, ReadOnlySpan<T> elapsed, Span<T> states, Span<T> y, scoped ref SpanCarver<T> carver)
    {
        ISequenceLayer<T> layer = _parts[index].Layer;
        int rows = elapsed.Length;
        if (rows == 1)
        {
            layer.Step(x, elapsed, states.Slice(_stateOffsets[index], layer.StateSize), y, carver.Rest);
            return;
        }

        SpanCarver<T> inner = carver;
        Span<T> state = inner.Take(rows * layer.StateSize);
        StateRows.Take(rows, StateSize, _stateOffsets[index], layer.StateSize, states, state);
        layer.Step(x, elapsed, state, y, inner.Rest);
        StateRows.Put(rows, StateSize, _stateOffsets[index], layer.StateSize, state, states);
    }

    /// <summary>Scratch of <see cref="StepPart"/>, at the most.</summary>
    private protected int StepPartScratch(int rows)
    {
        // Asked for at every step, and a stack may have hundreds of parts.
        if (rows == 1 && _singleScratch >= 0)
        {
            return _singleScratch;
        }

        int most = 0;
        foreach ((_, ISequenceLayer<T> layer) in _parts)
        {
            most = Math.Max(most, SpanCarver.Room(rows * layer.StateSize) + layer.StepScratch(rows));
        }

        if (rows == 1)
        {
            _singleScratch = most;
        }

        return most;
    }

    /// <summary>Runs one part over a window; its columns of the states lie in the trace.</summary>
    private protected void ForwardPart(in SequencePass<T> pass, int index, ReadOnlySpan<T> x, Span<T> y, in PartTrace trace, Span<T> scratch)
    {
        ISequenceLayer<T> layer = _parts[index].Layer;
        StateRows.Take(pass.Rows, StateSize, _stateOffsets[index], layer.StateSize, pass.Start, trace.Start);
        layer.Forward(PartPass(pass, index, x, y, trace, scratch));
        StateRows.Put(pass.Rows, StateSize, _stateOffsets[index], layer.StateSize, trace.Final, pass.Final);
    }

    /// <summary>Reverse of <see cref="ForwardPart"/>.</summary>
    private protected void BackwardPart(
        in SequencePass<T> pass, in SequenceGradients<T> gradients, int index,
        ReadOnlySpan<T> x, Span<T> y, ReadOnlySpan<T> dy, Span<T> dx, in PartTrace trace, Span<T> scratch)
    {
        ISequenceLayer<T> layer = _parts[index].Layer;
        int offset = _stateOffsets[index];
        var carver = new SpanCarver<T>(scratch);
        Span<T> dFinal = carver.Take(pass.Rows * layer.StateSize);
        Span<T> dStart = carver.Take(pass.Rows * layer.StateSize);
        StateRows.Take(pass.Rows, StateSize, offset, layer.StateSize, gradients.Final, dFinal);
        dStart.Clear();
        layer.Backward(
            PartPass(pass, index, x, y, trace, carver.Rest),
            new SequenceGradients<T>
            {
                Outputs = dy,
                Final = dFinal,
                Auxiliary = AuxiliaryOf(index, gradients.Auxiliary),
                Inputs = dx,
                Elapsed = gradients.Elapsed,
                Start = dStart,
                Parameters = gradients.Parameters,
            });
        StateRows.Add(pass.Rows, StateSize, offset, layer.StateSize, dStart, gradients.Start);
    }

    /// <summary>Scratch of <see cref="ForwardPart"/> and <see cref="BackwardPart"/>, at the most.</summary>
    private protected int PartScratch(int steps, int rows)
    {
        int most = 0;
        foreach ((_, ISequenceLayer<T> layer) in _parts)
        {
            most = Math.Max(most, (2 * SpanCarver.Room(rows * layer.StateSize)) + layer.PassScratch(steps, rows));
        }

        return most;
    }

    /// <summary>Where one part's columns of the state begin.</summary>
    private protected int StateOffset(int index) => _stateOffsets[index];

    /// <summary>Describes one part, given its node of the whole state.</summary>
    private protected (StepNode Outputs, StepNode? State) DescribePart(StepGraph<T> graph, int index, StepNode x, StepNode elapsed, StepNode? state)
    {
        ISequenceLayer<T> layer = _parts[index].Layer;
        return layer.Describe(graph, x, elapsed, layer.StateSize == 0 ? null : graph.Slice(state!, _stateOffsets[index], layer.StateSize));
    }

    private SequencePass<T> PartPass(in SequencePass<T> pass, int index, ReadOnlySpan<T> x, Span<T> y, in PartTrace trace, Span<T> scratch)
    {
        (int first, int count) = AuxiliaryPlace(index);
        return pass with
        {
            Inputs = x,
            Start = trace.Start,
            Outputs = y,
            Final = trace.Final,
            Trace = trace.Inner,
            Scratch = scratch,
            Auxiliary = pass.Auxiliary.IsEmpty ? [] : pass.Auxiliary.Slice(first, count),
            Noise = pass.Noise?.For(index),
        };
    }

    /// <summary>The gradients of one part's auxiliary losses.</summary>
    private protected ReadOnlySpan<T> AuxiliaryOf(int index, ReadOnlySpan<T> gradients)
    {
        (int first, int count) = AuxiliaryPlace(index);
        return gradients.IsEmpty ? [] : gradients.Slice(first, count);
    }

    /// <summary>Which auxiliary losses are one part's.</summary>
    private protected (int First, int Count) AuxiliaryPlace(int index)
    {
        int first = 0;
        for (int i = 0; i < index; i++)
        {
            first += _parts[i].Layer.AuxiliaryLosses.Count;
        }

        return (first, _parts[index].Layer.AuxiliaryLosses.Count);
    }

    /// <summary>What a part's passes read and write beside inputs and outputs.</summary>
    private protected readonly ref struct PartTrace
    {
        public PartTrace(scoped ref SpanCarver<T> carver, ISequenceLayer<T> layer, int steps, int rows)
        {
            Start = carver.Take(rows * layer.StateSize);
            Final = carver.Take(rows * layer.StateSize);
            Inner = carver.Take(layer.TraceSize(steps, rows));
        }

        /// <summary>The layer's columns of the start states, [B, S].</summary>
        public Span<T> Start { get; }

        /// <summary>The layer's columns of the final states, [B, S].</summary>
        public Span<T> Final { get; }

        /// <summary>The layer's own trace.</summary>
        public Span<T> Inner { get; }

        public static int Size(ISequenceLayer<T> layer, int steps, int rows) =>
            (2 * SpanCarver.Room(rows * layer.StateSize)) + SpanCarver.Room(layer.TraceSize(steps, rows));
    }
}
