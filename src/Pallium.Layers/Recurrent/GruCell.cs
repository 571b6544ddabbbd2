using System.Numerics;
using System.Runtime.CompilerServices;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>The gates of a gated recurrent unit, one row: r = σ(a_r + b_r), z = σ(a_z + b_z), n = tanh(a_n + r b_n), h' = (1 - z) n + z h, and their gradients.</summary>
/// <remarks>Source: Cho et al., EMNLP 2014, in the form of torch, where r acts on the product U h + b.</remarks>
internal static class GruCell
{
    /// <summary>Advances the state.</summary>
    /// <param name="gates">a = W x + b, [3H], on entry; r, z, n on return.</param>
    /// <param name="recurrent">b = U h + b', [3H].</param>
    /// <param name="before">h, [H].</param>
    /// <param name="hidden">h', [H]; may be the same memory as <paramref name="before"/>.</param>
    public static void Step<T>(Span<T> gates, ReadOnlySpan<T> recurrent, ReadOnlySpan<T> before, Span<T> hidden)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (LaneWidth.Is512)
        {
            Step<T, Lanes512<T>>(gates, recurrent, before, hidden);
        }
        else if (LaneWidth.Is256)
        {
            Step<T, Lanes256<T>>(gates, recurrent, before, hidden);
        }
        else
        {
            Step<T, Lanes128<T>>(gates, recurrent, before, hidden);
        }
    }

    /// <summary>Reverse of <see cref="Step{T}"/>.</summary>
    /// <param name="gates">r, z, n, [3H].</param>
    /// <param name="recurrent">b, [3H].</param>
    /// <param name="before">h, [H].</param>
    /// <param name="dHidden">d loss / d h' on entry; on return, what of d loss / d h does not pass through b, [H].</param>
    /// <param name="dGates">d loss / d a, [3H], overwritten.</param>
    /// <param name="dRecurrent">d loss / d b, [3H], overwritten.</param>
    public static void StepBackward<T>(
        ReadOnlySpan<T> gates, ReadOnlySpan<T> recurrent, ReadOnlySpan<T> before, Span<T> dHidden, Span<T> dGates, Span<T> dRecurrent)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (LaneWidth.Is512)
        {
            StepBackward<T, Lanes512<T>>(gates, recurrent, before, dHidden, dGates, dRecurrent);
        }
        else if (LaneWidth.Is256)
        {
            StepBackward<T, Lanes256<T>>(gates, recurrent, before, dHidden, dGates, dRecurrent);
        }
        else
        {
            StepBackward<T, Lanes128<T>>(gates, recurrent, before, dHidden, dGates, dRecurrent);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Step<T, V>(Span<T> gates, ReadOnlySpan<T> recurrent, ReadOnlySpan<T> before, Span<T> hidden)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T>
    {
        int units = hidden.Length;
        Span<T> reset = gates[..units];
        Span<T> update = gates.Slice(units, units);
        Span<T> candidate = gates.Slice(2 * units, units);
        for (int j = 0; j < units; j += V.Count)
        {
            (V r, V z) = ElementaryLanes.Sigmoid<T, LanePair<V, T>>(new(
                LaneSpan.Load<T, V>(reset, j) + LaneSpan.Load<T, V>(recurrent[..units], j),
                LaneSpan.Load<T, V>(update, j) + LaneSpan.Load<T, V>(recurrent.Slice(units, units), j)));
            V recalled = LaneSpan.Load<T, V>(recurrent.Slice(2 * units, units), j);
            V n = ElementaryLanes.Tanh<T, V>(V.MultiplyAdd(r, recalled, LaneSpan.Load<T, V>(candidate, j)));
            LaneSpan.Store(r, reset, j);
            LaneSpan.Store(z, update, j);
            LaneSpan.Store(n, candidate, j);
            LaneSpan.Store(V.MultiplyAdd(z, LaneSpan.Load<T, V>(before, j) - n, n), hidden, j);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void StepBackward<T, V>(
        ReadOnlySpan<T> gates, ReadOnlySpan<T> recurrent, ReadOnlySpan<T> before, Span<T> dHidden, Span<T> dGates, Span<T> dRecurrent)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T>
    {
        int units = dHidden.Length;
        V one = V.Constant(1);
        for (int j = 0; j < units; j += V.Count)
        {
            V r = LaneSpan.Load<T, V>(gates[..units], j);
            V z = LaneSpan.Load<T, V>(gates.Slice(units, units), j);
            V n = LaneSpan.Load<T, V>(gates.Slice(2 * units, units), j);
            V dh = LaneSpan.Load<T, V>(dHidden, j);
            V dn = dh * (one - z) * (one - (n * n));
            V dr = dn * LaneSpan.Load<T, V>(recurrent.Slice(2 * units, units), j) * (r * (one - r));
            V dz = dh * (LaneSpan.Load<T, V>(before, j) - n) * (z * (one - z));
            LaneSpan.Store(dr, dGates[..units], j);
            LaneSpan.Store(dz, dGates.Slice(units, units), j);
            LaneSpan.Store(dn, dGates.Slice(2 * units, units), j);
            LaneSpan.Store(dr, dRecurrent[..units], j);
            LaneSpan.Store(dz, dRecurrent.Slice(units, units), j);
            LaneSpan.Store(dn * r, dRecurrent.Slice(2 * units, units), j);
            LaneSpan.Store(dh * z, dHidden, j);
        }
    }
}
