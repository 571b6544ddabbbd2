using System.Numerics;
using System.Runtime.CompilerServices;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>The gate of a SwiGLU block, one slice: h = silu(a) u, silu(a) = a σ(a), and its gradients.</summary>
/// <remarks>Source: Shazeer, 2020 (arXiv 2002.05202), eq. 6.</remarks>
internal static class SwiGluGate
{
    /// <summary>Opens the gate.</summary>
    /// <param name="gate">a, [F].</param>
    /// <param name="up">u, [F].</param>
    /// <param name="open">σ(a), [F], overwritten.</param>
    /// <param name="hidden">h, [F], overwritten.</param>
    public static void Step<T>(ReadOnlySpan<T> gate, ReadOnlySpan<T> up, Span<T> open, Span<T> hidden)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (LaneWidth.Is512)
        {
            Step<T, Lanes512<T>>(gate, up, open, hidden);
        }
        else if (LaneWidth.Is256)
        {
            Step<T, Lanes256<T>>(gate, up, open, hidden);
        }
        else
        {
            Step<T, Lanes128<T>>(gate, up, open, hidden);
        }
    }

    /// <summary>Reverse of <see cref="Step{T}"/>.</summary>
    /// <param name="gate">a, [F].</param>
    /// <param name="up">u, [F].</param>
    /// <param name="open">σ(a), [F].</param>
    /// <param name="dHidden">d loss / d h, [F].</param>
    /// <param name="dGate">d loss / d a, [F], overwritten.</param>
    /// <param name="dUp">d loss / d u, [F], overwritten.</param>
    public static void StepBackward<T>(
        ReadOnlySpan<T> gate, ReadOnlySpan<T> up, ReadOnlySpan<T> open, ReadOnlySpan<T> dHidden, Span<T> dGate, Span<T> dUp)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (LaneWidth.Is512)
        {
            StepBackward<T, Lanes512<T>>(gate, up, open, dHidden, dGate, dUp);
        }
        else if (LaneWidth.Is256)
        {
            StepBackward<T, Lanes256<T>>(gate, up, open, dHidden, dGate, dUp);
        }
        else
        {
            StepBackward<T, Lanes128<T>>(gate, up, open, dHidden, dGate, dUp);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Step<T, V>(ReadOnlySpan<T> gate, ReadOnlySpan<T> up, Span<T> open, Span<T> hidden)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T>
    {
        for (int f = 0; f < gate.Length; f += V.Count)
        {
            V a = LaneSpan.Load<T, V>(gate, f);
            V s = ElementaryLanes.Sigmoid<T, V>(a);
            LaneSpan.Store(s, open, f);
            LaneSpan.Store(a * s * LaneSpan.Load<T, V>(up, f), hidden, f);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void StepBackward<T, V>(
        ReadOnlySpan<T> gate, ReadOnlySpan<T> up, ReadOnlySpan<T> open, ReadOnlySpan<T> dHidden, Span<T> dGate, Span<T> dUp)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T>
    {
        V one = V.Constant(1);
        for (int f = 0; f < gate.Length; f += V.Count)
        {
            V a = LaneSpan.Load<T, V>(gate, f);
            V s = LaneSpan.Load<T, V>(open, f);
            V d = LaneSpan.Load<T, V>(dHidden, f);
            LaneSpan.Store(d * a * s, dUp, f);
            LaneSpan.Store(d * LaneSpan.Load<T, V>(up, f) * s * V.MultiplyAdd(a, one - s, one), dGate, f);
        }
    }
}
