using System.Numerics;
using System.Runtime.CompilerServices;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>Causal depthwise convolution of one slice of one stream, c = b + Σ_k w_k x[t-K+1+k], with SiLU on request, and its gradients.</summary>
/// <remarks>Weights are [K, C], the oldest tap first. Every channel adds its taps in this order.</remarks>
internal static class CausalConvolution
{
    /// <summary>y = c, or silu(c).</summary>
    /// <param name="window">The K slices, oldest first, [C] each at a stride of <paramref name="stride"/>.</param>
    /// <param name="stride">Numbers from one slice of the window to the next.</param>
    /// <param name="weights">w, [K, C].</param>
    /// <param name="start">b, [C]; may be the same memory as <paramref name="outputs"/>, to add to them.</param>
    /// <param name="hasSilu">Whether y is silu(c).</param>
    /// <param name="outputs">y, [C], overwritten.</param>
    public static void Apply<T>(ReadOnlySpan<T> window, int stride, ReadOnlySpan<T> weights, ReadOnlySpan<T> start, bool hasSilu, Span<T> outputs)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (LaneWidth.Is512)
        {
            Apply<T, LanePair<Lanes512<T>, T>>(window, stride, weights, start, hasSilu, outputs);
        }
        else if (LaneWidth.Is256)
        {
            Apply<T, LanePair<Lanes256<T>, T>>(window, stride, weights, start, hasSilu, outputs);
        }
        else
        {
            Apply<T, LanePair<Lanes128<T>, T>>(window, stride, weights, start, hasSilu, outputs);
        }
    }

    /// <summary>Reverse of <see cref="Apply{T}(ReadOnlySpan{T}, int, ReadOnlySpan{T}, ReadOnlySpan{T}, bool, Span{T})"/> as far as c; c is computed again.</summary>
    /// <param name="window">The K slices.</param>
    /// <param name="stride">Numbers from one slice of the window to the next.</param>
    /// <param name="weights">w, [K, C].</param>
    /// <param name="bias">b, [C].</param>
    /// <param name="hasSilu">Whether y is silu(c).</param>
    /// <param name="dOutputs">d loss / d y, [C].</param>
    /// <param name="dSums">d loss / d c, [C], overwritten.</param>
    /// <param name="dWeights">d loss / d w, [K, C], added to.</param>
    /// <param name="dBias">d loss / d b, [C], added to.</param>
    public static void Reverse<T>(
        ReadOnlySpan<T> window, int stride, ReadOnlySpan<T> weights, ReadOnlySpan<T> bias, bool hasSilu,
        ReadOnlySpan<T> dOutputs, Span<T> dSums, Span<T> dWeights, Span<T> dBias)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (LaneWidth.Is512)
        {
            Reverse<T, LanePair<Lanes512<T>, T>>(window, stride, weights, bias, hasSilu, dOutputs, dSums, dWeights, dBias);
        }
        else if (LaneWidth.Is256)
        {
            Reverse<T, LanePair<Lanes256<T>, T>>(window, stride, weights, bias, hasSilu, dOutputs, dSums, dWeights, dBias);
        }
        else
        {
            Reverse<T, LanePair<Lanes128<T>, T>>(window, stride, weights, bias, hasSilu, dOutputs, dSums, dWeights, dBias);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal static void Apply<T, V>(ReadOnlySpan<T> window, int stride, ReadOnlySpan<T> weights, ReadOnlySpan<T> start, bool hasSilu, Span<T> outputs)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T>
    {
        for (int channel = 0; channel < outputs.Length; channel += V.Count)
        {
            V sum = Sum<T, V>(window, stride, weights, LaneSpan.Load<T, V>(start, channel), outputs.Length, channel);
            LaneSpan.Store(hasSilu ? SiluOf<T>.Apply(sum) : sum, outputs, channel);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal static void Reverse<T, V>(
        ReadOnlySpan<T> window, int stride, ReadOnlySpan<T> weights, ReadOnlySpan<T> bias, bool hasSilu,
        ReadOnlySpan<T> dOutputs, Span<T> dSums, Span<T> dWeights, Span<T> dBias)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T>
    {
        int channels = dBias.Length;
        for (int channel = 0; channel < channels; channel += V.Count)
        {
            V d = LaneSpan.Load<T, V>(dOutputs, channel);
            if (hasSilu)
            {
                V sum = Sum<T, V>(window, stride, weights, LaneSpan.Load<T, V>(bias, channel), channels, channel);
                d = SiluOf<T>.Apply(sum, d, V.Zero);
            }

            LaneSpan.Store(d, dSums, channel);
            LaneSpan.Store(LaneSpan.Load<T, V>(dBias, channel) + d, dBias, channel);
            for (int tap = 0; tap * channels < weights.Length; tap++)
            {
                Span<T> dTap = dWeights.Slice(tap * channels, channels);
                V x = LaneSpan.Load<T, V>(window.Slice(tap * stride, channels), channel);
                LaneSpan.Store(V.MultiplyAdd(d, x, LaneSpan.Load<T, V>(dTap, channel)), dTap, channel);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Sum<T, V>(ReadOnlySpan<T> window, int stride, ReadOnlySpan<T> weights, V sum, int channels, int channel)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T>
    {
        for (int tap = 0; tap * channels < weights.Length; tap++)
        {
            V w = LaneSpan.Load<T, V>(weights.Slice(tap * channels, channels), channel);
            sum = V.MultiplyAdd(w, LaneSpan.Load<T, V>(window.Slice(tap * stride, channels), channel), sum);
        }

        return sum;
    }
}
