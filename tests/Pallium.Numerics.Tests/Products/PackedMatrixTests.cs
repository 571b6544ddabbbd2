using System.Numerics;

namespace Pallium.Numerics.Tests;

public sealed class PackedMatrixTests
{
    private static (int N, int K)[] Shapes =>
        [(1, 1), (3, 20), (8, 72), (16, 5), (63, 9), (64, 8), (65, 33), (72, 40), (128, 17), (200, 64), (513, 300), (64, 1030)];

    [Fact]
    public void One_row_alone_has_the_bits_of_the_same_row_in_a_batch()
    {
        const int M = 29;
        foreach ((int n, int k) in Shapes)
        {
            float[] a = RandomFactors.Of<float>(M * k, 2);
            float[] batch = RandomFactors.Of<float>(M * n, 3);
            float[] alone = [.. batch];
            PackedMatrix<float> packed = new(k, n);
            packed.Pack(RandomFactors.Of<float>(n * k, 1));
            packed.Accumulate(M, a, k, batch, n);
            for (int i = 0; i < M; i++)
            {
                packed.Accumulate(1, a.AsSpan(i * k, k), k, alone.AsSpan(i * n, n), n);
            }

            Assert.Equal(batch, alone);
        }
    }

    [Fact]
    public void Packed_and_plain_products_have_the_same_bits()
    {
        foreach ((int n, int k) in Shapes)
        {
            foreach (int m in new[] { 1, 2, 7, 32 })
            {
                Check<float>(m, n, k);
                Check<double>(m, n, k);
            }
        }
    }

    [Fact]
    public void Every_register_width_gives_the_same_bits()
    {
        foreach ((int n, int k) in Shapes)
        {
            foreach (int m in new[] { 1, 13 })
            {
                CheckAt<float, Lanes128<float>>(m, n, k);
                CheckAt<float, Lanes256<float>>(m, n, k);
                CheckAt<float, Lanes512<float>>(m, n, k);
                CheckAt<double, Lanes128<double>>(m, n, k);
                CheckAt<double, Lanes256<double>>(m, n, k);
                CheckAt<double, Lanes512<double>>(m, n, k);
            }
        }
    }

    [Fact]
    public void Weights_packed_from_their_transposed_form_give_the_same_product()
    {
        foreach ((int n, int k) in Shapes)
        {
            CheckTransposed<float>(n, k);
            CheckTransposed<double>(n, k);
        }
    }

    [Fact]
    public void Packing_again_replaces_what_was_there()
    {
        PackedMatrix<float> packed = new(2, 3);
        packed.Pack([9, 9, 9, 9, 9, 9]);
        packed.Pack([1, 2, 3, 4, 5, 6]);
        float[] c = [0, 0, 0];
        packed.Accumulate(1, [1, 10], 2, c, 3);
        Assert.Equal([41, 52, 63], c);
    }

    [Fact]
    public void A_product_begun_at_a_bias_has_the_bits_of_one_accumulated_onto_it()
    {
        foreach ((int n, int k) in Shapes)
        {
            foreach (int m in new[] { 1, 9 })
            {
                float[] a = RandomFactors.Of<float>(m * k, 2);
                float[] bias = RandomFactors.Of<float>(n, 4);
                float[] expected = new float[m * n];
                for (int i = 0; i < m; i++)
                {
                    bias.CopyTo(expected, i * n);
                }

                float[] c = new float[m * n];
                Array.Fill(c, float.NaN);
                PackedMatrix<float> packed = new(k, n);
                packed.Pack(RandomFactors.Of<float>(n * k, 1));
                packed.Accumulate(m, a, k, expected, n);
                packed.Multiply(m, a, k, bias, 0, c, n);
                Assert.Equal(expected, c);
            }
        }
    }

    [Fact]
    public void A_product_over_no_steps_is_its_start()
    {
        float[] c = [5, 5, 5, 5];
        new PackedMatrix<float>(0, 2).Multiply(2, [], 0, [1, 2], 0, c, 2);
        Assert.Equal([1, 2, 1, 2], c);
    }

    [Fact]
    public void A_span_shorter_than_its_matrix_is_refused_by_name()
    {
        PackedMatrix<float> packed = new(4, 3);
        Assert.Equal("source", Assert.Throws<ArgumentException>(() => packed.Pack(new float[11])).ParamName);
        Assert.Equal("a", Assert.Throws<ArgumentException>(() => packed.Accumulate(2, new float[7], 4, new float[6], 3)).ParamName);
        Assert.Equal("c", Assert.Throws<ArgumentException>(() => packed.Multiply(2, new float[8], 4, new float[3], 0, new float[5], 3)).ParamName);
    }

    [Fact]
    public void Products_allocate_nothing()
    {
        PackedMatrix<float> packed = new(40, 70);
        float[] a = new float[7 * 40];
        float[] c = new float[7 * 70];
        for (int m = 1; m <= 7; m += 6)
        {
            packed.Accumulate(m, a, 40, c, 70);
            long before = GC.GetAllocatedBytesForCurrentThread();
            packed.Accumulate(m, a, 40, c, 70);
            Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        }
    }

    private static void Check<T>(int m, int n, int k)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] a = RandomFactors.Of<T>(m * (k + 2), 2);
        T[] b = RandomFactors.Of<T>(n * k, 1);
        T[] expected = RandomFactors.Of<T>(m * (n + 3), 3);
        T[] c = [.. expected];
        MatrixProduct.Accumulate<T>(m, n, k, a, k + 2, b, n, expected, n + 3);
        PackedMatrix<T> packed = new(k, n);
        packed.Pack(b);
        packed.Accumulate(m, a, k + 2, c, n + 3);
        Assert.Equal(expected, c);
    }

    private static void CheckAt<T, V>(int m, int n, int k)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T>
    {
        T[] a = RandomFactors.Of<T>(m * k, 2);
        T[] b = RandomFactors.Of<T>(n * k, 1);
        T[] expected = RandomFactors.Of<T>(m * n, 3);
        T[] c = [.. expected];
        MatrixProduct.Accumulate<T>(m, n, k, a, k, b, n, expected, n);
        PackedMatrix<T> packed = new(k, n, RegisterTile<T, V>.Width);
        packed.Pack(b);
        packed.Multiply<V>(m, a, k, c, n, c, n);
        Assert.Equal(expected, c);
    }

    private static void CheckTransposed<T>(int n, int k)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] weights = RandomFactors.Of<T>(n * k, 1);
        T[] plain = new T[n * k];
        for (int i = 0; i < n * k; i++)
        {
            plain[((i % k) * n) + (i / k)] = weights[i];
        }

        T[] a = RandomFactors.Of<T>(5 * k, 2);
        T[] expected = RandomFactors.Of<T>(5 * n, 3);
        T[] c = [.. expected];
        MatrixProduct.Accumulate<T>(5, n, k, a, k, plain, n, expected, n);
        PackedMatrix<T> packed = new(k, n);
        packed.PackTransposed(weights);
        packed.Accumulate(5, a, k, c, n);
        Assert.Equal(expected, c);
    }
}
