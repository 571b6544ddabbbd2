using System.Globalization;
using System.Numerics;

namespace Pallium.Layers;

/// <summary>Layers one after another, as one layer; its state row is the layers' state rows side by side.</summary>
/// <remarks>The trace holds what every layer but the last gives, and the layers' own traces.</remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class StackedLayers<T> : CompositeLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
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
        : base(parts)
    {
        for (int i = 1; i < Parts.Count; i++)
        {
            if (Parts[i].Layer.Inputs != Parts[i - 1].Layer.Outputs)
            {
                throw new ArgumentException(
                    $"Layer {Parts[i].Name} reads {Parts[i].Layer.Inputs} channels, but layer {Parts[i - 1].Name} writes {Parts[i - 1].Layer.Outputs}.",
                    nameof(parts));
            }
        }

        _widest = Parts.Max(part => part.Layer.Outputs);
    }

    /// <inheritdoc/>
    public override int Inputs => Parts[0].Layer.Inputs;

    /// <inheritdoc/>
    public override int Outputs => Parts[^1].Layer.Outputs;

    /// <inheritdoc/>
    public override int StepScratch(int rows) => (2 * SpanCarver.Room(rows * _widest)) + StepPartScratch(rows);

    /// <inheritdoc/>
    public override void Step(ReadOnlySpan<T> inputs, ReadOnlySpan<T> elapsed, Span<T> states, Span<T> outputs, Span<T> scratch)
    {
        int rows = this.CheckStep(inputs, elapsed, states, outputs, scratch);
        var carver = new SpanCarver<T>(scratch);
        Span<T> one = carver.Take(rows * _widest);
        Span<T> other = carver.Take(rows * _widest);
        ReadOnlySpan<T> x = inputs;
        for (int i = 0; i < Parts.Count; i++)
        {
            Span<T> y = i == Parts.Count - 1 ? outputs : (i % 2 == 0 ? one : other)[..(rows * Parts[i].Layer.Outputs)];
            StepPart(i, x, elapsed, states, y, ref carver);
            x = y;
        }
    }

    /// <inheritdoc/>
    public override int TraceSize(int steps, int rows)
    {
        int size = 0;
        for (int i = 0; i < Parts.Count; i++)
        {
            size = checked(size + OutputRoom(i, steps, rows) + PartTrace.Size(Parts[i].Layer, steps, rows));
        }

        return size;
    }

    /// <inheritdoc/>
    public override int PassScratch(int steps, int rows) => (2 * SpanCarver.Room(steps * rows * _widest)) + PartScratch(steps, rows);

    /// <inheritdoc/>
    public override void Forward(in SequencePass<T> pass)
    {
        this.CheckPass(pass);
        ReadOnlySpan<T> x = pass.Inputs;
        for (int i = 0; i < Parts.Count; i++)
        {
            PartTrace trace = TraceOf(pass, i, out Span<T> y);
            ForwardPart(pass, i, x, y, trace, pass.Scratch);
            x = y;
        }
    }

    /// <inheritdoc/>
    public override void Backward(in SequencePass<T> pass, in SequenceGradients<T> gradients)
    {
        this.CheckPass(pass, gradients);
        var carver = new SpanCarver<T>(pass.Scratch);
        int slices = pass.Steps * pass.Rows;
        Span<T> one = carver.Take(slices * _widest);
        Span<T> other = carver.Take(slices * _widest);
        ReadOnlySpan<T> dy = gradients.Outputs;
        for (int i = Parts.Count - 1; i >= 0; i--)
        {
            PartTrace trace = TraceOf(pass, i, out Span<T> y);
            ReadOnlySpan<T> x = pass.Inputs;
            Span<T> dx = gradients.Inputs;
            if (i > 0)
            {
                TraceOf(pass, i - 1, out Span<T> before);
                x = before;
                dx = (i % 2 == 0 ? one : other)[..x.Length];
                dx.Clear();
            }

            BackwardPart(pass, gradients, i, x, y, dy, dx, trace, carver.Rest);
            dy = dx;
        }
    }

    /// <inheritdoc/>
    public override (StepNode Outputs, StepNode? State) Describe(StepGraph<T> graph, StepNode inputs, StepNode elapsed, StepNode? state)
    {
        ArgumentNullException.ThrowIfNull(graph);
        var next = new List<StepNode>();
        StepNode x = inputs;
        for (int i = 0; i < Parts.Count; i++)
        {
            (x, StepNode? after) = DescribePart(graph, i, x, elapsed, state);
            if (after is not null)
            {
                next.Add(after);
            }
        }

        return (x, next.Count == 0 ? null : graph.Concatenate([.. next]));
    }

    private int OutputRoom(int index, int steps, int rows) =>
        index == Parts.Count - 1 ? 0 : SpanCarver.Room(checked(steps * rows * Parts[index].Layer.Outputs));

    private PartTrace TraceOf(scoped in SequencePass<T> pass, int index, out Span<T> outputs)
    {
        var carver = new SpanCarver<T>(pass.Trace);
        for (int i = 0; i < index; i++)
        {
            carver.Take(OutputRoom(i, pass.Steps, pass.Rows) + PartTrace.Size(Parts[i].Layer, pass.Steps, pass.Rows));
        }

        outputs = index == Parts.Count - 1 ? pass.Outputs : carver.Take(pass.Steps * pass.Rows * Parts[index].Layer.Outputs);
        return new PartTrace(ref carver, Parts[index].Layer, pass.Steps, pass.Rows);
    }
}
