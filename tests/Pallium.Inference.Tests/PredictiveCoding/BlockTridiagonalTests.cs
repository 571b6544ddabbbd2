using FsCheck;
using FsCheck.Fluent;
using Pallium.Numerics;

namespace Pallium.Inference.Tests;

public sealed class BlockTridiagonalTests
{
    [Fact]
    public void Solves_determinants_roots_and_blocks_of_the_inverse_are_those_of_the_dense_matrix()
    {
        Gen<int[]> cases = Gen.Choose(0, 4).ArrayOf(4).Where(sizes => sizes.Sum() > 0);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(100).WithReplay(3, 5), Prop.ForAll(cases.ToArbitrary(), CheckAgainstDense));
    }

    [Fact]
    public void A_matrix_that_is_not_positive_definite_is_told()
    {
        var matrix = new BlockTridiagonal([1, 1]);
        matrix.Diagonal[0][0] = matrix.Diagonal[1][0] = 1;
        matrix.Upper[0][0] = 2;
        Assert.False(matrix.TryFactor());
    }

    private static void CheckAgainstDense(int[] sizes)
    {
        Rng rng = new Rng(1).For(sizes[0]);
        int n = sizes.Sum();
        int[] starts = [.. sizes.Select((_, l) => sizes.Take(l).Sum())];
        var dense = new double[n, n];
        var matrix = new BlockTridiagonal(sizes);
        for (int l = 0; l < sizes.Length; l++)
        {
            for (int i = 0; i < sizes[l]; i++)
            {
                for (int j = 0; j < sizes[l]; j++)
                {
                    double x = i == j ? 8 : 0.5;
                    matrix.Diagonal[l][(i * sizes[l]) + j] = dense[starts[l] + i, starts[l] + j] = x;
                }

                for (int j = 0; l + 1 < sizes.Length && j < sizes[l + 1]; j++)
                {
                    double x = rng.Normal() / 2;
                    matrix.Upper[l][(i * sizes[l + 1]) + j] = dense[starts[l] + i, starts[l + 1] + j] = dense[starts[l + 1] + j, starts[l] + i] = x;
                }
            }
        }

        Assert.True(matrix.TryFactor());
        double[,] inverse = PlainDense.Inverse(dense, out double logDeterminant);
        Assert.Equal(logDeterminant, matrix.LogDeterminant, 1e-10);

        // Columns of the identity: solved they are the inverse's, coloured and coloured back too.
        for (int c = 0; c < n; c++)
        {
            double[][] solved = Unit(sizes, c), root = Unit(sizes, c);
            matrix.Solve(solved);
            matrix.ColorTransposed(root);
            matrix.Color(root);
            double[] flat = [.. solved.SelectMany(x => x)];
            double[] product = [.. root.SelectMany(x => x)];
            for (int i = 0; i < n; i++)
            {
                Assert.Equal(inverse[i, c], flat[i], 1e-10);
                Assert.Equal(inverse[i, c], product[i], 1e-10);
            }
        }

        (double[][] own, double[][] withBelow) = matrix.Covariances();
        for (int l = 0; l < sizes.Length; l++)
        {
            Assert.All(own[l].Select((x, at) => (x, at)), one => Assert.Equal(inverse[starts[l] + (one.at / sizes[l]), starts[l] + (one.at % sizes[l])], one.x, 1e-10));
            Assert.All(withBelow[l].Select((x, at) => (x, at)), one => Assert.Equal(inverse[starts[l] + (one.at / sizes[l - 1]), starts[l - 1] + (one.at % sizes[l - 1])], one.x, 1e-10));
        }

        double[][] drawn = [.. sizes.Select(size => Enumerable.Range(0, size).Select(_ => rng.Normal()).ToArray())];
        double[] noise = [.. drawn[0]];
        matrix.Color(drawn);
        matrix.WhitenBottom(drawn[0]);
        Assert.All(noise.Zip(drawn[0]), pair => Assert.Equal(pair.First, pair.Second, 1e-10));
    }

    private static double[][] Unit(int[] sizes, int column)
    {
        int at = 0;
        return [.. sizes.Select(size => Enumerable.Range(0, size).Select(_ => at++ == column ? 1.0 : 0).ToArray())];
    }
}
