namespace Pallium.Numerics.Tests;

public sealed class SymmetricEigenTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(30)]
    public void Vectors_and_values_give_the_matrix_back(int n)
    {
        double[] a = new double[n * n];
        new Rng(1).Normal<double>(a, 1);
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < i; j++)
            {
                a[(i * n) + j] = a[(j * n) + i];
            }
        }

        double[] values = new double[n];
        double[] vectors = new double[n * n];
        SymmetricEigen.Decompose((double[])a.Clone(), n, values, vectors);
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < n; j++)
            {
                double entry = 0;
                double product = 0;
                for (int k = 0; k < n; k++)
                {
                    entry += vectors[(k * n) + i] * values[k] * vectors[(k * n) + j];
                    product += vectors[(i * n) + k] * vectors[(j * n) + k];
                }

                Assert.Equal(a[(i * n) + j], entry, 1e-12 * n);
                Assert.Equal(i == j ? 1 : 0, product, 1e-13 * n);
            }
        }
    }

    [Fact]
    public void A_diagonal_matrix_keeps_its_values()
    {
        double[] values = new double[3];
        SymmetricEigen.Decompose([3, 0, 0, 0, -1, 0, 0, 0, 0], 3, values, new double[9]);
        Assert.Equal([3, -1, 0], values);
    }

    [Fact]
    public void A_matrix_of_rank_one_has_one_value()
    {
        double[] values = new double[3];
        SymmetricEigen.Decompose([1, 2, 3, 2, 4, 6, 3, 6, 9], 3, values, new double[9]);
        Array.Sort(values);
        Assert.Equal(0, values[0], 1e-14);
        Assert.Equal(0, values[1], 1e-14);
        Assert.Equal(14, values[2], 1e-13);
    }
}
