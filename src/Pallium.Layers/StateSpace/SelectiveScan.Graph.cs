namespace Pallium.Layers;

public sealed partial class SelectiveScan<T>
{
    /// <inheritdoc/>
    public (StepNode Outputs, StepNode? State) Describe(StepGraph<T> graph, StepNode inputs, StepNode elapsed, StepNode? state)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(state);
        StepNode u = graph.Slice(inputs, 0, _channels);
        StepNode delta = graph.Slice(inputs, _channels, _channels);
        delta = _deltaBias is null ? delta : graph.Add(delta, graph.Constant(_deltaBias));
        delta = _options.IsSoftplus ? graph.Softplus(delta) : delta;
        StepNode rates = graph.Constant(_rates);
        StepNode a = _options.HasLogRates ? graph.Subtract(graph.Constant(T.Zero), graph.Exp(rates)) : rates;

        // Of the state's numbers, [N, D]: channel and place in it.
        int[] channel = [.. Enumerable.Range(0, StateSize).Select(i => i % _channels)];
        int[] place = [.. Enumerable.Range(0, StateSize).Select(i => i / _channels)];
        StepNode OfChannels(StepNode x) => graph.Gather(x, channel);
        StepNode OfPlaces(int start) => graph.Gather(graph.Slice(inputs, start, _states), place);
        StepNode aOfStates = graph.Gather(a, [.. Enumerable.Range(0, StateSize).Select(i => (channel[i] * _states) + place[i])]);
        StepNode kept = graph.Multiply(graph.Exp(graph.Multiply(OfChannels(delta), aOfStates)), state);
        StepNode next = graph.Add(kept, graph.Multiply(OfChannels(graph.Multiply(delta, u)), OfPlaces(2 * _channels)));
        StepNode y = graph.Scatter(graph.Multiply(OfPlaces((2 * _channels) + _states), next), _channels, channel);
        y = _skip is null ? y : graph.Add(y, graph.Multiply(graph.Constant(_skip), u));
        if (_options.HasGate)
        {
            StepNode z = graph.Slice(inputs, 2 * (_channels + _states), _channels);
            y = graph.Multiply(y, graph.Multiply(z, graph.Sigmoid(z)));
        }

        return (y, next);
    }
}
