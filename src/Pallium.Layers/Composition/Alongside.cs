using System.Numerics;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>y = [x | layer(x)]: what a layer gives, after what it read.</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class Alongside<T> : CompositeLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int Only = 0;
    private readonly ISequenceLayer<T> _layer;

    /// <summary>Goes around a layer, whose name begins its parameters' names.</summary>
    public Alongside(string name, ISequenceLayer<T> layer)
        : base([(name, layer)])
    {
        ArgumentNullException.ThrowIfNull(layer);
        _layer = layer;
    }

    /// <inheritdoc/>
    public override int Inputs => _layer.Inputs;

    /// <inheritdoc/>
    public override int Outputs => checked(_layer.Inputs + _layer.Outputs);

    /// <inheritdoc/>
    public override int StepScratch(int rows) => SpanCarver.Room(rows * _layer.Outputs) + StepPartScratch(rows);

    /// <inheritdoc/>
    public override void Step(ReadOnlySpan<T> inputs, ReadOnlySpan<T> elapsed, Span<T> states, Span<T> outputs, Span<T> scratch)
    {
        int rows = this.CheckStep(inputs, elapsed, states, outputs, scratch);
        var carver = new SpanCarver<T>(scratch);
        Span<T> y = carver.Take(rows * _layer.Outputs);
        _layer.Step(inputs, elapsed, states, y, carver.Rest);
        Join(rows, inputs, y, outputs);
    }

    /// <inheritdoc/>
    public override int TraceSize(int steps, int rows) => PartTrace.Size(_layer, steps, rows);

    /// <inheritdoc/>
    public override int PassScratch(int steps, int rows) => checked((2 * SpanCarver.Room(steps * rows * _layer.Outputs)) + PartScratch(steps, rows));

    /// <inheritdoc/>
    public override void Forward(in SequencePass<T> pass)
    {
        this.CheckPass(pass);
        int slices = pass.Steps * pass.Rows;
        var trace = new SpanCarver<T>(pass.Trace);
        var carver = new SpanCarver<T>(pass.Scratch);
        Span<T> y = carver.Take(slices * _layer.Outputs);
        ForwardPart(pass, Only, pass.Inputs, y, new PartTrace(ref trace, _layer, pass.Steps, pass.Rows), carver.Rest);
        Join(slices, pass.Inputs, y, pass.Outputs);
    }

    /// <inheritdoc/>
    public override void Backward(in SequencePass<T> pass, in SequenceGradients<T> gradients)
    {
        this.CheckPass(pass, gradients);
        int slices = pass.Steps * pass.Rows;
        var trace = new SpanCarver<T>(pass.Trace);
        var carver = new SpanCarver<T>(pass.Scratch);
        Span<T> y = carver.Take(slices * _layer.Outputs);
        Span<T> dy = carver.Take(slices * _layer.Outputs);
        StateRows.Take(slices, Outputs, Inputs, _layer.Outputs, pass.Outputs, y);
        StateRows.Take(slices, Outputs, Inputs, _layer.Outputs, gradients.Outputs, dy);
        BackwardPart(pass, gradients, Only, pass.Inputs, y, dy, gradients.Inputs, new PartTrace(ref trace, _layer, pass.Steps, pass.Rows), carver.Rest);
        for (int slice = 0; slice < slices && !gradients.Inputs.IsEmpty; slice++)
        {
            StateRows.Add(1, Inputs, 0, Inputs, gradients.Outputs.Slice(slice * Outputs, Inputs), gradients.Inputs.Slice(slice * Inputs, Inputs));
        }
    }

    /// <inheritdoc/>
    public override (StepNode Outputs, StepNode? State) Describe(StepGraph<T> graph, StepNode inputs, StepNode elapsed, StepNode? state)
    {
        ArgumentNullException.ThrowIfNull(graph);
        (StepNode outputs, StepNode? next) = DescribePart(graph, Only, inputs, elapsed, state);
        return (graph.Concatenate(inputs, outputs), next);
    }

    private void Join(int slices, ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> outputs)
    {
        StateRows.Put(slices, Outputs, 0, Inputs, x, outputs);
        StateRows.Put(slices, Outputs, Inputs, _layer.Outputs, y, outputs);
    }
}
