using System.Numerics;
using System.Runtime.CompilerServices;

namespace Pallium.Numerics;

/// <summary>Elementary functions of one register, for kernels that fuse them with other work.</summary>
/// <remarks>
/// <para>
/// Only exact or correctly rounded lane operations are used, so that a number gets the same bits at every register
/// width. float is right to 2 ulp on every input and double on every input tried; <see cref="Elementary"/> lists the
/// largest errors found. NaN gives NaN, and results in the denormal range are rounded like all others, never flushed.
/// </para>
/// <para>
/// The exponential is reduced to r = x - k·ln 2 with |r| ≤ ½·ln 2, e^r = 1 + r + r²·Q(r); the logarithm is that of a
/// mantissa in [√½, √2) by the series in s = f/(2 + f) (Ng and fdlibm, 1993). The polynomials are minimax fits by
/// Remez exchange in 60 digits, with weights that make the relative error of the result level.
/// </para>
/// <para>
/// The compiler stops inlining in a method with 512 locals (.NET 10). A sigmoid costs 37 of them and a tanh 51, so that
/// about ten functions fit in one kernel; one that is <c>AggressiveOptimization</c> should be <c>NoInlining</c> too, or
/// it is inlined into a small caller that runs out of room (30 times slower).
/// </para>
/// </remarks>
public static class ElementaryLanes
{
    private const double Ln2 = 0.693147180559945309;
    private const double Log2E = 1.44269504088896341;

    /// <summary>exp(x).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Exp<T, V>(V x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T>
    {
        // Beyond these bounds the result is 0 or infinity; x comes second, so that NaN passes.
        V least = Constant<T, V>(-104, -746);
        V greatest = Constant<T, V>(89, 710);
        return ExpBounded<T, V>(V.Min(greatest, V.Max(least, x)));
    }

    /// <summary>2^t for finite t, whose reduction t - round(t) is exact and one subtraction; for formulas that can fold log₂ e into a factor.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V ExpBase2<T, V>(V t)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T>
    {
        // 2^f = 1 + f·P(f) on |f| ≤ ½, a minimax fit: relative error 2.6e-9 for float, 1.8e-17 for double.
        V k = V.Round(t);
        V f = t - k;
        V p;
        if (typeof(T) == typeof(float))
        {
            p = V.Constant(0.00015594678161326619324);
            p = V.MultiplyAdd(p, f, 0.0013406643902351759246);
            p = V.MultiplyAdd(p, f, 0.0096176929729930623181);
            p = V.MultiplyAdd(p, f, 0.055503105510137971734);
            p = V.MultiplyAdd(p, f, 0.2402265278288773743);
            p = V.MultiplyAdd(p, f, 0.6931472149680278995);
        }
        else
        {
            p = V.Constant(4.078071929588336665e-10);
            p = V.MultiplyAdd(p, f, 7.0725704128144235096e-9);
            p = V.MultiplyAdd(p, f, 1.0180647659234138888e-7);
            p = V.MultiplyAdd(p, f, 1.3215442675329822143e-6);
            p = V.MultiplyAdd(p, f, 0.000015252727385193868197);
            p = V.MultiplyAdd(p, f, 0.0001540353044157213033);
            p = V.MultiplyAdd(p, f, 0.0013333558153439964747);
            p = V.MultiplyAdd(p, f, 0.0096181291076070023796);
            p = V.MultiplyAdd(p, f, 0.055504108664790394552);
            p = V.MultiplyAdd(p, f, 0.24022650695910098007);
            p = V.MultiplyAdd(p, f, 0.69314718055994569675);
        }

        return V.ScaleByPowerOfTwo(V.MultiplyAdd(p, f, 1), k);
    }

