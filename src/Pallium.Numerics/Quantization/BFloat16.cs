using System.Numerics;

namespace Pallium.Numerics;

/// <summary>A number of 16 bits: the upper half of a float, with its range and 8 bits of precision.</summary>
/// <remarks>For storage alone; arithmetic is done in float or double, which hold every such number exactly.</remarks>
/// <param name="Bits">Sign, 8 bits of exponent, 7 of fraction.</param>
public readonly record struct BFloat16(ushort Bits)
{
    private const int Dropped = 16;
    private const ushort Quiet = 0x40;
    private const ushort Exponent = 0x7F80;

    /// <summary>Whether it is neither infinite nor NaN.</summary>
    public bool IsFinite => (Bits & Exponent) != Exponent;

    /// <summary>Whether it has all its precision: not zero, subnormal, infinite or NaN.</summary>
    public bool IsNormal => IsFinite && (Bits & Exponent) != 0;

    /// <summary>The nearest number of 16 bits, of two equally near ones the even; infinity from half a step past the largest, 3.39e38; NaN stays NaN.</summary>
    public static BFloat16 Nearest(float x)
    {
        uint bits = BitConverter.SingleToUInt32Bits(x);

        // The payload of a NaN may lie in the bits that go, and rounding could carry into its exponent.
        return float.IsNaN(x)
            ? new BFloat16((ushort)((bits >> Dropped) | Quiet))
            : new BFloat16((ushort)((bits + 0x7FFF + ((bits >> Dropped) & 1)) >> Dropped));
    }

    /// <inheritdoc cref="Nearest(float)"/>
    public static BFloat16 Nearest(double x)
    {
        // Rounding twice would find ties where there are none: an inexact float is taken with its last bit odd, which no tie has.
        float near = (float)x;
        uint bits = BitConverter.SingleToUInt32Bits(near);
        if (near != x && float.IsFinite(near) && (bits & 1) == 0)
        {
            near = BitConverter.UInt32BitsToSingle(Math.Abs((double)near) > Math.Abs(x) ? bits - 1 : bits + 1);
        }

        return Nearest(near);
    }

    /// <inheritdoc cref="Nearest(float)"/>
    /// <typeparam name="T">float or double.</typeparam>
    public static BFloat16 Nearest<T>(T x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        typeof(T) == typeof(float) ? Nearest(float.CreateTruncating(x)) : Nearest(double.CreateTruncating(x));

    /// <summary>The same number.</summary>
    public float ToSingle() => BitConverter.UInt32BitsToSingle((uint)Bits << Dropped);
}
