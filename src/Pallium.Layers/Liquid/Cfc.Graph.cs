using System.Numerics;

namespace Pallium.Layers;

/// <content>The step as a graph.</content>
public sealed partial class Cfc<T> : RecurrentLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override (StepNode Outputs, StepNode? State) Describe(StepGraph<T> graph, StepNode inputs, StepNode elapsed, StepNode? state)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(state);
        StepNode hidden = state;
        StepNode? cell = null;
        if (_memory is not null)
        {
            (hidden, cell) = DescribeMemory(graph, inputs, state);
        }

        StepNode z = graph.Concatenate(inputs, hidden);
        for (int n = 0; n < _options.BackboneLayers; n++)
        {
            StepNode slope = graph.Constant(T.CreateChecked(0.666));
            StepNode scale = graph.Constant(T.CreateChecked(1.7159));
            StepNode a = DescribeAffine(graph, $"backbone_{n}", z, null);
            z = graph.Multiply(graph.Tanh(graph.Multiply(a, slope)), scale);
        }

        StepNode next = _target is null ? DescribeGated(graph, z, elapsed) : DescribePure(graph, z, elapsed);
        return (next, cell is null ? next : graph.Concatenate(next, cell));
    }

    private StepNode DescribeAffine(StepGraph<T> graph, string name, StepNode z, bool[]? mask)
    {
        StepNode weight = graph.Constant(Find($"{name}.weight"));
        if (mask is not null)
        {
            weight = graph.Multiply(weight, graph.Constant(Array.ConvertAll(mask, on => on ? T.One : T.Zero)));
        }

        return graph.Add(graph.Affine(weight, z), graph.Constant(Find($"{name}.bias")));
    }

    private StepNode DescribeGated(StepGraph<T> graph, StepNode z, StepNode elapsed)
    {
        StepNode first = graph.Tanh(DescribeAffine(graph, "ff1", z, _options.Mask));
        StepNode second = graph.Tanh(DescribeAffine(graph, "ff2", z, _options.Mask));
        StepNode time = graph.Multiply(DescribeAffine(graph, "time_a", z, null), elapsed);
        StepNode gate = graph.Sigmoid(graph.Add(time, DescribeAffine(graph, "time_b", z, null)));
        StepNode kept = _options.Mode == CfcMode.NoGate
            ? first
            : graph.Multiply(first, graph.Subtract(graph.Constant(T.One), gate));
        return graph.Add(kept, graph.Multiply(gate, second));
    }

    private StepNode DescribePure(StepGraph<T> graph, StepNode z, StepNode elapsed)
    {
        StepNode f = DescribeAffine(graph, "ff1", z, _options.Mask);
        StepNode target = graph.Constant(_target!);
        StepNode rate = graph.Add(graph.Apply(StepOperation.Abs, graph.Constant(_rate!)), graph.Apply(StepOperation.Abs, f));
        StepNode exponent = graph.Subtract(graph.Constant(T.Zero), graph.Multiply(rate, elapsed));
        StepNode decayed = graph.Multiply(graph.Multiply(target, graph.Exp(exponent)), f);
        return graph.Subtract(target, decayed);
    }

    private (StepNode Hidden, StepNode Cell) DescribeMemory(StepGraph<T> graph, StepNode inputs, StepNode state)
    {
        StepNode a = graph.Add(
            graph.Add(graph.Affine(graph.Constant(Find("lstm.input_map.weight")), inputs), graph.Constant(Find("lstm.input_map.bias"))),
            graph.Affine(graph.Constant(Find("lstm.recurrent_map.weight")), graph.Slice(state, 0, _units)));
        StepNode Block(int block) => graph.Slice(a, block * _units, _units);
        StepNode forget = graph.Sigmoid(graph.Add(Block(2), graph.Constant(T.One)));
        StepNode added = graph.Multiply(graph.Tanh(Block(0)), graph.Sigmoid(Block(1)));
        StepNode cell = graph.Add(graph.Multiply(graph.Slice(state, _units, _units), forget), added);
        StepNode hidden = graph.Multiply(graph.Tanh(cell), graph.Sigmoid(Block(3)));
        return (hidden, cell);
    }
}
