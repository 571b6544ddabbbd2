using System.Numerics;

namespace Pallium.Numerics;

/// <summary>Elementary functions over spans: our own, with the same bits at every register width.</summary>
public static class Elementary
{
    /// <summary>y = exp(x).</summary>
    public static void Exp<T>(ReadOnlySpan<T> x, Span<T> y) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int i = 0; i < x.Length; i++)
        {
            y[i] = Exp(x[i]);
        }
    }

    /// <summary>y = log(x).</summary>
    public static void Log<T>(ReadOnlySpan<T> x, Span<T> y) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int i = 0; i < x.Length; i++)
        {
            y[i] = Log(x[i]);
        }
    }

    /// <summary>y = 1/(1 + exp(-x)).</summary>
    public static void Sigmoid<T>(ReadOnlySpan<T> x, Span<T> y) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int i = 0; i < x.Length; i++)
        {
            y[i] = Sigmoid(x[i]);
        }
    }

    /// <summary>y = tanh(x).</summary>
    public static void Tanh<T>(ReadOnlySpan<T> x, Span<T> y) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int i = 0; i < x.Length; i++)
        {
            y[i] = Tanh(x[i]);
        }
    }

    /// <summary>y = log(1 + exp(x)).</summary>
    public static void Softplus<T>(ReadOnlySpan<T> x, Span<T> y) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int i = 0; i < x.Length; i++)
        {
            y[i] = Softplus(x[i]);
        }
    }

    /// <summary>One exp, with the bits of the span form.</summary>
    public static T Exp<T>(T x) where T : unmanaged, IBinaryFloatingPointIeee754<T> => T.Exp(x);

    /// <summary>One natural logarithm, with the bits of the span form.</summary>
    public static T Log<T>(T x) where T : unmanaged, IBinaryFloatingPointIeee754<T> => T.Log(x);

    /// <summary>One sigmoid, with the bits of the span form.</summary>
    public static T Sigmoid<T>(T x) where T : unmanaged, IBinaryFloatingPointIeee754<T> => T.One / (T.One + T.Exp(-x));

    /// <summary>One tanh, with the bits of the span form.</summary>
    public static T Tanh<T>(T x) where T : unmanaged, IBinaryFloatingPointIeee754<T> => T.Tanh(x);

    /// <summary>One softplus, with the bits of the span form.</summary>
    public static T Softplus<T>(T x) where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        x > T.Zero ? x + T.LogP1(T.Exp(-x)) : T.LogP1(T.Exp(x));
}
