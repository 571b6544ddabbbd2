using System.Numerics;
using System.Runtime.CompilerServices;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>
/// The gates of a scalar long short-term memory cell with exponential gating, one row of one head, and their gradients:
/// m' = max(i, m + log σ(f)), ι = exp(i - m'), φ = exp(m + log σ(f) - m'), c' = φ c + ι tanh(z), n' = φ n + ι, h = σ(o) c'/n'.
/// </summary>
/// <remarks>
/// A unit with n = 0 has seen nothing and takes m' = i, so that ι = 1 and n' = 1 whatever the gates say; φ is no more than 1.
/// One of ι and φ is always 1, and one exponential makes the other: exp(-|i - m - log σ(f)|).
/// Source: Beck et al., 2024 (arXiv 2405.04517), eq. 8-17. Gates lie in the order i, f, z, o.
/// </remarks>
internal static class SlstmCell
{
    /// <summary>Activates the gates and advances the cell.</summary>
    /// <param name="gates">i, f, z, o, [4H], on entry; ι, f, tanh(z), σ(o) on return.</param>
    /// <param name="kept">φ, [H], overwritten.</param>
    /// <param name="state">c, n and m, advanced in place.</param>
    /// <param name="hidden">h, [H], overwritten.</param>
    public static void Step<T>(Span<T> gates, Span<T> kept, in MeanState<T> state, Span<T> hidden)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (LaneWidth.Is512)
        {
            Step<T, Lanes512<T>>(gates, kept, state, hidden);
        }
        else if (LaneWidth.Is256)
        {
            Step<T, Lanes256<T>>(gates, kept, state, hidden);
        }
        else
        {
            Step<T, Lanes128<T>>(gates, kept, state, hidden);
        }
    }

    /// <summary>Reverse of <see cref="Step{T}"/>.</summary>
    /// <param name="gates">ι, f, tanh(z), σ(o), [4H].</param>
    /// <param name="kept">φ, [H].</param>
    /// <param name="before">c and n before the step; m is not read.</param>
    /// <param name="dHidden">d loss / d h, [H].</param>
    /// <param name="dState">d loss / d (c', n', m') on entry, d loss / d (c, n, m) on return.</param>
    /// <param name="dGates">d loss / d (i, f, z, o), [4H], overwritten.</param>
    public static void StepBackward<T>(
        ReadOnlySpan<T> gates, ReadOnlySpan<T> kept, in MeanState<T> before, ReadOnlySpan<T> dHidden, in MeanState<T> dState, Span<T> dGates)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (LaneWidth.Is512)
        {
            StepBackward<T, Lanes512<T>>(gates, kept, before, dHidden, dState, dGates);
        }
        else if (LaneWidth.Is256)
        {
            StepBackward<T, Lanes256<T>>(gates, kept, before, dHidden, dState, dGates);
        }
        else
        {
            StepBackward<T, Lanes128<T>>(gates, kept, before, dHidden, dState, dGates);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Step<T, V>(Span<T> gates, Span<T> kept, in MeanState<T> state, Span<T> hidden)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T>
    {
        int units = hidden.Length;
        Span<T> inputGate = gates[..units];
        Span<T> forgetGate = gates.Slice(units, units);
        Span<T> candidate = gates.Slice(2 * units, units);
        Span<T> outputGate = gates.Slice(3 * units, units);
        V one = V.Constant(1);
        for (int j = 0; j < units; j += V.Count)
        {
            V i = LaneSpan.Load<T, V>(inputGate, j);
            V n = LaneSpan.Load<T, V>(state.Weight, j);
            V past = LaneSpan.Load<T, V>(state.Scale, j) - ElementaryLanes.Softplus<T, V>(-LaneSpan.Load<T, V>(forgetGate, j));
            V lead = i - past;
            V lesser = ElementaryLanes.Exp<T, V>(-V.Abs(lead));
            V newer = V.LessThan(V.Zero, lead);
            V fresh = V.Equal(n, V.Zero);
            V taken = V.Select(newer, one, V.Select(fresh, one, lesser));
            V held = V.Select(newer, lesser, one);
            V z = ElementaryLanes.Tanh<T, V>(LaneSpan.Load<T, V>(candidate, j));
            V o = ElementaryLanes.Sigmoid<T, V>(LaneSpan.Load<T, V>(outputGate, j));
            V c = V.MultiplyAdd(held, LaneSpan.Load<T, V>(state.Sum, j), taken * z);
            n = V.MultiplyAdd(held, n, taken);
            LaneSpan.Store(taken, inputGate, j);
            LaneSpan.Store(z, candidate, j);
            LaneSpan.Store(o, outputGate, j);
            LaneSpan.Store(held, kept, j);
            LaneSpan.Store(c, state.Sum, j);
            LaneSpan.Store(n, state.Weight, j);
            LaneSpan.Store(V.Select(fresh, i, V.Max(i, past)), state.Scale, j);
            LaneSpan.Store(o * c / n, hidden, j);
        }
    }

    // With A = φ (dc' c + dn' n) and B = ι (dc' tanh z + dn'), the gradients of the two exponentials: where m' = i, B flows
    // into i and back out of it through m', which leaves di = dm' - A; where m' is the past, A does so, and d(m + log σ(f)) = dm' - B.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void StepBackward<T, V>(
        ReadOnlySpan<T> gates, ReadOnlySpan<T> kept, in MeanState<T> before, ReadOnlySpan<T> dHidden, in MeanState<T> dState, Span<T> dGates)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T>
    {
        int units = dHidden.Length;
        V one = V.Constant(1);
        for (int j = 0; j < units; j += V.Count)
        {
            V taken = LaneSpan.Load<T, V>(gates[..units], j);
            V f = LaneSpan.Load<T, V>(gates.Slice(units, units), j);
            V z = LaneSpan.Load<T, V>(gates.Slice(2 * units, units), j);
            V o = LaneSpan.Load<T, V>(gates.Slice(3 * units, units), j);
            V held = LaneSpan.Load<T, V>(kept, j);
            V c = LaneSpan.Load<T, V>(before.Sum, j);
            V n = LaneSpan.Load<T, V>(before.Weight, j);
            V weight = one / V.MultiplyAdd(held, n, taken);
            V mean = V.MultiplyAdd(held, c, taken * z) * weight;
            V dh = LaneSpan.Load<T, V>(dHidden, j);
            V dMean = dh * o * weight;
            V dc = LaneSpan.Load<T, V>(dState.Sum, j) + dMean;
            V dn = LaneSpan.Load<T, V>(dState.Weight, j) - (dMean * mean);
            V dm = LaneSpan.Load<T, V>(dState.Scale, j);
            V dPast = held * V.MultiplyAdd(dc, c, dn * n);
            V dNew = taken * V.MultiplyAdd(dc, z, dn);
            V newer = V.LessThan(held, one);
            V fresh = V.Equal(n, V.Zero);
            V di = V.Select(newer, dm - dPast, V.Select(fresh, dm, dNew));
            dPast = V.Select(newer, dPast, V.Select(fresh, V.Zero, dm - dNew));
            LaneSpan.Store(di, dGates[..units], j);
            LaneSpan.Store(dPast * ElementaryLanes.Sigmoid<T, V>(-f), dGates.Slice(units, units), j);
            LaneSpan.Store(dc * taken * (one - (z * z)), dGates.Slice(2 * units, units), j);
            LaneSpan.Store(dh * mean * (o * (one - o)), dGates.Slice(3 * units, units), j);
            LaneSpan.Store(dc * held, dState.Sum, j);
            LaneSpan.Store(dn * held, dState.Weight, j);
            LaneSpan.Store(dPast, dState.Scale, j);
        }
    }
}
