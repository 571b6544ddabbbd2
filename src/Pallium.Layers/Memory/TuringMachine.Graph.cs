using System.Numerics;

namespace Pallium.Layers;

/// <content>The step as a graph.</content>
public sealed partial class TuringMachine<T>
{
    /// <inheritdoc/>
    public override (StepNode Outputs, StepNode? State) Describe(StepGraph<T> graph, StepNode inputs, StepNode elapsed, StepNode? state)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(state);
        (int slots, int width, int heads) = (_layout.Slots, _layout.Width, _layout.Heads);
        StepNode one = graph.Constant(T.One);
        StepNode fresh = graph.Subtract(one, graph.Slice(state, _layout.StateBegun, 1));
        StepNode reads = graph.Add(graph.Slice(state, _layout.StateReads, _layout.Reads), graph.Multiply(graph.Constant(_firstRead), fresh));
        StepNode control = graph.Add(
            graph.Add(graph.Affine(graph.Constant(_readWeight), reads), graph.Affine(graph.Constant(_inputWeight), inputs)), graph.Constant(_controlBias));
        StepNode differences = graph.Slice(state, 0, _layout.Memory);
        StepNode memory = graph.Add(differences, graph.Constant(_constant));
        StepNode squares = SumOverChannels(graph, graph.Multiply(memory, memory));
        StepNode[] weightings = [.. Enumerable.Range(0, _layout.Weightings).Select(i => DescribeWeighting(
            graph, i, control, memory, squares,
            graph.Add(graph.Slice(state, _layout.StateWeightings + (i * slots), slots), graph.Multiply(DescribeFirst(graph, i), fresh))))];
        StepNode[] read = [.. weightings[..heads].Select(w => graph.Scatter(
            graph.Multiply(memory, OverChannels(graph, w)), width, [.. Enumerable.Range(0, _layout.Memory).Select(place => place / slots)]))];
        StepNode OverSlots(StepNode x) => graph.Gather(x, [.. Enumerable.Range(0, _layout.Memory).Select(place => place / slots)]);
        for (int head = 0; head < heads; head++)
        {
            StepNode erase = graph.Sigmoid(graph.Slice(control, _layout.Erase + (head * width), width));
            StepNode erased = graph.Multiply(OverChannels(graph, weightings[heads + head]), OverSlots(erase));
            differences = graph.Subtract(differences, graph.Multiply(erased, graph.Add(differences, graph.Constant(_constant))));
        }

        for (int head = 0; head < heads; head++)
        {
            StepNode add = graph.Tanh(graph.Slice(control, _layout.Add + (head * width), width));
            differences = graph.Add(differences, graph.Multiply(OverChannels(graph, weightings[heads + head]), OverSlots(add)));
        }

        StepNode outputs = graph.Add(graph.Affine(graph.Constant(_outputWeight), graph.Concatenate([inputs, .. read])), graph.Constant(_outputBias));
        return (outputs, graph.Concatenate([differences, .. weightings, .. read, one]));
    }

    private StepNode DescribeFirst(StepGraph<T> graph, int i)
    {
        StepNode share = graph.Exp(graph.Slice(graph.Constant(_firstLogits), i * _layout.Slots, _layout.Slots));
        return graph.Divide(share, Sum(graph, share));
    }

    private StepNode DescribeWeighting(StepGraph<T> graph, int i, StepNode control, StepNode memory, StepNode squares, StepNode before)
    {
        (int slots, int width, int shifts) = (_layout.Slots, _layout.Width, _layout.Shifts);
        StepNode one = graph.Constant(T.One);
        StepNode tiny = graph.Constant(T.CreateChecked(SlotWeighting.Tiny));
        StepNode Number(int first) => graph.Slice(control, first + i, 1);
        StepNode key = graph.Tanh(graph.Slice(control, i * width, width));
        StepNode products = SumOverChannels(graph, graph.Multiply(memory, graph.Gather(key, [.. Enumerable.Range(0, _layout.Memory).Select(place => place / slots)])));
        StepNode lengths = graph.Apply(StepOperation.Sqrt, graph.Add(graph.Multiply(squares, Sum(graph, graph.Multiply(key, key))), tiny));
        StepNode match = graph.Exp(graph.Multiply(graph.Divide(products, lengths), graph.Softplus(Number(_layout.Strengths))));
        StepNode content = graph.Divide(match, Sum(graph, match));
        StepNode gate = graph.Sigmoid(Number(_layout.Gates));
        StepNode gated = graph.Add(graph.Multiply(content, gate), graph.Multiply(before, graph.Subtract(one, gate)));

        StepNode share = graph.Exp(graph.Slice(control, _layout.ShiftShares + (i * shifts), shifts));
        share = graph.Divide(share, Sum(graph, share));
        StepNode shifted = tiny;
        for (int j = 0; j < shifts; j++)
        {
            int by = j - (shifts / 2);
            int[] from = [.. Enumerable.Range(0, slots).Select(slot => (slot - by + slots) % slots)];
            shifted = graph.Add(shifted, graph.Multiply(graph.Gather(gated, from), graph.Slice(share, j, 1)));
        }

        StepNode sharpness = graph.Add(one, graph.Softplus(Number(_layout.Sharpnesses)));
        StepNode power = graph.Exp(graph.Multiply(graph.Log(shifted), sharpness));
        return graph.Divide(power, Sum(graph, power));
    }

    /// <summary>Numbers of slots at every place of the memory.</summary>
    private StepNode OverChannels(StepGraph<T> graph, StepNode x) => graph.Gather(x, [.. Enumerable.Range(0, _layout.Memory).Select(place => place % _layout.Slots)]);

    private StepNode SumOverChannels(StepGraph<T> graph, StepNode x) =>
        graph.Scatter(x, _layout.Slots, [.. Enumerable.Range(0, _layout.Memory).Select(place => place % _layout.Slots)]);

    private static StepNode Sum(StepGraph<T> graph, StepNode x) => graph.Scatter(x, 1, new int[x.Length]);
}