    /// <summary>log(x), natural; -infinity at 0, NaN below.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Log<T, V>(V x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T>
    {
        V denormal = V.LessThan(x, Constant<T, V>(1.17549435082228751e-38, 2.2250738585072014e-308));
        V lifted = V.Select(denormal, x * Constant<T, V>(16777216.0, 18014398509481984.0), x);
        V mantissa = V.SplitExponent(lifted, out V exponent);
        exponent -= V.Select(denormal, Constant<T, V>(24, 54), V.Zero);
        V y = LogOnePlus<T, V>(mantissa - V.Constant(1), exponent);

        V edge = V.Select(V.Equal(x, V.Zero), V.Constant(double.NegativeInfinity), V.Constant(double.NaN));
        y = V.Select(V.Equal(x, V.Constant(double.PositiveInfinity)), x, y);
        return V.Select(V.LessThan(V.Zero, x), y, edge);
    }

    /// <summary>1/(1 + exp(-x)), accurate relatively down to the denormals.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Sigmoid<T, V>(V x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T>
    {
        // 1/(1 + e) above 0; below, e/(1 + e) written e - e·(e/(1 + e)), so that the rounding of 1 + e counts e times only.
        V one = V.Constant(1);
        V e = ExpOfMinusMagnitude<T, V>(x);
        V negative = V.LessThan(x, V.Zero);
        V quotient = V.Select(negative, e, one) / (one + e);
        return V.Select(negative, V.MultiplyAdd(-e, quotient, e), quotient);
    }

    /// <summary>tanh(x), accurate relatively at 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Tanh<T, V>(V x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T>
    {
        // With |x| = -k·ln 2/2 + r, q = 2^k and t = tanh(r) = r + r³·P(r²) the result is ((1 - q) + (1 + q)t)/((1 + q) + (1 - q)t). It is
        // written b + n/(...) with b = min(1, -k/4) near it, so that the quotient's roundings count little, and as t itself for k = 0.
        V one = V.Constant(1);
        V magnitude = V.Min(Constant<T, V>(10, 22), V.Abs(x));
        V k = V.Round(magnitude * V.Constant(-2 * Log2E));
        V r = V.MultiplyAdd(k, V.Constant(Ln2 / 2), magnitude);
        r = V.MultiplyAdd(k, V.Constant(0.5) * Ln2Low<T, V>(), r);
        V z = r * r;
        V p;
        if (typeof(T) == typeof(float))
        {
            p = V.Constant(-0.0529955606332003);
            p = V.MultiplyAdd(p, z, 0.1333224117558865);
            p = V.MultiplyAdd(p, z, -0.3333333151076354);
        }
        else
        {
            p = V.Constant(-0.0013953356679571346);
            p = V.MultiplyAdd(p, z, 0.0035896486309680249);
            p = V.MultiplyAdd(p, z, -0.0088631849212035744);
            p = V.MultiplyAdd(p, z, 0.021869488004918159);
            p = V.MultiplyAdd(p, z, -0.053968253965595991);
            p = V.MultiplyAdd(p, z, 0.13333333333332834);
            p = V.MultiplyAdd(p, z, -0.33333333333333333);
        }

        V t = V.MultiplyAdd(r * z, p, r);
        V q = V.PowerOfTwo(k);
        V b = V.Min(one, k * V.Constant(-0.25));
        V c = one - b;
        V f = q * (one + b);
        V n = V.MultiplyAdd(c + f, t, c - f);
        return V.CopySign(b + (n / V.MultiplyAdd(one - q, t, one + q)), x);
    }

    /// <summary>log(1 + exp(x)), accurate relatively down to the denormals.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Softplus<T, V>(V x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T>
    {
        // max(x, 0) + log(1 + e), where 1 + e in [√2, 2] is halved to fit the logarithm's range.
        V one = V.Constant(1);
        V e = ExpOfMinusMagnitude<T, V>(x);
        V large = V.LessThan(V.Constant(0.414213562373095), e);
        V f = V.Select(large, (e - one) * V.Constant(0.5), e);
        return V.Max(x, V.Zero) + LogOnePlus<T, V>(f, V.Select(large, one, V.Zero));
    }

