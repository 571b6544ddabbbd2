using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>Synapses as lists, one per target: lanes over the rows of the batch, or over synapses where there is one row.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class SparseSynapses<T> : SynapseBank<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int Fields = 4;
    private const int Chunk = 256;
    private readonly int[] _sources;
    private readonly int[] _starts;
    private readonly AlignedBuffer<T> _weight;
    private readonly AlignedBuffer<T> _steepness;
    private readonly AlignedBuffer<T> _offset;
    private readonly AlignedBuffer<T> _reversal;

    public SparseSynapses(SynapseParameters<T> parameters)
        : base(parameters)
    {
        _sources = [.. parameters.Synapses.Select(synapse => synapse.Source)];
        _starts = [.. Enumerable.Range(0, parameters.Targets + 1).Select(target => parameters.Synapses.Count(synapse => synapse.Target < target))];
        int room = SpanCarver.Room(_sources.Length);
        _weight = new AlignedBuffer<T>(room);
        _steepness = new AlignedBuffer<T>(room);
        _offset = new AlignedBuffer<T>(room);
        _reversal = new AlignedBuffer<T>(room);
    }

    public override Plane PlaneOf(int rows, int units) => new(rows, units, IsUnitMajor: true);

    public override void Refresh()
    {
        T toExponent = T.CreateChecked(-SynapseGate.Log2E);
        for (int i = 0; i < _sources.Length; i++)
        {
            int place = Parameters.Place(i);
            T steepness = Parameters.Slope.Values[place] * toExponent;
            _weight.Span[i] = Parameters.Conductance(place);
            _steepness.Span[i] = steepness;
            _offset.Span[i] = -steepness * Parameters.Mean.Values[place];
            _reversal.Span[i] = Parameters.Reversal.Values[place];
        }
    }

    public override void Accumulate(int rows, ReadOnlySpan<T> sources, Span<T> numerators, Span<T> denominators)
    {
        int lanes = PlaneOf(rows, 1).Lanes;
        if (rows == 1)
        {
            AccumulateRow(lanes, sources, numerators, denominators);
        }
        else if (LaneWidth.Is512 && lanes >= Lanes512<T>.Count)
        {
            Accumulate<Lanes512<T>>(lanes, sources, numerators, denominators);
        }
        else if (LaneWidth.Is256 && lanes >= Lanes256<T>.Count)
        {
            Accumulate<Lanes256<T>>(lanes, sources, numerators, denominators);
        }
        else
        {
            Accumulate<Lanes128<T>>(lanes, sources, numerators, denominators);
        }
    }

    public override int SumsLength(int rows) => _sources.Length * Fields * PlaneOf(rows, 1).Lanes;

    public override int Scratch(int rows) => 0;

    public override void AccumulateBackward(
        int rows, ReadOnlySpan<T> sources, ReadOnlySpan<T> dNumerators, ReadOnlySpan<T> dDenominators, Span<T> dSources, Span<T> sums, Span<T> scratch)
    {
        int lanes = PlaneOf(rows, 1).Lanes;
        if (LaneWidth.Is512 && lanes >= Lanes512<T>.Count)
        {
            AccumulateBackward<Lanes512<T>>(lanes, sources, dNumerators, dDenominators, dSources, sums);
        }
        else if (LaneWidth.Is256 && lanes >= Lanes256<T>.Count)
        {
            AccumulateBackward<Lanes256<T>>(lanes, sources, dNumerators, dDenominators, dSources, sums);
        }
        else
        {
            AccumulateBackward<Lanes128<T>>(lanes, sources, dNumerators, dDenominators, dSources, sums);
        }
    }

    public override void AddGradients(int rows, ReadOnlySpan<T> sums, Gradients<T> gradients)
    {
        int lanes = PlaneOf(rows, 1).Lanes;
        for (int i = 0; i < _sources.Length; i++)
        {
            ReadOnlySpan<T> sum = sums.Slice(i * Fields * lanes, Fields * lanes);
            Parameters.AddGradients(
                Parameters.Place(i),
                Reduction.Sum(sum[..lanes]),
                Reduction.Sum(sum.Slice(lanes, lanes)),
                Reduction.Sum(sum.Slice(2 * lanes, lanes)),
                Reduction.Sum(sum.Slice(3 * lanes, lanes)),
                gradients);
        }
    }

    private void AccumulateRow(int lanes, ReadOnlySpan<T> sources, Span<T> numerators, Span<T> denominators)
    {
        if (LaneWidth.Is512)
        {
            AccumulateRow<Lanes512<T>>(lanes, sources, numerators, denominators);
        }
        else if (LaneWidth.Is256)
        {
            AccumulateRow<Lanes256<T>>(lanes, sources, numerators, denominators);
        }
        else
        {
            AccumulateRow<Lanes128<T>>(lanes, sources, numerators, denominators);
        }
    }

    /// <summary>One row: opens a chunk of synapses at a time in lanes, then adds each to its target, in the order of the lists.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void AccumulateRow<V>(int lanes, ReadOnlySpan<T> sources, Span<T> numerators, Span<T> denominators)
        where V : unmanaged, ILanes<V, T>
    {
        Span<T> open = stackalloc T[Chunk];
        ref T weight = ref MemoryMarshal.GetReference(_weight.Span);
        ref T steepness = ref MemoryMarshal.GetReference(_steepness.Span);
        ref T offset = ref MemoryMarshal.GetReference(_offset.Span);
        ref T reversal = ref MemoryMarshal.GetReference(_reversal.Span);
        int target = 0;
        for (int first = 0; first < _sources.Length; first += Chunk)
        {
            int end = Math.Min(first + Chunk, _sources.Length);
            for (int i = first; i < end; i++)
            {
                open[i - first] = sources[_sources[i] * lanes];
            }

            for (int i = first; i < end; i += V.Count)
            {
                nuint place = (nuint)i;
                V v = V.Load(ref open[i - first], 0);
                V t = V.MultiplyAdd(V.Load(ref steepness, place), v, V.Load(ref offset, place));
                V.Store(V.Load(ref weight, place) / SynapseGate.Denominator<T, V>(t), ref open[i - first], 0);
            }

            for (int i = first; i < end; target++)
            {
                T num = numerators[target * lanes];
                T den = denominators[target * lanes];
                for (int stop = Math.Min(end, _starts[target + 1]); i < stop; i++)
                {
                    num = T.FusedMultiplyAdd(open[i - first], Unsafe.Add(ref reversal, i), num);
                    den += open[i - first];
                }

                numerators[target * lanes] = num;
                denominators[target * lanes] = den;
                if (i == end && end < _starts[target + 1])
                {
                    break;
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Accumulate<V>(int lanes, ReadOnlySpan<T> sources, Span<T> numerators, Span<T> denominators)
        where V : unmanaged, ILanes<V, T>
    {
        ref T values = ref MemoryMarshal.GetReference(sources);
        ref T weight = ref MemoryMarshal.GetReference(_weight.Span);
        ref T steepness = ref MemoryMarshal.GetReference(_steepness.Span);
        ref T offset = ref MemoryMarshal.GetReference(_offset.Span);
        ref T reversal = ref MemoryMarshal.GetReference(_reversal.Span);
        for (int target = 0; target + 1 < _starts.Length; target++)
        {
            for (int lane = 0; lane < lanes; lane += V.Count)
            {
                ref T numerator = ref numerators[(target * lanes) + lane];
                ref T denominator = ref denominators[(target * lanes) + lane];
                V num = V.Load(ref numerator, 0);
                V den = V.Load(ref denominator, 0);
                for (int i = _starts[target]; i < _starts[target + 1]; i++)
                {
                    V v = V.Load(ref values, (nuint)((_sources[i] * lanes) + lane));
                    V t = V.MultiplyAdd(V.Broadcast(Unsafe.Add(ref steepness, i)), v, V.Broadcast(Unsafe.Add(ref offset, i)));
                    V r = V.Broadcast(Unsafe.Add(ref weight, i)) / SynapseGate.Denominator<T, V>(t);
                    num = V.MultiplyAdd(r, V.Broadcast(Unsafe.Add(ref reversal, i)), num);
                    den += r;
                }

                V.Store(num, ref numerator, 0);
                V.Store(den, ref denominator, 0);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void AccumulateBackward<V>(
        int lanes, ReadOnlySpan<T> sources, ReadOnlySpan<T> dNumerators, ReadOnlySpan<T> dDenominators, Span<T> dSources, Span<T> sums)
        where V : unmanaged, ILanes<V, T>
    {
        V one = V.Constant(1);
        T toSlope = T.CreateChecked(-1 / SynapseGate.Log2E);
        ref T values = ref MemoryMarshal.GetReference(sources);
        ref T dValues = ref MemoryMarshal.GetReference(dSources);
        ref T weight = ref MemoryMarshal.GetReference(_weight.Span);
        ref T steepness = ref MemoryMarshal.GetReference(_steepness.Span);
        ref T offset = ref MemoryMarshal.GetReference(_offset.Span);
        ref T reversal = ref MemoryMarshal.GetReference(_reversal.Span);
        for (int target = 0; target + 1 < _starts.Length; target++)
        {
            for (int lane = 0; lane < lanes; lane += V.Count)
            {
                V a = V.Load(in dNumerators[(target * lanes) + lane], 0);
                V b = V.Load(in dDenominators[(target * lanes) + lane], 0);
                for (int i = _starts[target]; i < _starts[target + 1]; i++)
                {
                    nuint source = (nuint)((_sources[i] * lanes) + lane);
                    V slope = V.Broadcast(Unsafe.Add(ref weight, i) * Unsafe.Add(ref steepness, i) * toSlope);
                    V v = V.Load(ref values, source);
                    V g = one / SynapseGate.Denominator<T, V>(V.MultiplyAdd(V.Broadcast(Unsafe.Add(ref steepness, i)), v, V.Broadcast(Unsafe.Add(ref offset, i))));
                    V open = V.MultiplyAdd(a, V.Broadcast(Unsafe.Add(ref reversal, i)), b) * g;
                    V q = V.MultiplyAdd(-open, g, open);
                    V.Store(V.MultiplyAdd(q, slope, V.Load(ref dValues, source)), ref dValues, source);
                    ref T sum = ref sums[(i * Fields * lanes) + lane];
                    V.Store(V.MultiplyAdd(a, g, V.Load(ref sum, 0)), ref sum, 0);
                    V.Store(V.Load(ref sum, (nuint)lanes) + open, ref sum, (nuint)lanes);
                    V.Store(V.Load(ref sum, (nuint)(2 * lanes)) + q, ref sum, (nuint)(2 * lanes));
                    V.Store(V.MultiplyAdd(q, v, V.Load(ref sum, (nuint)(3 * lanes))), ref sum, (nuint)(3 * lanes));
                }
            }
        }
    }
}
