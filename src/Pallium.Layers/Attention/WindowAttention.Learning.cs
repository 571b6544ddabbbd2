using System.Numerics.Tensors;
using Pallium.Numerics;

namespace Pallium.Layers;

// The learning form: one head of one row after another, blocks of queries against the keys of their windows.
public sealed partial class WindowAttention<T>
{
    /// <summary>Queries of a block: their scores with a window of 1024 keys stay in the second-level cache.</summary>
    private const int BlockQueries = 64;

    /// <summary>Blocks begin and end at whole registers of keys where there are any; those that no query sees get weights of zero.</summary>
    private const int Granule = 16;

    private int ScoreStride => SpanCarver.Room(_window + BlockQueries + (2 * Granule));

    /// <summary>Keys of the ring that the first query of a window may see, at most.</summary>
    private int MostHistory => _window - 1;

    /// <inheritdoc/>
    public int TraceSize(int steps, int rows) => checked(steps * rows * _heads);

    /// <inheritdoc/>
    public int PassScratch(int steps, int rows)
    {
        int keys = SpanCarver.Room(checked((MostHistory + steps) * _width));
        int queries = SpanCarver.Room(BlockQueries * _width);
        int tile = SpanCarver.Room(BlockQueries * KeyPanels.Keys);
        int forward = checked((3 * keys) + (3 * queries) + SpanCarver.Room(BlockQueries * ScoreStride) + (2 * SpanCarver.Room(BlockQueries)));
        int backward = checked((6 * keys) + (6 * queries) + (2 * tile) + (2 * SpanCarver.Room(BlockQueries)));
        return Math.Max(forward, backward);
    }

    /// <inheritdoc/>
    public void Forward(in SequencePass<T> pass)
    {
        this.CheckPass(pass);
        pass.Start.CopyTo(pass.Final);
        for (int row = 0; row < pass.Rows; row++)
        {
            ReadOnlySpan<T> start = pass.Start.Slice(row * StateSize, StateSize);
            Span<T> final = pass.Final.Slice(row * StateSize, StateSize);
            var reach = new Reach(Count(start), pass.Steps, _window, _period);
            for (int head = 0; head < _heads; head++)
            {
                var carver = new SpanCarver<T>(pass.Scratch);
                Span<T> keys = carver.Take(reach.Keys * _width);
                Span<T> values = carver.Take(reach.Keys * _width);
                Span<T> panels = carver.Take(reach.Keys * _width);
                Gather(pass, row, head, reach, start, keys, values);
                KeyPanels.Pack<T>(keys, _width, panels);
                for (int first = 0; first < pass.Steps; first = reach.EndOfBlock(first))
                {
                    ForwardBlock(pass, row, head, reach, first, panels, values, carver.Rest);
                }

                for (int key = Math.Max(reach.History, reach.Keys - _window); key < reach.Keys; key++)
                {
                    KeyPanels.Write<T>(keys.Slice(key * _width, _width), Keys(final, head), reach.Slot(key), _window);
                    values.Slice(key * _width, _width).CopyTo(Values(final, head)[(reach.Slot(key) * _width)..]);
                }
            }

            final[^1] = T.CreateChecked(After(reach.Count, pass.Steps));
        }
    }

    private void ForwardBlock(
        in SequencePass<T> pass, int row, int head, Reach reach, int first, ReadOnlySpan<T> panels, ReadOnlySpan<T> values, Span<T> scratch)
    {
        int queries = reach.EndOfBlock(first) - first;
        (int from, int lap, int to) = reach.KeysOfBlock(first, queries);
        var carver = new SpanCarver<T>(scratch);
        Span<T> query = carver.Take(queries * _width);
        Span<T> earlier = carver.Take(queries * _width);
        Span<T> output = carver.Take(queries * _width);
        Span<T> scores = carver.Take(queries * ScoreStride);
        TakeQueries(pass, row, head, reach, first, query, earlier, lap > from);
        scores.Clear();
        KeyPanels.Multiply<T>(earlier, _width, panels, reach.Keys, from, lap, scores, ScoreStride);
        KeyPanels.Multiply<T>(query, _width, panels, reach.Keys, lap, to, scores[(lap - from)..], ScoreStride);
        Span<T> greatest = carver.Take(queries);
        Span<T> sums = carver.Take(queries);
        for (int i = 0; i < queries; i++)
        {
            int begin = reach.FirstKey(first + i) - from;
            int end = reach.History + first + i + 1 - from;
            Span<T> all = scores.Slice(i * ScoreStride, to - from);
            Span<T> seen = all[begin..end];
            greatest[i] = Reduction.Max<T>(seen);
            AttentionWeights.Exp(seen, greatest.Slice(i, 1));
            all[..begin].Clear();
            all[end..].Clear();
            sums[i] = Reduction.Sum<T>(seen);
        }

        output.Clear();
        for (int key = from; key < to; key += KeyPanels.Keys)
        {
            // Some keys at a time, so that their values stay in the first-level cache for all queries; the sums and their bits are the same.
            int keys = Math.Min(KeyPanels.Keys, to - key);
            MatrixProduct.Accumulate(queries, _width, keys, scores[(key - from)..], ScoreStride, values[(key * _width)..], _width, output, _width);
        }

        for (int i = 0; i < queries; i++)
        {
            Span<T> y = pass.Outputs.Slice(((((first + i) * pass.Rows) + row) * Outputs) + (head * _width), _width);
            TensorPrimitives.Divide(output.Slice(i * _width, _width), sums[i], y);
        }

        Span<T> logSums = LogSums(pass.Trace, row, head, reach)[first..];
        Elementary.Log<T>(sums, logSums);
        TensorPrimitives.Add(logSums[..queries], greatest, logSums);
    }

