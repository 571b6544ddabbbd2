using System.Globalization;
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
        GaussianModel fitted = GaussianModel.Fit(first, new GaussianOptions { StateSize = 2 });
        double gap = (Truth.LogLikelihood(first) - fitted.LogLikelihood(first)) / cells;
        double newGap = (Truth.LogLikelihood(second) - fitted.LogLikelihood(second)) / second.Series[0].Values.Count(x => !double.IsNaN(x));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"gap {gap:F6} nats per cell on the data, {newGap:F6} on new data; {fitted.Record!.LogLikelihoods.Count} passes, {watch.Elapsed.TotalSeconds:F1} s, converged {fitted.Record.Converged}"));
        Assert.Equal(fitted.LogLikelihood(first), fitted.Record.LogLikelihoods[^1], 1e-6 * cells);
        Assert.InRange(gap, -0.02, 0);
        Assert.InRange(newGap, -0.005, 0.01);
    }

    /// <summary>A random system that begins where it is in the long run.</summary>
    private static GaussianModel Stationary(int n, int d, ulong seed)
    {
        GaussianModel model = RandomSystems.Model(n, d, seed);
        StateSpace space = model.Space;
        return new GaussianModel(model.Channels, space with { StartMean = new double[n], StartCovariance = StateSpaceMaximization.LongRunCovariance(space.A, space.Q, n, 1000) });
    }
}
