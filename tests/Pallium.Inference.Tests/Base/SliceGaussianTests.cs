using FsCheck;
using FsCheck.Fluent;
using Pallium.Numerics;

namespace Pallium.Inference.Tests;

public sealed class SliceGaussianTests
{
    [Fact]
    public void Clamping_one_by_one_equals_dense_conditioning()
    {
        Gen<(int Size, int Seed)> cases = Gen.Choose(2, 12).SelectMany(_ => Gen.Choose(1, 100000), (size, seed) => (size, seed));
        Check.One(Config.QuickThrowOnFailure.WithReplay(11, 13), Prop.ForAll(cases.ToArbitrary(), one => CheckAgainstDense(one.Size, one.Seed)));
    }

    [Fact]
    public void The_order_of_clamps_does_not_matter()
    {
        (SliceGaussian forwards, double[] values) = Random(6, 5);
        (SliceGaussian backwards, _) = Random(6, 5);
        for (int i = 0; i < 4; i++)
        {
            forwards.Clamp(i, values[i]);
            backwards.Clamp(3 - i, values[3 - i]);
        }

        for (int j = 0; j < 6; j++)
        {
            Assert.Equal(forwards.Mean[j], backwards.Mean[j], 1e-9);
            Assert.Equal(forwards.Variance(j), backwards.Variance(j), 1e-9);
        }
    }

    [Fact]
    public void The_last_of_a_one_hot_block_follows_from_the_others()
    {
        double[] p = [0.2, 0.3, 0.5];
        var slice = new SliceGaussian(3);
        for (int i = 0; i < 3; i++)
        {
            slice.PriorMeanStore[i] = p[i];
            for (int j = 0; j < 3; j++)
            {
                slice.PriorCovarianceStore[(i * 3) + j] = (i == j ? p[i] : 0) - (p[i] * p[j]);
            }
        }

        slice.Begin(SliceKnowledge.Features);
        slice.Clamp(0, 0);
        slice.Clamp(1, 1);
        Assert.Equal(0, slice.Mean[2], 1e-12);
        Assert.Equal(0, slice.Variance(2), 1e-12);
        slice.Clamp(2, 1);
        Assert.Equal([0, 1, 1], slice.Mean.ToArray());
    }

    [Fact]
    public void A_duplicate_that_disagrees_moves_nothing()
    {
        var slice = new SliceGaussian(3);
        double[] covariance = [1, 1, 0.5, 1, 1, 0.5, 0.5, 0.5, 1];
        covariance.CopyTo(slice.PriorCovarianceStore, 0);
        slice.Begin(SliceKnowledge.Features);
        slice.Clamp(0, 1);
        double mean = slice.Mean[2];
        slice.Clamp(1, -5);
        Assert.Equal(0.5, mean, 1e-12);
        Assert.Equal(mean, slice.Mean[2]);
    }

    [Fact]
    public void Release_takes_all_clamps_back_and_a_copy_keeps_them()
    {
        (SliceGaussian slice, double[] values) = Random(5, 9);
        double before = slice.Mean[4];
        slice.Clamp(0, values[0]);
        var copy = new SliceGaussian(5);
        copy.CopyFrom(slice);
        slice.Release();
        Assert.Equal(before, slice.Mean[4]);
        Assert.Equal(values[0], copy.Mean[0]);
        slice.Clamp(0, values[0]);
        Assert.Equal(slice.Mean.ToArray(), copy.Mean.ToArray());
    }

    [Theory]
    [InlineData(1e300)]
    [InlineData(double.PositiveInfinity)]
    public void An_extreme_value_leaves_all_finite(double value)
    {
        (SliceGaussian slice, _) = Random(5, 9);
        slice.Clamp(2, value);
        Assert.All(slice.Mean.ToArray(), mean => Assert.True(double.IsFinite(mean)));
        Assert.All(slice.Covariance.ToArray(), entry => Assert.True(double.IsFinite(entry)));
    }

    private static bool CheckAgainstDense(int d, int seed)
    {
        (SliceGaussian slice, double[] values) = Random(d, seed);
        int k = (seed % (d - 1)) + 1;
        for (int j = 0; j < k; j++)
        {
            slice.Clamp(j, values[j]);
        }

        // Mean and covariance of the last d - k given the first k, by a solve.
        double[] known = new double[k * k];
        double[] cross = new double[k * (d - k)];
        for (int i = 0; i < k; i++)
        {
            slice.PriorCovariance.Slice(i * d, k).CopyTo(known.AsSpan(i * k));
            slice.PriorCovariance.Slice((i * d) + k, d - k).CopyTo(cross.AsSpan(i * (d - k)));
        }

        double[] weights = (double[])cross.Clone();
        Assert.True(Cholesky.TryFactor(known, k));
        Cholesky.Solve(known, k, weights, d - k);
        for (int a = 0; a < d - k; a++)
        {
            double mean = slice.PriorMean[k + a];
            for (int i = 0; i < k; i++)
            {
                mean += weights[(i * (d - k)) + a] * (values[i] - slice.PriorMean[i]);
            }

            Assert.Equal(mean, slice.Mean[k + a], 1e-8 * (1 + Math.Abs(mean)));
            for (int b = 0; b < d - k; b++)
            {
                double variance = slice.PriorCovariance[((k + a) * d) + k + b];
                for (int i = 0; i < k; i++)
                {
                    variance -= weights[(i * (d - k)) + a] * cross[(i * (d - k)) + b];
                }

                Assert.Equal(variance, slice.Covariance[((k + a) * d) + k + b], 1e-8);
            }
        }

        return true;
    }

    private static (SliceGaussian Slice, double[] Values) Random(int d, int seed)
    {
        var rng = new Rng((ulong)seed);
        double[] root = new double[d * (d + 2)];
        rng.Normal<double>(root, 1);
        var slice = new SliceGaussian(d);
        rng.Normal<double>(slice.PriorMeanStore, 1);
        MatrixProduct.AccumulateTransposedB<double>(d, d, d + 2, root, d + 2, root, d + 2, slice.PriorCovarianceStore, d);
        slice.Begin(SliceKnowledge.Past);
        double[] values = new double[d];
        rng.Normal<double>(values, 2);
        return (slice, values);
    }
}
