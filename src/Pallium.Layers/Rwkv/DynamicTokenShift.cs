using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>What a <see cref="DynamicTokenShift{T}"/> is made from.</summary>
/// <param name="Channels">Channels I of x.</param>
/// <param name="Rank">Channels R between the factors of each mix's low-rank map.</param>
/// <param name="Mixes">The mixes, in the order in which they are given.</param>
public sealed record DynamicTokenShiftOptions(int Channels, int Rank, params IReadOnlyList<TokenMix> Mixes);

/// <summary>
/// Token shift with shares that depend on the data: y_i = x + (μ_i + B_i a_i) d for every mix i, where d = x[t-1] - x, and a = tanh(A (x + μ_x d)) is cut
/// into R channels for each mix.
/// </summary>
/// <remarks>
/// Parameters: mix_x and mix_* [I], maa_w1 = A [M R, I], maa_w2 = B [M, I, R]; newly drawn A and B are uniform in ±0.01. The state row is the last x.
/// Source: Peng et al., COLM 2024 (arXiv 2404.05892), section 4.2 ("data-dependent linear interpolation").
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class DynamicTokenShift<T> : TokenShiftLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const double Bound = 0.01;
    private const int Whole = 0;
    private readonly TokenMix[] _mixes;
    private readonly int _rank;
    private readonly Parameter<T> _share;
    private readonly Parameter<T>[] _shares;
    private readonly Parameter<T> _narrowWeight;
    private readonly Parameter<T> _widenWeight;
    private readonly AffineMap<T> _narrow;
    private readonly AffineMap<T>[] _widen;

    /// <summary>Creates the layer with zero parameters.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size is not positive, or there are no mixes.</exception>
    public DynamicTokenShift(DynamicTokenShiftOptions options)
        : base((options ?? throw new ArgumentNullException(nameof(options))).Channels)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Rank);
        ArgumentOutOfRangeException.ThrowIfZero(options.Mixes.Count);
        _mixes = [.. options.Mixes];
        _rank = options.Rank;
        _share = new(Inputs);
        _shares = [.. _mixes.Select(_ => new Parameter<T>(Inputs))];
        _narrowWeight = new(Narrow, Inputs) { Decays = true };
        _widenWeight = new(_mixes.Length, Inputs, _rank) { Decays = true };
        _narrow = new AffineMap<T>(Narrow, Inputs);
        _narrow.AddWeight(_narrowWeight);
        _widen = [.. _mixes.Select(_ => new AffineMap<T>(Inputs, _rank))];
        for (int i = 0; i < _widen.Length; i++)
        {
            _widen[i].AddWeight(_widenWeight, source: i * Inputs, rows: Inputs);
            _widen[i].AddBias(_shares[i]);
        }

        Refresh();
    }

    /// <inheritdoc/>
    public override int Outputs => _mixes.Length * Inputs;

    /// <inheritdoc/>
    public override IEnumerable<(string Name, Parameter<T> Parameter)> Parameters =>
        [("mix_x", _share), .. _mixes.Select((mix, i) => (mix.ParameterName, _shares[i])), ("maa_w1", _narrowWeight), ("maa_w2", _widenWeight)];

    /// <inheritdoc/>
    public override LayerCost Cost => new(
        MultiplyAdds: (2L * Narrow * Inputs) + Outputs + Inputs,
        Transcendentals: Narrow,
        WeightBytes: ((2L * Narrow) + _mixes.Length + 1) * Inputs * Unsafe.SizeOf<T>(),
        StateBytes: StateSize * Unsafe.SizeOf<T>());

    /// <summary>Channels between the factors, M R.</summary>
    private int Narrow => checked(_mixes.Length * _rank);

    /// <summary>x + μ_x d | a | the shares of all mixes.</summary>
    private protected override int RecordSize => Inputs + Narrow + Outputs;

    /// <inheritdoc/>
    public override void Initialize(Rng rng)
    {
        new TokenMix("x").Draw(_share);
        for (int i = 0; i < _mixes.Length; i++)
        {
            _mixes[i].Draw(_shares[i]);
        }

        rng.For("maa_w1").Uniform(_narrowWeight.Values, -Bound, Bound);
        rng.For("maa_w2").Uniform(_widenWeight.Values, -Bound, Bound);
        Refresh();
    }

    /// <inheritdoc/>
    public override void Refresh()
    {
        _narrow.Refresh();
        foreach (AffineMap<T> map in _widen)
        {
            map.Refresh();
        }
    }

    private protected override int MixScratch(int slices) => checked(
        SpanCarver.Room(slices * Outputs) + SpanCarver.Room(slices * Narrow) + SpanCarver.Room(slices * Inputs) + SpanCarver.Room(Narrow)
        + Math.Max(_narrow.GradientScratch, _widen[0].GradientScratch));

    private protected override void Mix(int slices, ReadOnlySpan<T> inputs, ReadOnlySpan<T> differences, Span<T> outputs, Span<T> records)
    {
        for (int slice = 0; slice < slices; slice++)
        {
            ReadOnlySpan<T> x = inputs.Slice(slice * Inputs, Inputs);
            TensorPrimitives.FusedMultiplyAdd(differences.Slice(slice * Inputs, Inputs), _share.Values, x, records.Slice(slice * RecordSize, Inputs));
        }

        Span<T> narrow = records[Inputs..];
        _narrow.Apply(slices, records, RecordSize, narrow, RecordSize);
        for (int slice = 0; slice < slices; slice++)
        {
            Span<T> a = narrow.Slice(slice * RecordSize, Narrow);
            Elementary.Tanh<T>(a, a);
        }

        Span<T> shares = narrow[Narrow..];
        for (int i = 0; i < _widen.Length; i++)
        {
            _widen[i].Apply(slices, narrow[(i * _rank)..], RecordSize, shares[(i * Inputs)..], RecordSize);
        }

        for (int slice = 0; slice < slices; slice++)
        {
            ReadOnlySpan<T> x = inputs.Slice(slice * Inputs, Inputs);
            ReadOnlySpan<T> d = differences.Slice(slice * Inputs, Inputs);
            for (int i = 0; i < _mixes.Length; i++)
            {
                ReadOnlySpan<T> share = shares.Slice((slice * RecordSize) + (i * Inputs), Inputs);
                TensorPrimitives.FusedMultiplyAdd(d, share, x, outputs.Slice((slice * Outputs) + (i * Inputs), Inputs));
            }
        }
    }

    private protected override void MixBackward(in SequencePass<T> pass, in SequenceGradients<T> gradients, Span<T> dDifferences, Span<T> scratch)
    {
        int slices = pass.Steps * pass.Rows;
        var carver = new SpanCarver<T>(scratch);
        Span<T> dShares = carver.Take(slices * Outputs);
        Span<T> dNarrow = carver.Take(slices * Narrow);
        Span<T> dMixed = carver.Take(slices * Inputs);
        Span<T> dRaw = carver.Take(Narrow);
        ReadOnlySpan<T> differences = Differences(pass);
        Span<T> records = Records(pass);
        Span<T> narrow = records[Inputs..];
        ReverseMixes(gradients, differences, narrow[Narrow..], dShares, dDifferences);
        dNarrow.Clear();
        for (int i = 0; i < _widen.Length; i++)
        {
            ReadOnlySpan<T> dShare = dShares[(i * Inputs)..];
            _widen[i].AccumulateInputs(Whole, slices, dShare, Outputs, dNarrow[(i * _rank)..], Narrow);
            _widen[i].AccumulateParameters(slices, dShare, Outputs, narrow[(i * _rank)..], RecordSize, gradients.Parameters, carver.Rest);
        }

        for (int slice = 0; slice < slices; slice++)
        {
            Span<T> da = dNarrow.Slice(slice * Narrow, Narrow);
            dRaw.Clear();
            Elementary.TanhBackward<T>(narrow.Slice(slice * RecordSize, Narrow), da, dRaw);
            dRaw.CopyTo(da);
        }

        dMixed.Clear();
        _narrow.AccumulateInputs(Whole, slices, dNarrow, dMixed);
        _narrow.AccumulateParameters(slices, dNarrow, records, RecordSize, gradients.Parameters, carver.Rest);
        Span<T> dOwnShare = gradients.Parameters[_share];
        for (int place = 0; place < dMixed.Length; place += Inputs)
        {
            ReadOnlySpan<T> dx = dMixed.Slice(place, Inputs);
            Span<T> dd = dDifferences.Slice(place, Inputs);
            TensorPrimitives.FusedMultiplyAdd(dx, differences.Slice(place, Inputs), dOwnShare, dOwnShare);
            TensorPrimitives.FusedMultiplyAdd(dx, _share.Values, dd, dd);
        }

        if (!gradients.Inputs.IsEmpty)
        {
            TensorPrimitives.Add(gradients.Inputs, dMixed, gradients.Inputs);
        }
    }

    private protected override StepNode DescribeMix(StepGraph<T> graph, StepNode inputs, StepNode difference)
    {
        StepNode mixed = graph.Add(inputs, graph.Multiply(difference, graph.Constant(_share)));
        StepNode a = graph.Tanh(graph.Affine(graph.Constant(_narrowWeight), mixed));
        StepNode widen = graph.Constant(_widenWeight);
        int size = Inputs * _rank;
        return graph.Concatenate([.. _shares.Select((share, i) =>
        {
            StepNode dynamic = graph.Affine(graph.Slice(widen, i * size, size), graph.Slice(a, i * _rank, _rank));
            return graph.Add(inputs, graph.Multiply(difference, graph.Add(graph.Constant(share), dynamic)));
        })]);
    }

    /// <summary>Of y_i = x + share_i d: d share_i = dy_i d, and adds Σ dy_i share_i to dd and Σ dy_i to dx.</summary>
    private void ReverseMixes(
        in SequenceGradients<T> gradients, ReadOnlySpan<T> differences, ReadOnlySpan<T> shares, Span<T> dShares, Span<T> dDifferences)
    {
        for (int slice = 0; slice < differences.Length / Inputs; slice++)
        {
            ReadOnlySpan<T> d = differences.Slice(slice * Inputs, Inputs);
            Span<T> dd = dDifferences.Slice(slice * Inputs, Inputs);
            for (int i = 0; i < _mixes.Length; i++)
            {
                ReadOnlySpan<T> dy = gradients.Outputs.Slice((slice * Outputs) + (i * Inputs), Inputs);
                TensorPrimitives.Multiply(dy, d, dShares.Slice((slice * Outputs) + (i * Inputs), Inputs));
                TensorPrimitives.FusedMultiplyAdd(dy, shares.Slice((slice * RecordSize) + (i * Inputs), Inputs), dd, dd);
                if (!gradients.Inputs.IsEmpty)
                {
                    Span<T> dx = gradients.Inputs.Slice(slice * Inputs, Inputs);
                    TensorPrimitives.Add(dx, dy, dx);
                }
            }
        }
    }
}
