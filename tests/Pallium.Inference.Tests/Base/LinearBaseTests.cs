using Pallium.Numerics;

namespace Pallium.Inference.Tests;

public sealed class LinearBaseTests
{
    /// <summary>Independent AR(1) channels of unit variance.</summary>
    private static readonly double[] Coefficients = [0.95, 0.8, 0.5, 0.2];

    private static readonly double[] Shared = Autoregressions(2000, new Rng(1));
    private static readonly Lazy<LinearBase> SharedFit = new(() => Fit(Shared, Coefficients.Length));

    [Fact]
    public void Independent_autoregressions_with_holes_are_filtered_as_by_the_exact_Kalman_filter()
    {
        double[] values = Autoregressions(24000, new Rng(1));
        int d = Coefficients.Length;
        LinearBase fitted = Fit(values[..(20000 * d)], d);
        SliceGaussian slice = fitted.CreateSlice();
        double[] state = new double[fitted.StateSize];
        fitted.Begin(state);
        double[] mean = new double[d];
        double[] variance = [.. Enumerable.Repeat(1.0, d)];
        double loss = 0;
        double exactLoss = 0;
        var rng = new Rng(2);
        for (int t = 20000; t < 24000; t++)
        {
            double[] observed = values[(t * d)..((t + 1) * d)];
            fitted.Predict(state, [], 1, slice);
            for (int j = 0; j < d; j++)
            {
                double a = Coefficients[j];
                mean[j] *= a;
                variance[j] = (a * a * variance[j]) + 1 - (a * a);
                loss += Loss(observed[j] - slice.Mean[j], slice.Variance(j));
                exactLoss += Loss(observed[j] - mean[j], variance[j]);
                if (rng.Uniform() < 0.5)
                {
                    observed[j] = double.NaN;
                }
                else
                {
                    mean[j] = observed[j];
                    variance[j] = 0;
                }
            }

            fitted.Update(state, [], 1, observed, slice);
        }

        TestContext.Current.TestOutputHelper!.WriteLine($"nats per cell {loss / 16000:F4}, exact {exactLoss / 16000:F4}");
        Assert.True((loss - exactLoss) / 16000 < 0.01, $"nats per cell {loss / 16000:F4}, exact {exactLoss / 16000:F4}");
    }

    [Fact]
    public void A_channel_hidden_for_good_is_inferred_with_an_honest_scale()
    {
        // One factor under all channels: each tells of the others.
        const int D = 4;
        double[] values = new double[6000 * D];
        var rng = new Rng(3);
        double factor = 0;
        for (int t = 0; t < 6000; t++)
        {
            factor = (0.97 * factor) + (0.2 * rng.Normal());
            for (int j = 0; j < D; j++)
            {
                values[(t * D) + j] = factor + (0.3 * rng.Normal());
            }
        }

        LinearBase fitted = Fit(values[..(4000 * D)], D);
        SliceGaussian slice = fitted.CreateSlice();
        double[] state = new double[fitted.StateSize];
        int covered = 0;
        double square = 0;
        for (int t = 4000; t < 6000; t++)
        {
            double[] observed = values[(t * D)..((t + 1) * D)];
            fitted.Predict(state, [], 1, slice);
            for (int j = 1; j < D; j++)
            {
                slice.Clamp(j, observed[j]);
            }

            double error = observed[0] - slice.Mean[0];
            square += error * error;
            covered += Math.Abs(error) <= 1.645 * Math.Sqrt(slice.Variance(0)) ? 1 : 0;
            observed[0] = double.NaN;
            fitted.Update(state, [], 1, observed, slice);
        }

        TestContext.Current.TestOutputHelper!.WriteLine($"cover {covered / 2000.0:F3}, RMSE {Math.Sqrt(square / 2000):F3}");
        Assert.InRange(covered / 2000.0, 0.87, 0.95);
        Assert.True(Math.Sqrt(square / 2000) < 0.42, "its own noise is 0.3, its standard deviation 0.87");
    }

