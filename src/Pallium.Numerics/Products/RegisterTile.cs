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
        switch (vectors)
        {
            case 1:
                Run<Size1>(tiles, rows, k, in a, in b, in c);
                break;
            case 2:
                Run<Size2>(tiles, rows, k, in a, in b, in c);
                break;
            case 3:
                Run<Size3>(tiles, rows, k, in a, in b, in c);
                break;
            default:
                Run<Size4>(tiles, rows, k, in a, in b, in c);
                break;
        }
    }

    private static void Run<TVectors>(int tiles, int rows, int k, in LeftFactor<T> a, in RightFactor<T> b, in Sums<T> c)
        where TVectors : ITileSize
    {
        switch (rows)
        {
            case 1:
                Run<Size1, TVectors>(tiles, k, in a, in b, in c);
                break;
            case 2:
                Run<Size2, TVectors>(tiles, k, in a, in b, in c);
                break;
            case 3:
                Run<Size3, TVectors>(tiles, k, in a, in b, in c);
                break;
            case 4:
                Run<Size4, TVectors>(tiles, k, in a, in b, in c);
                break;
            case 5:
                Run<Size5, TVectors>(tiles, k, in a, in b, in c);
                break;
            default:
                Run<Size6, TVectors>(tiles, k, in a, in b, in c);
                break;
        }
    }

    // The loop over tiles is in here, and all that it needs in registers, because a read of the stack that shares its low
    // 12 address bits with a store under way waits for it: reading arguments between tiles cost a sixth of 64 cubed.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run<TRows, TVectors>(int tiles, int k, in LeftFactor<T> a, in RightFactor<T> b, in Sums<T> c)
        where TRows : ITileSize
        where TVectors : ITileSize
    {
        nint row = a.Row;
        nint step = a.Step;
        nint stepB = b.Step;
        nint rowStart = c.StartRow;
        nint rowEnd = c.Row;
        ref T a0 = ref Unsafe.AsRef(in a.Origin);
        ref T b0 = ref Unsafe.AsRef(in b.Origin);
        ref T start = ref Unsafe.AsRef(in c.Start);
        ref T end = ref c.End;
        for (; tiles > 0; tiles--)
        {
            start = ref Load<TRows, TVectors>(0, ref start, rowStart, out V x0, out V y0, out V z0, out V w0);
            start = ref Load<TRows, TVectors>(1, ref start, rowStart, out V x1, out V y1, out V z1, out V w1);
            start = ref Load<TRows, TVectors>(2, ref start, rowStart, out V x2, out V y2, out V z2, out V w2);
            start = ref Load<TRows, TVectors>(3, ref start, rowStart, out V x3, out V y3, out V z3, out V w3);
            start = ref Load<TRows, TVectors>(4, ref start, rowStart, out V x4, out V y4, out V z4, out V w4);
            start = ref Load<TRows, TVectors>(5, ref start, rowStart, out V x5, out V y5, out V z5, out V w5);

            ref T upper = ref a0;
            ref T lower = ref Unsafe.Add(ref a0, 3 * row);
            ref T right = ref b0;
            for (int p = k; p > 0; p--)
            {
                V b1 = V.Load(in right, 0);
                V b2 = TVectors.Value > 1 ? V.Load(in right, (nuint)V.Count) : V.Zero;
                V b3 = TVectors.Value > 2 ? V.Load(in right, (nuint)(2 * V.Count)) : V.Zero;
                V b4 = TVectors.Value > 3 ? V.Load(in right, (nuint)(3 * V.Count)) : V.Zero;

                if (TRows.Value > 0)
                {
                    V s = V.Broadcast(upper);
                    x0 = V.MultiplyAdd(s, b1, x0);
                    y0 = TVectors.Value > 1 ? V.MultiplyAdd(s, b2, y0) : y0;
                    z0 = TVectors.Value > 2 ? V.MultiplyAdd(s, b3, z0) : z0;
                    w0 = TVectors.Value > 3 ? V.MultiplyAdd(s, b4, w0) : w0;
                }

                if (TRows.Value > 1)
                {
                    V s = V.Broadcast(Unsafe.Add(ref upper, row));
                    x1 = V.MultiplyAdd(s, b1, x1);
                    y1 = TVectors.Value > 1 ? V.MultiplyAdd(s, b2, y1) : y1;
                    z1 = TVectors.Value > 2 ? V.MultiplyAdd(s, b3, z1) : z1;
                    w1 = TVectors.Value > 3 ? V.MultiplyAdd(s, b4, w1) : w1;
                }

                if (TRows.Value > 2)
                {
                    V s = V.Broadcast(Unsafe.Add(ref upper, 2 * row));
                    x2 = V.MultiplyAdd(s, b1, x2);
                    y2 = TVectors.Value > 1 ? V.MultiplyAdd(s, b2, y2) : y2;
                    z2 = TVectors.Value > 2 ? V.MultiplyAdd(s, b3, z2) : z2;
                    w2 = TVectors.Value > 3 ? V.MultiplyAdd(s, b4, w2) : w2;
                }

                if (TRows.Value > 3)
                {
                    V s = V.Broadcast(lower);
                    x3 = V.MultiplyAdd(s, b1, x3);
                    y3 = TVectors.Value > 1 ? V.MultiplyAdd(s, b2, y3) : y3;
                    z3 = TVectors.Value > 2 ? V.MultiplyAdd(s, b3, z3) : z3;
                    w3 = TVectors.Value > 3 ? V.MultiplyAdd(s, b4, w3) : w3;
                }

                if (TRows.Value > 4)
                {
                    V s = V.Broadcast(Unsafe.Add(ref lower, row));
                    x4 = V.MultiplyAdd(s, b1, x4);
                    y4 = TVectors.Value > 1 ? V.MultiplyAdd(s, b2, y4) : y4;
                    z4 = TVectors.Value > 2 ? V.MultiplyAdd(s, b3, z4) : z4;
                    w4 = TVectors.Value > 3 ? V.MultiplyAdd(s, b4, w4) : w4;
                }

                if (TRows.Value > 5)
                {
                    V s = V.Broadcast(Unsafe.Add(ref lower, 2 * row));
                    x5 = V.MultiplyAdd(s, b1, x5);
                    y5 = TVectors.Value > 1 ? V.MultiplyAdd(s, b2, y5) : y5;
                    z5 = TVectors.Value > 2 ? V.MultiplyAdd(s, b3, z5) : z5;
                    w5 = TVectors.Value > 3 ? V.MultiplyAdd(s, b4, w5) : w5;
                }

                upper = ref Unsafe.Add(ref upper, step);
                lower = ref Unsafe.Add(ref lower, step);
                right = ref Unsafe.Add(ref right, stepB);
            }

            end = ref Store<TRows, TVectors>(0, ref end, rowEnd, x0, y0, z0, w0);
            end = ref Store<TRows, TVectors>(1, ref end, rowEnd, x1, y1, z1, w1);
            end = ref Store<TRows, TVectors>(2, ref end, rowEnd, x2, y2, z2, w2);
            end = ref Store<TRows, TVectors>(3, ref end, rowEnd, x3, y3, z3, w3);
            end = ref Store<TRows, TVectors>(4, ref end, rowEnd, x4, y4, z4, w4);
            end = ref Store<TRows, TVectors>(5, ref end, rowEnd, x5, y5, z5, w5);
            a0 = ref Unsafe.Add(ref a0, TRows.Value * row);
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
            start = ref Unsafe.Add(ref start, row);
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

            end = ref Unsafe.Add(ref end, row);
        }

        return ref end;
    }
}
