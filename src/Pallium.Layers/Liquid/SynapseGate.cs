using System.Numerics;
using System.Runtime.CompilerServices;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>The gate of a synapse in the form that its kernels need: 1 + 2^t with t = -σ (v - μ) log₂ e, so that σ(...) = 1/(1 + 2^t).</summary>
/// <remarks>
/// With log₂ e folded into the synapse's parameters the range reduction t - round(t) is exact and costs one subtraction;
/// the polynomial 2^f = 1 + f·p(f) on |f| ≤ ½ is a minimax fit (relative error 2.6e-9 for float, 1.8e-17 for double).
/// t is held within ±100, where 2^t neither overflows nor leaves the normal range of float.
/// </remarks>
internal static class SynapseGate
{
    /// <summary>log₂ e.</summary>
    public const double Log2E = 1.4426950408889634;

    /// <summary>1 + 2^t.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Denominator<T, V>(V t)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T>
    {
        V bounded = V.Min(V.Max(t, V.Constant(-100)), V.Constant(100));
        V k = V.Round(bounded);
        V f = bounded - k;
        V p;
        if (typeof(T) == typeof(float))
        {
            p = V.Constant(0.00015594678161326619324);
            p = V.MultiplyAdd(p, f, V.Constant(0.0013406643902351759246));
        }
        else
        {
            p = V.Constant(4.078071929588336665e-10);
            p = V.MultiplyAdd(p, f, V.Constant(7.0725704128144235096e-9));
            p = V.MultiplyAdd(p, f, V.Constant(1.0180647659234138888e-7));
            p = V.MultiplyAdd(p, f, V.Constant(1.3215442675329822143e-6));
            p = V.MultiplyAdd(p, f, V.Constant(0.000015252727385193868197));
            p = V.MultiplyAdd(p, f, V.Constant(0.0001540353044157213033));
            p = V.MultiplyAdd(p, f, V.Constant(0.0013333558153439964747));
        }

        p = V.MultiplyAdd(p, f, Constant<T, V>(0.0096176929729930623181, 0.0096181291076070023796));
        p = V.MultiplyAdd(p, f, Constant<T, V>(0.055503105510137971734, 0.055504108664790394552));
        p = V.MultiplyAdd(p, f, Constant<T, V>(0.2402265278288773743, 0.24022650695910098007));
        p = V.MultiplyAdd(p, f, Constant<T, V>(0.6931472149680278995, 0.69314718055994569675));
        p = V.MultiplyAdd(p, f, V.Constant(1));
        return V.Constant(1) + V.ScaleByPowerOfTwo(p, k);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Constant<T, V>(double ofFloat, double ofDouble)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T> =>
        V.Constant(typeof(T) == typeof(float) ? ofFloat : ofDouble);
}
