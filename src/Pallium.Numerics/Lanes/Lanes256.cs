using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Pallium.Numerics;

/// <summary>A register of 256 bits.</summary>
/// <typeparam name="T">float or double.</typeparam>
public readonly struct Lanes256<T>(Vector256<T> value) : ILanes<Lanes256<T>, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Vector256<T> _value = value;

    /// <inheritdoc/>
    public static int Count => Vector256<T>.Count;

    /// <inheritdoc/>
    public static bool IsAccelerated => Vector256.IsHardwareAccelerated;

    /// <inheritdoc/>
    public static Lanes256<T> Zero
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(Vector256<T>.Zero);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> Load(ref readonly T source, nuint offset) => new(Vector256.LoadUnsafe(in source, offset));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Lanes256<T> value, ref T target, nuint offset) => value._value.StoreUnsafe(ref target, offset);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> Broadcast(T value) => new(Vector256.Create(value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> Constant(double value) =>
        typeof(T) == typeof(float)
            ? new(Vector256.Create((float)value).As<float, T>())
            : new(Vector256.Create(value).As<double, T>());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T First(Lanes256<T> value) => value._value.ToScalar();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> MultiplyAdd(Lanes256<T> a, Lanes256<T> b, Lanes256<T> c) =>
        typeof(T) == typeof(float)
            ? new(Vector256.FusedMultiplyAdd(a._value.AsSingle(), b._value.AsSingle(), c._value.AsSingle()).As<float, T>())
            : new(Vector256.FusedMultiplyAdd(a._value.AsDouble(), b._value.AsDouble(), c._value.AsDouble()).As<double, T>());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> Min(Lanes256<T> a, Lanes256<T> b) =>
        new(Vector256.ConditionalSelect(Vector256.LessThan(a._value, b._value), a._value, b._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> Max(Lanes256<T> a, Lanes256<T> b) =>
        new(Vector256.ConditionalSelect(Vector256.GreaterThan(a._value, b._value), a._value, b._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> Abs(Lanes256<T> a) => new(Vector256.Abs(a._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> Sqrt(Lanes256<T> a) => new(Vector256.Sqrt(a._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> CopySign(Lanes256<T> a, Lanes256<T> sign) =>
        new(Vector256.ConditionalSelect(Vector256.Create(-T.Zero), sign._value, a._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> Round(Lanes256<T> a) =>
        typeof(T) == typeof(float)
            ? new(Vector256.Round(a._value.AsSingle()).As<float, T>())
            : new(Vector256.Round(a._value.AsDouble()).As<double, T>());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> PowerOfTwo(Lanes256<T> k)
    {
        if (typeof(T) == typeof(float))
        {
            Vector256<int> n = Vector256.ConvertToInt32Native(k._value.AsSingle());
            return new(Vector256.ShiftLeft(n + Vector256.Create(127), 23).As<int, T>());
        }

        // Adding the magic number 1.5·2^52 leaves the integer in the low bits, where a shift makes an exponent of it.
        Vector256<double> magic = Vector256.Create(6755399441055744.0);
        return new(Vector256.ShiftLeft((k._value.AsDouble() + magic).AsInt64() + Vector256.Create(1023L), 52).As<long, T>());
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> ScaleByPowerOfTwo(Lanes256<T> a, Lanes256<T> k)
    {
        if (Avx512F.VL.IsSupported)
        {
            return typeof(T) == typeof(float)
                ? new(Avx512F.VL.Scale(a._value.AsSingle(), k._value.AsSingle()).As<float, T>())
                : new(Avx512F.VL.Scale(a._value.AsDouble(), k._value.AsDouble()).As<double, T>());
        }

        // Two factors, because 2^k itself may lie outside the normal range; the first product is exact.
        Lanes256<T> half = Round(k * Constant(0.5));
        return a * PowerOfTwo(half) * PowerOfTwo(k - half);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> SplitExponent(Lanes256<T> a, out Lanes256<T> exponent)
    {
        if (typeof(T) == typeof(float))
        {
            // Subtracting the bits of √½ first moves the cut between exponents to √½.
            Vector256<int> bits = a._value.AsInt32() - Vector256.Create(0x3f3504f3);
            Vector256<int> e = Vector256.ShiftRightArithmetic(bits, 23);
            exponent = new(Vector256.ConvertToSingle(e).As<float, T>());
            return new((a._value.AsInt32() - Vector256.ShiftLeft(e, 23)).As<int, T>());
        }

        Vector256<long> wide = a._value.AsInt64() - Vector256.Create(0x3fe6a09e667f3bcdL);
        Vector256<long> shift = Vector256.ShiftRightArithmetic(wide, 52);
        Vector256<double> magic = Vector256.Create(6755399441055744.0);
        exponent = new(((shift + magic.AsInt64()).AsDouble() - magic).As<double, T>());
        return new((a._value.AsInt64() - Vector256.ShiftLeft(shift, 52)).As<long, T>());
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> LessThan(Lanes256<T> a, Lanes256<T> b) => new(Vector256.LessThan(a._value, b._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> Equal(Lanes256<T> a, Lanes256<T> b) => new(Vector256.Equals(a._value, b._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> Select(Lanes256<T> mask, Lanes256<T> then, Lanes256<T> otherwise) =>
        new(Vector256.ConditionalSelect(mask._value, then._value, otherwise._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> operator +(Lanes256<T> a, Lanes256<T> b) => new(a._value + b._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> operator -(Lanes256<T> a, Lanes256<T> b) => new(a._value - b._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> operator *(Lanes256<T> a, Lanes256<T> b) => new(a._value * b._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> operator /(Lanes256<T> a, Lanes256<T> b) => new(a._value / b._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> operator -(Lanes256<T> a) => new(-a._value);
}
