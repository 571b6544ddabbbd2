using System.Numerics;
using System.Numerics.Tensors;
using Pallium.Numerics;

namespace Pallium.Layers;

// Where things lie in a slice and in the trace, and which options go together.
public sealed partial class MatrixMemory<T>
{
    private static ScanDecay FormOf(MemoryDecay decay) => decay switch
    {
        MemoryDecay.None => ScanDecay.None,
        MemoryDecay.Key => ScanDecay.Key,
        _ => ScanDecay.One,
    };

    private static void Check(MatrixMemoryOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Heads);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Keys);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Values);
        ArgumentOutOfRangeException.ThrowIfNegative(options.Epsilon);
        _ = ChannelGroups.Width(options.Heads, options.Groups ?? options.Heads);
        int expected = options.Decay == MemoryDecay.Fixed ? options.Heads : 0;
        if (options.LogDecays.Count != expected)
        {
            throw new ArgumentException($"Found {options.LogDecays.Count} fixed decays, expected {expected} for decay {options.Decay} and {options.Heads} heads.", nameof(options));
        }

        foreach (double decay in options.LogDecays)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(decay, 0, nameof(options));
        }

        if (options.Write == MemoryWrite.Delta && options.Decay == MemoryDecay.Key)
        {
            throw new ArgumentException("Found the delta rule with a decay for each key channel, expected at most one for each head.", nameof(options));
        }

        if (options.Write != MemoryWrite.Add && (options.ReadsBefore || options.Normalizes))
        {
            throw new ArgumentException(
                $"Found the rule {options.Write} with a read before the write, or normalized; expected {MemoryWrite.Add}.", nameof(options));
        }

        if (options.Normalizes && (options.ReadsBefore || options.HasSkip))
        {
            throw new ArgumentException("Found normalized reads before the write, or beside values that skip the memory; expected them not to be normalized.", nameof(options));
        }
    }

    /// <summary>Room for what <see cref="GatherRun"/> and <see cref="Advance"/> take.</summary>
    private int RunRoom(int steps)
    {
        int keys = steps * _scan.KeyRoom;
        int values = steps * _scan.ValueRoom;
        int decay = _scan.Decay == ScanDecay.Key ? keys : SpanCarver.Room(steps);
        int others = _options.Write == MemoryWrite.LowRank ? 2 * keys : 0;
        return checked((2 * keys) + (2 * values) + decay + SpanCarver.Room(steps) + others + SpanCarver.Room(_options.Keys));
    }

    /// <summary>Gathers the channels of a head; queries are scaled, log decays become factors, rates are taken in.</summary>
    private MatrixRun<T> GatherRun(Slices slices, ReadOnlySpan<T> inputs, Span<T> recalled, scoped ref SpanCarver<T> carver)
    {
        int keys = _options.Keys;
        int steps = slices.Steps;
        Span<T> queries = Gather(slices, inputs, _layout.Query(slices.Head), keys, _scan.KeyRoom, ref carver);
        TensorPrimitives.Multiply(queries, _scale, queries);
        Span<T> keyRows = Gather(slices, inputs, _layout.Key(slices.Head), keys, _scan.KeyRoom, ref carver);
        Span<T> values = Gather(slices, inputs, _layout.Value(slices.Head), _options.Values, _scan.ValueRoom, ref carver);
        Span<T> decay = [];
        switch (_options.Decay)
        {
            case MemoryDecay.Fixed:
                decay = carver.Take(steps);
                decay.Fill(_factors[slices.Head]);
                break;
            case MemoryDecay.Head:
                decay = Gather(slices, inputs, _layout.Gate(slices.Head), 1, 1, ref carver);
                break;
            case MemoryDecay.Key:
                decay = Gather(slices, inputs, _layout.Gate(slices.Head), keys, _scan.KeyRoom, ref carver);
                break;
            case MemoryDecay.Rate:
                decay = Gather(slices, inputs, _layout.Gate(slices.Head), 1, 1, ref carver);
                for (int step = 0; step < steps; step++)
                {
                    Span<T> value = values.Slice(step * _scan.ValueRoom, _scan.ValueRoom);
                    TensorPrimitives.Multiply(value, decay[step], value);
                }

                TensorPrimitives.Multiply(decay, _rates[slices.Head], decay);
                break;
        }

        if (_options.Decay is MemoryDecay.Head or MemoryDecay.Key or MemoryDecay.Rate)
        {
            Elementary.Exp(decay, decay);
        }

        bool isLowRank = _options.Write == MemoryWrite.LowRank;
        return new()
        {
            Steps = steps,
            Queries = queries,
            Keys = keyRows,
            Values = values,
            Decay = decay,
            Strength = _options.Write == MemoryWrite.Delta ? Gather(slices, inputs, _layout.Strength(slices.Head), 1, 1, ref carver) : [],
            Left = isLowRank ? Gather(slices, inputs, _layout.Left(slices.Head), keys, _scan.KeyRoom, ref carver) : [],
            Right = isLowRank ? Gather(slices, inputs, _layout.Right(slices.Head), keys, _scan.KeyRoom, ref carver) : [],
            Recalled = recalled,
        };
    }

    private Span<T> Gather(Slices slices, ReadOnlySpan<T> inputs, int offset, int width, int room, scoped ref SpanCarver<T> carver)
    {
        Span<T> rows = carver.Take(slices.Steps * room);
        HeadRows.Take(inputs[((slices.First * Inputs) + offset)..], slices.Stride * Inputs, width, room, rows);
        return rows;
    }

    /// <summary>Offsets of a head's channels in the input of a slice.</summary>
    private sealed class Layout
    {
        private readonly MatrixMemoryOptions _options;
        private readonly int _keys;
        private readonly int _values;
        private readonly int _strengths;
        private readonly int _gates;
        private readonly int _left;
        private readonly int _right;
        private readonly int _headsPerGroup;
        private readonly int _gateWidth;

        public Layout(MatrixMemoryOptions options)
        {
            _options = options;
            int groups = options.Groups ?? options.Heads;
            int rank = options.Write == MemoryWrite.LowRank ? options.Heads * options.Keys : 0;
            _headsPerGroup = options.Heads / groups;
            _gateWidth = options.Decay switch
            {
                MemoryDecay.Head or MemoryDecay.Rate => 1,
                MemoryDecay.Key => options.Keys,
                _ => 0,
            };
            _keys = checked(groups * options.Keys);
            _values = checked(2 * _keys);
            _strengths = checked(_values + (options.Heads * options.Values));
            _gates = _strengths + (options.Write == MemoryWrite.Delta ? options.Heads : 0);
            _left = checked(_gates + (options.Heads * _gateWidth));
            _right = checked(_left + rank);
            Inputs = checked(_right + rank);
        }

        public int Inputs { get; }

        public int Query(int head) => head / _headsPerGroup * _options.Keys;

        public int Key(int head) => _keys + Query(head);

        public int Value(int head) => _values + (head * _options.Values);

        public int Strength(int head) => _strengths + head;

        public int Gate(int head) => _gates + (head * _gateWidth);

        public int Left(int head) => _left + (head * _options.Keys);

        public int Right(int head) => _right + (head * _options.Keys);
    }

    /// <summary>Where things lie in the trace of one head of one row: the states before each chunk, then the divisors and what was recalled of every slice.</summary>
    private readonly struct HeadTrace(MatrixScan scan, bool normalizes, int steps)
    {
        private readonly int _state = scan.StateRoom;
        private readonly int _sum = normalizes ? scan.KeyRoom : 0;
        private readonly int _values = scan.Recalls ? scan.ValueRoom : 0;
        private readonly int _divisor = normalizes ? 1 : 0;
        private readonly int _chunks = (steps + Checkpoint - 1) / Checkpoint;

        public int Size => checked(AfterStates + SpanCarver.Room(_divisor * steps) + (_values * steps));

        private int AfterStates => checked(_chunks * (_state + _sum));

        public Span<T> Matrix(Span<T> trace, int first) => trace.Slice(first / Checkpoint * (_state + _sum), _state);

        public Span<T> Sum(Span<T> trace, int first) => trace.Slice((first / Checkpoint * (_state + _sum)) + _state, _sum);

        public Span<T> Divisors(Span<T> trace, int first, int count) => trace.Slice(AfterStates + (_divisor * first), _divisor * count);

        public Span<T> Recalled(Span<T> trace, int first, int count) =>
            trace.Slice(AfterStates + SpanCarver.Room(_divisor * steps) + (_values * first), _values * count);
    }
}
