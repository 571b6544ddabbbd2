using System.Numerics;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <content>The step as a graph.</content>
public sealed partial class Slstm<T> : RecurrentLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    /// <remarks>
    /// The rule for n = 0 is left out: where a unit has seen nothing, c', n' and m' differ from those of <see cref="RecurrentLayer{T}.Step"/>
    /// by a factor that cancels in this output and in all later ones.
    /// </remarks>
    public override (StepNode Outputs, StepNode? State) Describe(StepGraph<T> graph, StepNode inputs, StepNode elapsed, StepNode? state)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(state);
        StepNode Part(int place) => graph.Slice(state, place * _units, _units);
        StepNode fromInputs = graph.Add(graph.Affine(graph.Constant(_inputWeight), inputs), graph.Constant(_bias));
        StepNode a = graph.Add(fromInputs, Recurrent(graph, Part(0)));
        StepNode Gate(int gate) => graph.Slice(a, gate * _units, _units);
        StepNode minusForget = graph.Subtract(graph.Constant(T.Zero), Gate(1));
        StepNode past = graph.Subtract(Part(3), graph.Softplus(minusForget));
        StepNode stabilizer = graph.Max(Gate(0), past);
        StepNode taken = graph.Exp(graph.Subtract(Gate(0), stabilizer));
        StepNode kept = graph.Exp(graph.Subtract(past, stabilizer));
        StepNode added = graph.Multiply(taken, graph.Tanh(Gate(2)));
        StepNode cell = graph.Add(graph.Multiply(kept, Part(1)), added);
        StepNode normalizer = graph.Add(graph.Multiply(kept, Part(2)), taken);
        StepNode hidden = graph.Multiply(graph.Sigmoid(Gate(3)), graph.Divide(cell, normalizer));
        return (hidden, graph.Concatenate(hidden, cell, normalizer, stabilizer));
    }

    /// <summary>R h, [4H], each head's part moved to its units' place in every gate.</summary>
    private StepNode Recurrent(StepGraph<T> graph, StepNode hidden)
    {
        StepNode weight = graph.Constant(_recurrentWeight);
        if (_recurrentMaps.Length == 1)
        {
            return graph.Affine(weight, hidden);
        }

        int size = HeadWidth * _headUnits;
        StepNode[] heads = [.. Enumerable.Range(0, _recurrentMaps.Length).Select(head =>
            graph.Affine(graph.Slice(weight, head * size, size), graph.Slice(hidden, head * _headUnits, _headUnits)))];
        IEnumerable<int> places = Enumerable.Range(0, Width).Select(place =>
        {
            (int gate, int unit) = (place / _units, place % _units);
            return (unit / _headUnits * HeadWidth) + (gate * _headUnits) + (unit % _headUnits);
        });
        return graph.Gather(graph.Concatenate(heads), [.. places]);
    }
}
