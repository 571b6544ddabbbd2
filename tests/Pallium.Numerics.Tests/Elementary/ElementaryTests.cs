using FsCheck;
using FsCheck.Fluent;

namespace Pallium.Numerics.Tests;

public sealed class ElementaryTests
{
    private static readonly double[] Edges =
    [
        0, -0.0, double.NaN, double.PositiveInfinity, double.NegativeInfinity, double.Epsilon, -double.Epsilon, 1e-310, -1e-310,
        2.2250738585072009e-308, 2.2250738585072014e-308, double.MaxValue, double.MinValue, 709.782712893384, 709.7827128933841,
        -708.3964185322641, -744.4400719213812, -745.1332191019411, -745.1332191019412, 1, -1, 0.5, -0.5, 1.0000000000000002,
        0.9999999999999999, 0.7071067811865475, 0.7071067811865476, 1.414213562373095, 1.4142135623730951, 0.9, 0.8999999999999999,
        36.7, 37.5, -36.7, 5.92, 5.95, 6, 22, 1e-8, -1e-8, 1e-16, -1e-16, 0.17328679513998632, 0.34657359027997264, 0.8813735870195430,
    ];

    public static TheoryData<string> Names => ElementaryFunction.Names;

    /// <summary>Every float in the long form, one in 65,521 and the edges otherwise.</summary>
    [Theory, MemberData(nameof(Names))]
    public void Float_is_right_to_two_ulp(string name)
    {
        const int Block = 1 << 16;
        ElementaryFunction function = ElementaryFunction.Called(name);
        (double Ulps, float At) worst = (0, 0);
        Lock gate = new();
        void Check(float[] x)
        {
            float[] y = new float[x.Length];
            y.AsSpan().Fill(float.NaN);
            function.Singles(x, y);
            (double Ulps, float At) here = (0, 0);
            for (int i = 0; i < x.Length; i++)
            {
                double ulps = UlpsOfFloat(y[i], function.Truth(x[i]));
                if (ulps > here.Ulps)
                {
                    here = (ulps, x[i]);
                }
            }

            lock (gate)
            {
                worst = here.Ulps > worst.Ulps ? here : worst;
            }
        }

        if (LongForm.IsWanted)
        {
            Parallel.For(0, Block, new ParallelOptions { MaxDegreeOfParallelism = 2 }, high =>
                Check([.. Enumerable.Range(0, Block).Select(low => BitConverter.UInt32BitsToSingle(((uint)high << 16) | (uint)low))]));
        }
        else
        {
            Check([.. Enumerable.Range(0, Block).Select(i => BitConverter.UInt32BitsToSingle((uint)i * 65521u))]);
            Check([.. Edges.Select(x => (float)x), float.Epsilon, 1.1754942e-38f, 1.17549435e-38f, 88.72283f, 88.72284f, -87.33654f, -103.97f, -103.98f, -104f]);
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{name}: {worst.Ulps:F3} ulp at {worst.At:R}");
        Assert.True(worst.Ulps <= 2, $"{name}: {worst.Ulps:F3} ulp at {worst.At:R}");
    }

    [Theory, MemberData(nameof(Names))]
    public void Double_is_right_to_two_ulp(string name)
    {
        ElementaryFunction function = ElementaryFunction.Called(name);
        System.Random random = new(5);
        int count = LongForm.IsWanted ? 20_000 : 1_500;
        IEnumerable<double> inputs = Edges
            .Concat(Enumerable.Range(0, count).Select(_ => function.Range.Low + (random.NextDouble() * (function.Range.High - function.Range.Low))))
            .Concat(Enumerable.Range(0, count).Select(_ => Math.ScaleB(random.NextDouble() - 0.5, random.Next(-40, 10))))
            .Concat(Enumerable.Range(0, count / 4).Select(_ => BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue))));

        (double Ulps, double At) worst = (0, 0);
        foreach (double x in inputs)
        {
            double y = function.Double(x);
            double truth = function.Truth(x);
            double ulps = double.IsFinite(truth) && !(name == "log" && x <= 0) && Math.Abs(x) < 1e6 | name == "log"
                ? BigFloat.Ulps(y, function.Exact(x))
                : y.Equals(truth) ? 0 : double.PositiveInfinity;
            worst = ulps > worst.Ulps ? (ulps, x) : worst;
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{name}: {worst.Ulps:F3} ulp at {worst.At:R}");
        Assert.True(worst.Ulps <= 2, $"{name}: {worst.Ulps:F3} ulp at {worst.At:R}");
    }

    [Theory, MemberData(nameof(Names))]
    public void Signed_zero_and_not_a_number_pass(string name)
    {
        ElementaryFunction function = ElementaryFunction.Called(name);
        Assert.True(double.IsNaN(function.Double(double.NaN)));
        Assert.True(float.IsNaN(function.Single(float.NaN)));
        if (name is "tanh" or "erf")
        {
            Assert.True(double.IsNegative(function.Double(-0.0)));
            Assert.True(float.IsNegative(function.Single(-0f)));
        }
    }

