using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Pallium.Numerics;

/// <summary>L-Mul: a product of two single-precision numbers approximated by one addition of integers.</summary>
/// <remarks>
/// <para>
/// (1 + x)2^a · (1 + y)2^b ≈ (1 + x + y + 2^-l)2^(a+b), l = m for m ≤ 3, 3 for m = 4, 4 above, m being the bits of mantissa kept of either factor (truncated
/// towards zero). On bits: |x| + |y| - 1.0 + 2^(23-l), sign by exclusive or; a sum of mantissas of 1 or more carries into the exponent by itself. Factors
/// and products below the normal range are zeros of their sign, those above it infinities. Factors are finite.
/// </para>
/// <para>Mean relative error over normal and uniform factors: 4.9 % for m = 3, 3.1 % for m = 4, 2.6 % for m = 6 and 2.7 % for m = 23; at m = 23 never over 1/9.</para>
/// <para>Source: Luo and Sun, 2024, "Addition is all you need for energy-efficient language models" (arXiv 2410.00907).</para>
/// </remarks>
public sealed record LMul
{
    private const int FractionBits = 23;
    private const uint SizeMask = 0x7fffffff;
    private const uint LeastNormal = 0x00800000;
    private const uint One = 0x3f800000;
    private const uint Infinity = 0x7f800000;
    private readonly uint _kept;
    private readonly uint _bias;

    /// <summary>L-Mul of so many bits of mantissa.</summary>
    /// <param name="mantissaBits">m, from 1 to 23.</param>
    /// <exception cref="ArgumentOutOfRangeException">m is out of range.</exception>
    public LMul(int mantissaBits)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(mantissaBits);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(mantissaBits, FractionBits);
        MantissaBits = mantissaBits;
        OffsetBits = mantissaBits switch { <= 3 => mantissaBits, 4 => 3, _ => 4 };
        _kept = uint.MaxValue << (FractionBits - mantissaBits);
        _bias = One - (1u << (FractionBits - OffsetBits));
    }

    /// <summary>m.</summary>
    public int MantissaBits { get; }

    /// <summary>l(m): 2^-l stands for the mean product of the mantissas.</summary>
    public int OffsetBits { get; }

    /// <summary>A factor as products see it: m bits of mantissa, and zero below the normal range.</summary>
    public float Truncate(float x)
    {
        uint bits = BitConverter.SingleToUInt32Bits(x) & _kept;
        return BitConverter.UInt32BitsToSingle((bits & SizeMask) < LeastNormal ? bits & ~SizeMask : bits);
    }

    /// <summary>One product.</summary>
    public float Multiply(float x, float y)
    {
        uint a = BitConverter.SingleToUInt32Bits(Truncate(x));
        uint b = BitConverter.SingleToUInt32Bits(Truncate(y));
        uint sign = (a ^ b) & ~SizeMask;
        long size = (long)(a & SizeMask) + (b & SizeMask) - _bias;
        bool isZero = (a & SizeMask) == 0 || (b & SizeMask) == 0 || size < LeastNormal;
        return BitConverter.UInt32BitsToSingle(sign | (isZero ? 0 : (uint)Math.Min(size, Infinity)));
    }

    /// <summary>Products of x and y, number by number, with the bits of <see cref="Multiply(float, float)"/>.</summary>
    /// <param name="x">Factors.</param>
    /// <param name="y">As many factors.</param>
    /// <param name="products">At least as many, overwritten; may be x or y.</param>
    /// <exception cref="ArgumentException">The spans have other lengths.</exception>
    public void Multiply(ReadOnlySpan<float> x, ReadOnlySpan<float> y, Span<float> products)
    {
        if (y.Length != x.Length || products.Length < x.Length)
        {
            throw new ArgumentException($"Found {x.Length} and {y.Length} factors and room for {products.Length} products, expected as many of each.", nameof(y));
        }

        var lanes = new LMulLanes(this);
        int i = 0;
        for (; i <= x.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector<uint> a = lanes.Truncate(Vector.LoadUnsafe(in MemoryMarshal.GetReference(x), (nuint)i).As<float, uint>());
            Vector<uint> b = lanes.Truncate(Vector.LoadUnsafe(in MemoryMarshal.GetReference(y), (nuint)i).As<float, uint>());
            lanes.Multiply(a, b).StoreUnsafe(ref MemoryMarshal.GetReference(products), (nuint)i);
        }

        for (; i < x.Length; i++)
        {
            products[i] = Multiply(x[i], y[i]);
        }
    }

    /// <summary>Truncates numbers in place.</summary>
    internal void Truncate(Span<float> x)
    {
        foreach (ref float value in x)
        {
            value = Truncate(value);
        }
    }

    /// <summary>The constants of a rule, ready for registers.</summary>
    internal readonly struct LMulLanes(LMul rule)
    {
        private readonly Vector<uint> _kept = new(rule._kept);
        private readonly Vector<uint> _size = new(SizeMask);
        private readonly Vector<uint> _most = new(Infinity + rule._bias);
        private readonly Vector<uint> _bias = new(rule._bias);
        private readonly Vector<int> _belowNormal = new((int)LeastNormal - 1);

        /// <summary>The bits of factors, truncated; what is below the normal range becomes zero.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector<uint> Truncate(Vector<uint> x)
        {
            Vector<uint> size = x & _kept & _size;
            Vector<uint> isNormal = Vector.GreaterThan(size.As<uint, int>(), _belowNormal).As<int, uint>();
            return (size & isNormal) | Vector.AndNot(x, _size);
        }

        /// <summary>Products of truncated factors, given as bits.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector<float> Multiply(Vector<uint> a, Vector<uint> b) => Multiply(a, b, ~Vector.Equals(a & _size, Vector<uint>.Zero));

        /// <summary>The same where it is known which a are not zero: all ones there.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector<float> Multiply(Vector<uint> a, Vector<uint> b, Vector<uint> aIsNotZero)
        {
            // The sum of two sizes fits 32 bits without sign; what is taken from it next leaves the sum of a product below the normal range small or negative.
            Vector<uint> sizeB = b & _size;
            Vector<uint> size = Vector.Min((a & _size) + sizeB, _most) - _bias;
            Vector<uint> isNormal = Vector.GreaterThan(size.As<uint, int>(), _belowNormal).As<int, uint>();
            Vector<uint> isNotZero = Vector.AndNot(isNormal & aIsNotZero, Vector.Equals(sizeB, Vector<uint>.Zero));
            return ((size & isNotZero) | Vector.AndNot(a ^ b, _size)).As<uint, float>();
        }
    }
}
