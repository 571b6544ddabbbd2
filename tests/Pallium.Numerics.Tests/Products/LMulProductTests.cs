using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Pallium.Numerics.Tests;

public sealed class LMulProductTests
{
    private static readonly LMul Rule = new(4);

    private static (int M, int N, int K)[] Shapes => [(1, 1, 1), (1, 3, 20), (2, 8, 72), (5, 17, 9), (3, 33, 40), (7, 64, 5), (1, 130, 64), (29, 65, 33)];

    [Fact]
    public void Sums_of_products_are_taken_in_order()
    {
        foreach ((int m, int n, int k) in Shapes)
        {
            (float[] a, float[] b, float[] start) = (Factors(m * k, 1), Factors(n * k, 2), RandomFactors.Of<float>(n, 3));
            float[] found = new float[m * (n + 3)];
            Array.Fill(found, float.NaN);
            Packed(n, k, b).Multiply(m, a, k, start, 0, found, n + 3);
            for (int i = 0; i < m; i++)
            {
                for (int j = 0; j < n; j++)
                {
                    float sum = start[j];
                    for (int p = 0; p < k; p++)
                    {
                        sum += Rule.Multiply(a[(i * k) + p], b[(j * k) + p]);
                    }

                    Assert.Equal(BitConverter.SingleToInt32Bits(sum), BitConverter.SingleToInt32Bits(found[(i * (n + 3)) + j]));
                }

                Assert.All(found.AsSpan((i * (n + 3)) + n, 3).ToArray(), gap => Assert.True(float.IsNaN(gap)));
            }
        }
    }

    [Fact]
    public void Exact_products_come_back_when_it_is_taken_away()
    {
        float[] a = RandomFactors.Of<float>(40, 1), b = RandomFactors.Of<float>(40 * 9, 2);
        PackedMatrix<float> packed = Packed(9, 40, b);
        packed.Product = null;
        packed.PackTransposed(b);
        var plain = new PackedMatrix<float>(40, 9);
        plain.PackTransposed(b);
        (float[] found, float[] expected) = (new float[9], new float[9]);
        packed.Accumulate(1, a, 40, found, 9);
        plain.Accumulate(1, a, 40, expected, 9);
        Assert.Equal(expected, found);
    }

    [Fact]
    public void Double_precision_is_refused() => Assert.Throws<NotSupportedException>(() => new PackedMatrix<double>(1, 1).Product = Rule);

    [Theory]
    [InlineData("DOTNET_EnableAVX512")]
    [InlineData("DOTNET_EnableAVX2")]
    public void The_width_of_vectors_does_not_show(string widthSwitch) => Assert.Equal(
        Digest(), OtherProcess.Run($"{typeof(LMulProductTests).FullName}.{nameof(Write_the_digest_where_asked_to)}", (widthSwitch, "0")));

    /// <summary>Not a test of its own: run in another process by the one above.</summary>
    [Fact]
    public void Write_the_digest_where_asked_to() => OtherProcess.WriteDown(Digest);

    private static string Digest()
    {
        var all = new List<float>();
        foreach ((int m, int n, int k) in Shapes)
        {
            var sums = new float[m * n];
            Packed(n, k, Factors(n * k, 2)).Accumulate(m, Factors(m * k, 1), k, sums, n);
            all.AddRange(sums);
            float[] products = new float[n * k];
            Rule.Multiply(Factors(n * k, 2), Factors(n * k, 4), products);
            all.AddRange(products);
        }

        return Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(all))));
    }

    private static PackedMatrix<float> Packed(int n, int k, float[] b)
    {
        var packed = new PackedMatrix<float>(k, n) { Product = Rule };
        packed.PackTransposed(b);
        return packed;
    }

    /// <summary>Random numbers with zeros of both signs, a subnormal and sizes whose products leave the range.</summary>
    private static float[] Factors(int length, int seed)
    {
        float[] values = RandomFactors.Of<float>(length, seed);
        float[] special = [0, -0f, 1e-40f, 1e25f, -1e-30f];
        for (int i = seed; i < length; i += 7)
        {
            values[i] = special[i / 7 % special.Length];
        }

        return values;
    }
}
