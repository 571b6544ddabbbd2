using Pallium.Numerics;

namespace Pallium.Inference.Tests;

public sealed class ClockCurveTests
{
    [Fact]
    public void Without_drift_it_expects_what_ridge_regression_on_all_before_does()
    {
        // φ = [1, sin and cos of day, day/2, day/3, week, week/2]; the prior N(0, 100 I) is a ridge of 1/100.
        var curve = new ClockCurve(new AnomalyOptions(1000) { Memory = 1e9 });
        var state = new double[curve.StateLength];
        curve.Begin(state);
        var clock = new Clock([Clock.Day, Clock.Day / 2, Clock.Day / 3, Clock.Week, Clock.Week / 2]);
        Rng rng = new Rng(5).For("clock");
        const int terms = 11;
        var gram = new double[terms, terms];
        var moments = new double[terms];
        for (int i = 0; i < terms; i++)
        {
            gram[i, i] = 0.01;
        }

        for (int t = 0; t < 200; t++)
        {
            double time = t * 7321.5;
            double value = (10 * rng.Normal()) + (30 * Elementary.Sin(2 * Math.PI * time / Clock.Day));
            var phi = new double[terms];
            phi[0] = 1;
            clock.Write(time, phi.AsSpan(1));
            double[] weights = Solve(gram, moments);
            double expected = value - weights.Zip(phi, (w, p) => w * p).Sum();
            Assert.Equal(expected, curve.Observe(time, value, state), 1e-7);
            for (int i = 0; i < terms; i++)
            {
                moments[i] += phi[i] * value;
                for (int j = 0; j < terms; j++)
                {
                    gram[i, j] += phi[i] * phi[j];
                }
            }
        }
    }

    [Fact]
    public void It_follows_a_curve_that_changes()
    {
        var curve = new ClockCurve(new AnomalyOptions(100) { Memory = 3 });
        var state = new double[curve.StateLength];
        curve.Begin(state);
        double last = double.NaN;
        for (int i = 0; i < 6000; i++)
        {
            double time = i * 900.0;
            double height = i < 3000 ? 1 : -4;
            last = curve.Observe(time, height * Elementary.Sin(2 * Math.PI * time / Clock.Day), state);
        }

        Assert.True(Math.Abs(last) < 0.05, $"{last}");
    }

    /// <summary>Gauss's elimination.</summary>
    private static double[] Solve(double[,] matrix, double[] right)
    {
        int n = right.Length;
        var a = (double[,])matrix.Clone();
        double[] x = [.. right];
        for (int k = 0; k < n; k++)
        {
            for (int i = k + 1; i < n; i++)
            {
                double factor = a[i, k] / a[k, k];
                x[i] -= factor * x[k];
                for (int j = k; j < n; j++)
                {
                    a[i, j] -= factor * a[k, j];
                }
            }
        }

        for (int i = n - 1; i >= 0; i--)
        {
            for (int j = i + 1; j < n; j++)
            {
                x[i] -= a[i, j] * x[j];
            }

            x[i] /= a[i, i];
        }

        return x;
    }
}