    /// <summary>Keys and values of the ring and then of the window, [History + T, D] each; keys rotated.</summary>
    private void Gather(in SequencePass<T> pass, int row, int head, Reach reach, ReadOnlySpan<T> start, Span<T> keys, Span<T> values)
    {
        for (int key = 0; key < reach.History; key++)
        {
            int slot = reach.Slot(key);
            KeyPanels.Read(Keys(start, head), slot, _window, keys.Slice(key * _width, _width));
            Values(start, head).Slice(slot * _width, _width).CopyTo(values[(key * _width)..]);
        }

        if (pass.Steps == 0)
        {
            return;
        }

        ReadOnlySpan<T> x = pass.Inputs[((row * Inputs) + Outputs + (head * _width))..];
        keys = keys[(reach.History * _width)..];
        _rotary.Take(x, pass.Rows * Inputs, T.One, keys);
        HeadRows.Take(x[Outputs..], pass.Rows * Inputs, _width, _width, values[(reach.History * _width)..]);
        for (int step = 0; step < pass.Steps; step = reach.EndOfBlock(step))
        {
            _rotary.Turn(keys[(step * _width)..(reach.EndOfBlock(step) * _width)], reach.Position(step));
        }
    }

    /// <summary>Queries of a block, scaled and rotated: for keys of their own lap, and for those of the lap before.</summary>
    private void TakeQueries(in SequencePass<T> pass, int row, int head, Reach reach, int first, Span<T> query, Span<T> earlier, bool hasEarlier)
    {
        _rotary.Take(pass.Inputs[((((first * pass.Rows) + row) * Inputs) + (head * _width))..], pass.Rows * Inputs, _scale, query);
        if (hasEarlier)
        {
            query.CopyTo(earlier);
            _rotary.Turn(earlier, reach.Position(first) + _period);
        }

        _rotary.Turn(query, reach.Position(first));
    }

    private Span<T> LogSums(Span<T> trace, int row, int head, Reach reach) => trace.Slice(((row * _heads) + head) * reach.Steps, reach.Steps);

    /// <summary>Which keys the queries of a window see. Keys are numbered from the oldest of the ring that counts; query t is beside key History + t.</summary>
    private readonly record struct Reach(int Count, int Steps, int Window, int Period)
    {
        /// <summary>Keys of the ring that count.</summary>
        public int History => Math.Min(Count, Window - 1);

        /// <summary>Keys in all.</summary>
        public int Keys => History + Steps;

        /// <summary>Slot of the ring that a key lies in.</summary>
        public int Slot(int key) => (Count - History + key) % Window;

        /// <summary>Place of a query in its lap.</summary>
        public int Position(int query) => (Count + query) % Period;

        /// <summary>The first key that a query sees.</summary>
        public int FirstKey(int query) => Math.Max(0, History + query - Window + 1);

        /// <summary>The first key of a query's lap.</summary>
        public int FirstOfLap(int query) => History + query - Position(query);

        /// <summary>The keys of a block of queries: the first, the first of the block's own lap, and after the last.</summary>
        public (int From, int Lap, int To) KeysOfBlock(int first, int queries)
        {
            int from = FirstKey(first) / Granule * Granule;
            int to = Math.Min(Keys, (History + first + queries + Granule - 1) / Granule * Granule);
            return (from, Math.Clamp(FirstOfLap(first), from, to), to);
        }

        /// <summary>After the last query of the block that begins with one: blocks end with the lap.</summary>
        public int EndOfBlock(int query) => Math.Min(Math.Min(query + BlockQueries, Steps), query + Period - Position(query));
    }
}
