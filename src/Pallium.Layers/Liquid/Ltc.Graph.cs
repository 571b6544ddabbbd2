using System.Numerics;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <content>The step as a graph.</content>
public sealed partial class Ltc<T> : RecurrentLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override (StepNode Outputs, StepNode? State) Describe(StepGraph<T> graph, StepNode inputs, StepNode elapsed, StepNode? state)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(state);
        StepNode Positive(StepNode node) => _options.IsSoftplus ? graph.Apply(StepOperation.Softplus, node) : node;
        StepNode leak = Positive(graph.Constant(_leak));
        StepNode perUnfold = graph.Apply(StepOperation.Divide, graph.Constant(T.CreateChecked(_options.Unfolds)), elapsed);
        StepNode capacitance = graph.Apply(StepOperation.Multiply, Positive(graph.Constant(_capacitance)), perUnfold);
        StepNode x = graph.Apply(
            StepOperation.Add, graph.Apply(StepOperation.Multiply, inputs, graph.Constant(_inputWeight)), graph.Constant(_inputBias));
        (StepNode sensoryPull, StepNode sensoryLeak) = DescribeSynapses(graph, _sensory.Parameters, x);
        StepNode constantPull = graph.Apply(StepOperation.Add, graph.Apply(StepOperation.Multiply, leak, graph.Constant(_rest)), sensoryPull);
        StepNode constantLeak = graph.Apply(
            StepOperation.Add,
            graph.Apply(StepOperation.Add, graph.Apply(StepOperation.Add, capacitance, leak), sensoryLeak),
            graph.Constant(T.CreateChecked(_options.Epsilon)));
        StepNode v = state;
        for (int n = 0; n < _options.Unfolds; n++)
        {
            (StepNode pull, StepNode conductance) = DescribeSynapses(graph, _neurons.Parameters, v);
            StepNode kept = graph.Apply(StepOperation.Multiply, capacitance, v);
            StepNode numerator = graph.Apply(StepOperation.Add, graph.Apply(StepOperation.Add, kept, constantPull), pull);
            v = graph.Apply(StepOperation.Divide, numerator, graph.Apply(StepOperation.Add, constantLeak, conductance));
        }

        StepNode motor = graph.Slice(v, 0, Outputs);
        StepNode y = graph.Apply(StepOperation.Add, graph.Apply(StepOperation.Multiply, motor, graph.Constant(_outputWeight)), graph.Constant(_outputBias));
        return (y, v);
    }

    private static (StepNode Pull, StepNode Conductance) DescribeSynapses(StepGraph<T> graph, SynapseParameters<T> synapses, StepNode sources)
    {
        int[] places = [.. Enumerable.Range(0, synapses.Synapses.Count).Select(synapses.Place)];
        int[] targets = [.. synapses.Synapses.Select(synapse => synapse.Target)];
        StepNode Values(Parameter<T> parameter) => graph.Gather(graph.Constant(parameter), places);
        StepNode presynaptic = graph.Gather(sources, [.. synapses.Synapses.Select(synapse => synapse.Source)]);
        StepNode exponent = graph.Apply(
            StepOperation.Multiply, Values(synapses.Slope), graph.Apply(StepOperation.Subtract, presynaptic, Values(synapses.Mean)));
        StepNode weight = Values(synapses.Weight);
        StepNode open = graph.Apply(
            StepOperation.Multiply,
            synapses.IsSoftplus ? graph.Apply(StepOperation.Softplus, weight) : weight,
            graph.Apply(StepOperation.Sigmoid, exponent));
        StepNode pull = graph.Apply(StepOperation.Multiply, open, Values(synapses.Reversal));
        return (graph.Scatter(pull, synapses.Targets, targets), graph.Scatter(open, synapses.Targets, targets));
    }
}
