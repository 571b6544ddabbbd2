using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Pallium.Numerics;

/// <summary>A register of 128 bits.</summary>
/// <remarks>
/// Every operation is one expression that ends in one <see cref="Unsafe.BitCast{TFrom, TTo}(TFrom)"/>. The compiler stops
/// inlining in a method with 512 locals, and an operation written so costs it 1.2 of them; with a constructor, or with a
/// cast in each branch, 3 to 14 (.NET 10), too many for a kernel with four activations in double.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public readonly struct Lanes128<T>(Vector128<T> value) : ILanes<Lanes128<T>, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>1.5·2^52: a double added to it leaves its integer in the low bits.</summary>
    private const double Magic = 6755399441055744.0;

    private readonly Vector128<T> _value = value;

    /// <inheritdoc/>
    public static int Count => Vector128<T>.Count;

    /// <inheritdoc/>
    public static bool IsAccelerated => Vector128.IsHardwareAccelerated;

    /// <inheritdoc/>
    public static Lanes128<T> Zero
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Unsafe.BitCast<Vector128<T>, Lanes128<T>>(Vector128<T>.Zero);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> Load(ref readonly T source, nuint offset) =>
        Unsafe.BitCast<Vector128<T>, Lanes128<T>>(Vector128.LoadUnsafe(in source, offset));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Lanes128<T> value, ref T target, nuint offset) =>
        value._value.StoreUnsafe(ref target, offset);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> Broadcast(T value) =>
        Unsafe.BitCast<Vector128<T>, Lanes128<T>>(Vector128.Create(value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> Constant(double value) =>
        Unsafe.BitCast<Vector128<T>, Lanes128<T>>(typeof(T) == typeof(float)
            ? Vector128.Create((float)value).As<float, T>()
            : Vector128.Create(value).As<double, T>());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T First(Lanes128<T> value) =>
        value._value.ToScalar();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> MultiplyAdd(Lanes128<T> a, Lanes128<T> b, Lanes128<T> c) =>
        Unsafe.BitCast<Vector128<T>, Lanes128<T>>(typeof(T) == typeof(float)
            ? Vector128.FusedMultiplyAdd(a._value.AsSingle(), b._value.AsSingle(), c._value.AsSingle()).As<float, T>()
            : Vector128.FusedMultiplyAdd(a._value.AsDouble(), b._value.AsDouble(), c._value.AsDouble()).As<double, T>());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> MultiplyAdd(Lanes128<T> a, Lanes128<T> b, double c) =>
        Unsafe.BitCast<Vector128<T>, Lanes128<T>>(typeof(T) == typeof(float)
            ? Vector128.FusedMultiplyAdd(a._value.AsSingle(), b._value.AsSingle(), Vector128.Create((float)c)).As<float, T>()
            : Vector128.FusedMultiplyAdd(a._value.AsDouble(), b._value.AsDouble(), Vector128.Create(c)).As<double, T>());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> Min(Lanes128<T> a, Lanes128<T> b) =>
        Unsafe.BitCast<Vector128<T>, Lanes128<T>>(X86Base.IsSupported
            ? Vector128.MinNative(a._value, b._value)
            : Vector128.ConditionalSelect(Vector128.LessThan(a._value, b._value), a._value, b._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> Max(Lanes128<T> a, Lanes128<T> b) =>
        Unsafe.BitCast<Vector128<T>, Lanes128<T>>(X86Base.IsSupported
            ? Vector128.MaxNative(a._value, b._value)
            : Vector128.ConditionalSelect(Vector128.GreaterThan(a._value, b._value), a._value, b._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> Abs(Lanes128<T> a) =>
        Unsafe.BitCast<Vector128<T>, Lanes128<T>>(Vector128.Abs(a._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> Sqrt(Lanes128<T> a) =>
        Unsafe.BitCast<Vector128<T>, Lanes128<T>>(Vector128.Sqrt(a._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> CopySign(Lanes128<T> a, Lanes128<T> sign) =>
        Unsafe.BitCast<Vector128<T>, Lanes128<T>>(Vector128.ConditionalSelect(Vector128.Create(-T.Zero), sign._value, a._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> Round(Lanes128<T> a) =>
        Unsafe.BitCast<Vector128<T>, Lanes128<T>>(typeof(T) == typeof(float)
            ? Vector128.Round(a._value.AsSingle()).As<float, T>()
            : Vector128.Round(a._value.AsDouble()).As<double, T>());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> PowerOfTwo(Lanes128<T> k) =>
        Unsafe.BitCast<Vector128<T>, Lanes128<T>>(typeof(T) == typeof(float)
            ? Vector128.ShiftLeft(Vector128.ConvertToInt32Native(k._value.AsSingle()) + Vector128.Create(127), 23).As<int, T>()
            : Vector128.ShiftLeft((k._value.AsDouble() + Vector128.Create(Magic)).AsInt64() + Vector128.Create(1023L), 52).As<long, T>());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> ScaleByPowerOfTwo(Lanes128<T> a, Lanes128<T> k)
    {
        if (Avx512F.VL.IsSupported)
        {
            return Unsafe.BitCast<Vector128<T>, Lanes128<T>>(typeof(T) == typeof(float)
                ? Avx512F.VL.Scale(a._value.AsSingle(), k._value.AsSingle()).As<float, T>()
                : Avx512F.VL.Scale(a._value.AsDouble(), k._value.AsDouble()).As<double, T>());
        }

        // Two factors, because 2^k itself may lie outside the normal range; beyond the bounds the product is 0 or infinity as it should be.
        Lanes128<T> bound = Constant(typeof(T) == typeof(float) ? 252 : 2044);
        Lanes128<T> bounded = Max(Min(k, bound), -bound);
        Lanes128<T> half = Round(bounded * Constant(0.5));
        return a * PowerOfTwo(half) * PowerOfTwo(bounded - half);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> SplitExponent(Lanes128<T> a, out Lanes128<T> exponent)
    {
        // Subtracting the bits of √½ first moves the cut between exponents to √½.
        if (typeof(T) == typeof(float))
        {
            Vector128<int> e = Vector128.ShiftRightArithmetic(a._value.AsInt32() - Vector128.Create(0x3f3504f3), 23);
            exponent = Unsafe.BitCast<Vector128<T>, Lanes128<T>>(Vector128.ConvertToSingle(e).As<float, T>());
            return Unsafe.BitCast<Vector128<T>, Lanes128<T>>((a._value.AsInt32() - Vector128.ShiftLeft(e, 23)).As<int, T>());
        }

        Vector128<long> wide = Vector128.ShiftRightArithmetic(a._value.AsInt64() - Vector128.Create(0x3fe6a09e667f3bcdL), 52);
        Vector128<double> magic = Vector128.Create(Magic);
        exponent = Unsafe.BitCast<Vector128<T>, Lanes128<T>>(((wide + magic.AsInt64()).AsDouble() - magic).As<double, T>());
        return Unsafe.BitCast<Vector128<T>, Lanes128<T>>((a._value.AsInt64() - Vector128.ShiftLeft(wide, 52)).As<long, T>());
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> LessThan(Lanes128<T> a, Lanes128<T> b) =>
        Unsafe.BitCast<Vector128<T>, Lanes128<T>>(Vector128.LessThan(a._value, b._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> Equal(Lanes128<T> a, Lanes128<T> b) =>
        Unsafe.BitCast<Vector128<T>, Lanes128<T>>(Vector128.Equals(a._value, b._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> Select(Lanes128<T> mask, Lanes128<T> then, Lanes128<T> otherwise) =>
        Unsafe.BitCast<Vector128<T>, Lanes128<T>>(Vector128.ConditionalSelect(mask._value, then._value, otherwise._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> operator +(Lanes128<T> a, Lanes128<T> b) =>
        Unsafe.BitCast<Vector128<T>, Lanes128<T>>(a._value + b._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> operator -(Lanes128<T> a, Lanes128<T> b) =>
        Unsafe.BitCast<Vector128<T>, Lanes128<T>>(a._value - b._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> operator *(Lanes128<T> a, Lanes128<T> b) =>
        Unsafe.BitCast<Vector128<T>, Lanes128<T>>(a._value * b._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> operator /(Lanes128<T> a, Lanes128<T> b) =>
        Unsafe.BitCast<Vector128<T>, Lanes128<T>>(a._value / b._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> operator -(Lanes128<T> a) =>
        Unsafe.BitCast<Vector128<T>, Lanes128<T>>(-a._value);
}
