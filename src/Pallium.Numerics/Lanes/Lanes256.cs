using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Pallium.Numerics;

/// <summary>A register of 256 bits.</summary>
/// <remarks>
/// Every operation is one expression that ends in one <see cref="Unsafe.BitCast{TFrom, TTo}(TFrom)"/>. The compiler stops
/// inlining in a method with 512 locals, and an operation written so costs it 1.2 of them; with a constructor, or with a
/// cast in each branch, 3 to 14 (.NET 10), too many for a kernel with four activations in double.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public readonly struct Lanes256<T>(Vector256<T> value) : ILanes<Lanes256<T>, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>1.5·2^52: a double added to it leaves its integer in the low bits.</summary>
    private const double Magic = 6755399441055744.0;

    private readonly Vector256<T> _value = value;

    /// <inheritdoc/>
    public static int Count => Vector256<T>.Count;

    /// <inheritdoc/>
    public static bool IsAccelerated => Vector256.IsHardwareAccelerated;

    /// <inheritdoc/>
    public static Lanes256<T> Zero
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Unsafe.BitCast<Vector256<T>, Lanes256<T>>(Vector256<T>.Zero);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> Load(ref readonly T source, nuint offset) =>
        Unsafe.BitCast<Vector256<T>, Lanes256<T>>(Vector256.LoadUnsafe(in source, offset));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Lanes256<T> value, ref T target, nuint offset) =>
        value._value.StoreUnsafe(ref target, offset);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> Broadcast(T value) =>
        Unsafe.BitCast<Vector256<T>, Lanes256<T>>(Vector256.Create(value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> Constant(double value) =>
        Unsafe.BitCast<Vector256<T>, Lanes256<T>>(typeof(T) == typeof(float)
            ? Vector256.Create((float)value).As<float, T>()
            : Vector256.Create(value).As<double, T>());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T First(Lanes256<T> value) =>
        value._value.ToScalar();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> MultiplyAdd(Lanes256<T> a, Lanes256<T> b, Lanes256<T> c) =>
        Unsafe.BitCast<Vector256<T>, Lanes256<T>>(typeof(T) == typeof(float)
            ? Vector256.FusedMultiplyAdd(a._value.AsSingle(), b._value.AsSingle(), c._value.AsSingle()).As<float, T>()
            : Vector256.FusedMultiplyAdd(a._value.AsDouble(), b._value.AsDouble(), c._value.AsDouble()).As<double, T>());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> MultiplyAdd(Lanes256<T> a, Lanes256<T> b, double c) =>
        Unsafe.BitCast<Vector256<T>, Lanes256<T>>(typeof(T) == typeof(float)
            ? Vector256.FusedMultiplyAdd(a._value.AsSingle(), b._value.AsSingle(), Vector256.Create((float)c)).As<float, T>()
            : Vector256.FusedMultiplyAdd(a._value.AsDouble(), b._value.AsDouble(), Vector256.Create(c)).As<double, T>());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> Min(Lanes256<T> a, Lanes256<T> b) =>
        Unsafe.BitCast<Vector256<T>, Lanes256<T>>(X86Base.IsSupported
            ? Vector256.MinNative(a._value, b._value)
            : Vector256.ConditionalSelect(Vector256.LessThan(a._value, b._value), a._value, b._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> Max(Lanes256<T> a, Lanes256<T> b) =>
        Unsafe.BitCast<Vector256<T>, Lanes256<T>>(X86Base.IsSupported
            ? Vector256.MaxNative(a._value, b._value)
            : Vector256.ConditionalSelect(Vector256.GreaterThan(a._value, b._value), a._value, b._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> Abs(Lanes256<T> a) =>
        Unsafe.BitCast<Vector256<T>, Lanes256<T>>(Vector256.Abs(a._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> Sqrt(Lanes256<T> a) =>
        Unsafe.BitCast<Vector256<T>, Lanes256<T>>(Vector256.Sqrt(a._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> CopySign(Lanes256<T> a, Lanes256<T> sign) =>
        Unsafe.BitCast<Vector256<T>, Lanes256<T>>(Vector256.ConditionalSelect(Vector256.Create(-T.Zero), sign._value, a._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> Round(Lanes256<T> a) =>
        Unsafe.BitCast<Vector256<T>, Lanes256<T>>(typeof(T) == typeof(float)
            ? Vector256.Round(a._value.AsSingle()).As<float, T>()
            : Vector256.Round(a._value.AsDouble()).As<double, T>());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> PowerOfTwo(Lanes256<T> k) =>
        Unsafe.BitCast<Vector256<T>, Lanes256<T>>(typeof(T) == typeof(float)
            ? Vector256.ShiftLeft(Vector256.ConvertToInt32Native(k._value.AsSingle()) + Vector256.Create(127), 23).As<int, T>()
            : Vector256.ShiftLeft((k._value.AsDouble() + Vector256.Create(Magic)).AsInt64() + Vector256.Create(1023L), 52).As<long, T>());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> ScaleByPowerOfTwo(Lanes256<T> a, Lanes256<T> k)
    {
        if (Avx512F.VL.IsSupported)
        {
            return Unsafe.BitCast<Vector256<T>, Lanes256<T>>(typeof(T) == typeof(float)
                ? Avx512F.VL.Scale(a._value.AsSingle(), k._value.AsSingle()).As<float, T>()
                : Avx512F.VL.Scale(a._value.AsDouble(), k._value.AsDouble()).As<double, T>());
        }

        // Two factors, because 2^k itself may lie outside the normal range; beyond the bounds the product is 0 or infinity as it should be.
        Lanes256<T> bound = Constant(typeof(T) == typeof(float) ? 252 : 2044);
        Lanes256<T> bounded = Max(Min(k, bound), -bound);
        Lanes256<T> half = Round(bounded * Constant(0.5));
        return a * PowerOfTwo(half) * PowerOfTwo(bounded - half);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> SplitExponent(Lanes256<T> a, out Lanes256<T> exponent)
    {
        // Subtracting the bits of √½ first moves the cut between exponents to √½.
        if (typeof(T) == typeof(float))
        {
            Vector256<int> e = Vector256.ShiftRightArithmetic(a._value.AsInt32() - Vector256.Create(0x3f3504f3), 23);
            exponent = Unsafe.BitCast<Vector256<T>, Lanes256<T>>(Vector256.ConvertToSingle(e).As<float, T>());
            return Unsafe.BitCast<Vector256<T>, Lanes256<T>>((a._value.AsInt32() - Vector256.ShiftLeft(e, 23)).As<int, T>());
        }

        Vector256<long> wide = Vector256.ShiftRightArithmetic(a._value.AsInt64() - Vector256.Create(0x3fe6a09e667f3bcdL), 52);
        Vector256<double> magic = Vector256.Create(Magic);
        exponent = Unsafe.BitCast<Vector256<T>, Lanes256<T>>(((wide + magic.AsInt64()).AsDouble() - magic).As<double, T>());
        return Unsafe.BitCast<Vector256<T>, Lanes256<T>>((a._value.AsInt64() - Vector256.ShiftLeft(wide, 52)).As<long, T>());
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> LessThan(Lanes256<T> a, Lanes256<T> b) =>
        Unsafe.BitCast<Vector256<T>, Lanes256<T>>(Vector256.LessThan(a._value, b._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> Equal(Lanes256<T> a, Lanes256<T> b) =>
        Unsafe.BitCast<Vector256<T>, Lanes256<T>>(Vector256.Equals(a._value, b._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> Select(Lanes256<T> mask, Lanes256<T> then, Lanes256<T> otherwise) =>
        Unsafe.BitCast<Vector256<T>, Lanes256<T>>(Vector256.ConditionalSelect(mask._value, then._value, otherwise._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> operator +(Lanes256<T> a, Lanes256<T> b) =>
        Unsafe.BitCast<Vector256<T>, Lanes256<T>>(a._value + b._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> operator -(Lanes256<T> a, Lanes256<T> b) =>
        Unsafe.BitCast<Vector256<T>, Lanes256<T>>(a._value - b._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> operator *(Lanes256<T> a, Lanes256<T> b) =>
        Unsafe.BitCast<Vector256<T>, Lanes256<T>>(a._value * b._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> operator /(Lanes256<T> a, Lanes256<T> b) =>
        Unsafe.BitCast<Vector256<T>, Lanes256<T>>(a._value / b._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> operator -(Lanes256<T> a) =>
        Unsafe.BitCast<Vector256<T>, Lanes256<T>>(-a._value);
}
