using System.Numerics.Tensors;
using Pallium.Numerics;

namespace Pallium.Layers;

// The reverse pass: tiles of queries by keys, whose weights are computed again from the kept log-sum-exp.
public sealed partial class WindowAttention<T>
{
    /// <inheritdoc/>
    public void Backward(in SequencePass<T> pass, in SequenceGradients<T> gradients)
    {
        this.CheckPass(pass, gradients);
        for (int row = 0; row < pass.Rows; row++)
        {
            ReadOnlySpan<T> start = pass.Start.Slice(row * StateSize, StateSize);
            Span<T> dStart = gradients.Start.IsEmpty ? [] : gradients.Start.Slice(row * StateSize, StateSize);
            ReadOnlySpan<T> dFinal = gradients.Final.IsEmpty ? [] : gradients.Final.Slice(row * StateSize, StateSize);
            var reach = new Reach(Count(start), pass.Steps, _window, _period);
            for (int head = 0; head < _heads; head++)
            {
                var carver = new SpanCarver<T>(pass.Scratch);
                var window = new HeadWindow(ref carver, reach.Keys * _width);
                Gather(pass, row, head, reach, start, window.Keys, window.Values);
                KeyPanels.Pack(window.Keys, _width, window.KeyPanels);
                KeyPanels.Pack(window.Values, _width, window.ValuePanels);
                window.KeyGradients.Clear();
                window.ValueGradients.Clear();
                TakeFinal(head, reach, dFinal, dStart, window);
                for (int first = 0; first < pass.Steps; first = reach.EndOfBlock(first))
                {
                    BackwardBlock(pass, gradients, row, head, reach, first, window, carver.Rest);
                }

                AddKeys(gradients.Inputs, row, pass.Rows, head, reach, window);
                AddHistory(head, reach, dStart, window);
            }
        }
    }

    private void BackwardBlock(
        in SequencePass<T> pass, in SequenceGradients<T> gradients, int row, int head, Reach reach, int first, in HeadWindow window, Span<T> scratch)
    {
        int queries = reach.EndOfBlock(first) - first;
        (int from, int lap, int to) = reach.KeysOfBlock(first, queries);
        var carver = new SpanCarver<T>(scratch);
        Span<T> query = carver.Take(queries * _width);
        Span<T> earlier = carver.Take(queries * _width);
        Span<T> dQuery = carver.Take(queries * _width);
        Span<T> dEarlier = carver.Take(queries * _width);
        Span<T> dOutput = carver.Take(queries * _width);
        Span<T> means = carver.Take(queries);
        TakeQueries(pass, row, head, reach, first, query, earlier, lap > from);
        int channels = (((first * pass.Rows) + row) * Outputs) + (head * _width);
        HeadRows.Take(gradients.Outputs[channels..], pass.Rows * Outputs, _width, _width, dOutput);
        for (int i = 0; i < queries; i++)
        {
            // Σ p dp = o · do.
            means[i] = Reduction.Dot<T>(dOutput.Slice(i * _width, _width), pass.Outputs.Slice(channels + (i * pass.Rows * Outputs), _width));
        }

        dQuery.Clear();
        dEarlier.Clear();
        for (int key = from; key < to;)
        {
            bool isEarlier = key < lap;
            int end = Math.Min(isEarlier ? lap : to, ((key / KeyPanels.Keys) + 1) * KeyPanels.Keys);
            var tile = new Tile
            {
                First = first,
                FirstKey = key,
                EndKey = end,
                Queries = isEarlier ? earlier : query,
                QueryGradients = isEarlier ? dEarlier : dQuery,
                OutputGradients = dOutput,
                LogSums = LogSums(pass.Trace, row, head, reach).Slice(first, queries),
                Means = means,
            };
            BackwardTile(tile, reach, window, carver.Rest);
            key = end;
        }

        if (!gradients.Inputs.IsEmpty)
        {
            _rotary.TurnBack(dQuery, reach.Position(first));
            if (lap > from)
            {
                _rotary.TurnBack(dEarlier, reach.Position(first) + _period);
                TensorPrimitives.Add(dQuery, dEarlier, dQuery);
            }

            _rotary.Add(dQuery, _scale, gradients.Inputs[((((first * pass.Rows) + row) * Inputs) + (head * _width))..], pass.Rows * Inputs);
        }
    }

    /// <summary>dv += pᵀ do, dp = do vᵀ, ds = p (dp - mean), dq += ds k, dk += dsᵀ q.</summary>
    private void BackwardTile(in Tile tile, Reach reach, in HeadWindow window, Span<T> scratch)
    {
        int queries = tile.Means.Length;
        int keys = tile.EndKey - tile.FirstKey;
        int place = tile.FirstKey * _width;
        var carver = new SpanCarver<T>(scratch);
        Span<T> weights = carver.Take(queries * keys);
        Span<T> scores = carver.Take(queries * keys);
        weights.Clear();
        KeyPanels.Multiply<T>(tile.Queries, _width, window.KeyPanels, reach.Keys, tile.FirstKey, tile.EndKey, weights, keys);
        AttentionWeights.Exp(weights, tile.LogSums);
        Hide(tile, reach, weights);
        MatrixProduct.AccumulateTransposedA(keys, _width, queries, weights, keys, tile.OutputGradients, _width, window.ValueGradients[place..], _width);
        scores.Clear();
        KeyPanels.Multiply<T>(tile.OutputGradients, _width, window.ValuePanels, reach.Keys, tile.FirstKey, tile.EndKey, scores, keys);
        AttentionWeights.Reverse(weights, tile.Means, scores);
        MatrixProduct.Accumulate(queries, _width, keys, scores, keys, window.Keys[place..], _width, tile.QueryGradients, _width);
        MatrixProduct.AccumulateTransposedA(keys, _width, queries, scores, keys, tile.Queries, _width, window.KeyGradients[place..], _width);
    }

