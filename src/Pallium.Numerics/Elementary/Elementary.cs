using System.Numerics;

namespace Pallium.Numerics;

/// <summary>Elementary functions over spans: our own, with the same bits at every register width.</summary>
/// <remarks>
/// <para>In every form x and y may be the same span, and y is at least as long as x. Reverse forms add to the gradient.</para>
/// <para>
/// Largest errors found, in units in the last place. float, on all 2^32 inputs: exp 0.925, log 0.826, sigmoid 1.646, tanh 1.639,
/// softplus 1.805, erf 1.109. double, on 20,000 drawn inputs and the edges: exp 0.80, log 0.74, sigmoid 1.48, tanh 1.46, softplus 1.41, erf 0.94.
/// </para>
/// </remarks>
public static partial class Elementary
{
    /// <summary>y = exp(x).</summary>
    public static void Exp<T>(ReadOnlySpan<T> x, Span<T> y) where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Elementwise.Map<T, ExpOf<T>>(x, y);

    /// <summary>One exp, with the bits of the span form.</summary>
    public static T Exp<T>(T x) where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Lanes128<T>.First(ElementaryLanes.Exp<T, Lanes128<T>>(Lanes128<T>.Broadcast(x)));

    /// <summary>gradX += gradY·y, the reverse of <see cref="Exp{T}(ReadOnlySpan{T}, Span{T})"/>, from its output.</summary>
    public static void ExpBackward<T>(ReadOnlySpan<T> y, ReadOnlySpan<T> gradY, Span<T> gradX)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Elementwise.Reverse<T, ExpReverse<T>>(y, gradY, gradX);

    /// <summary>y = log(x), natural; -infinity at 0, NaN below.</summary>
    public static void Log<T>(ReadOnlySpan<T> x, Span<T> y) where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Elementwise.Map<T, LogOf<T>>(x, y);

    /// <summary>One natural logarithm, with the bits of the span form.</summary>
    public static T Log<T>(T x) where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Lanes128<T>.First(ElementaryLanes.Log<T, Lanes128<T>>(Lanes128<T>.Broadcast(x)));

    /// <summary>gradX += gradY/x, the reverse of <see cref="Log{T}(ReadOnlySpan{T}, Span{T})"/>, from its input.</summary>
    public static void LogBackward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> gradY, Span<T> gradX)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Elementwise.Reverse<T, LogReverse<T>>(x, gradY, gradX);

    /// <summary>y = 1/(1 + exp(-x)).</summary>
    public static void Sigmoid<T>(ReadOnlySpan<T> x, Span<T> y) where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Elementwise.Map<T, SigmoidOf<T>>(x, y);

    /// <summary>One sigmoid, with the bits of the span form.</summary>
    public static T Sigmoid<T>(T x) where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Lanes128<T>.First(ElementaryLanes.Sigmoid<T, Lanes128<T>>(Lanes128<T>.Broadcast(x)));

    /// <summary>gradX += gradY·y·(1 - y), the reverse of <see cref="Sigmoid{T}(ReadOnlySpan{T}, Span{T})"/>, from its output.</summary>
    public static void SigmoidBackward<T>(ReadOnlySpan<T> y, ReadOnlySpan<T> gradY, Span<T> gradX)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Elementwise.Reverse<T, SigmoidReverse<T>>(y, gradY, gradX);

    /// <summary>y = tanh(x).</summary>
    public static void Tanh<T>(ReadOnlySpan<T> x, Span<T> y) where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Elementwise.Map<T, TanhOf<T>>(x, y);

    /// <summary>One tanh, with the bits of the span form.</summary>
    public static T Tanh<T>(T x) where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Lanes128<T>.First(ElementaryLanes.Tanh<T, Lanes128<T>>(Lanes128<T>.Broadcast(x)));

    /// <summary>gradX += gradY·(1 - y²), the reverse of <see cref="Tanh{T}(ReadOnlySpan{T}, Span{T})"/>, from its output.</summary>
    public static void TanhBackward<T>(ReadOnlySpan<T> y, ReadOnlySpan<T> gradY, Span<T> gradX)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Elementwise.Reverse<T, TanhReverse<T>>(y, gradY, gradX);

    /// <summary>y = log(1 + exp(x)).</summary>
    public static void Softplus<T>(ReadOnlySpan<T> x, Span<T> y) where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Elementwise.Map<T, SoftplusOf<T>>(x, y);

    /// <summary>One softplus, with the bits of the span form.</summary>
    public static T Softplus<T>(T x) where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Lanes128<T>.First(ElementaryLanes.Softplus<T, Lanes128<T>>(Lanes128<T>.Broadcast(x)));

    /// <summary>gradX += gradY/(1 + exp(-x)), the reverse of <see cref="Softplus{T}(ReadOnlySpan{T}, Span{T})"/>, from its input.</summary>
    public static void SoftplusBackward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> gradY, Span<T> gradX)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Elementwise.Reverse<T, SoftplusReverse<T>>(x, gradY, gradX);

    /// <summary>y = erf(x) = 2/√π·∫₀ˣ exp(-t²) dt.</summary>
    public static void Erf<T>(ReadOnlySpan<T> x, Span<T> y) where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Elementwise.Map<T, ErfOf<T>>(x, y);

    /// <summary>One erf, with the bits of the span form.</summary>
    public static T Erf<T>(T x) where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Lanes128<T>.First(ElementaryLanes.Erf<T, Lanes128<T>>(Lanes128<T>.Broadcast(x)));

    /// <summary>gradX += gradY·2/√π·exp(-x²), the reverse of <see cref="Erf{T}(ReadOnlySpan{T}, Span{T})"/>, from its input.</summary>
    public static void ErfBackward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> gradY, Span<T> gradX)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Elementwise.Reverse<T, ErfReverse<T>>(x, gradY, gradX);
}
