using FsCheck;
using FsCheck.Fluent;

namespace Pallium.Numerics.Tests;

public sealed class LMulTests
{
    /// <summary>Pairs of a golden file whose errors it tells: standard normal and uniform numbers.</summary>
    private const int ErrorPairs = 1500;

    public static TheoryData<int> Widths => [3, 4, 6, 23];

    [Theory, MemberData(nameof(Widths))]
    public void Published_bits_are_met_one_by_one_and_in_registers(int m)
    {
        Assert.SkipWhen(Golden().Length == 0, "No reference values found; PALLIUM_GOLDEN names their folder.");
        var rule = new LMul(m);
        foreach (SafetensorsFile file in Golden())
        {
            (float[] x, float[] y) = (file["input/x"].Values<float>().ToArray(), file["input/y"].Values<float>().ToArray());
            int[] bits = file[$"output/lmul_bits_m{m}"].Values<int>().ToArray();
            var products = new float[x.Length];
            rule.Multiply(x, y, products);
            for (int i = 0; i < x.Length; i++)
            {
                Assert.Equal(bits[i], BitConverter.SingleToInt32Bits(rule.Multiply(x[i], y[i])));
                Assert.Equal(bits[i], BitConverter.SingleToInt32Bits(products[i]));
            }
        }
    }

    [Theory, MemberData(nameof(Widths))]
    public void Published_errors_are_met(int m)
    {
        Assert.SkipWhen(Golden().Length == 0, "No reference values found; PALLIUM_GOLDEN names their folder.");
        var rule = new LMul(m);
        foreach (SafetensorsFile file in Golden())
        {
            (float[] x, float[] y) = (file["input/x"].Values<float>().ToArray(), file["input/y"].Values<float>().ToArray());
            double[] expected = file[$"output/err_m{m}"].Values<double>().ToArray();
            var found = new double[4];
            for (int i = 0; i < ErrorPairs; i++)
            {
                double product = rule.Multiply(x[i], y[i]);
                Add(0, product, (double)x[i] * y[i]);
                Add(2, product, (double)rule.Truncate(x[i]) * rule.Truncate(y[i]));
            }

            Assert.All(expected.Zip(found), pair => Assert.Equal(pair.First, pair.Second, 1e-12 * pair.First));

            void Add(int at, double product, double exact)
            {
                found[at] += Math.Abs(product - exact) / ErrorPairs;
                found[at + 1] += Math.Abs((product - exact) / exact) / ErrorPairs;
            }
        }
    }

    [Fact]
    public void It_is_the_published_formula_with_the_carry_of_the_mantissas()
    {
        Gen<(int, float, float)> cases =
            from m in Gen.Choose(1, 23)
            from x in Factor()
            from y in Factor()
            select (m, x, y);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(2000).WithReplay(5, 7), Prop.ForAll(cases.ToArbitrary(), one =>
        {
            (int m, float x, float y) = one;
            var rule = new LMul(m);
            (double sign, double xm, int xe) = Split(rule.Truncate(x), m);
            (double other, double ym, int ye) = Split(rule.Truncate(y), m);
            double mantissa = xm + ym + Math.ScaleB(1, -rule.OffsetBits);
            double expected = sign * other * (mantissa < 1 ? Math.ScaleB(1 + mantissa, xe + ye) : Math.ScaleB(2 * mantissa, xe + ye));

            // Mantissas that add up to 2 and more carry once more; two of almost 1 and the offset can.
            expected = mantissa < 2 ? expected : sign * other * Math.ScaleB(4 * (mantissa - 1), xe + ye);
            return rule.Multiply(x, y) == expected;
        }));
    }

    [Fact]
    public void Signs_and_order_do_not_matter_and_errors_stay_within_a_ninth()
    {
        Gen<(float, float)> cases = from x in Factor() from y in Factor() select (x, y);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(2000).WithReplay(3, 11), Prop.ForAll(cases.ToArbitrary(), one =>
        {
            (float x, float y) = one;
            var rule = new LMul(23);
            float product = rule.Multiply(x, y);
            double exact = (double)x * y;
            return product == rule.Multiply(y, x) && product == -rule.Multiply(-x, y) && Math.Abs((product - exact) / exact) <= 1.0 / 9;
        }));
    }

    [Fact]
    public void Whatever_the_bits_registers_give_those_of_one_product()
    {
        Gen<float> anything = Gen.Choose(int.MinValue, int.MaxValue).Select(BitConverter.Int32BitsToSingle);
        Gen<(int, float[], float[])> cases =
            from m in Gen.Choose(1, 23)
            from x in anything.ArrayOf(37)
            from y in anything.ArrayOf(37)
            select (m, x, y);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(500).WithReplay(13, 17), Prop.ForAll(cases.ToArbitrary(), one =>
        {
            (int m, float[] x, float[] y) = one;
            var rule = new LMul(m);
            var products = new float[x.Length];
            rule.Multiply(x, y, products);
            return x.Zip(y, rule.Multiply).Select(BitConverter.SingleToInt32Bits).SequenceEqual(products.Select(BitConverter.SingleToInt32Bits));
        }));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(24)]
    public void Mantissas_of_no_bits_or_too_many_are_refused(int m) => Assert.Throws<ArgumentOutOfRangeException>(() => new LMul(m));

    [Fact]
    public void Spans_of_other_lengths_are_refused() => Assert.Throws<ArgumentException>(() => new LMul(4).Multiply([1, 2], [1], new float[2]));

    /// <summary>Numbers whose products are well within the normal range.</summary>
    private static Gen<float> Factor() =>
        from fraction in Gen.Choose(0, (1 << 23) - 1)
        from exponent in Gen.Choose(127 - 60, 127 + 60)
        from sign in Gen.Choose(0, 1)
        select BitConverter.Int32BitsToSingle((sign << 31) | (exponent << 23) | fraction);

    private static (double Sign, double Mantissa, int Exponent) Split(float x, int m)
    {
        int bits = BitConverter.SingleToInt32Bits(x);
        Assert.Equal(0, bits & ((1 << (23 - m)) - 1));
        return (bits < 0 ? -1 : 1, (bits & 0x7fffff) / 8388608.0, ((bits >> 23) & 0xff) - 127);
    }

    private static SafetensorsFile[] Golden() =>
        [.. Repository.GoldenFiles().Where(path => Path.GetFileName(path).StartsWith("lmul", StringComparison.Ordinal)).Select(path => SafetensorsFile.Read(path))];
}
