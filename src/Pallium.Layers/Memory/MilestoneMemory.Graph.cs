using System.Numerics;

namespace Pallium.Layers;

/// <content>The step as a graph.</content>
public sealed partial class MilestoneMemory<T>
{
    /// <inheritdoc/>
    /// <remarks>Weights are shifted by the slice's own score, not by the greatest.</remarks>
    public override (StepNode Outputs, StepNode? State) Describe(StepGraph<T> graph, StepNode inputs, StepNode elapsed, StepNode? state)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(state);
        StepNode one = graph.Constant(T.One);
        StepNode half = graph.Constant(Half);
        StepNode mapped = graph.Add(graph.Affine(graph.Constant(_weight), inputs), graph.Constant(_bias));
        StepNode query = graph.Multiply(graph.Slice(mapped, 0, _keys), graph.Constant(_scale));
        StepNode key = graph.Slice(mapped, _keys, _keys);
        StepNode value = graph.Slice(mapped, 2 * _keys, Outputs);
        StepNode share = graph.Sigmoid(graph.Slice(mapped, _record.Gate, 1));
        StepNode keys = graph.Slice(state, 0, ValuesAt);
        StepNode values = graph.Slice(state, ValuesAt, _entries * Outputs);
        StepNode gates = graph.Slice(state, GatesAt, _entries);
        StepNode usage = graph.Slice(state, UsageAt, _entries);
        StepNode IsOpen(StepNode gate) => graph.Slice(graph.Largest(graph.Concatenate(gate, half), 1), 0, 1);
        StepNode filled = graph.Concatenate([.. Enumerable.Range(0, _entries).Select(j => IsOpen(graph.Slice(gates, j, 1)))]);

        int[] entryOfKey = [.. Enumerable.Range(0, ValuesAt).Select(at => at % _entries)];
        int[] channelOfKey = [.. Enumerable.Range(0, ValuesAt).Select(at => at / _entries)];
        int[] entryOfValue = [.. Enumerable.Range(0, _entries * Outputs).Select(at => at / Outputs)];
        int[] channelOfValue = [.. Enumerable.Range(0, _entries * Outputs).Select(at => at % Outputs)];
        StepNode scores = graph.Scatter(graph.Multiply(keys, graph.Gather(query, channelOfKey)), _entries, entryOfKey);
        StepNode own = graph.Scatter(graph.Multiply(query, key), 1, new int[_keys]);
        StepNode weights = graph.Multiply(graph.Multiply(graph.Exp(graph.Subtract(scores, own)), gates), filled);
        StepNode sum = graph.Add(graph.Scatter(weights, 1, new int[_entries]), share);
        weights = graph.Divide(weights, sum);
        StepNode read = graph.Scatter(graph.Multiply(values, graph.Gather(weights, entryOfValue)), Outputs, channelOfValue);
        StepNode outputs = graph.Add(read, graph.Multiply(value, graph.Divide(share, sum)));

        usage = graph.Add(graph.Multiply(usage, graph.Constant(_decay)), weights);
        StepNode unused = graph.Subtract(graph.Subtract(one, filled), graph.Multiply(filled, usage));
        StepNode taken = graph.Multiply(graph.Largest(unused, 1), IsOpen(share));
        StepNode Replace(StepNode old, StepNode now, StepNode where) => graph.Add(old, graph.Multiply(where, graph.Subtract(now, old)));
        return (outputs, graph.Concatenate(
            Replace(keys, graph.Gather(key, channelOfKey), graph.Gather(taken, entryOfKey)),
            Replace(values, graph.Gather(value, channelOfValue), graph.Gather(taken, entryOfValue)),
            Replace(gates, share, taken),
            Replace(usage, one, taken)));
    }
}
