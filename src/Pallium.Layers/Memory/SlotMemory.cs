using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>What heads do with a memory of N slots of M numbers: compare it with keys, read it, write it; and the reverses.</summary>
/// <remarks>
/// The memory is kept channel by channel, [M, N]: row m holds number m of every slot, so that comparing and writing are element-wise over slots.
/// Source: Graves et al., 2014 (arXiv 1410.5401), eq. 2 to 6.
/// </remarks>
internal static class SlotMemory
{
    /// <summary>Products of two keys with every slot, and squares of every slot: k·M_i, k'·M_i, |M_i|².</summary>
    /// <param name="memory">[M, N].</param>
    /// <param name="first">k, [M].</param>
    /// <param name="second">k', [M].</param>
    /// <param name="firstProducts">[N], overwritten.</param>
    /// <param name="secondProducts">[N], overwritten.</param>
    /// <param name="squares">[N], overwritten.</param>
    public static void Match<T>(
        ReadOnlySpan<T> memory, ReadOnlySpan<T> first, ReadOnlySpan<T> second, Span<T> firstProducts, Span<T> secondProducts, Span<T> squares)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (LaneWidth.Is512)
        {
            Match<T, Lanes512<T>>(memory, first, second, firstProducts, secondProducts, squares);
        }
        else if (LaneWidth.Is256)
        {
            Match<T, Lanes256<T>>(memory, first, second, firstProducts, secondProducts, squares);
        }
        else
        {
            Match<T, Lanes128<T>>(memory, first, second, firstProducts, secondProducts, squares);
        }
    }

    /// <summary>Reverse of <see cref="Match{T}"/> for one key.</summary>
    /// <param name="memory">[M, N].</param>
    /// <param name="key">k, [M].</param>
    /// <param name="dProducts">d loss / d k·M_i, [N].</param>
    /// <param name="dKey">[M], added to.</param>
    /// <param name="dMemory">[M, N], added to.</param>
    public static void MatchBackward<T>(ReadOnlySpan<T> memory, ReadOnlySpan<T> key, ReadOnlySpan<T> dProducts, Span<T> dKey, Span<T> dMemory)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int slots = dProducts.Length;
        for (int m = 0; m < key.Length; m++)
        {
            Span<T> dRow = dMemory.Slice(m * slots, slots);
            dKey[m] += Reduction.Dot(dProducts, memory.Slice(m * slots, slots));
            TensorPrimitives.FusedMultiplyAdd(dProducts, key[m], dRow, dRow);
        }
    }

    /// <summary>Reverse of the squares of slots: dM_i += 2 d|M_i|² M_i.</summary>
    /// <param name="memory">[M, N].</param>
    /// <param name="dSquares">[N], doubled.</param>
    /// <param name="dMemory">[M, N], added to.</param>
    public static void SquaresBackward<T>(ReadOnlySpan<T> memory, Span<T> dSquares, Span<T> dMemory)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int slots = dSquares.Length;
        TensorPrimitives.Add(dSquares, dSquares, dSquares);
        for (int first = 0; first < memory.Length; first += slots)
        {
            Span<T> dRow = dMemory.Slice(first, slots);
            TensorPrimitives.FusedMultiplyAdd(memory.Slice(first, slots), dSquares, dRow, dRow);
        }
    }

    /// <summary>r = Σ w_i M_i.</summary>
    /// <param name="memory">[M, N].</param>
    /// <param name="weighting">w, [N].</param>
    /// <param name="read">r, [M], overwritten.</param>
    public static void Read<T>(ReadOnlySpan<T> memory, ReadOnlySpan<T> weighting, Span<T> read)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int m = 0; m < read.Length; m++)
        {
            read[m] = Reduction.Dot(weighting, memory.Slice(m * weighting.Length, weighting.Length));
        }
    }

    /// <summary>Reverse of <see cref="Read{T}"/>.</summary>
    /// <param name="memory">[M, N].</param>
    /// <param name="weighting">w, [N].</param>
    /// <param name="dRead">d loss / d r, [M].</param>
    /// <param name="dWeighting">[N], added to.</param>
    /// <param name="dMemory">[M, N], added to.</param>
    public static void ReadBackward<T>(
        ReadOnlySpan<T> memory, ReadOnlySpan<T> weighting, ReadOnlySpan<T> dRead, Span<T> dWeighting, Span<T> dMemory)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int slots = weighting.Length;
        for (int m = 0; m < dRead.Length; m++)
        {
            Span<T> dRow = dMemory.Slice(m * slots, slots);
            TensorPrimitives.FusedMultiplyAdd(memory.Slice(m * slots, slots), dRead[m], dWeighting, dWeighting);
            TensorPrimitives.FusedMultiplyAdd(weighting, dRead[m], dRow, dRow);
        }
    }

    /// <summary>All heads erase, then all add: M_i ← M_i Π (1 - w_i e) + Σ w_i a, the memory being kept as what it differs from a constant c by.</summary>
    /// <param name="constant">c.</param>
    /// <param name="weightings">w of every head, [H, N].</param>
    /// <param name="erase">e, [H, M].</param>
    /// <param name="add">a, [H, M].</param>
    /// <param name="width">M.</param>
    /// <param name="differences">M - c, [M, N], in place.</param>
    public static void Write<T>(T constant, ReadOnlySpan<T> weightings, ReadOnlySpan<T> erase, ReadOnlySpan<T> add, int width, Span<T> differences)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (LaneWidth.Is512)
        {
            Write<T, Lanes512<T>>(constant, weightings, erase, add, width, differences);
        }
        else if (LaneWidth.Is256)
        {
            Write<T, Lanes256<T>>(constant, weightings, erase, add, width, differences);
        }
        else
        {
            Write<T, Lanes128<T>>(constant, weightings, erase, add, width, differences);
        }
    }

    /// <summary>Reverse of <see cref="Write{T}"/>.</summary>
    /// <param name="memory">The memory before, c included, [M, N].</param>
    /// <param name="weightings">w, [H, N].</param>
    /// <param name="erase">e, [H, M].</param>
    /// <param name="add">a, [H, M].</param>
    /// <param name="width">M.</param>
    /// <param name="dMemory">d loss / d the memory after on entry, before on return, [M, N].</param>
    /// <param name="dWeightings">[H, N], added to.</param>
    /// <param name="dErase">[H, M], overwritten.</param>
    /// <param name="dAdd">[H, M], overwritten.</param>
    /// <param name="scratch">[H + 1, N].</param>
    public static void WriteBackward<T>(
        ReadOnlySpan<T> memory, ReadOnlySpan<T> weightings, ReadOnlySpan<T> erase, ReadOnlySpan<T> add, int width,
        Span<T> dMemory, Span<T> dWeightings, Span<T> dErase, Span<T> dAdd, Span<T> scratch)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int heads = weightings.Length / (memory.Length / width);
        int slots = memory.Length / width;
        Span<T> product = scratch[..slots];
        Span<T> before = scratch[slots..];
        for (int m = 0; m < width; m++)
        {
            Span<T> dRow = dMemory.Slice(m * slots, slots);
            memory.Slice(m * slots, slots).CopyTo(before);
            for (int head = 0; head < heads; head++)
            {
                ReadOnlySpan<T> w = weightings.Slice(head * slots, slots);
                Span<T> dw = dWeightings.Slice(head * slots, slots);
                dAdd[(head * width) + m] = Reduction.Dot(dRow, w);
                TensorPrimitives.FusedMultiplyAdd(dRow, add[(head * width) + m], dw, dw);
                if (head + 1 < heads)
                {
                    Span<T> next = before.Slice((head + 1) * slots, slots);
                    TensorPrimitives.Multiply(w, -erase[(head * width) + m], product);
                    TensorPrimitives.FusedMultiplyAdd(product, before.Slice(head * slots, slots), before.Slice(head * slots, slots), next);
                }
            }

            for (int head = heads - 1; head >= 0; head--)
            {
                ReadOnlySpan<T> w = weightings.Slice(head * slots, slots);
                Span<T> dw = dWeightings.Slice(head * slots, slots);
                T e = erase[(head * width) + m];
                TensorPrimitives.Multiply(dRow, before.Slice(head * slots, slots), product);
                dErase[(head * width) + m] = -Reduction.Dot(product, w);
                TensorPrimitives.FusedMultiplyAdd(product, -e, dw, dw);
                TensorPrimitives.Multiply(w, -e, product);
                TensorPrimitives.FusedMultiplyAdd(product, dRow, dRow, dRow);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal static void Match<T, V>(
        ReadOnlySpan<T> memory, ReadOnlySpan<T> first, ReadOnlySpan<T> second, Span<T> firstProducts, Span<T> secondProducts, Span<T> squares)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T>
    {
        int slots = squares.Length;
        int pairs = slots - (slots % LanePair<V, T>.Count);
        for (int i = 0; i < pairs; i += LanePair<V, T>.Count)
        {
            LanePair<V, T> a = LanePair<V, T>.Zero;
            LanePair<V, T> b = LanePair<V, T>.Zero;
            LanePair<V, T> square = LanePair<V, T>.Zero;
            for (int m = 0; m < first.Length; m++)
            {
                LanePair<V, T> x = LanePair<V, T>.Load(in memory[(m * slots) + i], 0);
                a = LanePair<V, T>.MultiplyAdd(LanePair<V, T>.Broadcast(first[m]), x, a);
                b = LanePair<V, T>.MultiplyAdd(LanePair<V, T>.Broadcast(second[m]), x, b);
                square = LanePair<V, T>.MultiplyAdd(x, x, square);
            }

            LanePair<V, T>.Store(a, ref firstProducts[i], 0);
            LanePair<V, T>.Store(b, ref secondProducts[i], 0);
            LanePair<V, T>.Store(square, ref squares[i], 0);
        }

        for (int i = pairs; i < slots; i += V.Count)
        {
            V a = V.Zero;
            V b = V.Zero;
            V square = V.Zero;
            for (int m = 0; m < first.Length; m++)
            {
                V x = LaneSpan.Load<T, V>(memory.Slice(m * slots, slots), i);
                a = V.MultiplyAdd(V.Broadcast(first[m]), x, a);
                b = V.MultiplyAdd(V.Broadcast(second[m]), x, b);
                square = V.MultiplyAdd(x, x, square);
            }

            LaneSpan.Store(a, firstProducts, i);
            LaneSpan.Store(b, secondProducts, i);
            LaneSpan.Store(square, squares, i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal static void Write<T, V>(T constant, ReadOnlySpan<T> weightings, ReadOnlySpan<T> erase, ReadOnlySpan<T> add, int width, Span<T> differences)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T>
    {
        int slots = differences.Length / width;
        V c = V.Broadcast(constant);
        for (int m = 0; m < width; m++)
        {
            Span<T> row = differences.Slice(m * slots, slots);
            for (int i = 0; i < slots; i += V.Count)
            {
                V d = LaneSpan.Load<T, V>(row, i);
                for (int head = 0, first = 0; first < weightings.Length; head++, first += slots)
                {
                    V erased = LaneSpan.Load<T, V>(weightings.Slice(first, slots), i) * V.Broadcast(erase[(head * width) + m]);
                    d = V.MultiplyAdd(-erased, c + d, d);
                }

                for (int head = 0, first = 0; first < weightings.Length; head++, first += slots)
                {
                    d = V.MultiplyAdd(LaneSpan.Load<T, V>(weightings.Slice(first, slots), i), V.Broadcast(add[(head * width) + m]), d);
                }

                LaneSpan.Store(d, row, i);
            }
        }
    }
}
