namespace Pallium.Layers;

// One step as a graph of elementary operations.
public sealed partial class MatrixMemory<T>
{
    /// <inheritdoc/>
    public (StepNode Outputs, StepNode? State) Describe(StepGraph<T> graph, StepNode inputs, StepNode elapsed, StepNode? state)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(state);
        var outputs = new List<StepNode>();
        var matrices = new List<StepNode>();
        var sums = new List<StepNode>();
        for (int head = 0; head < _options.Heads; head++)
        {
            (StepNode output, StepNode matrix, StepNode? sum) = DescribeHead(graph, inputs, state, head);
            outputs.Add(Skipped(graph, inputs, head, output));
            matrices.Add(matrix);
            if (sum is not null)
            {
                sums.Add(sum);
            }
        }

        return (graph.Concatenate([.. outputs]), graph.Concatenate([.. matrices, .. sums]));
    }

    private (StepNode Output, StepNode Matrix, StepNode? Sum) DescribeHead(StepGraph<T> graph, StepNode inputs, StepNode state, int head)
    {
        int keys = _options.Keys;
        int size = keys * _options.Values;
        StepNode Keyed(int offset) => graph.Slice(inputs, offset, keys);
        StepNode query = graph.Multiply(Keyed(_layout.Query(head)), graph.Constant(_scale));
        StepNode key = Keyed(_layout.Key(head));
        StepNode value = graph.Slice(inputs, _layout.Value(head), _options.Values);
        StepNode? decay = null;
        switch (_options.Decay)
        {
            case MemoryDecay.Fixed:
                decay = graph.Constant(_factors[head]);
                break;
            case MemoryDecay.Head:
                decay = graph.Exp(graph.Slice(inputs, _layout.Gate(head), 1));
                break;
            case MemoryDecay.Key:
                decay = graph.Exp(Keyed(_layout.Gate(head)));
                break;
            case MemoryDecay.Rate:
                StepNode span = graph.Slice(inputs, _layout.Gate(head), 1);
                StepNode rate = graph.Slice(graph.Constant(_rate!), head, 1);
                rate = _options.IsRateLogarithmic ? graph.Subtract(graph.Constant(T.Zero), graph.Exp(rate)) : rate;
                decay = graph.Exp(graph.Multiply(span, rate));
                value = graph.Multiply(value, span);
                break;
        }

        StepNode matrix = graph.Slice(state, head * size, size);
        StepNode next = Written(graph, inputs, head, matrix, decay, key, value);
        StepNode output = Read(graph, _options.ReadsBefore ? matrix : next, query);
        if (_options.ReadsBefore)
        {
            StepNode bonus = graph.Slice(graph.Constant(_bonus!), head * keys, keys);
            StepNode product = graph.Multiply(graph.Multiply(query, bonus), key);
            output = graph.Add(output, graph.Multiply(value, graph.Scatter(product, 1, new int[keys])));
        }

        if (!_options.Normalizes)
        {
            return (output, next, null);
        }

        StepNode sum = Decayed(graph, graph.Slice(state, Matrices + (head * keys), keys), decay);
        sum = graph.Add(sum, key);
        StepNode divisor = graph.Scatter(graph.Multiply(sum, query), 1, new int[keys]);
        return (graph.Divide(output, graph.Add(divisor, graph.Constant(_epsilon))), next, sum);
    }

    private StepNode Skipped(StepGraph<T> graph, StepNode inputs, int head, StepNode output)
    {
        if (_skip is null)
        {
            return output;
        }

        StepNode value = graph.Slice(inputs, _layout.Value(head), _options.Values);
        return graph.Add(output, graph.Multiply(value, graph.Slice(graph.Constant(_skip), head, 1)));
    }

    /// <summary>S after the step.</summary>
    private StepNode Written(StepGraph<T> graph, StepNode inputs, int head, StepNode matrix, StepNode? decay, StepNode key, StepNode value)
    {
        StepNode decayed = Decayed(graph, matrix, decay?.Length == _options.Keys ? Rows(graph, decay) : decay);
        if (_options.Write == MemoryWrite.Delta)
        {
            StepNode error = graph.Subtract(value, Read(graph, decayed, key));
            value = graph.Multiply(error, graph.Slice(inputs, _layout.Strength(head), 1));
        }

        if (_options.Write == MemoryWrite.LowRank)
        {
            StepNode recalled = Read(graph, matrix, graph.Slice(inputs, _layout.Left(head), _options.Keys));
            decayed = graph.Add(decayed, Outer(graph, graph.Slice(inputs, _layout.Right(head), _options.Keys), recalled));
        }

        return graph.Add(decayed, Outer(graph, key, value));
    }

    private static StepNode Decayed(StepGraph<T> graph, StepNode state, StepNode? decay) =>
        decay is null ? state : graph.Multiply(state, decay);

    /// <summary>Sᵀ p.</summary>
    private StepNode Read(StepGraph<T> graph, StepNode matrix, StepNode p) => graph.Scatter(
        graph.Multiply(matrix, Rows(graph, p)), _options.Values, [.. Enumerable.Range(0, matrix.Length).Select(i => i % _options.Values)]);

    private StepNode Outer(StepGraph<T> graph, StepNode rows, StepNode lanes) => graph.Multiply(
        Rows(graph, rows),
        graph.Gather(lanes, [.. Enumerable.Range(0, _options.Keys * _options.Values).Select(i => i % _options.Values)]));

    /// <summary>A number for each key, given to all values of its row.</summary>
    private StepNode Rows(StepGraph<T> graph, StepNode keyed) =>
        graph.Gather(keyed, [.. Enumerable.Range(0, _options.Keys * _options.Values).Select(i => i / _options.Values)]);
}
