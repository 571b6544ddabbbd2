using System.Numerics;

namespace Pallium.Layers;

// One step as a graph of elementary operations.
public sealed partial class WindowAttention<T>
{
    private const int LongestDescribed = 1024;

    /// <inheritdoc/>
    /// <remarks>
    /// What depends on the counter is picked from tables by h[c] = 1 where the counter is c, else 0: the trapezoid clamp(3/2 - 2|counter - c|, 0, 1), which is exact
    /// and level at whole numbers. Weights are shifted by the query's own score, not by the greatest. The tables hold a number for every count and slot.
    /// </remarks>
    /// <exception cref="NotSupportedException">The window is too long for tables of every count and slot.</exception>
    public (StepNode Outputs, StepNode? State) Describe(StepGraph<T> graph, StepNode inputs, StepNode elapsed, StepNode? state)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(state);
        if (_window > LongestDescribed)
        {
            throw new NotSupportedException($"Found a window of {_window} slices, expected at most {LongestDescribed} in a graph of operations.");
        }

        StepNode hot = Hot(graph, graph.Slice(state, StateSize - 1, 1));
        var pick = new CounterTables(
            Slot: Picked(graph, hot, _window, (count, slot) => count % _window == slot ? 1 : 0),
            Filled: Picked(graph, hot, _window, (count, slot) => slot <= count ? 1 : 0),
            Earlier: Picked(graph, hot, _window, (count, slot) => count >= _period && slot > count % _period ? 1 : 0),
            Turn: Turns(graph, hot, 0),
            EarlierTurn: Turns(graph, hot, _period));
        var outputs = new List<StepNode>();
        var keys = new List<StepNode>();
        var values = new List<StepNode>();
        for (int head = 0; head < _heads; head++)
        {
            StepNode key = graph.Slice(state, head * Ring, Ring);
            StepNode value = graph.Slice(state, (_heads + head) * Ring, Ring);
            outputs.Add(DescribeHead(graph, inputs, head, pick, ref key, ref value));
            keys.Add(key);
            values.Add(value);
        }

