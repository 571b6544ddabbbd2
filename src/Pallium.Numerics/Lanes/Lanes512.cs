using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Pallium.Numerics;

/// <summary>A register of 512 bits.</summary>
/// <remarks>
/// Every operation is one expression that ends in one <see cref="Unsafe.BitCast{TFrom, TTo}(TFrom)"/>. The compiler stops
/// inlining in a method with 512 locals, and an operation written so costs it 1.2 of them; with a constructor, or with a
/// cast in each branch, 3 to 14 (.NET 10), too many for a kernel with four activations in double.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public readonly struct Lanes512<T>(Vector512<T> value) : ILanes<Lanes512<T>, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>1.5·2^52: a double added to it leaves its integer in the low bits.</summary>
    private const double Magic = 6755399441055744.0;

    private readonly Vector512<T> _value = value;

    /// <inheritdoc/>
    public static int Count => Vector512<T>.Count;

    /// <inheritdoc/>
    public static bool IsAccelerated => Vector512.IsHardwareAccelerated;

    /// <inheritdoc/>
    public static Lanes512<T> Zero
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Unsafe.BitCast<Vector512<T>, Lanes512<T>>(Vector512<T>.Zero);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> Load(ref readonly T source, nuint offset) =>
        Unsafe.BitCast<Vector512<T>, Lanes512<T>>(Vector512.LoadUnsafe(in source, offset));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Lanes512<T> value, ref T target, nuint offset) =>
        value._value.StoreUnsafe(ref target, offset);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> Broadcast(T value) =>
        Unsafe.BitCast<Vector512<T>, Lanes512<T>>(Vector512.Create(value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> Constant(double value) =>
        Unsafe.BitCast<Vector512<T>, Lanes512<T>>(typeof(T) == typeof(float)
            ? Vector512.Create((float)value).As<float, T>()
            : Vector512.Create(value).As<double, T>());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T First(Lanes512<T> value) =>
        value._value.ToScalar();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> MultiplyAdd(Lanes512<T> a, Lanes512<T> b, Lanes512<T> c) =>
        Unsafe.BitCast<Vector512<T>, Lanes512<T>>(typeof(T) == typeof(float)
            ? Vector512.FusedMultiplyAdd(a._value.AsSingle(), b._value.AsSingle(), c._value.AsSingle()).As<float, T>()
            : Vector512.FusedMultiplyAdd(a._value.AsDouble(), b._value.AsDouble(), c._value.AsDouble()).As<double, T>());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> MultiplyAdd(Lanes512<T> a, Lanes512<T> b, double c) =>
        Unsafe.BitCast<Vector512<T>, Lanes512<T>>(typeof(T) == typeof(float)
            ? Vector512.FusedMultiplyAdd(a._value.AsSingle(), b._value.AsSingle(), Vector512.Create((float)c)).As<float, T>()
            : Vector512.FusedMultiplyAdd(a._value.AsDouble(), b._value.AsDouble(), Vector512.Create(c)).As<double, T>());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> Min(Lanes512<T> a, Lanes512<T> b) =>
        Unsafe.BitCast<Vector512<T>, Lanes512<T>>(X86Base.IsSupported
            ? Vector512.MinNative(a._value, b._value)
            : Vector512.ConditionalSelect(Vector512.LessThan(a._value, b._value), a._value, b._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> Max(Lanes512<T> a, Lanes512<T> b) =>
        Unsafe.BitCast<Vector512<T>, Lanes512<T>>(X86Base.IsSupported
            ? Vector512.MaxNative(a._value, b._value)
            : Vector512.ConditionalSelect(Vector512.GreaterThan(a._value, b._value), a._value, b._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> Abs(Lanes512<T> a) =>
        Unsafe.BitCast<Vector512<T>, Lanes512<T>>(Vector512.Abs(a._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> Sqrt(Lanes512<T> a) =>
        Unsafe.BitCast<Vector512<T>, Lanes512<T>>(Vector512.Sqrt(a._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> CopySign(Lanes512<T> a, Lanes512<T> sign) =>
        Unsafe.BitCast<Vector512<T>, Lanes512<T>>(Vector512.ConditionalSelect(Vector512.Create(-T.Zero), sign._value, a._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> Round(Lanes512<T> a) =>
        Unsafe.BitCast<Vector512<T>, Lanes512<T>>(typeof(T) == typeof(float)
            ? Vector512.Round(a._value.AsSingle()).As<float, T>()
            : Vector512.Round(a._value.AsDouble()).As<double, T>());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> PowerOfTwo(Lanes512<T> k) =>
        Unsafe.BitCast<Vector512<T>, Lanes512<T>>(typeof(T) == typeof(float)
            ? Vector512.ShiftLeft(Vector512.ConvertToInt32Native(k._value.AsSingle()) + Vector512.Create(127), 23).As<int, T>()
            : Vector512.ShiftLeft((k._value.AsDouble() + Vector512.Create(Magic)).AsInt64() + Vector512.Create(1023L), 52).As<long, T>());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> ScaleByPowerOfTwo(Lanes512<T> a, Lanes512<T> k)
    {
        if (Avx512F.IsSupported)
        {
            return Unsafe.BitCast<Vector512<T>, Lanes512<T>>(typeof(T) == typeof(float)
                ? Avx512F.Scale(a._value.AsSingle(), k._value.AsSingle()).As<float, T>()
                : Avx512F.Scale(a._value.AsDouble(), k._value.AsDouble()).As<double, T>());
        }

        // Two factors, because 2^k itself may lie outside the normal range; beyond the bounds the product is 0 or infinity as it should be.
        Lanes512<T> bound = Constant(typeof(T) == typeof(float) ? 252 : 2044);
        Lanes512<T> bounded = Max(Min(k, bound), -bound);
        Lanes512<T> half = Round(bounded * Constant(0.5));
        return a * PowerOfTwo(half) * PowerOfTwo(bounded - half);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> SplitExponent(Lanes512<T> a, out Lanes512<T> exponent)
    {
        // Subtracting the bits of √½ first moves the cut between exponents to √½.
        if (typeof(T) == typeof(float))
        {
            Vector512<int> e = Vector512.ShiftRightArithmetic(a._value.AsInt32() - Vector512.Create(0x3f3504f3), 23);
            exponent = Unsafe.BitCast<Vector512<T>, Lanes512<T>>(Vector512.ConvertToSingle(e).As<float, T>());
            return Unsafe.BitCast<Vector512<T>, Lanes512<T>>((a._value.AsInt32() - Vector512.ShiftLeft(e, 23)).As<int, T>());
        }

        Vector512<long> wide = Vector512.ShiftRightArithmetic(a._value.AsInt64() - Vector512.Create(0x3fe6a09e667f3bcdL), 52);
        Vector512<double> magic = Vector512.Create(Magic);
        exponent = Unsafe.BitCast<Vector512<T>, Lanes512<T>>(((wide + magic.AsInt64()).AsDouble() - magic).As<double, T>());
        return Unsafe.BitCast<Vector512<T>, Lanes512<T>>((a._value.AsInt64() - Vector512.ShiftLeft(wide, 52)).As<long, T>());
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> LessThan(Lanes512<T> a, Lanes512<T> b) =>
        Unsafe.BitCast<Vector512<T>, Lanes512<T>>(Vector512.LessThan(a._value, b._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> Equal(Lanes512<T> a, Lanes512<T> b) =>
        Unsafe.BitCast<Vector512<T>, Lanes512<T>>(Vector512.Equals(a._value, b._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> Select(Lanes512<T> mask, Lanes512<T> then, Lanes512<T> otherwise) =>
        Unsafe.BitCast<Vector512<T>, Lanes512<T>>(Vector512.ConditionalSelect(mask._value, then._value, otherwise._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> operator +(Lanes512<T> a, Lanes512<T> b) =>
        Unsafe.BitCast<Vector512<T>, Lanes512<T>>(a._value + b._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> operator -(Lanes512<T> a, Lanes512<T> b) =>
        Unsafe.BitCast<Vector512<T>, Lanes512<T>>(a._value - b._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> operator *(Lanes512<T> a, Lanes512<T> b) =>
        Unsafe.BitCast<Vector512<T>, Lanes512<T>>(a._value * b._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> operator /(Lanes512<T> a, Lanes512<T> b) =>
        Unsafe.BitCast<Vector512<T>, Lanes512<T>>(a._value / b._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> operator -(Lanes512<T> a) =>
        Unsafe.BitCast<Vector512<T>, Lanes512<T>>(-a._value);
}
