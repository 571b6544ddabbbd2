using Pallium.Numerics;

namespace Pallium.Inference.Tests;

public sealed class KalmanInnovationsTests
{
    private const int N = 3;
    private const int D = 4;
    private const int History = 12;
    private static readonly GaussianModel Model = RandomSystems.Model(N, D, 7);

    [Fact]
    public void Streams_that_see_the_same_cells_get_the_beliefs_that_each_would_get_alone()
    {
        const int Streams = 3;
        const int Steps = 5;
        GaussianHistory start = Seen(History);
        (KalmanInnovations innovations, double[] mean) = KalmanInnovations.After(start);
        double[] means = [.. Enumerable.Repeat(mean, Streams).SelectMany(m => m)];
        var alone = Enumerable.Repeat(start, Streams).ToArray();
        double[] densities = new double[Streams];
        var rng = new Rng(3);
        for (int t = 0; t < Steps; t++)
        {
            double[] values = new double[Streams * D];
            rng.Normal<double>(values, 2);
            for (int s = 0; s < Streams; s++)
            {
                values[(s * D) + (t % D)] = double.NaN;
            }

            double[] predicted = new double[Streams * D];
            innovations.Predict(means, predicted);
            for (int s = 0; s < Streams; s++)
            {
                Answer next = alone[s].Answer(new Question { Asked = [.. Enumerable.Range(0, D).Select(c => new CellAddress(c, 1))] });
                for (int c = 0; c < D; c++)
                {
                    Assert.Equal(next.Cells[c].Mean, predicted[(s * D) + c], 1e-12);
                    Assert.Equal(next.Cells[c].StandardDeviation, Math.Sqrt(innovations.CellCovariance[(c * D) + c]), 1e-12);
                }
            }

            innovations = innovations.Update(values, means, densities);
            for (int s = 0; s < Streams; s++)
            {
                GaussianHistory after = alone[s].Then([new Slice(0, values.AsSpan(s * D, D).ToArray())]);
                Assert.Equal(after.LogLikelihood - alone[s].LogLikelihood, densities[s], 1e-10);
                alone[s] = after;
            }
        }
    }

    [Fact]
    public void Cells_clamped_one_after_another_from_the_joint_of_a_slice_have_the_density_of_the_slice()
    {
        (KalmanInnovations innovations, double[] mean) = KalmanInnovations.After(Seen(History));
        double[] values = [1, -2, 3, 0.5];
        double[] cells = new double[D];
        innovations.Predict(mean, cells);
        double[] covariance = (double[])innovations.CellCovariance.Clone();
        double chain = 0;
        foreach (int c in new[] { 2, 0, 3, 1 })
        {
            double variance = covariance[(c * D) + c];
            double innovation = values[c] - cells[c];
            chain -= 0.5 * (Math.Log(2 * Math.PI * variance) + (innovation * innovation / variance));
            double[] column = covariance.AsSpan(c * D, D).ToArray();
            for (int i = 0; i < D; i++)
            {
                cells[i] += column[i] / variance * innovation;
                for (int j = 0; j < D; j++)
                {
                    covariance[(i * D) + j] -= column[i] * column[j] / variance;
                }
            }
        }

        double[] density = new double[1];
        innovations.Update(values, (double[])mean.Clone(), density);
        Assert.Equal(chain, density[0], 1e-10);
    }

    [Fact]
    public void The_impulse_response_is_how_later_means_move_with_what_is_seen_now()
    {
        (KalmanInnovations innovations, double[] mean) = KalmanInnovations.After(Seen(History));
        const int Horizon = 4;
        double[] before = new double[D];
        double[][] response = innovations.ImpulseResponse([1, 3], Horizon);
        CellsAhead[] ahead = innovations.Ahead(Horizon);
        innovations.Predict(mean, before);
        double[] nothing = new double[D];
        nothing.AsSpan().Fill(double.NaN);
        double[] seen = [double.NaN, before[1] + 1, double.NaN, before[3] - 2];
        double[] plain = (double[])mean.Clone();
        double[] moved = (double[])mean.Clone();
        KalmanInnovations plainNext = innovations.Update(nothing, plain);
        KalmanInnovations movedNext = innovations.Update(seen, moved);
        double[] expected = new double[D];
        double[] found = new double[D];
        for (int k = 1; k <= Horizon; k++)
        {
            plainNext.Predict(plain, expected);
            movedNext.Predict(moved, found);
            double[] fromNow = [.. Model.Parameters.Offset];
            MatrixProduct.Accumulate<double>(D, 1, N, ahead[k].Loading, N, mean, 1, fromNow, 1);
            for (int c = 0; c < D; c++)
            {
                double shift = response[k - 1][2 * c] - (2 * response[k - 1][(2 * c) + 1]);
                Assert.Equal(expected[c] + shift, found[c], 1e-12);
                Assert.Equal(expected[c], fromNow[c], 1e-12);
                Assert.Equal(plainNext.CellCovariance[(c * D) + c], ahead[k].Covariance[(c * D) + c], 1e-12);
            }

            plainNext = plainNext.Update(nothing, plain);
            movedNext = movedNext.Update(nothing, moved);
        }
    }

    [Fact]
    public void The_look_ahead_is_the_joint_distribution_of_this_slice_and_a_later_one()
    {
        GaussianHistory history = Seen(History);
        CellsAhead ahead = KalmanInnovations.After(history).Innovations.Ahead(3)[3];
        GaussianAnswer answer = history.Answer(new Question { Asked = [.. Enumerable.Range(0, 2 * D).Select(i => new CellAddress(i % D, i < D ? 1 : 4))] });
        for (int i = 0; i < D; i++)
        {
            for (int j = 0; j < D; j++)
            {
                Assert.Equal(answer.Covariance(D + i, D + j), ahead.Covariance[(i * D) + j], 1e-11);
                Assert.Equal(answer.Covariance(D + i, j), ahead.CovarianceWithNow[(i * D) + j], 1e-11);
            }
        }
    }

    [Fact]
    public void Batches_that_see_the_same_share_the_next_slice()
    {
        (KalmanInnovations innovations, double[] mean) = KalmanInnovations.After(Seen(3));
        KalmanInnovations first = innovations.Update([1, 2, 3, 4], [.. mean]);
        Assert.Same(first, innovations.Update([5, 6, 7, 8], [.. mean]));
        KalmanInnovations fewer = innovations.Update([1, 2, double.NaN, 4], [.. mean]);
        Assert.NotSame(first, fewer);
        Assert.True(fewer.CellCovariance[0] > first.CellCovariance[0]);
    }

    [Fact]
    public void Streams_that_see_different_cells_are_refused()
    {
        (KalmanInnovations innovations, double[] mean) = KalmanInnovations.After(Seen(1));
        double[] values = new double[2 * D];
        values[5] = double.NaN;
        Assert.Throws<ArgumentException>(() => innovations.Update(values, [.. mean, .. mean]));
    }

    private static GaussianHistory Seen(int slices) =>
        GaussianHistoryTests.After(Model, RandomSystems.WithHoles(RandomSystems.Draw(Model, slices, 11), 0.2, 12));
}
