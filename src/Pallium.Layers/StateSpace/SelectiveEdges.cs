using System.Numerics;
using System.Runtime.CompilerServices;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>What lies before and after the state of a selective state space, channel by channel: δ = softplus(d + b) and δu; y = (h C + D u) silu(z).</summary>
/// <remarks>Rows are as long as there are channels; empty spans stand for what a layer does not have (bias, skip, gate).</remarks>
internal static class SelectiveEdges
{
    /// <summary>δ and δ u.</summary>
    public static void Enter<T>(ReadOnlySpan<T> u, ReadOnlySpan<T> raw, ReadOnlySpan<T> bias, bool isSoftplus, Span<T> delta, Span<T> input)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (LaneWidth.Is512)
        {
            Enter<T, LanePair<Lanes512<T>, T>>(u, raw, bias, isSoftplus, delta, input);
        }
        else if (LaneWidth.Is256)
        {
            Enter<T, LanePair<Lanes256<T>, T>>(u, raw, bias, isSoftplus, delta, input);
        }
        else
        {
            Enter<T, LanePair<Lanes128<T>, T>>(u, raw, bias, isSoftplus, delta, input);
        }
    }

    /// <summary>Reverse of <see cref="Enter{T}"/>: adds to du, d raw and d bias.</summary>
    /// <param name="u">u.</param>
    /// <param name="raw">d.</param>
    /// <param name="bias">b.</param>
    /// <param name="isSoftplus">Whether δ goes through softplus.</param>
    /// <param name="delta">δ.</param>
    /// <param name="dDelta">d loss / d δ as far as it acts through A.</param>
    /// <param name="dInput">d loss / d (δ u).</param>
    /// <param name="du">Added to.</param>
    /// <param name="dRaw">Added to.</param>
    /// <param name="dBias">Added to.</param>
    public static void EnterReverse<T>(
        ReadOnlySpan<T> u, ReadOnlySpan<T> raw, ReadOnlySpan<T> bias, bool isSoftplus, ReadOnlySpan<T> delta,
        ReadOnlySpan<T> dDelta, ReadOnlySpan<T> dInput, Span<T> du, Span<T> dRaw, Span<T> dBias)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (LaneWidth.Is512)
        {
            EnterReverse<T, LanePair<Lanes512<T>, T>>(u, raw, bias, isSoftplus, delta, dDelta, dInput, du, dRaw, dBias);
        }
        else if (LaneWidth.Is256)
        {
            EnterReverse<T, LanePair<Lanes256<T>, T>>(u, raw, bias, isSoftplus, delta, dDelta, dInput, du, dRaw, dBias);
        }
        else
        {
            EnterReverse<T, LanePair<Lanes128<T>, T>>(u, raw, bias, isSoftplus, delta, dDelta, dInput, du, dRaw, dBias);
        }
    }

    /// <summary>y = (h C + D u) silu(z).</summary>
    public static void Leave<T>(ReadOnlySpan<T> read, ReadOnlySpan<T> u, ReadOnlySpan<T> skip, ReadOnlySpan<T> gate, Span<T> outputs)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (LaneWidth.Is512)
        {
            Leave<T, LanePair<Lanes512<T>, T>>(read, u, skip, gate, outputs);
        }
        else if (LaneWidth.Is256)
        {
            Leave<T, LanePair<Lanes256<T>, T>>(read, u, skip, gate, outputs);
        }
        else
        {
            Leave<T, LanePair<Lanes128<T>, T>>(read, u, skip, gate, outputs);
        }
    }

    /// <summary>Reverse of <see cref="Leave{T}"/>: adds to du, dD and dz.</summary>
    /// <param name="read">h C on entry, d loss / d (h C) on return.</param>
    /// <param name="u">u.</param>
    /// <param name="skip">D.</param>
    /// <param name="gate">z.</param>
    /// <param name="dOutputs">d loss / d y.</param>
    /// <param name="du">Added to.</param>
    /// <param name="dSkip">Added to.</param>
    /// <param name="dGate">Added to.</param>
    public static void LeaveReverse<T>(
        Span<T> read, ReadOnlySpan<T> u, ReadOnlySpan<T> skip, ReadOnlySpan<T> gate, ReadOnlySpan<T> dOutputs, Span<T> du, Span<T> dSkip, Span<T> dGate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (LaneWidth.Is512)
        {
            LeaveReverse<T, LanePair<Lanes512<T>, T>>(read, u, skip, gate, dOutputs, du, dSkip, dGate);
        }
        else if (LaneWidth.Is256)
        {
            LeaveReverse<T, LanePair<Lanes256<T>, T>>(read, u, skip, gate, dOutputs, du, dSkip, dGate);
        }
        else
        {
            LeaveReverse<T, LanePair<Lanes128<T>, T>>(read, u, skip, gate, dOutputs, du, dSkip, dGate);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Enter<T, V>(ReadOnlySpan<T> u, ReadOnlySpan<T> raw, ReadOnlySpan<T> bias, bool isSoftplus, Span<T> delta, Span<T> input)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T>
    {
        for (int channel = 0; channel < u.Length; channel += V.Count)
        {
            V d = Biased<T, V>(raw, bias, channel);
            d = isSoftplus ? ElementaryLanes.Softplus<T, V>(d) : d;
            LaneSpan.Store(d, delta, channel);
            LaneSpan.Store(d * LaneSpan.Load<T, V>(u, channel), input, channel);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void EnterReverse<T, V>(
        ReadOnlySpan<T> u, ReadOnlySpan<T> raw, ReadOnlySpan<T> bias, bool isSoftplus, ReadOnlySpan<T> delta,
        ReadOnlySpan<T> dDelta, ReadOnlySpan<T> dInput, Span<T> du, Span<T> dRaw, Span<T> dBias)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T>
    {
        for (int channel = 0; channel < u.Length; channel += V.Count)
        {
            V dx = LaneSpan.Load<T, V>(dInput, channel);
            LaneSpan.Store(V.MultiplyAdd(dx, LaneSpan.Load<T, V>(delta, channel), LaneSpan.Load<T, V>(du, channel)), du, channel);
            V d = V.MultiplyAdd(dx, LaneSpan.Load<T, V>(u, channel), LaneSpan.Load<T, V>(dDelta, channel));
            d = isSoftplus ? d * ElementaryLanes.Sigmoid<T, V>(Biased<T, V>(raw, bias, channel)) : d;
            LaneSpan.Store(LaneSpan.Load<T, V>(dRaw, channel) + d, dRaw, channel);
            if (!dBias.IsEmpty)
            {
                LaneSpan.Store(LaneSpan.Load<T, V>(dBias, channel) + d, dBias, channel);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Leave<T, V>(ReadOnlySpan<T> read, ReadOnlySpan<T> u, ReadOnlySpan<T> skip, ReadOnlySpan<T> gate, Span<T> outputs)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T>
    {
        for (int channel = 0; channel < u.Length; channel += V.Count)
        {
            V y = Skipped<T, V>(read, u, skip, channel);
            LaneSpan.Store(gate.IsEmpty ? y : y * SiluOf<T>.Apply(LaneSpan.Load<T, V>(gate, channel)), outputs, channel);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void LeaveReverse<T, V>(
        Span<T> read, ReadOnlySpan<T> u, ReadOnlySpan<T> skip, ReadOnlySpan<T> gate, ReadOnlySpan<T> dOutputs, Span<T> du, Span<T> dSkip, Span<T> dGate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T>
    {
        V one = V.Constant(1);
        for (int channel = 0; channel < u.Length; channel += V.Count)
        {
            V dy = LaneSpan.Load<T, V>(dOutputs, channel);
            if (!gate.IsEmpty)
            {
                // silu(z) = z σ, silu'(z) = σ (1 + z (1 - σ)).
                V z = LaneSpan.Load<T, V>(gate, channel);
                V s = ElementaryLanes.Sigmoid<T, V>(z);
                V dFactor = dy * Skipped<T, V>(read, u, skip, channel);
                LaneSpan.Store(V.MultiplyAdd(dFactor, s * V.MultiplyAdd(z, one - s, one), LaneSpan.Load<T, V>(dGate, channel)), dGate, channel);
                dy *= z * s;
            }

            if (!skip.IsEmpty)
            {
                LaneSpan.Store(V.MultiplyAdd(dy, LaneSpan.Load<T, V>(u, channel), LaneSpan.Load<T, V>(dSkip, channel)), dSkip, channel);
                LaneSpan.Store(V.MultiplyAdd(dy, LaneSpan.Load<T, V>(skip, channel), LaneSpan.Load<T, V>(du, channel)), du, channel);
            }

            LaneSpan.Store(dy, read, channel);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Biased<T, V>(ReadOnlySpan<T> raw, ReadOnlySpan<T> bias, int channel)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T> =>
        bias.IsEmpty ? LaneSpan.Load<T, V>(raw, channel) : LaneSpan.Load<T, V>(raw, channel) + LaneSpan.Load<T, V>(bias, channel);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Skipped<T, V>(ReadOnlySpan<T> read, ReadOnlySpan<T> u, ReadOnlySpan<T> skip, int channel)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T> =>
        skip.IsEmpty
            ? LaneSpan.Load<T, V>(read, channel)
            : V.MultiplyAdd(LaneSpan.Load<T, V>(skip, channel), LaneSpan.Load<T, V>(u, channel), LaneSpan.Load<T, V>(read, channel));
}
