using System.Numerics;

namespace Pallium.Numerics.Tests;

public sealed class LanesTests
{
    [Fact]
    public void Float_lanes_do_what_one_number_does()
    {
        OneNumber<float, Lanes128<float>>();
        OneNumber<float, Lanes256<float>>();
        OneNumber<float, Lanes512<float>>();
        OneNumber<float, LanePair<Lanes256<float>, float>>();
    }

    [Fact]
    public void Double_lanes_do_what_one_number_does()
    {
        OneNumber<double, Lanes128<double>>();
        OneNumber<double, Lanes256<double>>();
        OneNumber<double, Lanes512<double>>();
        OneNumber<double, LanePair<Lanes128<double>, double>>();
    }

    [Fact]
    public void Scaling_rounds_once_into_the_denormals_and_overflows_to_infinity()
    {
        Scaling<float, Lanes128<float>>(-150, 128);
        Scaling<float, Lanes256<float>>(-150, 128);
        Scaling<float, Lanes512<float>>(-150, 128);
        Scaling<double, Lanes128<double>>(-1076, 1024);
        Scaling<double, Lanes256<double>>(-1076, 1024);
        Scaling<double, Lanes512<double>>(-1076, 1024);
    }

    [Fact]
    public void A_pair_is_its_two_registers_side_by_side()
    {
        double[] numbers = [1, 2, 3, 4];
        LanePair<Lanes128<double>, double> pair = LanePair<Lanes128<double>, double>.Load(in numbers[0], 0);
        (Lanes128<double> low, Lanes128<double> high) = pair * pair;
        Assert.Equal(4, LanePair<Lanes128<double>, double>.Count);
        Assert.Equal(1, Lanes128<double>.First(low));
        Assert.Equal(9, Lanes128<double>.First(high));
    }

    [Fact]
    public void A_tail_is_padded_with_zeros_and_written_no_further_than_its_span()
    {
        Tail<Lanes128<double>>();
        Tail<Lanes256<double>>();
        Tail<Lanes512<double>>();
        Tail<LanePair<Lanes128<double>, double>>();
    }

    private static void OneNumber<T, V>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T>
    {
        T[] numbers = [.. new[] { 0, -0.0, 1, -1, 0.5, 2.5, 3.5, -2.5, 1e-30, -1e30, 7.25, 0.1, double.PositiveInfinity, double.NegativeInfinity, double.NaN }.Select(T.CreateTruncating)];
        foreach (T a in numbers)
        {
            V va = V.Broadcast(a);
            Same(T.Abs(a), V.Abs(va));
            Same(-a, -va);
            Same(T.Sqrt(a), V.Sqrt(va));
            Same(T.Round(a), V.Round(va));
            foreach (T b in numbers)
            {
                V vb = V.Broadcast(b);
                Same(a + b, va + vb);
                Same(a - b, va - vb);
                Same(a * b, va * vb);
                Same(a / b, va / vb);
                Same(T.FusedMultiplyAdd(a, b, a), V.MultiplyAdd(va, vb, va));
                Same(T.CopySign(a, b), V.CopySign(va, vb));
                Same(a < b ? a : b, V.Min(va, vb));
                Same(a > b ? a : b, V.Max(va, vb));
                Same(a < b ? T.One : T.Zero, V.Select(V.LessThan(va, vb), V.Constant(1), V.Zero));
                Same(a == b ? T.One : T.Zero, V.Select(V.Equal(va, vb), V.Constant(1), V.Zero));
            }

            if (a > T.Zero && T.IsFinite(a))
            {
                T mantissa = V.First(V.SplitExponent(va, out V exponent));
                Assert.InRange(double.CreateTruncating(mantissa), 0.7071067, 1.4142136);
                Assert.Equal(a, T.ScaleB(mantissa, int.CreateChecked(V.First(exponent))));
            }
        }
    }

    private static void Scaling<T, V>(int least, int greatest)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T>
    {
        foreach (double mantissa in new[] { 0.7071067, 1, 1.2345678901234567, 1.4142135, -1.1 })
        {
            T a = T.CreateTruncating(mantissa);
            for (int k = least; k <= greatest; k++)
            {
                Same(T.ScaleB(a, k), V.ScaleByPowerOfTwo(V.Broadcast(a), V.Constant(k)));
                if (T.IsNormal(T.ScaleB(T.One, k)))
                {
                    Same(T.ScaleB(T.One, k), V.PowerOfTwo(V.Constant(k)));
                }
            }

            foreach (double k in new[] { 3000, 1e9, double.PositiveInfinity })
            {
                Same(T.CopySign(T.PositiveInfinity, a), V.ScaleByPowerOfTwo(V.Broadcast(a), V.Constant(k)));
                Same(T.CopySign(T.Zero, a), V.ScaleByPowerOfTwo(V.Broadcast(a), V.Constant(-k)));
            }
        }
    }

    private static void Tail<V>()
        where V : unmanaged, ILanes<V, double>
    {
        for (int length = 0; length <= V.Count; length++)
        {
            double[] source = [.. Enumerable.Range(1, length).Select(i => (double)i)];
            V register = LaneTail.Load<double, V>(source);
            double[] all = new double[V.Count];
            V.Store(register, ref all[0], 0);
            Assert.Equal([.. source, .. new double[V.Count - length]], all);

            double[] target = new double[V.Count + 1];
            target.AsSpan().Fill(double.NaN);
            LaneTail.Store(register, target.AsSpan(0, length));
            Assert.Equal(source, target[..length]);
            Assert.All(target[length..], value => Assert.True(double.IsNaN(value)));
        }
    }

    /// <summary>Equal bits, but that any NaN is as good as another.</summary>
    private static void Same<T, V>(T expected, V found)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T>
    {
        T[] lanes = new T[V.Count];
        V.Store(found, ref lanes[0], 0);
        Assert.All(lanes, lane => Assert.True(expected.Equals(lane) && T.IsNegative(expected) == T.IsNegative(lane) || T.IsNaN(expected) && T.IsNaN(lane), $"{lane}, not {expected}"));
    }
}
