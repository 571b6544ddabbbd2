using System.Numerics;
using System.Runtime.CompilerServices;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>The gate of a synapse in the form that its kernels need: 1 + 2^t with t = -σ (v - μ) log₂ e, so that σ(...) = 1/(1 + 2^t).</summary>
/// <remarks>
/// log₂ e is folded into the synapse's parameters. In float the polynomial is a degree shorter than <see cref="ElementaryLanes.ExpBase2"/>'s
/// (relative error 9e-8 instead of 2.6e-9): a gate is evaluated n² times per unfold, and three units in its last place do not show in a sum of n.
/// </remarks>
internal static class SynapseGate
{
    /// <summary>log₂ e.</summary>
    public const double Log2E = 1.4426950408889634;

    /// <summary>1 + 2^t for finite t; infinity where 2^t overflows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Denominator<T, V>(V t)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T>
    {
        if (typeof(T) == typeof(double))
        {
            return V.Constant(1) + ElementaryLanes.ExpBase2<T, V>(t);
        }

        V k = V.Round(t);
        V f = t - k;
        V p = V.Constant(0.0013264727247135008);
        p = V.MultiplyAdd(p, f, 0.0096715126881571);
        p = V.MultiplyAdd(p, f, 0.05550733743574277);
        p = V.MultiplyAdd(p, f, 0.24022242084634945);
        p = V.MultiplyAdd(p, f, 0.693146977598717);
        return V.Constant(1) + V.ScaleByPowerOfTwo(V.MultiplyAdd(p, f, 1), k);
    }
}
