namespace Pallium.Numerics.Tests;

public sealed class CholeskyTests
{
    public static TheoryData<int> Sizes => [1, 2, 3, 7, 16, 47, 48, 49, 96, 97, 145];

    [Theory, MemberData(nameof(Sizes))]
    public void The_factor_times_its_transpose_is_the_matrix(int n)
    {
        double[] a = PositiveDefinite(n);
        double[] factor = (double[])a.Clone();
        Assert.True(Cholesky.TryFactor(factor, n));
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                double sum = 0;
                for (int k = 0; k <= j; k++)
                {
                    sum += factor[(i * n) + k] * factor[(j * n) + k];
                }

                Assert.Equal(a[(i * n) + j], sum, 1e-12 * n * a[0]);
            }

            // The strict upper triangle is not touched.
            Assert.Equal(a.AsSpan((i * n) + i + 1, n - i - 1), factor.AsSpan((i * n) + i + 1, n - i - 1));
        }
    }

    [Theory, MemberData(nameof(Sizes))]
    public void The_blocked_factor_has_the_bits_of_the_plain_loop(int n)
    {
        double[] plain = PositiveDefinite(n);
        double[] blocked = (double[])plain.Clone();
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                double sum = plain[(i * n) + j];
                for (int k = 0; k < j; k++)
                {
                    sum = Math.FusedMultiplyAdd(-plain[(i * n) + k], plain[(j * n) + k], sum);
                }

                plain[(i * n) + j] = i == j ? Math.Sqrt(sum) : sum / plain[(j * n) + j];
            }
        }

        Assert.True(Cholesky.TryFactor(blocked, n));
        Assert.Equal(plain, blocked);
    }

    [Theory]
    [InlineData(5, 1)]
    [InlineData(5, 3)]
    [InlineData(60, 1)]
    [InlineData(60, 9)]
    [InlineData(100, 20)]
    public void A_solve_leaves_a_small_residual(int n, int columns)
    {
        double[] a = PositiveDefinite(n);
        double[] b = new double[n * columns];
        new Rng(2).Normal<double>(b, 1);
        double[] x = (double[])b.Clone();
        double[] factor = (double[])a.Clone();
        Cholesky.TryFactor(factor, n);
        Cholesky.Solve(factor, n, x, columns);
        MatrixProduct.Accumulate<double>(n, columns, n, a, n, [.. x.Select(value => -value)], columns, b, columns);
        Assert.All(b, residual => Assert.Equal(0, residual, 1e-10));
    }

    [Fact]
    public void An_indefinite_matrix_has_no_factor() => Assert.False(Cholesky.TryFactor([1, 2, 2, 1], 2));

    [Fact]
    public void A_singular_matrix_gets_a_little_jitter()
    {
        double[] a = [1, 1, 0, 1, 1, 0, 0, 0, 4];
        double jitter = Cholesky.FactorWithJitter(a, 3);
        Assert.InRange(jitter, 1e-13, 1e-9);
        Assert.Equal(1 + jitter, a[0] * a[0], 1e-15);
        Assert.Equal(2, a[8], 1e-9);
    }

    [Fact]
    public void A_matrix_of_zeros_can_be_factored_with_jitter() => Assert.True(Cholesky.FactorWithJitter(new double[4], 2) > 0);

    [Fact]
    public void A_number_that_is_not_finite_is_refused() =>
        Assert.Throws<ArithmeticException>(() => Cholesky.FactorWithJitter([1, double.NaN, double.NaN, 1], 2));

    private static double[] PositiveDefinite(int n)
    {
        double[] root = new double[2 * n * n];
        new Rng(1).For(n).Normal<double>(root, 1);
        double[] a = new double[n * n];
        MatrixProduct.AccumulateTransposedA<double>(n, n, 2 * n, root, n, root, n, a, n);
        return a;
    }
}
