using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>What a <see cref="MilestoneMemory{T}"/> is made from.</summary>
/// <param name="Inputs">Channels of x.</param>
/// <param name="Units">Channels of values and of y.</param>
/// <param name="Entries">L, the most slices that are kept.</param>
public sealed record MilestoneMemoryOptions(int Inputs, int Units, int Entries)
{
    /// <summary>Channels D of queries and keys.</summary>
    public int Keys { get; init; } = 32;

    /// <summary>Slices over which reads count as use: usage is multiplied by 1 - 1/span in every slice.</summary>
    public int Span { get; init; } = 64;
}

/// <summary>
/// A memory of at most L slices that were worth keeping: y = Σ a_j v_j, with a = softmax over the kept slices and this one of q·k_j/√D + log p_j, where p = σ(g) is a
/// slice's own gate.
/// </summary>
/// <remarks>
/// <para>
/// q [D] | k [D] | v [U] | g come from one affine map of x. A slice reads the entries and itself; then it becomes an entry if p is at least ½, in an empty place or in
/// that of the entry whose usage is least (the first of equal ones). Usage is u_j ← (1 - 1/span) u_j + a_j; a new entry begins at 1, as if just read with all weight.
/// Cost and state do not depend on how many slices came before.
/// </para>
/// <para>
/// What is kept and what is replaced counts as fixed in the reverse pass. The gate learns through p, which weighs its slice in every read, its own included, so that
/// a gate that is closed still learns; a drawn one is open at first (bias 1), and closes where slices draw attention without use.
/// </para>
/// <para>The state row is keys [D, L] | values [L, U] | p [L] | usage [L]; a place with p below ½ is empty, so that zeros are a fresh stream. Elapsed time is not used.</para>
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed partial class MilestoneMemory<T> : RecurrentLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int NotKept = -1;
    private static readonly T Half = T.CreateChecked(0.5);
    private readonly int _entries;
    private readonly int _keys;
    private readonly T _decay;
    private readonly T _scale;
    private readonly Parameter<T> _weight;
    private readonly Parameter<T> _bias;
    private readonly AffineMap<T> _map;
    private readonly Record _record;

    /// <summary>Creates the layer with zero parameters.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size is not positive.</exception>
    public MilestoneMemory(MilestoneMemoryOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Inputs);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Units);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Entries);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Keys);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Span);
        (Inputs, Outputs) = (options.Inputs, options.Units);
        (_entries, _keys) = (options.Entries, options.Keys);
        _decay = T.One - (T.One / T.CreateChecked(options.Span));
        _scale = T.CreateChecked(1 / Math.Sqrt(_keys));
        _record = new Record(Outputs, _entries, _keys);
        _weight = new(_record.MapSize, Inputs) { Decays = true };
        _bias = new(_record.MapSize);
        _map = new AffineMap<T>(_record.MapSize, Inputs);
        _map.AddWeight(_weight);
        _map.AddBias(_bias);
        Refresh();
    }

    /// <inheritdoc/>
    public override int Inputs { get; }

    /// <inheritdoc/>
    public override int Outputs { get; }

    /// <inheritdoc/>
    public override int StateSize => checked(_entries * (_keys + Outputs + 2));

    /// <inheritdoc/>
    public override IEnumerable<(string Name, Parameter<T> Parameter)> Parameters => [("weight", _weight), ("bias", _bias)];

    /// <inheritdoc/>
    public override LayerCost Cost => new(
        MultiplyAdds: ((long)Inputs * _map.Outputs) + ((_entries + 1L) * (_keys + Outputs + 1)),
        Transcendentals: _entries + 3,
        WeightBytes: (Inputs + 1L) * _map.Outputs * Unsafe.SizeOf<T>(),
        StateBytes: (long)StateSize * Unsafe.SizeOf<T>());

    private int ValuesAt => _keys * _entries;

    private int GatesAt => ValuesAt + (_entries * Outputs);

    private int UsageAt => GatesAt + _entries;

    /// <inheritdoc/>
    public override void Initialize(Rng rng)
    {
        Initialization.UniformByFan(_weight, Inputs, rng.For("weight"));
        _bias.Values.Clear();
        _bias.Values[^1] = T.One;
        Refresh();
    }

    /// <inheritdoc/>
    public override void Refresh() => _map.Refresh();

    /// <inheritdoc/>
    /// <remarks>Gates come to be at most 1, usages not negative.</remarks>
    public override void ConstrainStart(Span<T> start)
    {
        Span<T> gates = start.Slice(GatesAt, _entries);
        TensorPrimitives.Min(gates, T.One, gates);
        Span<T> usage = start[UsageAt..];
        TensorPrimitives.Max(usage, T.Zero, usage);
    }

    /// <inheritdoc/>
    protected override int RecordSize(int rows) => checked(rows * _record.Size);

    /// <inheritdoc/>
    protected override void Advance(ReadOnlySpan<T> inputs, ReadOnlySpan<T> elapsed, Span<T> states, Span<T> outputs, Span<T> records)
    {
        int rows = elapsed.Length;
        _map.Apply(rows, inputs, Inputs, records, _record.Size);
        for (int row = 0; row < rows; row++)
        {
            Span<T> record = records.Slice(row * _record.Size, _record.Size);
            Span<T> state = states.Slice(row * StateSize, StateSize);
            Read(state, record, outputs.Slice(row * Outputs, Outputs));
            Keep(state, record);
        }
    }

    private void Read(ReadOnlySpan<T> state, Span<T> record, Span<T> y)
    {
        ReadOnlySpan<T> query = record[.._keys];
        ReadOnlySpan<T> gates = state.Slice(GatesAt, _entries);
        Span<T> weights = record.Slice(_record.Weights, _entries);
        weights.Clear();
        MatrixProduct.Accumulate(1, _entries, _keys, query, _keys, state, _entries, weights, _entries);
        TensorPrimitives.Multiply(weights, _scale, weights);

        // log σ(g) stays finite where σ(g) is 0.
        T gate = record[_record.Gate];
        T own = (Reduction.Dot(query, record.Slice(_keys, _keys)) * _scale) - Elementary.Softplus(-gate);
        T greatest = own;
        for (int j = 0; j < _entries; j++)
        {
            greatest = gates[j] >= Half && weights[j] > greatest ? weights[j] : greatest;
        }

        for (int j = 0; j < _entries; j++)
        {
            weights[j] = gates[j] >= Half ? weights[j] - greatest : T.Zero;
        }

        Elementary.Exp<T>(weights, weights);
        for (int j = 0; j < _entries; j++)
        {
            weights[j] = gates[j] >= Half ? weights[j] * gates[j] : T.Zero;
        }

        own = Elementary.Exp(own - greatest);
        T sum = Reduction.Sum<T>(weights) + own;
        TensorPrimitives.Divide(weights, sum, weights);
        own /= sum;
        record[_record.Own] = own;
        record[_record.Share] = Elementary.Sigmoid(gate);
        TensorPrimitives.Multiply(record.Slice(2 * _keys, Outputs), own, y);
        MatrixProduct.Accumulate(1, Outputs, _entries, weights, _entries, state[ValuesAt..], Outputs, y, Outputs);
    }

    /// <summary>Counts the use, and puts the slice in place of the entry used least if its gate is open; the record keeps what was there.</summary>
    private void Keep(Span<T> state, Span<T> record)
    {
        Span<T> gates = state.Slice(GatesAt, _entries);
        Span<T> usage = state[UsageAt..];
        TensorPrimitives.Multiply(usage, _decay, usage);
        TensorPrimitives.Add(usage, record.Slice(_record.Weights, _entries), usage);
        T share = record[_record.Share];
        int place = share >= Half ? LeastUsed(gates, usage) : NotKept;
        record[_record.Place] = T.CreateChecked(place);
        Span<T> replaced = record[_record.Replaced..];
        if (place == NotKept)
        {
            replaced.Clear();
            return;
        }

        for (int d = 0; d < _keys; d++)
        {
            replaced[d] = state[(d * _entries) + place];
            state[(d * _entries) + place] = record[_keys + d];
        }

        Span<T> value = state.Slice(ValuesAt + (place * Outputs), Outputs);
        value.CopyTo(replaced[_keys..]);
        record.Slice(2 * _keys, Outputs).CopyTo(value);
        replaced[_keys + Outputs] = gates[place];
        gates[place] = share;
        usage[place] = T.One;
    }

    private static int LeastUsed(ReadOnlySpan<T> gates, ReadOnlySpan<T> usage)
    {
        int best = 0;
        T least = T.PositiveInfinity;
        for (int j = 0; j < usage.Length; j++)
        {
            T used = gates[j] >= Half ? usage[j] : -T.One;
            (best, least) = used < least ? (j, used) : (best, least);
        }

        return best;
    }

    /// <summary>
    /// Where things lie in the record of a slice: q | k | v | g; weights of the entries; weight of the slice itself, p, the place it took; key, value and p of what
    /// was there.
    /// </summary>
    private sealed record Record(int Units, int Entries, int Keys)
    {
        public int MapSize => (2 * Keys) + Units + 1;

        public int Gate => MapSize - 1;

        public int Weights { get; } = SpanCarver.Room((2 * Keys) + Units + 1);

        public int Own => Weights + SpanCarver.Room(Entries);

        public int Share => Own + 1;

        public int Place => Own + 2;

        public int Replaced => Own + 3;

        public int Size => SpanCarver.Room(Replaced + Keys + Units + 1);
    }
}
