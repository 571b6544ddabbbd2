using Pallium.Numerics;

namespace Pallium.Inference.Tests;

public sealed class DiscreteCalibrationTests
{
    [Fact]
    public void An_overconfident_score_is_drawn_in()
    {
        // The truth has half the score's slope and a bias towards class 1.
        const int Count = 20000;
        double[] priors = new double[2 * Count];
        double[] scores = new double[2 * Count];
        int[] classes = new int[Count];
        var rng = new Rng(1);
        for (int i = 0; i < Count; i++)
        {
            scores[(2 * i) + 1] = 3 * rng.Normal();
            priors[2 * i] = priors[(2 * i) + 1] = Math.Log(0.5);
            classes[i] = rng.Uniform() < 1 / (1 + Math.Exp(-0.7 - (0.5 * scores[(2 * i) + 1]))) ? 1 : 0;
        }

        var calibration = new DiscreteCalibration(2, 0);
        calibration.Fit(priors, scores, [], classes);
        double[] logits = [Math.Log(0.5), Math.Log(0.5)];
        calibration.Apply(logits, [0, 2], []);
        Assert.Equal(1 / (1 + Math.Exp(-1.7)), Math.Exp(logits[1]), 0.01);
    }

    [Fact]
    public void Without_examples_it_stays_the_identity()
    {
        var calibration = new DiscreteCalibration(3, 0);
        calibration.Fit([], [], [], []);
        double[] logits = [Math.Log(0.2), Math.Log(0.3), Math.Log(0.5)];
        calibration.Apply(logits, [0, 0, 0], []);
        Assert.Equal(0.3, Math.Exp(logits[1]), 1e-12);
    }

    [Fact]
    public void Extreme_scores_give_finite_log_probabilities()
    {
        double[] logits = [Math.Log(0.5), Math.Log(0.5)];
        new DiscreteCalibration(2, 0).Apply(logits, [0, 1e300], []);
        Assert.All(logits, logit => Assert.True(double.IsFinite(logit)));
        Assert.Equal(0, logits[1], 1e-9);
    }

    [Fact]
    public void Separable_classes_do_not_run_away()
    {
        double[] priors = [.. Enumerable.Repeat(Math.Log(0.5), 200)];
        double[] scores = new double[200];
        int[] classes = new int[100];
        for (int i = 0; i < 100; i++)
        {
            classes[i] = i % 2;
            scores[(2 * i) + 1] = i % 2 == 1 ? 5 : -5;
        }

        var calibration = new DiscreteCalibration(2, 0);
        calibration.Fit(priors, scores, [], classes);
        Assert.All(calibration.Parameters.ToArray(), parameter => Assert.InRange(parameter, -10, 10));
    }

    [Fact]
    public void What_the_scores_miss_is_learned_from_the_inputs()
    {
        // Neither prior nor score says anything; the truth is a logistic regression on two inputs.
        const int Count = 20000;
        double[] priors = [.. Enumerable.Repeat(Math.Log(0.5), 2 * Count)];
        double[] inputs = new double[2 * Count];
        int[] classes = new int[Count];
        var rng = new Rng(2);
        for (int i = 0; i < Count; i++)
        {
            (inputs[2 * i], inputs[(2 * i) + 1]) = (rng.Normal(), rng.Normal());
            classes[i] = rng.Uniform() < 1 / (1 + Math.Exp(-(1.5 * inputs[2 * i]) + inputs[(2 * i) + 1])) ? 1 : 0;
        }

        var calibration = new DiscreteCalibration(2, 2);
        calibration.Fit(priors, new double[2 * Count], inputs, classes);
        double[] logits = [Math.Log(0.5), Math.Log(0.5)];
        calibration.Apply(logits, [0, 0], [1, 0.5]);
        Assert.Equal(1 / (1 + Math.Exp(-1)), Math.Exp(logits[1]), 0.01);
    }
}