        StepNode next = Picked(graph, hot, 1, (count, _) => After(count, 1));
        return (graph.Concatenate([.. outputs]), graph.Concatenate([.. keys, .. values, next]));
    }

    private StepNode DescribeHead(StepGraph<T> graph, StepNode inputs, int head, CounterTables pick, ref StepNode keys, ref StepNode values)
    {
        StepNode Channels(int part) => graph.Gather(inputs, [.. Enumerable.Range(0, _width).Select(i => (part * Outputs) + (head * _width) + _rotary.ChannelAt(i))]);
        StepNode Sum(StepNode x, int length, Func<int, int> target) => graph.Scatter(x, length, [.. Enumerable.Range(0, x.Length).Select(target)]);
        StepNode query = graph.Multiply(Channels(0), graph.Constant(_scale));
        StepNode earlier = Turned(graph, query, pick.EarlierTurn);
        query = Turned(graph, query, pick.Turn);
        StepNode key = Turned(graph, Channels(1), pick.Turn);
        StepNode value = graph.Slice(inputs, (2 * Outputs) + (head * _width), _width);
        keys = Written(graph, keys, key, pick.Slot, KeySlot, KeyChannel);
        values = Written(graph, values, value, pick.Slot, ValueSlot, ValueChannel);

        StepNode ring = keys;
        StepNode Scores(StepNode q) => Sum(graph.Multiply(ring, Spread(graph, q, KeyChannel)), _window, KeySlot);
        StepNode scores = Scores(query);
        scores = graph.Add(scores, graph.Multiply(pick.Earlier, graph.Subtract(Scores(earlier), scores)));
        StepNode own = Sum(graph.Multiply(query, key), 1, _ => 0);
        StepNode weights = graph.Multiply(graph.Exp(graph.Subtract(scores, own)), pick.Filled);
        StepNode output = Sum(graph.Multiply(values, Spread(graph, weights, ValueSlot)), _width, ValueChannel);
        return graph.Divide(output, Sum(weights, 1, _ => 0));
    }

    /// <summary>The ring with the slot of now replaced.</summary>
    private StepNode Written(StepGraph<T> graph, StepNode ring, StepNode row, StepNode slot, Func<int, int> slotOf, Func<int, int> channelOf)
    {
        StepNode now = Spread(graph, slot, slotOf);
        StepNode old = graph.Multiply(ring, graph.Subtract(graph.Constant(T.One), now));
        return graph.Add(old, graph.Multiply(Spread(graph, row, channelOf), now));
    }

    /// <summary>A number for every place of a ring.</summary>
    private StepNode Spread(StepGraph<T> graph, StepNode x, Func<int, int> of) => graph.Gather(x, [.. Enumerable.Range(0, Ring).Select(of)]);

    private int KeySlot(int place)
    {
        int first = place / (KeyPanels.Keys * _width) * KeyPanels.Keys;
        return first + ((place - (first * _width)) % Math.Min(KeyPanels.Keys, _window - first));
    }

    private int KeyChannel(int place)
    {
        int first = place / (KeyPanels.Keys * _width) * KeyPanels.Keys;
        return (place - (first * _width)) / Math.Min(KeyPanels.Keys, _window - first);
    }

    private int ValueSlot(int place) => place / _width;

    private int ValueChannel(int place) => place % _width;

    private StepNode Hot(StepGraph<T> graph, StepNode counter)
    {
        StepNode Abs(StepNode x) => graph.Apply(StepOperation.Abs, x);
        StepNode Number(double x) => graph.Constant(T.CreateChecked(x));
        StepNode counts = graph.Constant([.. Enumerable.Range(0, 2 * _period).Select(T.CreateChecked)]);
        StepNode rise = graph.Subtract(Number(1.5), graph.Multiply(Abs(graph.Subtract(counts, counter)), Number(2)));
        StepNode clamped = graph.Subtract(Abs(rise), Abs(graph.Subtract(rise, Number(1))));
        return graph.Multiply(graph.Add(clamped, Number(1)), Number(0.5));
    }

    private StepNode Picked(StepGraph<T> graph, StepNode hot, int length, Func<int, int, double> number)
    {
        var table = new T[length * 2 * _period];
        for (int i = 0; i < table.Length; i++)
        {
            table[i] = T.CreateChecked(number(i % (2 * _period), i / (2 * _period)));
        }

        return graph.Affine(graph.Constant(table), hot);
    }

    private (StepNode Cosines, StepNode Sines)? Turns(StepGraph<T> graph, StepNode hot, int further)
    {
        if (!_rotary.Turns)
        {
            return null;
        }

        int pairs = _rotary.Cosines(0).Length;
        return (
            Picked(graph, hot, pairs, (count, pair) => double.CreateChecked(_rotary.Cosines((count % _period) + further)[pair])),
            Picked(graph, hot, pairs, (count, pair) => double.CreateChecked(_rotary.Sines((count % _period) + further)[pair])));
    }

    private StepNode Turned(StepGraph<T> graph, StepNode row, (StepNode Cosines, StepNode Sines)? turn)
    {
        if (turn is not var (cosines, sines))
        {
            return row;
        }

        int pairs = cosines.Length;
        StepNode a = graph.Slice(row, 0, pairs);
        StepNode b = graph.Slice(row, pairs, pairs);
        StepNode low = graph.Subtract(graph.Multiply(a, cosines), graph.Multiply(b, sines));
        StepNode high = graph.Add(graph.Multiply(b, cosines), graph.Multiply(a, sines));
        return 2 * pairs == _width ? graph.Concatenate(low, high) : graph.Concatenate(low, high, graph.Slice(row, 2 * pairs, _width - (2 * pairs)));
    }

    /// <summary>What the counter decides: the slot written, the slots that hold keys, those of the lap before, and both rotations.</summary>
    private readonly record struct CounterTables(
        StepNode Slot, StepNode Filled, StepNode Earlier, (StepNode Cosines, StepNode Sines)? Turn, (StepNode Cosines, StepNode Sines)? EarlierTurn);
}
