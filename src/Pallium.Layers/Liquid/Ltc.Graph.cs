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
        StepNode Positive(StepNode node) => _options.IsSoftplus ? graph.Softplus(node) : node;
        StepNode leak = Positive(graph.Constant(_leak));
        StepNode perUnfold = graph.Divide(graph.Constant(T.CreateChecked(_options.Unfolds)), elapsed);
        StepNode capacitance = graph.Multiply(Positive(graph.Constant(_capacitance)), perUnfold);
        StepNode x = graph.Add(graph.Multiply(inputs, graph.Constant(_inputWeight)), graph.Constant(_inputBias));
        (StepNode sensoryPull, StepNode sensoryLeak) = DescribeSynapses(graph, _sensory.Parameters, x);
        StepNode constantPull = graph.Add(graph.Multiply(leak, graph.Constant(_rest)), sensoryPull);
        StepNode constantLeak = graph.Add(
            graph.Add(graph.Add(capacitance, leak), sensoryLeak),
            graph.Constant(T.CreateChecked(_options.Epsilon)));
        StepNode v = state;
        for (int n = 0; n < _options.Unfolds; n++)
        {
            (StepNode pull, StepNode conductance) = DescribeSynapses(graph, _neurons.Parameters, v);
            StepNode kept = graph.Multiply(capacitance, v);
            StepNode numerator = graph.Add(graph.Add(kept, constantPull), pull);
            v = graph.Divide(numerator, graph.Add(constantLeak, conductance));
        }

        StepNode motor = graph.Slice(v, 0, Outputs);
        StepNode y = graph.Add(graph.Multiply(motor, graph.Constant(_outputWeight)), graph.Constant(_outputBias));
        return (y, v);
    }

    private static (StepNode Pull, StepNode Conductance) DescribeSynapses(StepGraph<T> graph, SynapseParameters<T> synapses, StepNode sources)
    {
        int[] places = [.. Enumerable.Range(0, synapses.Synapses.Count).Select(synapses.Place)];
        int[] targets = [.. synapses.Synapses.Select(synapse => synapse.Target)];
        StepNode Values(Parameter<T> parameter) => graph.Gather(graph.Constant(parameter), places);
        StepNode presynaptic = graph.Gather(sources, [.. synapses.Synapses.Select(synapse => synapse.Source)]);
        StepNode exponent = graph.Multiply(Values(synapses.Slope), graph.Subtract(presynaptic, Values(synapses.Mean)));
        StepNode weight = Values(synapses.Weight);
        StepNode open = graph.Multiply(
            synapses.IsSoftplus ? graph.Softplus(weight) : weight,
            graph.Sigmoid(exponent));
        StepNode pull = graph.Multiply(open, Values(synapses.Reversal));
        return (graph.Scatter(pull, synapses.Targets, targets), graph.Scatter(open, synapses.Targets, targets));
    }
}