    [Fact]
    public void What_was_never_observed_stays_at_the_marginal()
    {
        int d = Coefficients.Length;
        LinearBase fitted = SharedFit.Value;
        SliceGaussian slice = fitted.CreateSlice();
        SliceGaussian marginal = fitted.CreateSlice();
        double[] state = new double[fitted.StateSize];
        double[] holes = [.. Enumerable.Repeat(double.NaN, d)];
        fitted.NoPast([], marginal);
        for (int t = 0; t < 50; t++)
        {
            fitted.Predict(state, [], 1, slice);
            for (int j = 0; j < d; j++)
            {
                Assert.Equal(marginal.Mean[j], slice.Mean[j], 1e-6);
                Assert.Equal(marginal.Variance(j), slice.Variance(j), 0.02);
            }

            fitted.Update(state, [], 1, holes, slice);
        }
    }

    [Fact]
    public void After_a_long_time_only_the_marginal_is_left()
    {
        int d = Coefficients.Length;
        double[] values = Shared;
        LinearBase fitted = SharedFit.Value;
        SliceGaussian slice = fitted.CreateSlice();
        SliceGaussian marginal = fitted.CreateSlice();
        double[] state = Run(fitted, values, d);
        fitted.NoPast([], marginal);
        double[] variances = new double[d];
        foreach (double elapsed in new[] { 0.01, 0.5, 1, 2, 10, 1e6 })
        {
            fitted.Predict(state, [], elapsed, slice);
            for (int j = 0; j < d; j++)
            {
                Assert.True(slice.Variance(j) >= variances[j] - 1e-9, "uncertainty grows with time");
                variances[j] = slice.Variance(j);
            }
        }

        for (int j = 0; j < d; j++)
        {
            Assert.Equal(marginal.Mean[j], slice.Mean[j], 1e-6);
            Assert.Equal(marginal.Variance(j), slice.Variance(j), 1e-3);
        }
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void Features_that_are_not_known_are_averaged_over(bool first, bool second)
    {
        const int Rows = 500;
        var rng = new Rng(5);
        double[] features = new double[2 * Rows];
        double[] values = new double[2 * Rows];
        for (int t = 0; t < Rows; t++)
        {
            double a = rng.Normal();
            double b = (0.5 * a) + rng.Normal();
            (features[2 * t], features[(2 * t) + 1]) = (a, b);
            (values[2 * t], values[(2 * t) + 1]) = ((2 * a) - b + rng.Normal(), b + (0.3 * rng.Normal()));
        }

        BaseGroup[] groups = [new(0, 1, BaseKind.Real), new(1, 1, BaseKind.Real)];
        LinearBase fitted = LinearBaseFit.Fit(new BaseData(groups, 2, [EvenSeries.Of(values, 2, features)], IsTable: true), new LinearBaseOptions());
        double[][] means = new double[Rows][];
        double[] known = [0.7, -0.4];
        SliceGaussian slice = fitted.CreateSlice();
        for (int t = 0; t < Rows; t++)
        {
            fitted.NoPast([first ? features[2 * t] : known[0], second ? features[(2 * t) + 1] : known[1]], slice);
            Assert.Equal(SliceKnowledge.Features, slice.Knowledge);
            means[t] = slice.Mean.ToArray();
        }

        fitted.NoPast([first ? double.NaN : known[0], second ? double.NaN : known[1]], slice);
        Assert.Equal(SliceKnowledge.Timeless, slice.Knowledge);
        for (int i = 0; i < 2; i++)
        {
            Assert.Equal(means.Average(mean => mean[i]), slice.Mean[i], 1e-9);
            for (int j = 0; j < 2; j++)
            {
                double spread = means.Average(mean => (mean[i] - slice.Mean[i]) * (mean[j] - slice.Mean[j]));
                Assert.Equal(fitted.MarginalCovariance[(2 * i) + j] + spread, slice.Covariance[(2 * i) + j], 1e-9);
            }
        }
    }

    [Fact]
    public void A_rollout_is_the_one_step_mean_taken_in_again_and_again()
    {
        int d = Coefficients.Length;
        double[] values = Shared;
        LinearBase fitted = SharedFit.Value;
        SliceGaussian slice = fitted.CreateSlice();
        double[] state = Run(fitted, values, d);
        double[] kept = (double[])state.Clone();
        double[] means = new double[20 * d];
        fitted.Rollout(state, [], means, slice);
        Assert.Equal(kept, state);
        for (int h = 0; h < 20; h++)
        {
            fitted.Predict(state, [], 1, slice);
            double[] mean = slice.Mean.ToArray();
            Assert.Equal(means[(h * d)..((h + 1) * d)], mean);
            fitted.Update(state, [], 1, mean, slice);
        }
    }

    [Fact]
    public void Tensors_make_the_same_base_again()
    {
        int d = Coefficients.Length;
        double[] values = Shared;
        LinearBase fitted = SharedFit.Value;
        var copy = new LinearBase(fitted.Groups, 0, fitted.Tensors());
        double[] state = Run(fitted, values, d);
        Assert.Equal(state, Run(copy, values, d));
        SliceGaussian one = fitted.CreateSlice();
        SliceGaussian other = copy.CreateSlice();
        fitted.Predict(state, [], 2.5, one);
        copy.Predict(state, [], 2.5, other);
        Assert.Equal(one.Mean.ToArray(), other.Mean.ToArray());
        Assert.Equal(one.Covariance.ToArray(), other.Covariance.ToArray());
    }

    [Fact]
    public void Without_tensors_of_its_own_a_slice_without_a_past_has_the_mean_that_deviations_are_taken_from()
    {
        // As in files that were written before there were any.
        double[] features = [.. Enumerable.Range(0, 300).Select(t => Math.Sin(0.3 * t))];
        double[] values = [.. features.Select((x, t) => 2 + x + (0.1 * Math.Sin(1.7 * t * t)))];
        var data = new BaseData([new BaseGroup(0, 1, BaseKind.Real)], 1, [EvenSeries.Of(values, 1, features)]);
        LinearBase fitted = LinearBaseFit.Fit(data, new LinearBaseOptions { Structure = new LinearStructure { Lookback = 2 } });
        Dictionary<string, BaseTensor> tensors = fitted.Tensors();
        Assert.Equal(3, MeanAt(fitted, 1), 0.1);
        Assert.Equal(3, MeanAt(new LinearBase(fitted.Groups, 1, tensors), 1), 0.1);
        Assert.True(tensors.Remove(LinearBase.PastlessWeightsName) && tensors.Remove(LinearBase.PastlessName));
        var older = new LinearBase(fitted.Groups, 1, tensors);
        Assert.Equal(2, MeanAt(older, 1), 0.1);
        Assert.Equal(tensors.Keys.Order(), older.Tensors().Keys.Order());

        static double MeanAt(LinearBase fitted, double feature)
        {
            SliceGaussian slice = fitted.CreateSlice();
            fitted.NoPast([feature], slice);
            return slice.Mean[0];
        }
    }

    [Theory]
    [InlineData("marginal")]
    [InlineData("stage0.innovation")]
    [InlineData("doubt")]
    public void A_missing_misshapen_or_infinite_tensor_is_refused_by_name(string name)
    {
        LinearBase fitted = SharedFit.Value;
        Dictionary<string, BaseTensor> tensors = fitted.Tensors();
        BaseTensor tensor = tensors[name];
        tensors.Remove(name);
        Refused();
        tensors[name] = new BaseTensor([1, 1, 1], [0]);
        Refused();
        tensors[name] = new BaseTensor(tensor.Shape, tensor.Values[1..]);
        Refused();
        tensors[name] = new BaseTensor(tensor.Shape, [double.NaN, .. tensor.Values[1..]]);
        Refused();

        void Refused() =>
            Assert.Contains(name, Assert.Throws<FormatException>(() => new LinearBase(fitted.Groups, 0, tensors)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Running_allocates_nothing()
    {
        int d = Coefficients.Length;
        double[] values = Shared;
        LinearBase fitted = SharedFit.Value;
        SliceGaussian slice = fitted.CreateSlice();
        double[] state = Run(fitted, values, d);
        double[] holes = [double.NaN, 1, double.NaN, 1];
        Step();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            Step();
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        void Step()
        {
            fitted.Predict(state, [], 1, slice);
            slice.Clamp(0, 1);
            fitted.Update(state, [], 1, holes, slice);
            fitted.Update(state, [], 1.5, values.AsSpan(0, d), slice);
        }
    }

    [Fact]
    public void Constant_duplicated_empty_and_extreme_channels_never_give_NaN()
    {
        // Constant, duplicate of the next, noise, never seen, a binary that is always 0, a categorical with an unused value, extreme spikes.
        const int D = 9;
        const int Rows = 600;
        BaseGroup[] groups =
        [
            new(0, 1, BaseKind.Real), new(1, 1, BaseKind.Real), new(2, 1, BaseKind.Real), new(3, 1, BaseKind.Real),
            new(4, 1, BaseKind.Binary), new(5, 3, BaseKind.Categorical), new(8, 1, BaseKind.Real),
        ];
        var rng = new Rng(7);
        double[] values = new double[Rows * D];
        for (int t = 0; t < Rows; t++)
        {
            double noise = rng.Normal();
            int kind = rng.Below(2);
            double[] row = [0, noise, noise, double.NaN, 0, kind, 1 - kind, 0, rng.Uniform() < 0.01 ? 1e12 : rng.Normal()];
            if (t % 5 == 0)
            {
                row[1] = double.NaN;
            }

            if (t % 7 == 0)
            {
                row.AsSpan().Fill(double.NaN);
            }

            row.CopyTo(values, t * D);
        }

        LinearBase fitted = LinearBaseFit.Fit(new BaseData(groups, 0, [EvenSeries.Of(values, D)]), new LinearBaseOptions());
        SliceGaussian slice = fitted.CreateSlice();
        double[] state = new double[fitted.StateSize];
        double[] extreme = [1e300, -1e300, 1e300, 1e300, 1e300, 1e300, -1e300, 1e300, 1e300];
        double[] holes = [.. Enumerable.Repeat(double.NaN, D)];
        double[] logits = new double[3];
        for (int t = 0; t < Rows; t++)
        {
            double[] row = t % 50 == 9 ? extreme : t % 50 > 40 ? holes : values[(t * D)..((t + 1) * D)];
            fitted.Predict(state, [], (t % 4) + 0.5, slice);
            for (int j = 0; j < D; j++)
            {
                if (rng.Uniform() < 0.3 && !double.IsNaN(row[j]))
                {
                    slice.Clamp(j, row[j]);
                }
            }

            Assert.All(slice.Mean.ToArray(), Finite);
            Assert.All(slice.Covariance.ToArray(), Finite);
            fitted.LogProbabilities(slice, 5, logits);
            Assert.All(logits, Finite);
            Assert.Equal(1, logits.Sum(Math.Exp), 1e-9);
            fitted.Update(state, [], (t % 4) + 0.5, row, slice);
            Assert.All(state, Finite);
        }

        static void Finite(double x) => Assert.True(double.IsFinite(x));
    }

    [Fact]
    public void A_table_has_no_past_and_answers_from_the_other_cells()
    {
        // y = 2x + noise of 0.1, a fifth of the cells missing.
        var rng = new Rng(5);
        double[] values = new double[2000];
        for (int i = 0; i < 1000; i++)
        {
            double x = rng.Normal();
            values[2 * i] = rng.Uniform() < 0.2 ? double.NaN : x;
            values[(2 * i) + 1] = rng.Uniform() < 0.2 ? double.NaN : (2 * x) + (0.1 * rng.Normal());
        }

        BaseGroup[] groups = [new(0, 1, BaseKind.Real), new(1, 1, BaseKind.Real)];
        LinearBase fitted = LinearBaseFit.Fit(new BaseData(groups, 0, [EvenSeries.Of(values, 2)], IsTable: true), new LinearBaseOptions());
        Assert.Equal(0, fitted.StateSize);
        SliceGaussian slice = fitted.CreateSlice();
        fitted.Predict([], [], 1, slice);
        Assert.False(slice.HasPast);
        slice.Clamp(0, 1.5);
        Assert.Equal(3, slice.Mean[1], 0.05);
        Assert.Equal(0.1, Math.Sqrt(slice.Variance(1)), 0.03);
    }

    [Fact]
    public void A_stream_that_has_just_begun_uses_a_shorter_look_back_with_its_own_scale()
    {
        // A cycle of 24 that only a long look-back can see.
        var rng = new Rng(6);
        double[] values = new double[4000];
        for (int t = 0; t < 4000; t++)
        {
            values[t] = Math.Sin(2 * Math.PI * t / 24) + (t < 24 ? 0 : 0.5 * (values[t - 24] - Math.Sin(2 * Math.PI * t / 24))) + (0.3 * rng.Normal());
        }

        LinearBase fitted = Fit(values[..3000], 1);
        Assert.True(fitted.Stages.Count > 2);
        SliceGaussian slice = fitted.CreateSlice();
        double[] state = new double[fitted.StateSize];
        int covered = 0;
        int count = 0;
        for (int start = 3000; start < 3960; start += 8)
        {
            fitted.Begin(state);
            for (int t = start; t < start + 30; t++)
            {
                fitted.Predict(state, [], 1, slice);
                covered += Math.Abs(values[t] - slice.Mean[0]) <= 1.645 * Math.Sqrt(slice.Variance(0)) ? 1 : 0;
                count++;
                fitted.Update(state, [], 1, values.AsSpan(t, 1), slice);
            }
        }

        Assert.InRange((double)covered / count, 0.86, 0.95);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(40)]
    public void Very_short_series_still_give_a_base(int rows)
    {
        LinearBase fitted = Fit(Autoregressions(rows, new Rng(1)), Coefficients.Length);
        SliceGaussian slice = fitted.CreateSlice();
        fitted.Predict(new double[fitted.StateSize], [], 1, slice);
        Assert.All(slice.Covariance.ToArray(), entry => Assert.True(double.IsFinite(entry)));
    }

    private static double Loss(double error, double variance) => 0.5 * (Math.Log(2 * Math.PI * variance) + (error * error / variance));

    private static double[] Autoregressions(int rows, Rng rng)
    {
        int d = Coefficients.Length;
        double[] values = new double[rows * d];
        for (int i = 0; i < values.Length; i++)
        {
            double a = Coefficients[i % d];
            values[i] = i < d ? rng.Normal() : (a * values[i - d]) + (Math.Sqrt(1 - (a * a)) * rng.Normal());
        }

        return values;
    }

    private static LinearBase Fit(double[] values, int d)
    {
        BaseGroup[] groups = [.. Enumerable.Range(0, d).Select(j => new BaseGroup(j, 1, BaseKind.Real))];
        return LinearBaseFit.Fit(new BaseData(groups, 0, [EvenSeries.Of(values, d)]), new LinearBaseOptions());
    }

    private static double[] Run(LinearBase fitted, double[] values, int d)
    {
        SliceGaussian slice = fitted.CreateSlice();
        double[] state = new double[fitted.StateSize];
        fitted.Begin(state);
        for (int t = 0; t < values.Length / d; t++)
        {
            fitted.Update(state, [], 1, values.AsSpan(t * d, d), slice);
        }

        return state;
    }
}
