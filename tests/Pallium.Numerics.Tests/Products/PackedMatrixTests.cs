namespace Pallium.Numerics.Tests;

public sealed class PackedMatrixTests
{
    private static (int N, int K)[] Shapes => [(1, 1), (3, 20), (8, 72), (16, 5), (63, 9), (64, 8), (65, 33), (72, 40), (128, 17), (200, 64), (513, 300), (256, 600)];

    [Fact]
    public void One_row_alone_has_the_bits_of_the_same_row_in_a_batch()
    {
        foreach ((int n, int k) in Shapes)
        {
            float[] b = Numbers(n * k, 1);
            float[] a = Numbers(29 * k, 2);
            float[] batch = Numbers(29 * n, 3);
            float[] alone = [.. batch];
            PackedMatrix<float> packed = new(k, n);
            packed.Pack(b);
            packed.Accumulate(29, a, k, batch, n);
            for (int i = 0; i < 29; i++)
            {
                packed.Accumulate(1, a.AsSpan(i * k, k), k, alone.AsSpan(i * n, n), n);
            }

            Assert.Equal(batch, alone);
        }
    }

    [Fact]
    public void Packed_and_unpacked_products_have_the_same_bits()
    {
        foreach ((int n, int k) in Shapes)
        {
            foreach (int m in new[] { 1, 2, 7, 32 })
            {
                float[] b = Numbers(n * k, 1);
                float[] a = Numbers(m * (k + 2), 2);
                float[] expected = Numbers(m * (n + 3), 3);
                float[] c = [.. expected];
                MatrixProduct.Accumulate<float>(m, n, k, a, k + 2, b, n, expected, n + 3);
                PackedMatrix<float> packed = new(k, n);
                packed.Pack(b);
                packed.Accumulate(m, a, k + 2, c, n + 3);
                Assert.Equal(expected, c);
            }
        }
    }

    [Fact]
    public void Weights_packed_from_their_transposed_form_give_the_same_product()
    {
        foreach ((int n, int k) in Shapes)
        {
            float[] weights = Numbers(n * k, 1);
            float[] a = Numbers(5 * k, 2);
            float[] expected = Numbers(5 * n, 3);
            float[] c = [.. expected];
            MatrixProduct.AccumulateTransposedB<float>(5, n, k, a, k, weights, k, expected, n);
            PackedMatrix<float> packed = new(k, n);
            packed.PackTransposed(weights);
            packed.Accumulate(5, a, k, c, n);
            Assert.Equal(expected, c);
        }
    }

    private static float[] Numbers(int count, int seed)
    {
        Random random = new(seed);
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++)
        {
            numbers[i] = random.NextSingle() - 0.5f;
        }

        return numbers;
    }
}