    /// <summary>Sets the weights of keys that a query does not see to zero.</summary>
    private static void Hide(in Tile tile, Reach reach, Span<T> weights)
    {
        int keys = tile.EndKey - tile.FirstKey;
        for (int i = 0; i < tile.Means.Length; i++)
        {
            Span<T> row = weights.Slice(i * keys, keys);
            row[..Math.Clamp(reach.FirstKey(tile.First + i) - tile.FirstKey, 0, keys)].Clear();
            row[Math.Clamp(reach.History + tile.First + i + 1 - tile.FirstKey, 0, keys)..].Clear();
        }
    }

    /// <summary>Gradients of the final ring belong to the window's last keys, and where it wrote none to the start ring.</summary>
    private void TakeFinal(int head, Reach reach, ReadOnlySpan<T> dFinal, Span<T> dStart, in HeadWindow window)
    {
        if (dFinal.IsEmpty)
        {
            return;
        }

        for (int key = Math.Max(reach.History, reach.Keys - _window); key < reach.Keys; key++)
        {
            KeyPanels.Read(Keys(dFinal, head), reach.Slot(key), _window, window.KeyGradients.Slice(key * _width, _width));
            Values(dFinal, head).Slice(reach.Slot(key) * _width, _width).CopyTo(window.ValueGradients[(key * _width)..]);
        }

        for (int step = reach.Steps; step < _window && !dStart.IsEmpty; step++)
        {
            int slot = (reach.Count + step) % _window;
            int place = KeyPanels.Place(slot, _window, _width, out int stride);
            for (int channel = 0; channel < _width; channel++)
            {
                Keys(dStart, head)[place + (channel * stride)] += Keys(dFinal, head)[place + (channel * stride)];
                Values(dStart, head)[(slot * _width) + channel] += Values(dFinal, head)[(slot * _width) + channel];
            }
        }
    }

    /// <summary>Adds the gradients of the window's keys and values to its inputs'.</summary>
    private void AddKeys(Span<T> dInputs, int row, int rows, int head, Reach reach, in HeadWindow window)
    {
        if (dInputs.IsEmpty || reach.Steps == 0)
        {
            return;
        }

        Span<T> keys = window.KeyGradients[(reach.History * _width)..];
        for (int step = 0; step < reach.Steps; step = reach.EndOfBlock(step))
        {
            _rotary.TurnBack(keys[(step * _width)..(reach.EndOfBlock(step) * _width)], reach.Position(step));
        }

        Span<T> dx = dInputs[((row * Inputs) + Outputs + (head * _width))..];
        _rotary.Add(keys, T.One, dx, rows * Inputs);
        HeadRows.Add<T>(window.ValueGradients[(reach.History * _width)..], _width, _width, T.One, dx[Outputs..], rows * Inputs);
    }

    /// <summary>Adds the gradients of the start ring's keys and values to it.</summary>
    private void AddHistory(int head, Reach reach, Span<T> dStart, in HeadWindow window)
    {
        for (int key = 0; key < reach.History && !dStart.IsEmpty; key++)
        {
            int slot = reach.Slot(key);
            int place = KeyPanels.Place(slot, _window, _width, out int stride);
            for (int channel = 0; channel < _width; channel++)
            {
                Keys(dStart, head)[place + (channel * stride)] += window.KeyGradients[(key * _width) + channel];
                Values(dStart, head)[(slot * _width) + channel] += window.ValueGradients[(key * _width) + channel];
            }
        }
    }

    /// <summary>Keys and values that one head's queries see, and their gradients, [n, D] each.</summary>
    private readonly ref struct HeadWindow
    {
        public HeadWindow(scoped ref SpanCarver<T> carver, int numbers)
        {
            Keys = carver.Take(numbers);
            Values = carver.Take(numbers);
            KeyPanels = carver.Take(numbers);
            ValuePanels = carver.Take(numbers);
            KeyGradients = carver.Take(numbers);
            ValueGradients = carver.Take(numbers);
        }

        public Span<T> Keys { get; }

        public Span<T> Values { get; }

        public Span<T> KeyPanels { get; }

        public Span<T> ValuePanels { get; }

        public Span<T> KeyGradients { get; }

        public Span<T> ValueGradients { get; }
    }

    /// <summary>A block of queries and some keys of one lap.</summary>
    private readonly ref struct Tile
    {
        /// <summary>The first query.</summary>
        public required int First { get; init; }

        public required int FirstKey { get; init; }

        public required int EndKey { get; init; }

        /// <summary>Rotated for the lap of the keys, [n, D].</summary>
        public required ReadOnlySpan<T> Queries { get; init; }

        public required Span<T> QueryGradients { get; init; }

        public required ReadOnlySpan<T> OutputGradients { get; init; }

        public required ReadOnlySpan<T> LogSums { get; init; }

        /// <summary>Σ p dp of each query.</summary>
        public required ReadOnlySpan<T> Means { get; init; }
    }
}
