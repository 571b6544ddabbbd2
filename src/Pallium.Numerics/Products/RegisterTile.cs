using System.Numerics;
using System.Runtime.CompilerServices;

namespace Pallium.Numerics;

/// <summary>The inner kernel of matrix products: tiles of sums that stay in registers over all of k.</summary>
/// <remarks>
/// A tile is up to 6 rows by 4 registers. Its 24 sums, four pieces of B and one number of A fill 29 of the 32 registers
/// that 512-bit hardware has; narrower hardware has 16, so that tiles there are 2 registers wide. Every sum is a chain of
/// fused multiply-adds over p in order, so that no tile shape, packing or register width shows in the bits.
/// </remarks>
internal static class RegisterTile<T, V>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : unmanaged, ILanes<V, T>
{
    /// <summary>Most rows of a tile.</summary>
    public const int MaxRows = 6;

    /// <summary>Most registers side by side in a row of a tile.</summary>
    public static int MaxVectors
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => V.Count * Unsafe.SizeOf<T>() == 64 ? 4 : 2;
    }

    /// <summary>Columns of the widest tile, and of a panel of B.</summary>
    public static int Width
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => MaxVectors * V.Count;
    }

    /// <summary>
    /// Runs <paramref name="tiles"/> tiles, one below the other, of <paramref name="rows"/> rows by
    /// <paramref name="vectors"/> registers; k is at least 1.
    /// </summary>
    public static void Run(int tiles, int rows, int vectors, int k, in LeftFactor<T> a, in RightFactor<T> b, in Sums<T> c)
    {
        if (c.StartsAtResult)
        {
            Run<StartAtResult>(tiles, rows, vectors, k, in a, in b, in c);
        }
        else
        {
            Run<StartElsewhere>(tiles, rows, vectors, k, in a, in b, in c);
        }
    }

    private static void Run<TStart>(int tiles, int rows, int vectors, int k, in LeftFactor<T> a, in RightFactor<T> b, in Sums<T> c)
        where TStart : ITileStart
    {
        switch (vectors)
        {
            case 1:
                Run<Size1, TStart>(tiles, rows, k, in a, in b, in c);
                break;
            case 2:
                Run<Size2, TStart>(tiles, rows, k, in a, in b, in c);
                break;
            case 3:
                Run<Size3, TStart>(tiles, rows, k, in a, in b, in c);
                break;
            default:
                Run<Size4, TStart>(tiles, rows, k, in a, in b, in c);
                break;
        }
    }

    private static void Run<TVectors, TStart>(int tiles, int rows, int k, in LeftFactor<T> a, in RightFactor<T> b, in Sums<T> c)
        where TVectors : ITileSize
        where TStart : ITileStart
    {
        switch (rows)
        {
            case 1:
                Run<Size1, TVectors, TStart>(tiles, k, in a, in b, in c);
                break;
            case 2:
                Run<Size2, TVectors, TStart>(tiles, k, in a, in b, in c);
                break;
            case 3:
                Run<Size3, TVectors, TStart>(tiles, k, in a, in b, in c);
                break;
            case 4:
                Run<Size4, TVectors, TStart>(tiles, k, in a, in b, in c);
                break;
            case 5:
                Run<Size5, TVectors, TStart>(tiles, k, in a, in b, in c);
                break;
            default:
                Run<Size6, TVectors, TStart>(tiles, k, in a, in b, in c);
                break;
        }
    }

    // The loop over tiles is in here, and all that it needs fits into 14 general registers, because a read of the stack
    // that shares its low 12 address bits with a store under way waits for it: reads between tiles cost a sixth of 64 cubed.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run<TRows, TVectors, TStart>(int tiles, int k, in LeftFactor<T> a, in RightFactor<T> b, in Sums<T> c)
        where TRows : ITileSize
        where TVectors : ITileSize
        where TStart : ITileStart
    {
        nint row = a.Row * Unsafe.SizeOf<T>();
        nint step = a.Step * Unsafe.SizeOf<T>();
        nint stepB = b.Step * Unsafe.SizeOf<T>();
        nint rowEnd = c.Row * Unsafe.SizeOf<T>();
        nint rowStart = TStart.IsResult ? rowEnd : c.StartRow * Unsafe.SizeOf<T>();
        ref T a0 = ref Unsafe.AsRef(in a.Origin);
        ref T b0 = ref Unsafe.AsRef(in b.Origin);
        ref T end = ref c.End;
        ref T start = ref TStart.IsResult ? ref end : ref Unsafe.AsRef(in c.Start);
        for (; tiles > 0; tiles--)
        {
            ref T from = ref TStart.IsResult ? ref end : ref start;
            from = ref Load<TRows, TVectors>(0, ref from, rowStart, out V x0, out V y0, out V z0, out V w0);
            from = ref Load<TRows, TVectors>(1, ref from, rowStart, out V x1, out V y1, out V z1, out V w1);
            from = ref Load<TRows, TVectors>(2, ref from, rowStart, out V x2, out V y2, out V z2, out V w2);
            from = ref Load<TRows, TVectors>(3, ref from, rowStart, out V x3, out V y3, out V z3, out V w3);
            from = ref Load<TRows, TVectors>(4, ref from, rowStart, out V x4, out V y4, out V z4, out V w4);
            from = ref Load<TRows, TVectors>(5, ref from, rowStart, out V x5, out V y5, out V z5, out V w5);

            start = ref TStart.IsResult ? ref start : ref from;

            // Rows 0, 2, 4 lie 0, 2, 4 rows after one pointer, rows 1, 3, 5 after the other: offsets that addressing scales.
            ref T even = ref a0;
            ref T right = ref b0;
            for (int p = k; p > 0; p--)
            {
                V b1 = V.Load(in right, 0);
                V b2 = TVectors.Value > 1 ? V.Load(in right, (nuint)V.Count) : V.Zero;
                V b3 = TVectors.Value > 2 ? V.Load(in right, (nuint)(2 * V.Count)) : V.Zero;
                V b4 = TVectors.Value > 3 ? V.Load(in right, (nuint)(3 * V.Count)) : V.Zero;

                ref T odd = ref Unsafe.AddByteOffset(ref even, row);
                if (TRows.Value > 0)
                {
                    V s = V.Broadcast(even);
                    x0 = V.MultiplyAdd(s, b1, x0);
                    y0 = TVectors.Value > 1 ? V.MultiplyAdd(s, b2, y0) : y0;
                    z0 = TVectors.Value > 2 ? V.MultiplyAdd(s, b3, z0) : z0;
                    w0 = TVectors.Value > 3 ? V.MultiplyAdd(s, b4, w0) : w0;
                }

                if (TRows.Value > 1)
                {
                    V s = V.Broadcast(odd);
                    x1 = V.MultiplyAdd(s, b1, x1);
                    y1 = TVectors.Value > 1 ? V.MultiplyAdd(s, b2, y1) : y1;
                    z1 = TVectors.Value > 2 ? V.MultiplyAdd(s, b3, z1) : z1;
                    w1 = TVectors.Value > 3 ? V.MultiplyAdd(s, b4, w1) : w1;
                }

                if (TRows.Value > 2)
                {
                    V s = V.Broadcast(Unsafe.AddByteOffset(ref even, 2 * row));
                    x2 = V.MultiplyAdd(s, b1, x2);
                    y2 = TVectors.Value > 1 ? V.MultiplyAdd(s, b2, y2) : y2;
                    z2 = TVectors.Value > 2 ? V.MultiplyAdd(s, b3, z2) : z2;
                    w2 = TVectors.Value > 3 ? V.MultiplyAdd(s, b4, w2) : w2;
                }

                if (TRows.Value > 3)
                {
                    V s = V.Broadcast(Unsafe.AddByteOffset(ref odd, 2 * row));
                    x3 = V.MultiplyAdd(s, b1, x3);
                    y3 = TVectors.Value > 1 ? V.MultiplyAdd(s, b2, y3) : y3;
                    z3 = TVectors.Value > 2 ? V.MultiplyAdd(s, b3, z3) : z3;
                    w3 = TVectors.Value > 3 ? V.MultiplyAdd(s, b4, w3) : w3;
                }

                if (TRows.Value > 4)
                {
                    V s = V.Broadcast(Unsafe.AddByteOffset(ref even, 4 * row));
                    x4 = V.MultiplyAdd(s, b1, x4);
                    y4 = TVectors.Value > 1 ? V.MultiplyAdd(s, b2, y4) : y4;
                    z4 = TVectors.Value > 2 ? V.MultiplyAdd(s, b3, z4) : z4;
                    w4 = TVectors.Value > 3 ? V.MultiplyAdd(s, b4, w4) : w4;
                }

                if (TRows.Value > 5)
                {
                    V s = V.Broadcast(Unsafe.AddByteOffset(ref odd, 4 * row));
                    x5 = V.MultiplyAdd(s, b1, x5);
                    y5 = TVectors.Value > 1 ? V.MultiplyAdd(s, b2, y5) : y5;
                    z5 = TVectors.Value > 2 ? V.MultiplyAdd(s, b3, z5) : z5;
                    w5 = TVectors.Value > 3 ? V.MultiplyAdd(s, b4, w5) : w5;
                }

                even = ref Unsafe.AddByteOffset(ref even, step);
                right = ref Unsafe.AddByteOffset(ref right, stepB);
            }

            end = ref Store<TRows, TVectors>(0, ref end, rowEnd, x0, y0, z0, w0);
            end = ref Store<TRows, TVectors>(1, ref end, rowEnd, x1, y1, z1, w1);
            end = ref Store<TRows, TVectors>(2, ref end, rowEnd, x2, y2, z2, w2);
            end = ref Store<TRows, TVectors>(3, ref end, rowEnd, x3, y3, z3, w3);
            end = ref Store<TRows, TVectors>(4, ref end, rowEnd, x4, y4, z4, w4);
            end = ref Store<TRows, TVectors>(5, ref end, rowEnd, x5, y5, z5, w5);

            // In powers of two, which addressing scales by: one product would hold a register for its factor.
            a0 = ref Unsafe.AddByteOffset(ref a0, (TRows.Value & 1) * row);
            a0 = ref Unsafe.AddByteOffset(ref a0, (TRows.Value & 2) * row);
            a0 = ref Unsafe.AddByteOffset(ref a0, (TRows.Value & 4) * row);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref T Load<TRows, TVectors>(int i, ref T start, nint row, out V x, out V y, out V z, out V w)
        where TRows : ITileSize
        where TVectors : ITileSize
    {
        x = y = z = w = V.Zero;
        if (TRows.Value > i)
        {
            x = V.Load(in start, 0);
            y = TVectors.Value > 1 ? V.Load(in start, (nuint)V.Count) : y;
            z = TVectors.Value > 2 ? V.Load(in start, (nuint)(2 * V.Count)) : z;
            w = TVectors.Value > 3 ? V.Load(in start, (nuint)(3 * V.Count)) : w;
            start = ref Unsafe.AddByteOffset(ref start, row);
        }

        return ref start;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref T Store<TRows, TVectors>(int i, ref T end, nint row, V x, V y, V z, V w)
        where TRows : ITileSize
        where TVectors : ITileSize
    {
        if (TRows.Value > i)
        {
            V.Store(x, ref end, 0);
            if (TVectors.Value > 1)
            {
                V.Store(y, ref end, (nuint)V.Count);
            }

            if (TVectors.Value > 2)
            {
                V.Store(z, ref end, (nuint)(2 * V.Count));
            }

            if (TVectors.Value > 3)
            {
                V.Store(w, ref end, (nuint)(3 * V.Count));
            }

            end = ref Unsafe.AddByteOffset(ref end, row);
        }

        return ref end;
    }
}
