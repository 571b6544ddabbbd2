using Pallium.Numerics;

namespace Pallium.Learning.Tests;

public sealed class LineDescentTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(30)]
    public void Conjugate_gradient_with_exact_searches_solves_a_quadratic_in_about_as_many_steps_as_it_has_numbers(int n)
    {
        (Parameter<double> x, ParameterSet<double> set) = Numbers(n, 7);
        double[] least = Draw(n, 8);
        double[] scale = [.. Enumerable.Range(0, n).Select(i => 1 + (9.0 * i / n))];
        double[] mixing = Draw(n, 9);
        DescentOutcome outcome = new ConjugateGradient(set, new DescentOptions { Curvature = 1e-3, SufficientDecrease = 1e-4, GradientTolerance = 1e-7 })
            .Minimize(gradients => Quadratic(x, least, scale, mixing, gradients[x]));
        Assert.Equal(DescentEnding.Converged, outcome.Ending);
        Assert.InRange(outcome.Steps, 1, n + 3);
        Assert.All(x.Values.ToArray().Zip(least), pair => Assert.Equal(pair.Second, pair.First, 1e-7));
    }

    [Theory]
    [InlineData(false, 2)]
    [InlineData(true, 2)]
    [InlineData(false, 10)]
    [InlineData(true, 10)]
    public void The_banana_valley_is_followed_to_its_end(bool quasiNewton, int n)
    {
        var x = new Parameter<double>(n);
        for (int i = 0; i < n; i++)
        {
            x.Values[i] = i % 2 == 0 ? -1.2 : 1;
        }

        DescentOutcome outcome = Method(quasiNewton, new([("x", x)]), new DescentOptions { Evaluations = 2000 }).Minimize(gradients => Rosenbrock(x.Values, gradients[x]));
        Assert.True(outcome.Loss <= 1e-12, $"{outcome}");
        Assert.Equal(Rosenbrock(x.Values, new double[n]), outcome.Loss);
        Assert.All(x.Values.ToArray(), value => Assert.Equal(1, value, 1e-5));
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Frozen_parameters_stay_to_the_bit_and_the_others_find_the_least_beside_them(bool quasiNewton)
    {
        (Parameter<double> x, _) = Numbers(3, 1);
        var frozen = new Parameter<double>(2) { IsFrozen = true, Minimum = 0 };
        frozen.Values[0] = -0.0;
        frozen.Values[1] = 3;
        DescentOutcome outcome = Method(quasiNewton, new([("frozen", frozen), ("x", x)])).Minimize(gradients =>
        {
            double sum = 0;
            for (int i = 0; i < 3; i++)
            {
                double error = x.Values[i] - frozen.Values[1];
                sum += error * error;
                gradients[x][i] += 2 * error;
                gradients[frozen][1] -= 2 * error;
            }

            return sum;
        });
        Assert.Equal(DescentEnding.Converged, outcome.Ending);
        Assert.All(x.Values.ToArray(), value => Assert.Equal(3, value, 1e-9));
        Assert.Equal(BitConverter.DoubleToInt64Bits(-0.0), BitConverter.DoubleToInt64Bits(frozen.Values[0]));
        Assert.Equal(3, frozen.Values[1]);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Bounds_are_refused_by_name(bool quasiNewton)
    {
        var x = new Parameter<double>(1) { Maximum = 1 };
        NotSupportedException error = Assert.Throws<NotSupportedException>(() => Method(quasiNewton, new([("conductance", x)])).Minimize(_ => 0));
        Assert.Contains("'conductance' has bounds", error.Message, StringComparison.Ordinal);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void A_start_that_is_not_finite_is_refused_and_left_as_it_was(bool quasiNewton)
    {
        (Parameter<double> x, ParameterSet<double> set) = Numbers(2, 2);
        double[] before = x.Values.ToArray();
        Assert.Contains("the loss is NaN", Assert.Throws<DivergenceException>(() => Method(quasiNewton, set).Minimize(_ => double.NaN)).Message, StringComparison.Ordinal);
        Assert.Throws<DivergenceException>(() => Method(quasiNewton, set).Minimize(gradients =>
        {
            gradients[x].Fill(double.PositiveInfinity);
            return 1;
        }));
        Assert.Equal(before, x.Values.ToArray());
    }

    [Theory, InlineData(false), InlineData(true)]
    public void A_loss_without_a_least_value_is_told_and_leaves_finite_numbers(bool quasiNewton)
    {
        (Parameter<double> x, ParameterSet<double> set) = Numbers(2, 3);
        DivergenceException error = Assert.Throws<DivergenceException>(() => Method(quasiNewton, set).Minimize(gradients =>
        {
            gradients[x][0] -= 1;
            return -x.Values[0];
        }));
        Assert.Contains("falls without end", error.Message, StringComparison.Ordinal);
        Assert.All(x.Values.ToArray(), value => Assert.True(double.IsFinite(value)));
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Steps_into_what_is_not_finite_are_shortened(bool quasiNewton)
    {
        var x = new Parameter<double>(1);
        x.Values[0] = 0.01;
        DescentOutcome outcome = Method(quasiNewton, new([("x", x)])).Minimize(gradients =>
        {
            // x - log x, which is nothing below 0 and throws beyond 20; least at 1.
            double value = x.Values[0];
            DivergenceException.ThrowIfNotFinite<double>([value > 20 ? double.NaN : 0], "loss", 1);
            gradients[x][0] += 1 - (1 / value);
            return value - Math.Log(value);
        });
        Assert.Equal(1, x.Values[0], 1e-7);
        Assert.Equal(1, outcome.Loss, 1e-12);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void The_budget_and_the_target_are_kept_and_the_loss_never_rises(bool quasiNewton)
    {
        double last = double.PositiveInfinity;
        foreach (int evaluations in new[] { 1, 2, 5, 17, 60 })
        {
            var x = new Parameter<double>(2);
            int asked = 0;
            DescentOutcome outcome = Method(quasiNewton, new([("x", x)]), new DescentOptions { Evaluations = evaluations, TargetLoss = 1e-3 }).Minimize(gradients =>
            {
                asked++;
                return Rosenbrock(x.Values, gradients[x]);
            });
            Assert.Equal(asked, outcome.Evaluations);
            Assert.InRange(asked, 1, evaluations + 1);
            Assert.True(outcome.Loss <= last);
            Assert.Equal(outcome.Loss <= 1e-3 ? DescentEnding.ReachedTarget : DescentEnding.OutOfEvaluations, outcome.Ending);
            last = outcome.Loss;
        }

        Assert.True(last <= 1e-3);
    }

    [Fact]
    public void Impossible_options_are_refused()
    {
        (_, ParameterSet<double> set) = Numbers(2, 3);
        Assert.Throws<ArgumentOutOfRangeException>(() => new LimitedMemoryBfgs(set, memory: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ConjugateGradient(set, new DescentOptions { Curvature = 1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ConjugateGradient(set, new DescentOptions { Curvature = 1e-5 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ConjugateGradient(set, new DescentOptions { Evaluations = 0 }));
    }

    private static LineDescent Method(bool quasiNewton, ParameterSet<double> set, DescentOptions? options = null) =>
        quasiNewton ? new LimitedMemoryBfgs(set, options) : new ConjugateGradient(set, options);

    private static (Parameter<double> X, ParameterSet<double> Set) Numbers(int n, ulong seed)
    {
        var x = new Parameter<double>(n);
        Draw(n, seed).CopyTo(x.Values);
        return (x, new ParameterSet<double>([("x", x)]));
    }

    private static double[] Draw(int n, ulong seed)
    {
        double[] values = new double[n];
        new Rng(seed).Normal(values, 1);
        return values;
    }

    /// <summary>½ e·(D + v vᵀ) e, e = x - least.</summary>
    private static double Quadratic(Parameter<double> x, double[] least, double[] scale, double[] mixing, Span<double> gradient)
    {
        double along = 0;
        for (int i = 0; i < least.Length; i++)
        {
            along += mixing[i] * (x.Values[i] - least[i]);
        }

        double sum = along * along;
        for (int i = 0; i < least.Length; i++)
        {
            double error = x.Values[i] - least[i];
            sum += scale[i] * error * error;
            gradient[i] += (scale[i] * error) + (mixing[i] * along);
        }

        return sum / 2;
    }

    /// <summary>Σ 100 (x[i+1] - x[i]²)² + (1 - x[i])² over even i.</summary>
    private static double Rosenbrock(ReadOnlySpan<double> x, Span<double> gradient)
    {
        double sum = 0;
        for (int i = 0; i < x.Length; i += 2)
        {
            double bend = x[i + 1] - (x[i] * x[i]);
            double away = 1 - x[i];
            sum += (100 * bend * bend) + (away * away);
            gradient[i] += (-400 * bend * x[i]) - (2 * away);
            gradient[i + 1] += 200 * bend;
        }

        return sum;
    }
}
