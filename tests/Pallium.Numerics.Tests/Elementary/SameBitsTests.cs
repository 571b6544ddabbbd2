using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Pallium.Numerics.Tests;

/// <summary>The bits of every function on fixed inputs: the same on every machine and with every instruction set.</summary>
/// <remarks>A deliberate change of a function changes its line here, and every number learned since.</remarks>
public sealed class SameBitsTests
{
    [Theory]
    [InlineData("exp", "e9f7822418c008da")]
    [InlineData("log", "b3d1a03ea871f567")]
    [InlineData("sigmoid", "705e5cec53c20a1c")]
    [InlineData("tanh", "4e467349df3d7065")]
    [InlineData("softplus", "42a6c396691c8177")]
    [InlineData("erf", "6676320d25b81a32")]
    public void A_span_function_gives_the_recorded_bits(string name, string expected)
    {
        ElementaryFunction function = ElementaryFunction.Called(name);
        double[] doubles = Inputs();
        float[] singles = [.. doubles.Select(x => (float)x)];
        function.Doubles(doubles, doubles);
        function.Singles(singles, singles);
        Assert.Equal(expected, Hash([.. doubles, .. singles]));
    }

    [Theory]
    [InlineData("log1p", "a9d27fc1b5e8a694")]
    [InlineData("expm1", "3d22b550eb8af8ac")]
    [InlineData("sin", "bea1c56ad75aeebe")]
    [InlineData("cos", "dabf7f23b473ed28")]
    [InlineData("pow", "a84f479d6d48c618")]
    [InlineData("erfc", "c96b5939044508fa")]
    [InlineData("normal cdf", "36fd19d9d0439e89")]
    [InlineData("log normal cdf", "836fba8969a57149")]
    [InlineData("normal quantile", "16fa8656410b3a12")]
    public void A_scalar_function_gives_the_recorded_bits(string name, string expected)
    {
        Func<double, double> function = name switch
        {
            "log1p" => Elementary.Log1p,
            "expm1" => Elementary.Expm1,
            "sin" => Elementary.Sin,
            "cos" => Elementary.Cos,
            "pow" => x => Elementary.Pow(Math.Abs(x), 1.7),
            "erfc" => Elementary.Erfc,
            "normal cdf" => Elementary.NormalCdf,
            "log normal cdf" => Elementary.LogNormalCdf,
            _ => x => Elementary.NormalQuantile(Math.Abs(x) - Math.Floor(Math.Abs(x))),
        };
        Assert.Equal(expected, Hash([.. Inputs().Select(function)]));
    }

    [Fact]
    public void Reductions_give_the_recorded_bits()
    {
        double[] doubles = [.. Inputs().Where(x => Math.Abs(x) is > 1e-6 and < 1e6)];
        float[] singles = [.. doubles.Select(x => (float)x)];
        Reduction.Softmax<float>(singles.AsSpan(0, 100));
        Reduction.Softmax<double>(doubles.AsSpan(0, 100));
        Assert.Equal(
            "a7dd5a341bce804c",
            Hash([
                Reduction.Sum<double>(doubles), Reduction.SumOfSquares<double>(doubles), Reduction.LogSumExp<double>(doubles), .. doubles[..100],
                Reduction.Sum<float>(singles), Reduction.SumOfSquares<float>(singles), Reduction.LogSumExp<float>(singles), .. singles[..100]]));
    }

    /// <summary>4096 numbers of all signs, mostly of ordinary size, by a multiplicative generator.</summary>
    private static double[] Inputs()
    {
        ulong state = 1;
        double[] x = new double[4096];
        for (int i = 0; i < x.Length; i++)
        {
            state = (state * 6364136223846793005) + 1442695040888963407;
            double uniform = (state >> 11) * (1.0 / (1UL << 53));
            x[i] = (i % 4) switch
            {
                0 => BitConverter.UInt64BitsToDouble(state),
                1 => (uniform * 200) - 100,
                _ => (uniform * 10) - 5,
            };
        }

        return x;
    }

    private static string Hash(double[] values)
    {
        double[] canonical = [.. values.Select(x => double.IsNaN(x) ? double.NaN : x)];
        return Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(canonical.AsSpan())))[..16];
    }
}
