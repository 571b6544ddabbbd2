using FsCheck;
using FsCheck.Fluent;

namespace Pallium.Inference.Tests;

public sealed class VolatilityStepTests
{
    [Fact]
    public void Precisions_stay_positive_and_everything_finite_whatever_is_seen()
    {
        Property property = Prop.ForAll<NormalFloat[], byte>((values, scale) =>
        {
            double[] mean = [0, 0, 0];
            double[] precision = [1, 1, 1];
            for (int i = 0; i < values.Length; i++)
            {
                double u = Math.Clamp(values[i].Item, -1e9, 1e9) * (i % 3 == 0 ? scale : 1);
                double surprise = VolatilityStep.Step([-2, -1, -3], [1, 1.5], 0.1, i % 4 / 2.0, u, mean, precision);
                if (!double.IsFinite(surprise) || !mean.All(double.IsFinite) || !precision.All(p => p > 0 && double.IsFinite(p)))
                {
                    return false;
                }
            }

            return true;
        });
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(300).WithReplay(7, 9), property);
    }

    [Fact]
    public void A_hole_costs_nothing_and_two_holes_of_half_the_time_are_one_for_the_top_level()
    {
        double[] one = [1.0, 0.3], two = [1.0, 0.3];
        double[] precisionOne = [2.0, 3.0], precisionTwo = [2.0, 3.0];
        Assert.Equal(0, VolatilityStep.Step([-1, -2], [1], 0.1, 2, double.NaN, one, precisionOne));
        VolatilityStep.Step([-1, -2], [1], 0.1, 1, double.NaN, two, precisionTwo);
        VolatilityStep.Step([-1, -2], [1], 0.1, 1, double.NaN, two, precisionTwo);
        Assert.Equal(one, two);
        Assert.Equal(precisionOne[0], precisionTwo[0], 1e-12);
        Assert.Equal(precisionOne[1], precisionTwo[1], 1e-12);
    }

    [Fact]
    public void A_small_error_of_the_parent_is_the_published_update_in_its_order()
    {
        // The value node moves by its gain; the parent's mean is corrected with the predicted precision, its own precision at that mean.
        double omega = -1, kappa = 0.8, noise = 0.5, dt = 1, u = 1.4;
        double[] mean = [0.2, 0.1];
        double[] precision = [1.5, 2];
        double step = dt * Math.Exp(omega + (kappa * mean[1]));
        double hat = 1 / ((1 / precision[0]) + step);
        double hatParent = 1 / ((1 / precision[1]) + (dt * Math.Exp(-2)));
        double post = hat + (1 / noise);
        double moved = (u - mean[0]) / noise / post;
        double gamma = step * hat, surplus = (hat / post) + (hat * moved * moved) - 1;
        double parent = mean[1] + (kappa * gamma * surplus / (2 * hatParent));
        double stepNow = dt * Math.Exp(omega + (kappa * parent));
        double hatNow = 1 / ((1 / precision[0]) + stepNow);
        double g = kappa * stepNow * hatNow, d = (hatNow / post) + (hatNow * moved * moved) - 1;
        double parentPrecision = hatParent + (0.5 * g * g) + (g * g * d) - (0.5 * kappa * g * d);

        VolatilityStep.Step([omega, -2], [kappa], noise, dt, u, mean, precision);
        Assert.Equal(0.2 + moved, mean[0], 1e-12);
        Assert.Equal(post, precision[0], 1e-12);
        Assert.Equal(parent, mean[1], 1e-12);
        Assert.Equal(parentPrecision, precision[1], 1e-12);
    }

    [Fact]
    public void A_wild_observation_moves_the_parent_no_further_than_its_likelihood_has_its_mode()
    {
        double[] mean = [0, 0];
        double[] precision = [10, 1];
        VolatilityStep.Step([-3, -3], [1], 0.01, 1, 1e6, mean, precision);
        double mode = Math.Log((1 / precision[0]) + (mean[0] * mean[0]) - 0.1) + 3;
        Assert.Equal(mode, mean[1], 1e-9);
    }
}