    /// <summary>erf(x) = 2/√π·∫₀ˣ exp(-t²) dt.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Erf<T, V>(V x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T>
    {
        // x + x·P(x²) below 0.9; above, 1 - exp(R(|x|)) with R = log(erfc).
        V magnitude = V.Abs(x);
        V z = x * x;
        V t = V.Min(Constant<T, V>(4, 5.95), magnitude);
        V p;
        V r;
        if (typeof(T) == typeof(float))
        {
            p = V.Constant(-0.0006020785076543689);
            p = V.MultiplyAdd(p, z, 0.004998958203941584);
            p = V.MultiplyAdd(p, z, -0.026770493015646935);
            p = V.MultiplyAdd(p, z, 0.11281921714544296);
            p = V.MultiplyAdd(p, z, -0.3761250376701355);
            p = V.MultiplyAdd(p, z, 0.12837915122509003);

            r = V.Constant(0.0001982161629712209);
            r = V.MultiplyAdd(r, t, -0.003065458731725812);
            r = V.MultiplyAdd(r, t, 0.022315099835395813);
            r = V.MultiplyAdd(r, t, -0.10411346703767776);
            r = V.MultiplyAdd(r, t, -0.6369763016700745);
            r = V.MultiplyAdd(r, t, -1.1277971267700195);
            r = V.MultiplyAdd(r, t, -0.00016647172742523253);
        }
        else
        {
            p = V.Constant(-8.481846663275134e-10);
            p = V.MultiplyAdd(p, z, 1.4046045428440938e-08);
            p = V.MultiplyAdd(p, z, -1.62754756623493e-07);
            p = V.MultiplyAdd(p, z, 1.6455213870870184e-06);
            p = V.MultiplyAdd(p, z, -1.4925299734409617e-05);
            p = V.MultiplyAdd(p, z, 0.00012055321041924352);
            p = V.MultiplyAdd(p, z, -0.0008548326754910531);
            p = V.MultiplyAdd(p, z, 0.005223977621603033);
            p = V.MultiplyAdd(p, z, -0.026866170644806613);
            p = V.MultiplyAdd(p, z, 0.11283791670953704);
            p = V.MultiplyAdd(p, z, -0.37612638903183726);
            p = V.MultiplyAdd(p, z, 0.1283791670955126);

            r = V.Constant(1.3678875582713458e-12);
            r = V.MultiplyAdd(r, t, -6.114465804316227e-11);
            r = V.MultiplyAdd(r, t, 1.2798743250903533e-09);
            r = V.MultiplyAdd(r, t, -1.6656499625918643e-08);
            r = V.MultiplyAdd(r, t, 1.507276417856828e-07);
            r = V.MultiplyAdd(r, t, -1.0026182548700077e-06);
            r = V.MultiplyAdd(r, t, 5.031439532880149e-06);
            r = V.MultiplyAdd(r, t, -1.905804682608941e-05);
            r = V.MultiplyAdd(r, t, 5.229940810526077e-05);
            r = V.MultiplyAdd(r, t, -8.68724520152428e-05);
            r = V.MultiplyAdd(r, t, -1.4877186244541509e-05);
            r = V.MultiplyAdd(r, t, 0.0005979074996353612);
            r = V.MultiplyAdd(r, t, -0.0017195832087464977);
            r = V.MultiplyAdd(r, t, 0.00023646537370447488);
            r = V.MultiplyAdd(r, t, 0.019108075156999842);
            r = V.MultiplyAdd(r, t, -0.10276222386938753);
            r = V.MultiplyAdd(r, t, -0.6366232936391949);
            r = V.MultiplyAdd(r, t, -1.1283784451373247);
            r = V.MultiplyAdd(r, t, -6.794447141685045e-08);
        }

        V inner = V.MultiplyAdd(magnitude, p, magnitude);
        V outer = V.Constant(1) - ExpBounded<T, V>(r);
        return V.CopySign(V.Select(V.LessThan(magnitude, V.Constant(0.9)), inner, outer), x);
    }

    /// <summary>exp(x) - 1 for |x| ≤ 40, accurate relatively at 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static V ExpMinusOne<T, V>(V x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T>
    {
        // s·p + (s - 1) with s = 2^k and p = exp(r) - 1.
        V r = Reduce<T, V>(x, out V k);
        V p = V.MultiplyAdd(r * ExpTail<T, V>(r), r, r);
        V s = V.PowerOfTwo(k);
        return V.MultiplyAdd(s, p, s - V.Constant(1));
    }

