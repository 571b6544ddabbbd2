using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Pallium.Numerics;

namespace Pallium.Inference.Tests;

public sealed class GaussianFitTests(ITestOutputHelper output)
{
    private const int Slices = 1500;
    private static readonly GaussianModel Truth = Stationary(2, 3, 41);

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.3)]
    public void The_likelihood_of_the_true_model_is_reached_on_the_data_and_nearly_on_new_data(double holes)
    {
        double[] values = RandomSystems.WithHoles(RandomSystems.Draw(Truth, 2 * Slices, 5), holes, 6);
        Frame all = Frame.FromArrays(Truth.Channels, values);
        (Frame first, Frame second) = (all.Slice(0, Slices), all.Slice(Slices, 2 * Slices));
        double cells = first.Series[0].Values.Count(x => !double.IsNaN(x));
        var watch = System.Diagnostics.Stopwatch.StartNew();
        GaussianModel fitted = GaussianModel.Fit(first, new GaussianOptions { StateSize = 2, MostPasses = 120 });
        double gap = (Truth.LogLikelihood(first) - fitted.LogLikelihood(first)) / cells;
        double newGap = (Truth.LogLikelihood(second) - fitted.LogLikelihood(second)) / second.Series[0].Values.Count(x => !double.IsNaN(x));
        IReadOnlyList<double> trace = fitted.Record!.LogLikelihoods;
        output.WriteLine(FormattableString.Invariant(
            $"gap {gap:F6} nats per cell on the data, {newGap:F6} on new data; {trace.Count} passes, {watch.Elapsed.TotalSeconds:F1} s, converged {fitted.Record.Converged}"));
        output.WriteLine(string.Join(" ", new[] { 10, 20, 50, 100 }.Select(k => FormattableString.Invariant($"{k}: {(trace[^1] - trace[Math.Min(k, trace.Count - 1)]) / cells:E1}"))));
        Assert.Equal(fitted.LogLikelihood(first), fitted.Record.LogLikelihoods[^1], 1e-6 * cells);
        Assert.InRange(gap, -0.02, 0);
        Assert.InRange(newGap, -0.005, 0.01);
    }

    [Fact]
    public void The_log_likelihood_never_falls()
    {
        Gen<int> seeds = Gen.Choose(1, 1 << 20);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(25).WithReplay(31, 37), Prop.ForAll(seeds.ToArbitrary(), seed =>
        {
            var rng = new Rng((ulong)seed);
            GaussianModel truth = RandomSystems.Model(rng.Below(4), 1 + rng.Below(3), (ulong)seed);
            int d = truth.Channels.Count;
            Series[] series =
            [
                .. Enumerable.Range(0, 1 + rng.Below(3)).Select(s =>
                {
                    double[] values = RandomSystems.WithHoles(RandomSystems.Draw(truth, 20 + (10 * s), (ulong)(seed + s)), 0.2, (ulong)(seed + s));
                    return new Series($"{s}", [.. Enumerable.Range(0, values.Length / d).Select(t => (double)t)], values);
                }),
            ];
            GaussianModel fitted = GaussianModel.Fit(new Frame(new FrameSchema(truth.Channels), series), new GaussianOptions { StateSize = rng.Below(4), MostPasses = 40 });
            IReadOnlyList<double> trace = fitted.Record!.LogLikelihoods;
            Assert.All(trace.Zip(trace.Skip(1)), pair => Assert.True(pair.Second >= pair.First, $"{pair.First} to {pair.Second}"));
            Assert.True(double.IsFinite(trace[^1]));
        }));
    }

    [Fact]
    public void The_state_size_is_chosen_by_the_criterion()
    {
        GaussianModel truth = RandomSystems.Oscillation();
        Frame frame = Frame.FromArrays(truth.Channels, RandomSystems.Draw(truth, 800, 8));
        GaussianModel fitted = GaussianModel.Fit(frame, new GaussianOptions { MostPasses = 30 });
        output.WriteLine(string.Join(", ", fitted.Record!.Candidates.Select(c => $"{c.StateSize}: {c.Bic:F1}")));
        Assert.Equal(2, fitted.StateSize);
        Assert.Equal(fitted.StateSize, fitted.Record.Candidates.MinBy(c => c.Bic).StateSize);
    }

    [Fact]
    public void Rows_of_a_table_have_their_sample_mean_and_covariance()
    {
        GaussianModel truth = RandomSystems.Model(0, 3, 9);
        double[] values = RandomSystems.Draw(truth, 400, 10);
        Frame frame = Frame.FromArrays(truth.Channels, values);
        frame = new Frame(frame.Schema with { IsTable = true }, frame.Series);
        StateSpaceParameters fitted = GaussianModel.Fit(frame).Parameters;
        double[] means = [.. Enumerable.Range(0, 3).Select(c => frame.Column(c).Average())];
        for (int a = 0; a < 3; a++)
        {
            Assert.Equal(means[a], fitted.Offset[a], 1e-9);
            for (int b = 0; b < 3; b++)
            {
                double covariance = frame.Column(a).Zip(frame.Column(b), (x, y) => (x - means[a]) * (y - means[b])).Average();
                Assert.Equal(covariance, fitted.ObservationNoise[a, b], 1e-9);
            }
        }

        Assert.Contains("no state", Assert.Throws<InputException>(() => GaussianModel.Fit(frame, new GaussianOptions { StateSize = 2 })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Units_and_offsets_of_channels_change_nothing_but_units()
    {
        double[] values = RandomSystems.Draw(Truth, 300, 12);
        double[] scaled = [.. values.Select((x, i) => i % 3 == 0 ? (1e4 * x) + 1e6 : 1e-3 * x)];
        var options = new GaussianOptions { StateSize = 2, MostPasses = 40 };
        GaussianModel plain = GaussianModel.Fit(Frame.FromArrays(Truth.Channels, values), options);
        GaussianModel other = GaussianModel.Fit(Frame.FromArrays(Truth.Channels, scaled), options);
        double shift = 300 * (Math.Log(1e4) + (2 * Math.Log(1e-3)));
        Assert.Equal(plain.Record!.LogLikelihoods[^1] - shift, other.Record!.LogLikelihoods[^1], 1e-3);
        Assert.Equal((1e4 * plain.Parameters.Offset[0]) + 1e6, other.Parameters.Offset[0], 1);
    }

    [Fact]
    public void Channels_that_are_constant_or_empty_and_series_of_one_slice_do_not_break_a_fit()
    {
        double[] values = [.. Enumerable.Range(0, 40).SelectMany(t => new[] { 5.0, Math.Sin(t), double.NaN })];
        values[2] = 1;
        GaussianModel fitted = GaussianModel.Fit(Frame.FromArrays(RandomSystems.Channels(3), values), new GaussianOptions { StateSize = 2, MostPasses = 50 });
        Assert.True(double.IsFinite(fitted.Record!.LogLikelihoods[^1]));
        GaussianModel one = GaussianModel.Fit(Frame.FromArrays(RandomSystems.Channels(2), [1, 2]), new GaussianOptions { StateSize = 1 });
        Assert.Equal(1, one.Answer(new Question { Asked = [new CellAddress(0, 1)] }).Cells[0].Mean, 1e-6);
        Assert.Contains("column 'b'", Assert.Throws<InputException>(() => GaussianModel.Fit(Frame.FromArrays(RandomSystems.Channels(2), [1, double.NaN]))).Message, StringComparison.Ordinal);
    }

    /// <summary>A random system that begins where it is in the long run.</summary>
    private static GaussianModel Stationary(int n, int d, ulong seed)
    {
        GaussianModel model = RandomSystems.Model(n, d, seed);
        StateSpace space = model.Space;
        return new GaussianModel(model.Channels, space with { StartMean = new double[n], StartCovariance = StateSpaceMaximization.LongRunCovariance(space.A, space.Q, n, 1000) });
    }
}
