using System.Numerics;
using System.Runtime.CompilerServices;

namespace Pallium.Numerics;

/// <summary>The inner kernel of one-row products: up to eight registers of sums while B streams past once.</summary>
/// <remarks>
/// Each number of B is used once, so that reading B is the bound; eight chains side by side hide the latency of the
/// fused multiply-add. The chains are those of <see cref="RegisterTile{T, V}"/>.
/// </remarks>
internal static class RowTile<T, V>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : unmanaged, ILanes<V, T>
{
    public const int MaxVectors = 8;

    /// <summary>Runs one row by <paramref name="vectors"/> registers.</summary>
    public static void Run(int vectors, int k, in LeftFactor<T> a, in RightFactor<T> b, in Sums<T> c)
    {
        switch (vectors)
        {
            case 1:
                Run<Size1>(k, in a, in b, in c);
                break;
            case 2:
                Run<Size2>(k, in a, in b, in c);
                break;
            case 3:
                Run<Size3>(k, in a, in b, in c);
                break;
            case 4:
                Run<Size4>(k, in a, in b, in c);
                break;
            case 5:
                Run<Size5>(k, in a, in b, in c);
                break;
            case 6:
                Run<Size6>(k, in a, in b, in c);
                break;
            case 7:
                Run<Size7>(k, in a, in b, in c);
                break;
            default:
                Run<Size8>(k, in a, in b, in c);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run<TVectors>(int k, in LeftFactor<T> a, in RightFactor<T> b, in Sums<T> c)
        where TVectors : ITileSize
    {
        V x0 = Load<TVectors>(0, in c);
        V x1 = Load<TVectors>(1, in c);
        V x2 = Load<TVectors>(2, in c);
        V x3 = Load<TVectors>(3, in c);
        V x4 = Load<TVectors>(4, in c);
        V x5 = Load<TVectors>(5, in c);
        V x6 = Load<TVectors>(6, in c);
        V x7 = Load<TVectors>(7, in c);
        nint step = a.Step;
        nint stepB = b.Step;
        nint panel = b.Panel;
        ref T a0 = ref Unsafe.AsRef(in a.Origin);
        ref T b0 = ref Unsafe.AsRef(in b.Origin);
        for (int p = 0; p < k; p++)
        {
            V s = V.Broadcast(a0);
            x0 = Add<TVectors>(0, s, ref b0, panel, x0);
            x1 = Add<TVectors>(1, s, ref b0, panel, x1);
            x2 = Add<TVectors>(2, s, ref b0, panel, x2);
            x3 = Add<TVectors>(3, s, ref b0, panel, x3);
            x4 = Add<TVectors>(4, s, ref b0, panel, x4);
            x5 = Add<TVectors>(5, s, ref b0, panel, x5);
            x6 = Add<TVectors>(6, s, ref b0, panel, x6);
            x7 = Add<TVectors>(7, s, ref b0, panel, x7);
            a0 = ref Unsafe.Add(ref a0, step);
            b0 = ref Unsafe.Add(ref b0, stepB);
        }

        Store<TVectors>(0, in c, x0);
        Store<TVectors>(1, in c, x1);
        Store<TVectors>(2, in c, x2);
        Store<TVectors>(3, in c, x3);
        Store<TVectors>(4, in c, x4);
        Store<TVectors>(5, in c, x5);
        Store<TVectors>(6, in c, x6);
        Store<TVectors>(7, in c, x7);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Load<TVectors>(int v, in Sums<T> c)
        where TVectors : ITileSize =>
        TVectors.Value > v ? V.Load(in c.Start, (nuint)(v * V.Count)) : V.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Add<TVectors>(int v, V s, ref T b, nint panel, V sum)
        where TVectors : ITileSize
    {
        if (TVectors.Value <= v)
        {
            return sum;
        }

        int perPanel = RegisterTile<T, V>.MaxVectors;
        nint offset = ((v / perPanel) * panel) + ((v % perPanel) * V.Count);
        return V.MultiplyAdd(s, V.Load(in b, (nuint)offset), sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<TVectors>(int v, in Sums<T> c, V sum)
        where TVectors : ITileSize
    {
        if (TVectors.Value > v)
        {
            V.Store(sum, ref c.End, (nuint)(v * V.Count));
        }
    }
}