    [Theory, MemberData(nameof(Names))]
    public void Every_length_and_width_gives_the_bits_of_one_number(string name)
    {
        ElementaryFunction function = ElementaryFunction.Called(name);
        System.Random random = new(3);
        for (int length = 0; length <= 70; length++)
        {
            double[] x = [.. Enumerable.Range(0, length).Select(i => i % 7 == 3 ? Edges[random.Next(Edges.Length)] : (random.NextDouble() * 40) - 20)];
            float[] singles = [.. x.Select(v => (float)v)];
            long[] expected = [.. x.Select(v => BitConverter.DoubleToInt64Bits(function.Double(v)))];
            int[] expectedSingles = [.. singles.Select(v => BitConverter.SingleToInt32Bits(function.Single(v)))];
            foreach (ElementaryFunction.Span<double> form in new[] { function.Doubles, function.DoublesAt(128), function.DoublesAt(256), function.DoublesAt(512) })
            {
                double[] y = new double[length + 1];
                y.AsSpan().Fill(double.NaN);
                form(x, y);
                Assert.Equal(expected, y[..length].Select(BitConverter.DoubleToInt64Bits));
                Assert.True(double.IsNaN(y[length]));

                double[] inPlace = [.. x];
                form(inPlace, inPlace);
                Assert.Equal(expected, inPlace.Select(BitConverter.DoubleToInt64Bits));
            }

            foreach (ElementaryFunction.Span<float> form in new[] { function.Singles, function.SinglesAt(128), function.SinglesAt(256), function.SinglesAt(512) })
            {
                float[] y = new float[length + 1];
                y.AsSpan().Fill(float.NaN);
                form(singles, y);
                Assert.Equal(expectedSingles, y[..length].Select(BitConverter.SingleToInt32Bits));
                Assert.True(float.IsNaN(y[length]));
            }
        }
    }

    [Theory, MemberData(nameof(Names))]
    public void All_widths_agree_on_all_kinds_of_numbers(string name)
    {
        ElementaryFunction function = ElementaryFunction.Called(name);
        System.Random random = new(4);
        float[] x = new float[LongForm.IsWanted ? 1 << 16 : 1 << 13];
        random.NextBytes(System.Runtime.InteropServices.MemoryMarshal.AsBytes(x.AsSpan()));
        double[] wide = [.. x.Select((v, i) => i % 2 == 0 ? v : BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue)))];
        float[] y = new float[x.Length];
        double[] wideY = new double[x.Length];
        function.Singles(x, y);
        function.Doubles(wide, wideY);
        foreach (int width in new[] { 128, 256, 512 })
        {
            float[] other = new float[x.Length];
            double[] wideOther = new double[x.Length];
            function.SinglesAt(width)(x, other);
            function.DoublesAt(width)(wide, wideOther);
            Assert.Equal(y.Select(BitConverter.SingleToInt32Bits), other.Select(BitConverter.SingleToInt32Bits));
            Assert.Equal(wideY.Select(BitConverter.DoubleToInt64Bits), wideOther.Select(BitConverter.DoubleToInt64Bits));
        }
    }

    [Theory, MemberData(nameof(Names))]
    public void Reverse_adds_the_central_difference(string name)
    {
        const double Step = 1e-5;
        const double Tolerance = 1e-8;   // the difference's own error: Step² times a third derivative of at most 12, and rounding over Step
        ElementaryFunction function = ElementaryFunction.Called(name);
        double[] x = [.. Enumerable.Range(0, 21).Select(i => name == "log" ? 0.5 + (0.1 * i) : -2.03 + (0.2 * i))];
        double[] kept = function.BackwardKeepsOutput ? [.. x.Select(function.Double)] : x;
        double[] gradY = [.. x.Select((_, i) => 0.3 + (0.1 * i))];
        double[] gradX = [.. x.Select((_, i) => i - 7.0)];
        function.Backward(kept, gradY, gradX);
        for (int i = 0; i < x.Length; i++)
        {
            double slope = (function.Double(x[i] + Step) - function.Double(x[i] - Step)) / (2 * Step);
            Assert.Equal(i - 7.0 + (gradY[i] * slope), gradX[i], Tolerance * (1 + Math.Abs(slope)) * (1 + gradY[i]));
        }
    }

    [Fact]
    public void Exp_never_decreases() =>
        Holds((a, b) => Elementary.Exp(Math.Min(a, b)) <= Elementary.Exp(Math.Max(a, b)));

    [Fact]
    public void Exp_of_log_is_the_number() =>
        Holds((a, _) => RelativelyClose(Elementary.Exp(Elementary.Log(Math.Abs(a) + 1e-300)), Math.Abs(a) + 1e-300, 1e-15 * (1 + Math.Abs(Elementary.Log(Math.Abs(a) + 1e-300)))));

    [Fact]
    public void Sigmoid_of_the_negative_is_the_complement() =>
        Holds((a, _) => Math.Abs(Elementary.Sigmoid(-a) + Elementary.Sigmoid(a) - 1) <= 2.3e-16);

    [Fact]
    public void Tanh_and_erf_are_odd() =>
        Holds((a, _) => Elementary.Tanh(-a) == -Elementary.Tanh(a) && Elementary.Erf(-a) == -Elementary.Erf(a));

    [Fact]
    public void Softplus_of_a_number_less_that_of_its_negative_is_the_number() =>
        Holds((a, _) => RelativelyClose(Elementary.Softplus(a) - Elementary.Softplus(-a), a, 1e-15 * (1 + (1 / Math.Abs(a)))));

    private static void Holds(Func<double, double, bool> law) =>
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(2_000).WithReplay(11, 13),
            Prop.ForAll<NormalFloat, NormalFloat>((a, b) => law(a.Item % 800, b.Item % 800)));

    private static bool RelativelyClose(double a, double b, double tolerance) => a == b || Math.Abs(a - b) <= tolerance * Math.Abs(b);

    private static double UlpsOfFloat(float y, double truth)
    {
        float nearest = (float)truth;
        if (!float.IsFinite(nearest) || !float.IsFinite(y))
        {
            return nearest.Equals(y) ? 0 : double.PositiveInfinity;
        }

        double magnitude = Math.Max(Math.Abs(truth), 1.1754943508222875e-38);
        double ulp = BitConverter.UInt64BitsToDouble((BitConverter.DoubleToUInt64Bits(magnitude) & 0x7ff0000000000000) - (23UL << 52));
        return Math.Abs(y - truth) / ulp;
    }
}
