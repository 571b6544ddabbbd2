namespace Pallium.Numerics.Tests;

public sealed class SemidefiniteCholeskyTests
{
    private const int N = 6;

    [Fact]
    public void A_definite_matrix_is_factored_as_by_the_plain_method()
    {
        double[] a = Gram(N, N, 3);
        double[] plain = (double[])a.Clone();
        Assert.True(Cholesky.TryFactor(plain, N));
        Assert.Equal(N, SemidefiniteCholesky.Factor(a, N, new double[N]));
        for (int i = 0; i < N; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                Assert.Equal(plain[(i * N) + j], a[(i * N) + j], 1e-13);
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(5)]
    public void Of_a_matrix_of_lower_rank_the_first_independent_rows_are_kept(int rank)
    {
        double[] a = Gram(N, rank, 4);
        double[] factor = (double[])a.Clone();
        Assert.Equal(rank, SemidefiniteCholesky.Factor(factor, N, Floors(a)));
        for (int i = 0; i < N; i++)
        {
            Assert.Equal(i < rank, factor[(i * N) + i] > 0);
            for (int j = 0; j <= i; j++)
            {
                double sum = 0;
                for (int k = 0; k <= j; k++)
                {
                    sum += factor[(i * N) + k] * factor[(j * N) + k];
                }

                Assert.Equal(a[(i * N) + j], sum, 1e-12);
            }
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(6)]
    public void A_solve_meets_every_right_side_in_the_range(int rank)
    {
        double[] a = Gram(N, rank, 5);
        double[] factor = (double[])a.Clone();
        SemidefiniteCholesky.Factor(factor, N, Floors(a));
        double[] x = Normal(N * 2, 6);
        double[] b = new double[N * 2];
        MatrixProduct.Accumulate<double>(N, 2, N, a, N, x, 2, b, 2);
        double[] solved = (double[])b.Clone();
        SemidefiniteCholesky.Solve(factor, N, solved, 2);
        double[] again = new double[N * 2];
        MatrixProduct.Accumulate<double>(N, 2, N, a, N, solved, 2, again, 2);
        for (int i = 0; i < b.Length; i++)
        {
            Assert.Equal(b[i], again[i], 1e-10);
        }
    }

    [Fact]
    public void What_dependent_rows_do_not_explain_is_left_of_the_right_side()
    {
        // The third row is the sum of the first two.
        double[] a = [1, 0, 1, 0, 1, 1, 1, 1, 2];
        Assert.Equal(2, SemidefiniteCholesky.Factor(a, 3, [1e-13, 1e-13, 1e-13]));
        double[] b = [3, 4, 7.5];
        SemidefiniteCholesky.SolveLower(a, 3, b, 1);
        Assert.Equal([3, 4, 0.5], b);
        SemidefiniteCholesky.SolveUpper(a, 3, b, 1);
        Assert.Equal([3, 4, 0], b);
    }

    [Fact]
    public void A_zero_matrix_has_rank_zero()
    {
        double[] a = new double[N * N];
        Assert.Equal(0, SemidefiniteCholesky.Factor(a, N, new double[N]));
        double[] b = Normal(N, 1);
        SemidefiniteCholesky.Solve(a, N, b, 1);
        Assert.Equal(new double[N], b);
    }

    private static double[] Floors(double[] a) => [.. Enumerable.Range(0, N).Select(i => 1e-13 * a[(i * N) + i])];

    private static double[] Gram(int n, int rank, ulong seed)
    {
        double[] g = Normal(n * rank, seed);
        double[] a = new double[n * n];
        MatrixProduct.AccumulateTransposedB<double>(n, n, rank, g, rank, g, rank, a, n);
        return a;
    }

    private static double[] Normal(int count, ulong seed)
    {
        double[] values = new double[count];
        new Rng(seed).Normal<double>(values, 1);
        return values;
    }
}
