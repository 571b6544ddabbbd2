using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>Synapses from every source to every target: lanes over targets, parameters packed [block of 16 targets][source][4][16].</summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class DenseSynapses<T> : SynapseBank<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int Block = 16;
    private const int Fields = 4;
    private const int Weight = 0;
    private const int Steepness = Block;
    private const int Offset = 2 * Block;
    private const int Reversal = 3 * Block;
    private const int SumPull = 0;
    private const int SumOpen = Block;
    private const int SumSlope = 2 * Block;
    private const int SumSlopeState = 3 * Block;
    private readonly int _sources;
    private readonly int _blocks;
    private readonly AlignedBuffer<T> _packed;

    public DenseSynapses(SynapseParameters<T> parameters)
        : base(parameters)
    {
        _sources = parameters.Sources;
        _blocks = SpanCarver.Room(parameters.Targets) / Block;
        _packed = new AlignedBuffer<T>(_blocks * _sources * Fields * Block);
    }

    public override Plane PlaneOf(int rows, int units) => new(rows, units, IsUnitMajor: false);

    public override void Refresh()
    {
        T toExponent = T.CreateChecked(-SynapseGate.Log2E);
        for (int place = 0; place < Parameters.Weight.Length; place++)
        {
            Span<T> packed = _packed.Span[PackedPlace(place)..];
            T steepness = Parameters.Slope.Values[place] * toExponent;
            packed[Weight] = Parameters.Conductance(place);
            packed[Steepness] = steepness;
            packed[Offset] = -steepness * Parameters.Mean.Values[place];
            packed[Reversal] = Parameters.Reversal.Values[place];
        }
    }

    public override void Accumulate(int rows, ReadOnlySpan<T> sources, Span<T> numerators, Span<T> denominators)
    {
        if (LaneWidth.Is512)
        {
            Accumulate<Lanes512<T>>(rows, sources, numerators, denominators);
        }
        else if (LaneWidth.Is256)
        {
            Accumulate<Lanes256<T>>(rows, sources, numerators, denominators);
        }
        else
        {
            Accumulate<Lanes128<T>>(rows, sources, numerators, denominators);
        }
    }

    public override int SumsLength(int rows) => _packed.Length;

    public override int Scratch(int rows) => rows * _sources * Block;

    public override void AccumulateBackward(
        int rows, ReadOnlySpan<T> sources, ReadOnlySpan<T> dNumerators, ReadOnlySpan<T> dDenominators, Span<T> dSources, Span<T> sums, Span<T> scratch)
    {
        Span<T> partial = scratch[..Scratch(rows)];
        partial.Clear();
        if (LaneWidth.Is512)
        {
            AccumulateBackward<Lanes512<T>>(rows, sources, dNumerators, dDenominators, sums, partial);
        }
        else if (LaneWidth.Is256)
        {
            AccumulateBackward<Lanes256<T>>(rows, sources, dNumerators, dDenominators, sums, partial);
        }
        else
        {
            AccumulateBackward<Lanes128<T>>(rows, sources, dNumerators, dDenominators, sums, partial);
        }

        int stride = SpanCarver.Room(_sources);
        for (int i = 0; i < _sources; i++)
        {
            for (int row = 0; row < rows; row++)
            {
                dSources[(row * stride) + i] += BlockSum(ref partial[((i * rows) + row) * Block]);
            }
        }
    }

    public override void AddGradients(int rows, ReadOnlySpan<T> sums, Gradients<T> gradients)
    {
        for (int place = 0; place < Parameters.Weight.Length; place++)
        {
            ReadOnlySpan<T> sum = sums[PackedPlace(place)..];
            Parameters.AddGradients(place, sum[SumPull], sum[SumOpen], sum[SumSlope], sum[SumSlopeState], gradients);
        }
    }

    private int PackedPlace(int place)
    {
        (int source, int target) = Math.DivRem(place, Parameters.Targets);
        return ((((target / Block) * _sources) + source) * Fields * Block) + (target % Block);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Accumulate<V>(int rows, ReadOnlySpan<T> sources, Span<T> numerators, Span<T> denominators)
        where V : unmanaged, ILanes<V, T>
    {
        int sourceStride = SpanCarver.Room(_sources);
        int targetStride = _blocks * Block;
        ref T values = ref MemoryMarshal.GetReference(sources);
        for (int lane = 0; lane < targetStride; lane += V.Count)
        {
            ref T parameters = ref _packed.Span[((lane / Block) * _sources * Fields * Block) + (lane % Block)];
            for (int row = 0; row < rows; row++)
            {
                ref T numerator = ref numerators[(row * targetStride) + lane];
                ref T denominator = ref denominators[(row * targetStride) + lane];
                V num = V.Load(ref numerator, 0);
                V den = V.Load(ref denominator, 0);
                ref T value = ref Unsafe.Add(ref values, row * sourceStride);
                for (int i = 0; i < _sources; i++)
                {
                    ref T synapse = ref Unsafe.Add(ref parameters, i * Fields * Block);
                    V t = V.MultiplyAdd(V.Load(ref synapse, Steepness), V.Broadcast(Unsafe.Add(ref value, i)), V.Load(ref synapse, Offset));
                    V r = V.Load(ref synapse, Weight) / SynapseGate.Denominator<T, V>(t);
                    num = V.MultiplyAdd(r, V.Load(ref synapse, Reversal), num);
                    den += r;
                }

                V.Store(num, ref numerator, 0);
                V.Store(den, ref denominator, 0);
            }
        }
    }

    /// <summary>Σ of a block by halving: number j takes number j + 8, then j + 4, j + 2 and j + 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T BlockSum(ref T block)
    {
        Vector256<T> eighths = Vector256.LoadUnsafe(ref block) + Vector256.LoadUnsafe(ref block, 8);
        if (Vector256<T>.Count < 8)
        {
            eighths += Vector256.LoadUnsafe(ref block, 4) + Vector256.LoadUnsafe(ref block, 12);
        }

        Vector128<T> quarter = eighths.GetLower() + eighths.GetUpper();
        return Vector128<T>.Count == 2 ? quarter[0] + quarter[1] : (quarter[0] + quarter[2]) + (quarter[1] + quarter[3]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void AccumulateBackward<V>(
        int rows, ReadOnlySpan<T> sources, ReadOnlySpan<T> dNumerators, ReadOnlySpan<T> dDenominators, Span<T> sums, Span<T> partial)
        where V : unmanaged, ILanes<V, T>
    {
        int sourceStride = SpanCarver.Room(_sources);
        int targetStride = _blocks * Block;
        V one = V.Constant(1);
        V toSlope = V.Constant(-1 / SynapseGate.Log2E);
        ref T values = ref MemoryMarshal.GetReference(sources);
        for (int lane = 0; lane < targetStride; lane += V.Count)
        {
            ref T pulls = ref Unsafe.Add(ref MemoryMarshal.GetReference(dNumerators), lane);
            ref T leaks = ref Unsafe.Add(ref MemoryMarshal.GetReference(dDenominators), lane);
            for (int i = 0; i < _sources; i++)
            {
                int place = ((((lane / Block) * _sources) + i) * Fields * Block) + (lane % Block);
                ref T synapse = ref _packed.Span[place];
                ref T sum = ref sums[place];
                ref T dSource = ref partial[(i * rows * Block) + (lane % Block)];
                V steepness = V.Load(ref synapse, Steepness);
                V offset = V.Load(ref synapse, Offset);
                V reversal = V.Load(ref synapse, Reversal);
                V slope = V.Load(ref synapse, Weight) * steepness * toSlope;
                V sumPull = V.Load(ref sum, SumPull);
                V sumOpen = V.Load(ref sum, SumOpen);
                V sumSlope = V.Load(ref sum, SumSlope);
                V sumSlopeState = V.Load(ref sum, SumSlopeState);
                for (int row = 0; row < rows; row++)
                {
                    V v = V.Broadcast(Unsafe.Add(ref values, (row * sourceStride) + i));
                    V a = V.Load(ref pulls, (nuint)(row * targetStride));
                    V b = V.Load(ref leaks, (nuint)(row * targetStride));
                    V g = one / SynapseGate.Denominator<T, V>(V.MultiplyAdd(steepness, v, offset));
                    V open = V.MultiplyAdd(a, reversal, b) * g;
                    V q = V.MultiplyAdd(-open, g, open);
                    sumPull = V.MultiplyAdd(a, g, sumPull);
                    sumOpen += open;
                    sumSlope += q;
                    sumSlopeState = V.MultiplyAdd(q, v, sumSlopeState);
                    ref T target = ref Unsafe.Add(ref dSource, row * Block);
                    V.Store(V.MultiplyAdd(q, slope, V.Load(ref target, 0)), ref target, 0);
                }

                V.Store(sumPull, ref sum, SumPull);
                V.Store(sumOpen, ref sum, SumOpen);
                V.Store(sumSlope, ref sum, SumSlope);
                V.Store(sumSlopeState, ref sum, SumSlopeState);
            }
        }
    }
}
