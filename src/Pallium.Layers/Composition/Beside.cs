using System.Globalization;
using System.Numerics;

namespace Pallium.Layers;

/// <summary>Layers side by side: each reads the next of x's channels and writes the next of y's.</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class Beside<T> : CompositeLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly int[] _inputOffsets;
    private readonly int[] _outputOffsets;
    private readonly int _widestInput;
    private readonly int _widestOutput;

    /// <summary>Layers in order, named 0, 1, ...</summary>
    /// <exception cref="ArgumentException">There are no layers.</exception>
    public Beside(params ISequenceLayer<T>[] layers)
        : this([.. layers.Select((layer, i) => (i.ToString(CultureInfo.InvariantCulture), layer))])
    {
    }

    /// <summary>Layers in order, with the names that begin their parameters' names.</summary>
    /// <exception cref="ArgumentException">There are no layers.</exception>
    public Beside(IReadOnlyList<(string Name, ISequenceLayer<T> Layer)> parts)
        : base(parts)
    {
        _inputOffsets = new int[Parts.Count];
        _outputOffsets = new int[Parts.Count];
        for (int i = 0; i < Parts.Count; i++)
        {
            (_inputOffsets[i], _outputOffsets[i]) = (Inputs, Outputs);
            Inputs = checked(Inputs + Parts[i].Layer.Inputs);
            Outputs = checked(Outputs + Parts[i].Layer.Outputs);
        }

        _widestInput = Parts.Max(part => part.Layer.Inputs);
        _widestOutput = Parts.Max(part => part.Layer.Outputs);
    }

    /// <inheritdoc/>
    public override int Inputs { get; }

    /// <inheritdoc/>
    public override int Outputs { get; }

    /// <inheritdoc/>
    public override int StepScratch(int rows) =>
        SpanCarver.Room(rows * _widestInput) + SpanCarver.Room(rows * _widestOutput) + StepPartScratch(rows);

    /// <inheritdoc/>
    public override void Step(ReadOnlySpan<T> inputs, ReadOnlySpan<T> elapsed, Span<T> states, Span<T> outputs, Span<T> scratch)
    {
        int rows = this.CheckStep(inputs, elapsed, states, outputs, scratch);
        var carver = new SpanCarver<T>(scratch);
        Span<T> x = carver.Take(rows * _widestInput);
        Span<T> y = carver.Take(rows * _widestOutput);
        for (int i = 0; i < Parts.Count; i++)
        {
            (int read, int written) = Widths(i);
            if (rows == 1)
            {
                StepPart(i, inputs.Slice(_inputOffsets[i], read), elapsed, states, outputs.Slice(_outputOffsets[i], written), ref carver);
                continue;
            }

            StateRows.Take(rows, Inputs, _inputOffsets[i], read, inputs, x);
            StepPart(i, x[..(rows * read)], elapsed, states, y[..(rows * written)], ref carver);
            StateRows.Put(rows, Outputs, _outputOffsets[i], written, y, outputs);
        }
    }

    /// <inheritdoc/>
    public override int TraceSize(int steps, int rows)
    {
        int size = 0;
        for (int i = 0; i < Parts.Count; i++)
        {
            size = checked(size + PartTrace.Size(Parts[i].Layer, steps, rows));
        }

        return size;
    }

    /// <inheritdoc/>
    public override int PassScratch(int steps, int rows) => checked(
        (2 * SpanCarver.Room(steps * rows * _widestInput)) + (2 * SpanCarver.Room(steps * rows * _widestOutput)) + PartScratch(steps, rows));

    /// <inheritdoc/>
    public override void Forward(in SequencePass<T> pass)
    {
        this.CheckPass(pass);
        int slices = pass.Steps * pass.Rows;
        var traces = new SpanCarver<T>(pass.Trace);
        var carver = new SpanCarver<T>(pass.Scratch);
        Span<T> x = carver.Take(slices * _widestInput);
        Span<T> y = carver.Take(slices * _widestOutput);
        for (int i = 0; i < Parts.Count; i++)
        {
            (int read, int written) = Widths(i);
            var trace = new PartTrace(ref traces, Parts[i].Layer, pass.Steps, pass.Rows);
            StateRows.Take(slices, Inputs, _inputOffsets[i], read, pass.Inputs, x);
            ForwardPart(pass, i, x[..(slices * read)], y[..(slices * written)], trace, carver.Rest);
            StateRows.Put(slices, Outputs, _outputOffsets[i], written, y, pass.Outputs);
        }
    }

    /// <inheritdoc/>
    public override void Backward(in SequencePass<T> pass, in SequenceGradients<T> gradients)
    {
        this.CheckPass(pass, gradients);
        int slices = pass.Steps * pass.Rows;
        var traces = new SpanCarver<T>(pass.Trace);
        var carver = new SpanCarver<T>(pass.Scratch);
        Span<T> x = carver.Take(slices * _widestInput);
        Span<T> dx = carver.Take(slices * _widestInput);
        Span<T> y = carver.Take(slices * _widestOutput);
        Span<T> dy = carver.Take(slices * _widestOutput);
        for (int i = 0; i < Parts.Count; i++)
        {
            (int read, int written) = Widths(i);
            var trace = new PartTrace(ref traces, Parts[i].Layer, pass.Steps, pass.Rows);
            StateRows.Take(slices, Inputs, _inputOffsets[i], read, pass.Inputs, x);
            StateRows.Take(slices, Outputs, _outputOffsets[i], written, pass.Outputs, y);
            StateRows.Take(slices, Outputs, _outputOffsets[i], written, gradients.Outputs, dy);
            Span<T> dPart = gradients.Inputs.IsEmpty ? [] : dx[..(slices * read)];
            dPart.Clear();
            BackwardPart(pass, gradients, i, x[..(slices * read)], y[..(slices * written)], dy[..(slices * written)], dPart, trace, carver.Rest);
            if (!dPart.IsEmpty)
            {
                StateRows.Add(slices, Inputs, _inputOffsets[i], read, dPart, gradients.Inputs);
            }
        }
    }

    /// <inheritdoc/>
    public override (StepNode Outputs, StepNode? State) Describe(StepGraph<T> graph, StepNode inputs, StepNode elapsed, StepNode? state)
    {
        ArgumentNullException.ThrowIfNull(graph);
        var outputs = new List<StepNode>();
        var next = new List<StepNode>();
        for (int i = 0; i < Parts.Count; i++)
        {
            (StepNode y, StepNode? after) = DescribePart(graph, i, graph.Slice(inputs, _inputOffsets[i], Parts[i].Layer.Inputs), elapsed, state);
            outputs.Add(y);
            if (after is not null)
            {
                next.Add(after);
            }
        }

        return (graph.Concatenate([.. outputs]), next.Count == 0 ? null : graph.Concatenate([.. next]));
    }

    private (int Read, int Written) Widths(int index) => (Parts[index].Layer.Inputs, Parts[index].Layer.Outputs);
}
