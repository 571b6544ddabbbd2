using Pallium.Learning;
using Pallium.Numerics;

namespace Pallium.Inference.Tests;

/// <summary>Ridge and neighbours of clamp sets against plain loops over the data.</summary>
public sealed class SetBaselinesTests
{
    private const double Rounding = 1e-8;

    [Fact]
    public void Rows_hold_the_slice_and_its_past_standardised_with_holes_filled()
    {
        Frame frame = Simulated.Mixed(60, 3);
        var cells = new SetCells(frame);
        Assert.Equal(6, cells.Width);
        Assert.Equal(6 * 9, cells.Features);
        double[] rows = cells.Rows(frame.Series[0], out double[] own);
        Assert.Equal((60 - 8) * 54, rows.Length);
        Assert.Equal((60 - 8) * 6, own.Length);
        double[] temperature = frame.Column(0);
        (double mean, double deviation) = SharedData.Moments(temperature);
        for (int t = 8; t < 60; t++)
        {
            double expected = double.IsNaN(temperature[t]) ? 0 : (temperature[t] - mean) / deviation;
            Assert.Equal(expected, rows[(t - 8) * 54], Rounding);
            Assert.Equal(double.IsNaN(temperature[t]), double.IsNaN(own[(t - 8) * 6]));
            int before = Enumerable.Range(1, t - 1).Select(back => t - 1 - (back - 1)).First(at => !double.IsNaN(temperature[at]));
            Assert.Equal((temperature[before] - mean) / deviation, rows[((t - 8) * 54) + 6], Rounding);
        }
    }

    [Fact]
    public void The_ridge_solves_the_normal_equations_of_its_own_set()
    {
        (SetTraining training, SetRows asked) = Walk();
        bool[] given = [false, true, false];
        SetBeliefs beliefs = new SetRidge(training).Predict(given, asked);

        // A ridge that hardly shrinks is as good as any here: all of them lie close to least squares on [1, b, lags].
        int[] read = [1, .. Enumerable.Range(3, 24)];
        SetRows all = SetRows.Join([training.Fit, training.Validation]);
        int m = read.Length + 1;
        var left = new double[m * m];
        var right = new double[m];
        for (int row = 0; row < all.Count; row++)
        {
            double[] z = [1, .. read.Select(i => all.Features[(row * 27) + i])];
            for (int i = 0; i < m; i++)
            {
                right[i] += z[i] * all.Own[row * 3];
                for (int j = 0; j < m; j++)
                {
                    left[(i * m) + j] += z[i] * z[j];
                }
            }
        }

        Cholesky.FactorWithJitter(left, m);
        Cholesky.Solve(left, m, right, 1);
        const double Shrinkage = 0.03;
        for (int q = 0; q < asked.Count; q++)
        {
            double expected = right[0] + read.Select((feature, i) => right[i + 1] * asked.Features[(q * 27) + feature]).Sum();
            Assert.Equal(expected, beliefs.Means[q * 3], Shrinkage);
            Assert.Equal(0, beliefs.Means[(q * 3) + 1]);
        }

        Assert.InRange(beliefs.Variances[0], 0.02, 0.4);
    }

    [Fact]
    public void Neighbours_are_those_of_a_plain_search()
    {
        (SetTraining training, SetRows asked) = Walk();
        using var runner = new ChunkRunner(1);
        bool[][] sets = [[true, true, false], [false, false, true]];
        SetBeliefs[] beliefs = new SetNeighbours(training).Predict(sets, asked, runner, null, default);
        SetRows all = SetRows.Join([training.Fit, training.Validation]);
        for (int s = 0; s < sets.Length; s++)
        {
            int target = Array.IndexOf(sets[s], false);
            double[][] candidates = [.. new[] { 1, 1.0 / 8 }.SelectMany(weight => new[] { 1, 2, 4, 8, 16, 32, 64 }.Select(k => Plain(all, asked, sets[s], weight, k, target)))];
            double[] found = [.. Enumerable.Range(0, asked.Count).Select(q => beliefs[s].Means[(q * 3) + target])];
            Assert.Contains(candidates, plain => plain.Zip(found).All(pair => Math.Abs(pair.First - pair.Second) < Rounding));
        }
    }

    [Fact]
    public void A_channel_with_holes_is_regressed_on_the_rows_where_it_is_seen()
    {
        Frame whole = Simulated.Walk(2000, 2);
        double[] values = [.. whole.Series[0].Values];
        for (int t = 0; t < 2000; t += 2)
        {
            values[3 * t] = double.NaN;
        }

        var holes = new Frame(whole.Schema, [new Series("", whole.Series[0].Times, values)]);
        SetRows asked = SetTraining.Of(Simulated.Walk(200, 5)).Fit;
        bool[] given = [false, true, true];
        double[] full = new SetRidge(SetTraining.Of(whole)).Predict(given, asked).Means;
        double[] half = new SetRidge(SetTraining.Of(holes)).Predict(given, asked).Means;

        // Its own past is carried forward, so that the answers are less sharp; were holes taken for means, they would be pulled half way to zero.
        double slope = Enumerable.Range(0, asked.Count).Sum(q => full[3 * q] * half[3 * q]) / Enumerable.Range(0, asked.Count).Sum(q => full[3 * q] * full[3 * q]);
        Assert.InRange(slope, 0.8, 1.1);
    }

    private static (SetTraining Training, SetRows Asked) Walk() =>
        (SetTraining.Of(Simulated.Walk(1500, 2)), SetTraining.Of(Simulated.Walk(60, 5)).Fit.Part(0, 20));

    private static double[] Plain(SetRows all, SetRows asked, bool[] given, double weight, int k, int target)
    {
        double Distance(int row, int q) => Enumerable.Range(0, 27).Where(i => i >= 3 || given[i])
            .Sum(i => (i >= 3 ? weight : 1) * (all.Features[(row * 27) + i] - asked.Features[(q * 27) + i]) * (all.Features[(row * 27) + i] - asked.Features[(q * 27) + i]));
        return [.. Enumerable.Range(0, asked.Count).Select(q => Enumerable.Range(0, all.Count).OrderBy(row => Distance(row, q)).Take(k).Average(row => all.Own[(row * 3) + target]))];
    }
}
