using System.Numerics;
using System.Runtime.CompilerServices;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>One solver step of leaky neurons, one row: h' = d h + τ (1 - d) tanh(a) with d = exp(-δ/τ), and its gradient.</summary>
/// <remarks>
/// The exponential Euler step: exact for dh/dt = -h/τ + f where f stays as it is over δ, and stable for every δ, since d is between 0 and 1.
/// Source: Funahashi and Nakamura, Neural Networks 6(6), 1993, eq. 1, for the neurons.
/// </remarks>
internal static class CtrnnCell
{
    /// <summary>Advances the state.</summary>
    /// <param name="drive">a, [H], on entry; tanh(a) on return.</param>
    /// <param name="before">h, [H].</param>
    /// <param name="tau">τ, [H].</param>
    /// <param name="time">δ.</param>
    /// <param name="after">h', [H]; may be the same memory as <paramref name="before"/>.</param>
    public static void Step<T>(Span<T> drive, ReadOnlySpan<T> before, ReadOnlySpan<T> tau, T time, Span<T> after)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (LaneWidth.Is512)
        {
            Step<T, Lanes512<T>>(drive, before, tau, time, after);
        }
        else if (LaneWidth.Is256)
        {
            Step<T, Lanes256<T>>(drive, before, tau, time, after);
        }
        else
        {
            Step<T, Lanes128<T>>(drive, before, tau, time, after);
        }
    }

    /// <summary>Reverse of <see cref="Step{T}"/>.</summary>
    /// <param name="squashed">tanh(a), [H].</param>
    /// <param name="before">h, [H].</param>
    /// <param name="tau">τ, [H].</param>
    /// <param name="time">δ.</param>
    /// <param name="dHidden">d loss / d h' on entry; on return, what of d loss / d h does not pass through a, [H].</param>
    /// <param name="dDrive">d loss / d a, [H], overwritten.</param>
    /// <param name="dTau">d loss / d τ, [H], added to.</param>
    /// <param name="dTime">d loss / d δ of every unit, [H], added to.</param>
    public static void StepBackward<T>(
        ReadOnlySpan<T> squashed, ReadOnlySpan<T> before, ReadOnlySpan<T> tau, T time, Span<T> dHidden, Span<T> dDrive, Span<T> dTau, Span<T> dTime)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (LaneWidth.Is512)
        {
            StepBackward<T, Lanes512<T>>(squashed, before, tau, time, dHidden, dDrive, dTau, dTime);
        }
        else if (LaneWidth.Is256)
        {
            StepBackward<T, Lanes256<T>>(squashed, before, tau, time, dHidden, dDrive, dTau, dTime);
        }
        else
        {
            StepBackward<T, Lanes128<T>>(squashed, before, tau, time, dHidden, dDrive, dTau, dTime);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Step<T, V>(Span<T> drive, ReadOnlySpan<T> before, ReadOnlySpan<T> tau, T time, Span<T> after)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T>
    {
        V one = V.Constant(1);
        V minusTime = V.Broadcast(-time);
        for (int j = 0; j < after.Length; j += V.Count)
        {
            V constant = LaneSpan.Load<T, V>(tau, j);
            V decay = ElementaryLanes.Exp<T, V>(minusTime / constant);
            V f = ElementaryLanes.Tanh<T, V>(LaneSpan.Load<T, V>(drive, j));
            LaneSpan.Store(f, drive, j);
            LaneSpan.Store(V.MultiplyAdd(decay, LaneSpan.Load<T, V>(before, j), constant * (one - decay) * f), after, j);
        }
    }

    // With q = δ/τ: ∂d/∂τ = d q/τ, ∂d/∂δ = -d/τ; of the gain τ (1 - d), ∂/∂τ = 1 - d - d q, ∂/∂δ = d.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void StepBackward<T, V>(
        ReadOnlySpan<T> squashed, ReadOnlySpan<T> before, ReadOnlySpan<T> tau, T time, Span<T> dHidden, Span<T> dDrive, Span<T> dTau, Span<T> dTime)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T>
    {
        V one = V.Constant(1);
        V duration = V.Broadcast(time);
        for (int j = 0; j < dHidden.Length; j += V.Count)
        {
            V constant = LaneSpan.Load<T, V>(tau, j);
            V q = duration / constant;
            V decay = ElementaryLanes.Exp<T, V>(-q);
            V rest = one - decay;
            V f = LaneSpan.Load<T, V>(squashed, j);
            V dh = LaneSpan.Load<T, V>(dHidden, j);
            V dGain = dh * f;
            V dLeak = dh * LaneSpan.Load<T, V>(before, j) / constant;
            LaneSpan.Store(dh * decay, dHidden, j);
            LaneSpan.Store(dh * constant * rest * (one - (f * f)), dDrive, j);
            LaneSpan.Store(LaneSpan.Load<T, V>(dTau, j) + (dGain * (rest - (decay * q))) + (dLeak * decay * q), dTau, j);
            LaneSpan.Store(LaneSpan.Load<T, V>(dTime, j) + (decay * (dGain - dLeak)), dTime, j);
        }
    }
}