    /// <summary>exp(-|x|).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V ExpOfMinusMagnitude<T, V>(V x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T> =>
        ExpBounded<T, V>(V.Max(Constant<T, V>(-104, -746), V.CopySign(x, V.Constant(-1))));

    /// <summary>exp(x) where the result's exponent can be no more than a step or two beyond what T holds.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V ExpBounded<T, V>(V x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T>
    {
        V r = Reduce<T, V>(x, out V k);
        V p = V.MultiplyAdd(ExpTail<T, V>(r), r, 1);
        return V.ScaleByPowerOfTwo(V.MultiplyAdd(p, r, 1), k);
    }

    /// <summary>r = x - k·ln 2 for the nearest k, with ln 2 in two parts; the first subtraction is exact.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Reduce<T, V>(V x, out V k)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T>
    {
        k = V.Round(x * V.Constant(Log2E));
        V r = V.MultiplyAdd(k, V.Constant(-Ln2), x);
        return V.MultiplyAdd(k, -Ln2Low<T, V>(), r);
    }

    /// <summary>What rounding ln 2 to T leaves out.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Ln2Low<T, V>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T> =>
        Constant<T, V>(-1.90465429995776809e-09, 2.31904681384629956e-17);

    /// <summary>Q(r) = (e^r - 1 - r)/r² for |r| ≤ ½·ln 2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static V ExpTail<T, V>(V r)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T>
    {
        V q;
        if (typeof(T) == typeof(float))
        {
            q = V.Constant(0.001394644845277071);
            q = V.MultiplyAdd(q, r, 0.008366583846509457);
            q = V.MultiplyAdd(q, r, 0.04166628047823906);
            q = V.MultiplyAdd(q, r, 0.1666654348373413);
            return V.MultiplyAdd(q, r, 0.5);
        }

        q = V.Constant(2.5114462914220157e-08);
        q = V.MultiplyAdd(q, r, 2.762632688943283e-07);
        q = V.MultiplyAdd(q, r, 2.7557227987147366e-06);
        q = V.MultiplyAdd(q, r, 2.4801504445133605e-05);
        q = V.MultiplyAdd(q, r, 0.00019841269902991205);
        q = V.MultiplyAdd(q, r, 0.001388888893237935);
        q = V.MultiplyAdd(q, r, 0.008333333333314612);
        q = V.MultiplyAdd(q, r, 0.04166666666657362);
        q = V.MultiplyAdd(q, r, 0.16666666666666685);
        return V.MultiplyAdd(q, r, 0.5000000000000006);
    }

    /// <summary>log(1 + f) + exponent·ln 2 for 1 + f in [√½, √2).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V LogOnePlus<T, V>(V f, V exponent)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T>
    {
        // log(1 + f) = 2s + s·R(s²) = f - (h - s·(h + R)) with s = f/(2 + f), h = f²/2: f comes in without a rounding.
        V s = f / (V.Constant(2) + f);
        V z = s * s;
        V series;
        if (typeof(T) == typeof(float))
        {
            series = V.Constant(0.29870980978012085);
            series = V.MultiplyAdd(series, z, 0.39977580308914185);
            series = V.MultiplyAdd(series, z, 0.6666677594184875);
        }
        else
        {
            series = V.Constant(0.14795816977132947);
            series = V.MultiplyAdd(series, z, 0.15314068625647745);
            series = V.MultiplyAdd(series, z, 0.18183563383830664);
            series = V.MultiplyAdd(series, z, 0.22222198597160125);
            series = V.MultiplyAdd(series, z, 0.2857142874207836);
            series = V.MultiplyAdd(series, z, 0.3999999999941654);
            series = V.MultiplyAdd(series, z, 0.6666666666666734);
        }

        V h = f * f * V.Constant(0.5);
        V small = V.MultiplyAdd(exponent, Ln2Low<T, V>(), s * V.MultiplyAdd(z, series, h));
        return V.MultiplyAdd(exponent, V.Constant(Ln2), f - (h - small));
    }

    /// <summary>A constant that differs between float and double.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Constant<T, V>(double ofFloat, double ofDouble)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T> =>
        V.Constant(typeof(T) == typeof(float) ? ofFloat : ofDouble);
}
