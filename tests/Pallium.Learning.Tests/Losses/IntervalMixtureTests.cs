using FsCheck;
using FsCheck.Fluent;
using Pallium.Numerics;

namespace Pallium.Learning.Tests;

public sealed class IntervalMixtureTests
{
    // Central differences of a smooth function in double: error about h² plus rounding/h.
    private const double Step = 1e-5;
    private const double GradientTolerance = 2e-7;

    [Fact]
    public void The_gradient_matches_central_differences_for_narrow_wide_and_open_intervals()
    {
        var rng = new Rng(11);
        for (int trial = 0; trial < 300; trial++)
        {
            double[] outputs = [.. Enumerable.Range(0, 9).Select(_ => rng.Normal())];
            double a = 3 * rng.Normal();
            double width = (trial % 3) switch { 0 => 1e-4, 1 => 0.3, _ => 5 };
            (double low, double high) = (trial % 7) switch { 0 => (double.NegativeInfinity, a), 1 => (a, double.PositiveInfinity), _ => (a, a + width) };
            double floor = trial % 2 == 0 ? 0 : 0.2;
            double weight = 1.7;
            var gradient = new double[9];
            gradient.AsSpan().Fill(0.5);
            IntervalMixture.Loss(outputs, low, high, floor, weight, gradient);
            for (int i = 0; i < outputs.Length; i++)
            {
                double at = outputs[i];
                outputs[i] = at + Step;
                double up = IntervalMixture.Loss(outputs, low, high, floor, 1, []);
                outputs[i] = at - Step;
                double down = IntervalMixture.Loss(outputs, low, high, floor, 1, []);
                outputs[i] = at;
                double expected = weight * (up - down) / (2 * Step);
                Assert.True(
                    Math.Abs(gradient[i] - 0.5 - expected) <= GradientTolerance * (1 + Math.Abs(expected)) * 10,
                    $"trial {trial}, output {i}: {gradient[i] - 0.5} for {expected}");
            }
        }
    }

    [Fact]
    public void One_component_at_the_base_is_the_normal_mass_itself()
    {
        double loss = IntervalMixture.Loss([0, 0, 0], -0.5, 0.5, 0, 1, []);
        Assert.Equal(-Math.Log(0.38292492254802620728), loss, 13);
    }

    [Fact]
    public void Masses_of_a_partition_add_up_to_one()
    {
        double[] outputs = [0.3, -1, 0.2, -2, 0.5, 1, -0.4, 0.1, 1.2];
        double[] cuts = [double.NegativeInfinity, -4, -1, -0.999, 0, 0.3, 2, 9, double.PositiveInfinity];
        double sum = 0;
        for (int i = 1; i < cuts.Length; i++)
        {
            sum += Math.Exp(-IntervalMixture.Loss(outputs, cuts[i - 1], cuts[i], 0.05, 1, []));
        }

        Assert.Equal(1, sum, 12);
    }

    [Fact]
    public void Extreme_outputs_stay_finite() =>
        Check.One(
            Config.QuickThrowOnFailure.WithReplay(7, 9),
            Prop.ForAll<NormalFloat, NormalFloat, NormalFloat>((w, mean, scale) =>
            {
                double[] outputs = [Bounded(w), 0, Bounded(mean), 1, Bounded(scale), 0];
                var gradient = new double[6];
                double loss = IntervalMixture.Loss(outputs, -0.01, 0.01, 0.004, 1, gradient);
                return double.IsFinite(loss) && Array.TrueForAll(gradient, double.IsFinite);
            }));

    private static double Bounded(NormalFloat x) => Math.Clamp(x.Get, -1e4, 1e4);
}
