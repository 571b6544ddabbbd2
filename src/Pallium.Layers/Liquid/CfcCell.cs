using System.Numerics;
using System.Runtime.CompilerServices;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>The closed-form solution of a liquid cell over elapsed time dt, one row, and its gradients.</summary>
/// <remarks>
/// Gated: h = f₁ (1 - s) + s f₂ (default) or f₁ + s f₂ (no gate), s = σ(a dt + b). Pure: h = A - A exp(-dt (|w| + |f|)) f.
/// Source: Hasani et al., Nature Machine Intelligence 4, 2022, eq. 3 and 4. Derivative of |u| at 0 is 0.
/// </remarks>
internal static class CfcCell
{
    /// <summary>The backbone's activation, z = 1.7159 tanh(0.666 a), in place. Source: LeCun et al., Efficient BackProp, 1998, section 4.4.</summary>
    public static void Squash<T>(Span<T> values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (LaneWidth.Is512)
        {
            Squash<T, LanePair<Lanes512<T>, T>>(values);
        }
        else if (LaneWidth.Is256)
        {
            Squash<T, LanePair<Lanes256<T>, T>>(values);
        }
        else
        {
            Squash<T, LanePair<Lanes128<T>, T>>(values);
        }
    }

    /// <summary>Reverse of <see cref="Squash{T}"/>: turns d loss / d z into d loss / d a, in place.</summary>
    public static void SquashBackward<T>(ReadOnlySpan<T> z, Span<T> gradient)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (LaneWidth.Is512)
        {
            SquashBackward<T, Lanes512<T>>(z, gradient);
        }
        else if (LaneWidth.Is256)
        {
            SquashBackward<T, Lanes256<T>>(z, gradient);
        }
        else
        {
            SquashBackward<T, Lanes128<T>>(z, gradient);
        }
    }

    /// <summary>Advances a gated cell.</summary>
    /// <param name="heads">Affine images f₁ | f₂ | a | b, [4H], on entry; tanh f₁ | tanh f₂ | a | s on return.</param>
    /// <param name="elapsed">dt.</param>
    /// <param name="keep">1 for the default form, 0 without gate: h = f₁ (1 - keep s) + s f₂.</param>
    /// <param name="hidden">h, [H], overwritten.</param>
    public static void GatedStep<T>(Span<T> heads, T elapsed, T keep, Span<T> hidden)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (LaneWidth.Is512)
        {
            GatedStep<T, Lanes512<T>>(heads, elapsed, keep, hidden);
        }
        else if (LaneWidth.Is256)
        {
            GatedStep<T, Lanes256<T>>(heads, elapsed, keep, hidden);
        }
        else
        {
            GatedStep<T, Lanes128<T>>(heads, elapsed, keep, hidden);
        }
    }

    /// <summary>Reverse of <see cref="GatedStep{T}"/>.</summary>
    /// <param name="heads">What the step left, [4H].</param>
    /// <param name="elapsed">dt.</param>
    /// <param name="keep">As in the step.</param>
    /// <param name="dHidden">d loss / d h, [H].</param>
    /// <param name="dHeads">d loss / d affine images, [4H], overwritten.</param>
    public static void GatedStepBackward<T>(ReadOnlySpan<T> heads, T elapsed, T keep, ReadOnlySpan<T> dHidden, Span<T> dHeads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (LaneWidth.Is512)
        {
            GatedStepBackward<T, Lanes512<T>>(heads, elapsed, keep, dHidden, dHeads);
        }
        else if (LaneWidth.Is256)
        {
            GatedStepBackward<T, Lanes256<T>>(heads, elapsed, keep, dHidden, dHeads);
        }
        else
        {
            GatedStepBackward<T, Lanes128<T>>(heads, elapsed, keep, dHidden, dHeads);
        }
    }

    /// <summary>d loss / d dt of a gated cell: Σ a · d loss / d (a dt + b).</summary>
    public static T GatedElapsedBackward<T>(ReadOnlySpan<T> heads, ReadOnlySpan<T> dHeads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int n = heads.Length / 4;
        return Reduction.Dot(heads.Slice(2 * n, n), dHeads.Slice(3 * n, n));
    }

    /// <summary>Advances a pure cell.</summary>
    /// <param name="heads">f | room, [2H], on entry; f | exp(-dt (|w| + |f|)) on return.</param>
    /// <param name="elapsed">dt.</param>
    /// <param name="target">A, [H].</param>
    /// <param name="rate">w, [H].</param>
    /// <param name="hidden">h, [H], overwritten.</param>
    public static void PureStep<T>(Span<T> heads, T elapsed, ReadOnlySpan<T> target, ReadOnlySpan<T> rate, Span<T> hidden)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (LaneWidth.Is512)
        {
            PureStep<T, Lanes512<T>>(heads, elapsed, target, rate, hidden);
        }
        else if (LaneWidth.Is256)
        {
            PureStep<T, Lanes256<T>>(heads, elapsed, target, rate, hidden);
        }
        else
        {
            PureStep<T, Lanes128<T>>(heads, elapsed, target, rate, hidden);
        }
    }

    /// <summary>Reverse of <see cref="PureStep{T}"/>.</summary>
    /// <param name="heads">What the step left, [2H].</param>
    /// <param name="elapsed">dt.</param>
    /// <param name="target">A, [H].</param>
    /// <param name="rate">w, [H].</param>
    /// <param name="dHidden">d loss / d h, [H].</param>
    /// <param name="dHeads">d loss / d f, [H], overwritten.</param>
    /// <param name="dTarget">Added to, [H].</param>
    /// <param name="dRate">Added to, [H].</param>
    public static void PureStepBackward<T>(
        ReadOnlySpan<T> heads, T elapsed, ReadOnlySpan<T> target, ReadOnlySpan<T> rate,
        ReadOnlySpan<T> dHidden, Span<T> dHeads, Span<T> dTarget, Span<T> dRate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (LaneWidth.Is512)
        {
            PureStepBackward<T, Lanes512<T>>(heads, elapsed, target, rate, dHidden, dHeads, dTarget, dRate);
        }
        else if (LaneWidth.Is256)
        {
            PureStepBackward<T, Lanes256<T>>(heads, elapsed, target, rate, dHidden, dHeads, dTarget, dRate);
        }
        else
        {
            PureStepBackward<T, Lanes128<T>>(heads, elapsed, target, rate, dHidden, dHeads, dTarget, dRate);
        }
    }

    /// <summary>d loss / d dt of a pure cell: Σ A exp(...) f (|w| + |f|) d loss / d h.</summary>
    public static T PureElapsedBackward<T>(ReadOnlySpan<T> heads, ReadOnlySpan<T> target, ReadOnlySpan<T> rate, ReadOnlySpan<T> dHidden)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int n = dHidden.Length;
        T sum = T.Zero;
        for (int j = 0; j < n; j++)
        {
            T f = heads[j];
            sum = T.FusedMultiplyAdd(dHidden[j] * target[j] * heads[n + j] * f, T.Abs(rate[j]) + T.Abs(f), sum);
        }

        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Squash<T, V>(Span<T> values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T>
    {
        for (int k = 0; k < values.Length; k += V.Count)
        {
            V a = LaneSpan.Load<T, V>(values, k);
            LaneSpan.Store(ElementaryLanes.Tanh<T, V>(a * V.Constant(0.666)) * V.Constant(1.7159), values, k);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SquashBackward<T, V>(ReadOnlySpan<T> z, Span<T> gradient)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T>
    {
        V steepest = V.Constant(0.666 * 1.7159);
        V curvature = V.Constant(-0.666 / 1.7159);
        for (int k = 0; k < z.Length; k += V.Count)
        {
            V value = LaneSpan.Load<T, V>(z, k);
            LaneSpan.Store(LaneSpan.Load<T, V>(gradient, k) * V.MultiplyAdd(value * value, curvature, steepest), gradient, k);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void GatedStep<T, V>(Span<T> heads, T elapsed, T keep, Span<T> hidden)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T>
    {
        int n = hidden.Length;
        V dt = V.Broadcast(elapsed);
        V minusKeep = V.Broadcast(-keep);
        for (int j = 0; j < n; j += V.Count)
        {
            (V first, V second) = ElementaryLanes.Tanh<T, LanePair<V, T>>(new(LaneSpan.Load<T, V>(heads[..n], j), LaneSpan.Load<T, V>(heads.Slice(n, n), j)));
            V time = V.MultiplyAdd(LaneSpan.Load<T, V>(heads.Slice(2 * n, n), j), dt, LaneSpan.Load<T, V>(heads.Slice(3 * n, n), j));
            V gate = ElementaryLanes.Sigmoid<T, V>(time);
            LaneSpan.Store(first, heads[..n], j);
            LaneSpan.Store(second, heads.Slice(n, n), j);
            LaneSpan.Store(gate, heads.Slice(3 * n, n), j);
            LaneSpan.Store(V.MultiplyAdd(gate, V.MultiplyAdd(minusKeep, first, second), first), hidden, j);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void GatedStepBackward<T, V>(ReadOnlySpan<T> heads, T elapsed, T keep, ReadOnlySpan<T> dHidden, Span<T> dHeads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T>
    {
        int n = dHidden.Length;
        V one = V.Constant(1);
        V dt = V.Broadcast(elapsed);
        V minusKeep = V.Broadcast(-keep);
        for (int j = 0; j < n; j += V.Count)
        {
            V first = LaneSpan.Load<T, V>(heads[..n], j);
            V second = LaneSpan.Load<T, V>(heads.Slice(n, n), j);
            V gate = LaneSpan.Load<T, V>(heads.Slice(3 * n, n), j);
            V dh = LaneSpan.Load<T, V>(dHidden, j);
            V dGate = dh * V.MultiplyAdd(minusKeep, first, second) * (gate * (one - gate));
            LaneSpan.Store(dh * V.MultiplyAdd(minusKeep, gate, one) * (one - (first * first)), dHeads[..n], j);
            LaneSpan.Store(dh * gate * (one - (second * second)), dHeads.Slice(n, n), j);
            LaneSpan.Store(dGate * dt, dHeads.Slice(2 * n, n), j);
            LaneSpan.Store(dGate, dHeads.Slice(3 * n, n), j);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PureStep<T, V>(Span<T> heads, T elapsed, ReadOnlySpan<T> target, ReadOnlySpan<T> rate, Span<T> hidden)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T>
    {
        int n = hidden.Length;
        V minusElapsed = V.Broadcast(-elapsed);
        for (int j = 0; j < n; j += V.Count)
        {
            V f = LaneSpan.Load<T, V>(heads[..n], j);
            V a = LaneSpan.Load<T, V>(target, j);
            V decay = ElementaryLanes.Exp<T, V>(minusElapsed * (V.Abs(LaneSpan.Load<T, V>(rate, j)) + V.Abs(f)));
            LaneSpan.Store(decay, heads.Slice(n, n), j);
            LaneSpan.Store(V.MultiplyAdd(-a * decay, f, a), hidden, j);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PureStepBackward<T, V>(
        ReadOnlySpan<T> heads, T elapsed, ReadOnlySpan<T> target, ReadOnlySpan<T> rate,
        ReadOnlySpan<T> dHidden, Span<T> dHeads, Span<T> dTarget, Span<T> dRate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T>
    {
        int n = dHidden.Length;
        V one = V.Constant(1);
        V dt = V.Broadcast(elapsed);
        for (int j = 0; j < n; j += V.Count)
        {
            V f = LaneSpan.Load<T, V>(heads[..n], j);
            V decay = LaneSpan.Load<T, V>(heads.Slice(n, n), j);
            V w = LaneSpan.Load<T, V>(rate, j);
            V dh = LaneSpan.Load<T, V>(dHidden, j);
            V a = dh * LaneSpan.Load<T, V>(target, j) * decay;
            V sign = V.Select(V.Equal(w, V.Zero), V.Zero, V.CopySign(one, w));
            LaneSpan.Store(a * V.MultiplyAdd(dt, V.Abs(f), -one), dHeads, j);
            LaneSpan.Store(V.MultiplyAdd(dh, one - (decay * f), LaneSpan.Load<T, V>(dTarget, j)), dTarget, j);
            LaneSpan.Store(V.MultiplyAdd(a * f * dt, sign, LaneSpan.Load<T, V>(dRate, j)), dRate, j);
        }
    }
}
