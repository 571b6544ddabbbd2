using System.Numerics;
using System.Runtime.CompilerServices;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>What lies between the two products of attention, and its reverse, over rows of scores.</summary>
internal static class AttentionWeights
{
    /// <summary>s[i, j] = exp(s[i, j] - shift[i]).</summary>
    /// <param name="scores">[n, m], in place.</param>
    /// <param name="shifts">[n].</param>
    public static void Exp<T>(Span<T> scores, ReadOnlySpan<T> shifts)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (LaneWidth.Is512)
        {
            Exp<T, Lanes512<T>>(scores, shifts);
        }
        else if (LaneWidth.Is256)
        {
            Exp<T, Lanes256<T>>(scores, shifts);
        }
        else
        {
            Exp<T, Lanes128<T>>(scores, shifts);
        }
    }

    /// <summary>ds[i, j] = p[i, j]·(dp[i, j] - mean[i]), the reverse of softmax with mean[i] = Σ p dp.</summary>
    /// <param name="weights">p, [n, m].</param>
    /// <param name="means">[n].</param>
    /// <param name="gradients">dp on entry, ds on return, [n, m].</param>
    public static void Reverse<T>(ReadOnlySpan<T> weights, ReadOnlySpan<T> means, Span<T> gradients)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (LaneWidth.Is512)
        {
            Reverse<T, Lanes512<T>>(weights, means, gradients);
        }
        else if (LaneWidth.Is256)
        {
            Reverse<T, Lanes256<T>>(weights, means, gradients);
        }
        else
        {
            Reverse<T, Lanes128<T>>(weights, means, gradients);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal static void Exp<T, V>(Span<T> scores, ReadOnlySpan<T> shifts)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T>
    {
        int columns = scores.Length / shifts.Length;
        int pairs = columns - (columns % LanePair<V, T>.Count);
        for (int i = 0; i < shifts.Length; i++)
        {
            Span<T> row = scores.Slice(i * columns, columns);
            LanePair<V, T> shift = LanePair<V, T>.Broadcast(shifts[i]);
            int j = 0;
            for (; j < pairs; j += LanePair<V, T>.Count)
            {
                LanePair<V, T>.Store(ElementaryLanes.Exp<T, LanePair<V, T>>(LanePair<V, T>.Load(in row[j], 0) - shift), ref row[j], 0);
            }

            for (; j < columns; j += V.Count)
            {
                LaneSpan.Store(ElementaryLanes.Exp<T, V>(LaneSpan.Load<T, V>(row, j) - V.Broadcast(shifts[i])), row, j);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal static void Reverse<T, V>(ReadOnlySpan<T> weights, ReadOnlySpan<T> means, Span<T> gradients)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T>
    {
        int columns = weights.Length / means.Length;
        int whole = columns - (columns % V.Count);
        for (int i = 0; i < means.Length; i++)
        {
            ReadOnlySpan<T> p = weights.Slice(i * columns, columns);
            Span<T> ds = gradients.Slice(i * columns, columns);
            V mean = V.Broadcast(means[i]);
            int j = 0;
            for (; j < whole; j += V.Count)
            {
                V.Store(V.Load(in p[j], 0) * (V.Load(in ds[j], 0) - mean), ref ds[j], 0);
            }

            for (; j < columns; j += V.Count)
            {
                LaneSpan.Store(LaneSpan.Load<T, V>(p, j) * (LaneSpan.Load<T, V>(ds, j) - mean), ds, j);
            }
        }
    }
}
