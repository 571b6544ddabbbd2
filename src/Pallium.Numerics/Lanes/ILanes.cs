using System.Numerics;

namespace Pallium.Numerics;

/// <summary>A vector register of some width holding numbers of type <typeparamref name="T"/>.</summary>
/// <remarks>
/// A kernel is written once over <typeparamref name="TSelf"/>; <see cref="LaneWidth"/> picks the widest form that the
/// hardware has, because a 512-bit vector without hardware support costs up to 25 times its price. Every operation is
/// exact or correctly rounded lane by lane, so that the width never shows in the bits of element-wise code.
/// </remarks>
/// <typeparam name="TSelf">The implementing register type.</typeparam>
/// <typeparam name="T">float or double.</typeparam>
public interface ILanes<TSelf, T>
    where TSelf : unmanaged, ILanes<TSelf, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Numbers per register.</summary>
    static abstract int Count { get; }

    /// <summary>Whether the hardware has registers of this width.</summary>
    static abstract bool IsAccelerated { get; }

    /// <summary>All lanes zero.</summary>
    static abstract TSelf Zero { get; }

    /// <summary>Reads <see cref="Count"/> numbers from <paramref name="source"/> + <paramref name="offset"/>; no alignment needed.</summary>
    static abstract TSelf Load(ref readonly T source, nuint offset);

    /// <summary>Writes <see cref="Count"/> numbers to <paramref name="target"/> + <paramref name="offset"/>.</summary>
    static abstract void Store(TSelf value, ref T target, nuint offset);

    /// <summary>The same number in every lane.</summary>
    static abstract TSelf Broadcast(T value);

    /// <summary>A constant in every lane, rounded to T.</summary>
    static abstract TSelf Constant(double value);

    /// <summary>The number in lane 0.</summary>
    static abstract T First(TSelf value);

    /// <summary>a·b + c with one rounding, in every lane, on every machine.</summary>
    static abstract TSelf MultiplyAdd(TSelf a, TSelf b, TSelf c);

    /// <summary>a·b + c with one rounding, c a constant rounded to T: a step of Horner's rule.</summary>
    static abstract TSelf MultiplyAdd(TSelf a, TSelf b, double c);

    /// <summary>The lesser of each pair, by the hardware's own rule: the second operand where either is NaN.</summary>
    static abstract TSelf Min(TSelf a, TSelf b);

    /// <summary>The greater of each pair, by the hardware's own rule: the second operand where either is NaN.</summary>
    static abstract TSelf Max(TSelf a, TSelf b);

    /// <summary>|a|.</summary>
    static abstract TSelf Abs(TSelf a);

    /// <summary>√a, correctly rounded.</summary>
    static abstract TSelf Sqrt(TSelf a);

    /// <summary>a with the sign bit of <paramref name="sign"/>.</summary>
    static abstract TSelf CopySign(TSelf a, TSelf sign);

    /// <summary>Nearest integer, ties to even.</summary>
    static abstract TSelf Round(TSelf a);

    /// <summary>2^k for an integral k in the normal exponent range of T.</summary>
    static abstract TSelf PowerOfTwo(TSelf k);

    /// <summary>a·2^k, rounded once, for a in [½, 2) and any integral k, infinities included.</summary>
    static abstract TSelf ScaleByPowerOfTwo(TSelf a, TSelf k);

    /// <summary>Splits positive normal a into mantissa in [√½, √2) and integral exponent: a = mantissa·2^exponent.</summary>
    static abstract TSelf SplitExponent(TSelf a, out TSelf exponent);

    /// <summary>All-ones lanes where a &lt; b.</summary>
    static abstract TSelf LessThan(TSelf a, TSelf b);

    /// <summary>All-ones lanes where a = b.</summary>
    static abstract TSelf Equal(TSelf a, TSelf b);

    /// <summary>Lane by lane: <paramref name="then"/> where <paramref name="mask"/> is all ones, else <paramref name="otherwise"/>.</summary>
    static abstract TSelf Select(TSelf mask, TSelf then, TSelf otherwise);

    /// <summary>Lane-wise sum.</summary>
    static abstract TSelf operator +(TSelf a, TSelf b);

    /// <summary>Lane-wise difference.</summary>
    static abstract TSelf operator -(TSelf a, TSelf b);

    /// <summary>Lane-wise product.</summary>
    static abstract TSelf operator *(TSelf a, TSelf b);

    /// <summary>Lane-wise quotient, correctly rounded.</summary>
    static abstract TSelf operator /(TSelf a, TSelf b);

    /// <summary>Lane-wise negation.</summary>
    static abstract TSelf operator -(TSelf a);
}
