using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>What an <see cref="Rwkv7Keys{T}"/> is made from.</summary>
/// <param name="Units">Channels C.</param>
/// <param name="Heads">Heads H, which divide the channels.</param>
internal sealed record Rwkv7KeysOptions(int Units, int Heads)
{
    /// <summary>Whether the first layer's values are mixed in.</summary>
    public bool HasFirstValues { get; init; }
}

/// <summary>
/// What RWKV-7's memory reads, from its projections r, k, v, and w, a before their sigmoids: log decays ω = -e^(-1/2) σ(w), rates α = σ(a), removal keys
/// κ = k k_k with each head brought to length 1, keys k' = k (1 + (α - 1) k_a), values v' = v + (v_first - v) σ(n), and the bonus (Σ r k' r_k over the head) v'.
/// </summary>
/// <remarks>
/// Inputs r | k | v | w | a | g, then n | v_first in a later layer; outputs r | k' | v' | ω | -κ | κ α, as <see cref="MatrixMemory{T}"/> reads them, then bonus | g.
/// Parameters k_k, k_a and r_k [C]. κ is divided by √(Σ κ² + 10⁻²⁴), which is the published max(|κ|, 10⁻¹²) to rounding.
/// Source: Peng et al., 2025 (arXiv 2503.14456), section 4.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
internal sealed partial class Rwkv7Keys<T> : PositionwiseLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const double LeastSquare = 1e-24;

    /// <summary>-e^(-1/2): the log decay at w → ∞.</summary>
    private static readonly T Steepest = T.CreateChecked(-0.60653065971263342);

    private readonly int _units;
    private readonly int _heads;
    private readonly int _width;
    private readonly bool _isLater;
    private readonly Parameter<T> _removal;
    private readonly Parameter<T> _rateShare;
    private readonly Parameter<T> _bonus;

    /// <summary>Creates the layer with zero parameters.</summary>
    public Rwkv7Keys(Rwkv7KeysOptions options)
    {
        _width = ChannelGroups.Width(options.Units, options.Heads);
        _units = options.Units;
        _heads = options.Heads;
        _isLater = options.HasFirstValues;
        _removal = new(_units);
        _rateShare = new(_units);
        _bonus = new(_heads, _width);
    }

    /// <inheritdoc/>
    public override int Inputs => (_isLater ? 8 : 6) * _units;

    /// <inheritdoc/>
    public override int Outputs => 8 * _units;

    /// <inheritdoc/>
    public override IEnumerable<(string Name, Parameter<T> Parameter)> Parameters => [("k_k", _removal), ("k_a", _rateShare), ("r_k", _bonus)];

    /// <inheritdoc/>
    public override LayerCost Cost => new(9 * _units, ((_isLater ? 3 : 2) * _units) + (2 * _heads), 3 * _units * Unsafe.SizeOf<T>(), 0);

    /// <summary>σ(w) | α | σ(n) | 1/|κ| and Σ r k' r_k of every head.</summary>
    protected override int RecordSize => (3 * _units) + (2 * _heads);

    /// <summary>Draws k_k = 0.71 - 0.1 (c/(C - 1) - 1/2), k_a = 1.02 and r_k = -0.04, as published.</summary>
    public override void Initialize(Rng rng)
    {
        for (int c = 0; c < _units; c++)
        {
            _removal.Values[c] = T.CreateChecked(0.71 - (0.1 * (Initialization.Ramp(c, _units - 1, 1) - 0.5)));
        }

        _rateShare.Values.Fill(T.CreateChecked(1.02));
        _bonus.Values.Fill(T.CreateChecked(-0.04));
    }

    /// <inheritdoc/>
    public override void Refresh()
    {
    }

    /// <inheritdoc/>
    public override int PassScratch(int steps, int rows) => (4 * SpanCarver.Room(_units)) + SpanCarver.Room(Inputs);

    /// <inheritdoc/>
    protected override void Apply(int slices, ReadOnlySpan<T> inputs, Span<T> outputs, Span<T> records)
    {
        for (int slice = 0; slice < slices; slice++)
        {
            Apply(
                inputs.Slice(slice * Inputs, Inputs),
                outputs.Slice(slice * Outputs, Outputs),
                new Record(this, records.Slice(slice * RecordSize, RecordSize)));
        }
    }

    private void Apply(ReadOnlySpan<T> x, Span<T> y, in Record record)
    {
        ReadOnlySpan<T> r = Part(x, 0);
        ReadOnlySpan<T> k = Part(x, 1);
        ReadOnlySpan<T> v = Part(x, 2);
        Span<T> keys = Part(y, 1);
        Span<T> values = Part(y, 2);
        Span<T> unit = Part(y, 4);
        Span<T> bonus = Part(y, 6);
        r.CopyTo(y);
        Part(x, 5).CopyTo(Part(y, 7));
        Elementary.Sigmoid(Part(x, 3), record.Decay);
        TensorPrimitives.Multiply(record.Decay, Steepest, Part(y, 3));
        Elementary.Sigmoid(Part(x, 4), record.Rate);

        // k' = k (1 + (α - 1) k_a).
        TensorPrimitives.Subtract(record.Rate, T.One, keys);
        TensorPrimitives.MultiplyAdd(keys, _rateShare.Values, T.One, keys);
        TensorPrimitives.Multiply(keys, k, keys);
        v.CopyTo(values);
        if (_isLater)
        {
            Elementary.Sigmoid(Part(x, 6), record.Share);
            TensorPrimitives.Subtract(Part(x, 7), v, values);
            TensorPrimitives.FusedMultiplyAdd(values, record.Share, v, values);
        }

        TensorPrimitives.Multiply(k, _removal.Values, unit);
        TensorPrimitives.Multiply(r, keys, bonus);
        for (int head = 0; head < _heads; head++)
        {
            Range range = HeadOf(head);
            T scale = T.One / T.Sqrt(Reduction.SumOfSquares<T>(unit[range]) + T.CreateChecked(LeastSquare));
            T weight = Reduction.Dot<T>(bonus[range], _bonus.Values[range]);
            (record.Scale[head], record.Weight[head]) = (scale, weight);
            TensorPrimitives.Multiply(unit[range], -scale, unit[range]);
            TensorPrimitives.Multiply(values[range], weight, bonus[range]);
        }

        TensorPrimitives.Multiply(unit, record.Rate, Part(y, 5));
        TensorPrimitives.Negate<T>(Part(y, 5), Part(y, 5));
    }

    private Range HeadOf(int head) => (head * _width)..((head + 1) * _width);

    private ReadOnlySpan<T> Part(ReadOnlySpan<T> slice, int part) => slice.Slice(part * _units, _units);

    private Span<T> Part(Span<T> slice, int part) => slice.Slice(part * _units, _units);

    /// <summary>What a slice keeps.</summary>
    private readonly ref struct Record
    {
        public Record(Rwkv7Keys<T> layer, Span<T> span)
        {
            Decay = span[..layer._units];
            Rate = layer.Part(span, 1);
            Share = layer.Part(span, 2);
            Scale = span.Slice(3 * layer._units, layer._heads);
            Weight = span[^layer._heads..];
        }

        /// <summary>σ(w).</summary>
        public Span<T> Decay { get; }

        /// <summary>α.</summary>
        public Span<T> Rate { get; }

        /// <summary>σ(n).</summary>
        public Span<T> Share { get; }

        /// <summary>1/|k k_k| of every head.</summary>
        public Span<T> Scale { get; }

        /// <summary>Σ r k' r_k of every head.</summary>
        public Span<T> Weight { get; }
    }
}
