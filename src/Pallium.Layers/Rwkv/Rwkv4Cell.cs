using System.Numerics;
using System.Runtime.CompilerServices;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>
/// One step of the RWKV-4 memory, one row: y is the mean of the values v in weights exp(k) that decay by exp(w) a step, the present one
/// weighing exp(u + k): y = (e^(o-n) p + e^(u+k-n) v)/(e^(o-n) q + e^(u+k-n)), n = max(o, u + k); then, with n' = max(o + w, k),
/// p' = e^(o+w-n') p + e^(k-n') v, q' = e^(o+w-n') q + e^(k-n'), o' = n'. And the gradients.
/// </summary>
/// <remarks>
/// A channel with q = 0 has seen nothing, whatever p and o are. Of each pair of exponentials one is 1, and one exp makes the other.
/// Source: Peng et al., EMNLP 2023 Findings (arXiv 2305.13048), eq. 16 and appendix D.
/// </remarks>
internal static class Rwkv4Cell
{
    /// <summary>Advances the state.</summary>
    /// <param name="keys">k, [C].</param>
    /// <param name="values">v, [C].</param>
    /// <param name="logDecay">w, [C].</param>
    /// <param name="bonus">u, [C].</param>
    /// <param name="state">p, q and o, advanced in place.</param>
    /// <param name="outputs">y, [C], overwritten.</param>
    public static void Step<T>(
        ReadOnlySpan<T> keys, ReadOnlySpan<T> values, ReadOnlySpan<T> logDecay, ReadOnlySpan<T> bonus, in MeanState<T> state, Span<T> outputs)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (LaneWidth.Is512)
        {
            Step<T, Lanes512<T>>(keys, values, logDecay, bonus, state, outputs);
        }
        else if (LaneWidth.Is256)
        {
            Step<T, Lanes256<T>>(keys, values, logDecay, bonus, state, outputs);
        }
        else
        {
            Step<T, Lanes128<T>>(keys, values, logDecay, bonus, state, outputs);
        }
    }

    /// <summary>Reverse of <see cref="Step{T}"/>.</summary>
    /// <param name="step">What the step read and the gradients of it.</param>
    /// <param name="before">p, q and o before the step.</param>
    /// <param name="dOutputs">d loss / d y, [C].</param>
    /// <param name="dState">d loss / d (p', q', o') on entry, d loss / d (p, q, o) on return.</param>
    public static void StepBackward<T>(in Rwkv4Slice<T> step, in MeanState<T> before, ReadOnlySpan<T> dOutputs, in MeanState<T> dState)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (LaneWidth.Is512)
        {
            StepBackward<T, Lanes512<T>>(step, before, dOutputs, dState);
        }
        else if (LaneWidth.Is256)
        {
            StepBackward<T, Lanes256<T>>(step, before, dOutputs, dState);
        }
        else
        {
            StepBackward<T, Lanes128<T>>(step, before, dOutputs, dState);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Step<T, V>(
        ReadOnlySpan<T> keys, ReadOnlySpan<T> values, ReadOnlySpan<T> logDecay, ReadOnlySpan<T> bonus, in MeanState<T> state, Span<T> outputs)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T>
    {
        for (int j = 0; j < outputs.Length; j += V.Count)
        {
            V k = LaneSpan.Load<T, V>(keys, j);
            V v = LaneSpan.Load<T, V>(values, j);
            V p = LaneSpan.Load<T, V>(state.Sum, j);
            V q = LaneSpan.Load<T, V>(state.Weight, j);
            V o = Scale<T, V>(q, LaneSpan.Load<T, V>(state.Scale, j));
            (V old, V now) = Weights<T, V>(o, k + LaneSpan.Load<T, V>(bonus, j));
            LaneSpan.Store(V.MultiplyAdd(old, p, now * v) / V.MultiplyAdd(old, q, now), outputs, j);
            V decayed = o + LaneSpan.Load<T, V>(logDecay, j);
            (old, now) = Weights<T, V>(decayed, k);
            LaneSpan.Store(V.MultiplyAdd(old, p, now * v), state.Sum, j);
            LaneSpan.Store(V.MultiplyAdd(old, q, now), state.Weight, j);
            LaneSpan.Store(V.Max(decayed, k), state.Scale, j);
        }
    }

    // y does not depend on n. For the state, with A = e^(o+w-n') (dp' p + dq' q) and B = e^(k-n') (dp' v + dq'): where n' = k, B flows
    // into k and back out of it through n', which leaves dk = do' - A; where n' = o + w, A does so, and d(o + w) = do' - B.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void StepBackward<T, V>(in Rwkv4Slice<T> step, in MeanState<T> before, ReadOnlySpan<T> dOutputs, in MeanState<T> dState)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T>
    {
        for (int j = 0; j < dOutputs.Length; j += V.Count)
        {
            V k = LaneSpan.Load<T, V>(step.Keys, j);
            V v = LaneSpan.Load<T, V>(step.Values, j);
            V p = LaneSpan.Load<T, V>(before.Sum, j);
            V q = LaneSpan.Load<T, V>(before.Weight, j);
            V o = Scale<T, V>(q, LaneSpan.Load<T, V>(before.Scale, j));
            (V old, V now) = Weights<T, V>(o, k + LaneSpan.Load<T, V>(step.Bonus, j));
            V weight = V.Constant(1) / V.MultiplyAdd(old, q, now);
            V y = V.MultiplyAdd(old, p, now * v) * weight;
            V dSum = LaneSpan.Load<T, V>(dOutputs, j) * weight;
            V dOld = old * dSum;
            V dNow = now * dSum;
            V dk = dNow * (v - y);
            V dv = dNow;
            V dp = dOld;
            V dq = -dOld * y;
            V dScale = dOld * (p - (q * y));
            Accumulate(dk, step.BonusGradient, j);

            V decayed = o + LaneSpan.Load<T, V>(step.LogDecay, j);
            (old, now) = Weights<T, V>(decayed, k);
            V dpNext = LaneSpan.Load<T, V>(dState.Sum, j);
            V dqNext = LaneSpan.Load<T, V>(dState.Weight, j);
            V doNext = LaneSpan.Load<T, V>(dState.Scale, j);
            V dPast = old * V.MultiplyAdd(dpNext, p, dqNext * q);
            V dNew = now * V.MultiplyAdd(dpNext, v, dqNext);
            V newer = V.LessThan(decayed, k);
            V dDecayed = V.Select(newer, dPast, doNext - dNew);
            Accumulate(dk + V.Select(newer, doNext - dPast, dNew), step.KeysGradient, j);
            Accumulate(V.MultiplyAdd(now, dpNext, dv), step.ValuesGradient, j);
            Accumulate(dDecayed, step.LogDecayGradient, j);
            LaneSpan.Store(V.MultiplyAdd(old, dpNext, dp), dState.Sum, j);
            LaneSpan.Store(V.MultiplyAdd(old, dqNext, dq), dState.Weight, j);
            LaneSpan.Store(dScale + dDecayed, dState.Scale, j);
        }
    }

    /// <summary>o, or what leaves nothing of an empty past.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Scale<T, V>(V q, V o)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T> => V.Select(V.Equal(q, V.Zero), V.Constant(-1e38), o);

    /// <summary>exp(a - max(a, b)) and exp(b - max(a, b)).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (V OfA, V OfB) Weights<T, V>(V a, V b)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T>
    {
        V lead = b - a;
        V lesser = ElementaryLanes.Exp<T, V>(-V.Abs(lead));
        V newer = V.LessThan(V.Zero, lead);
        V one = V.Constant(1);
        return (V.Select(newer, lesser, one), V.Select(newer, one, lesser));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Accumulate<T, V>(V value, Span<T> sum, int at)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T> => LaneSpan.Store(LaneSpan.Load<T, V>(sum, at) + value, sum, at);
}
