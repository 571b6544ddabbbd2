using Pallium.Numerics;

namespace Pallium.Inference.Tests;

/// <summary>A random walk whose step deviation is 0.05 and 0.8 in turn, 300 steps each, seen with noise of deviation 0.2; and the fixed filter.</summary>
internal static class SwitchingWalk
{
    public const double Noise = 0.2;
    private const int Period = 300;

    public static double[] Draw(ulong seed, int length)
    {
        Rng rng = new Rng(seed).For("switching walk");
        var values = new double[length];
        double x = 0;
        for (int i = 0; i < length; i++)
        {
            x += (i / Period % 2 == 0 ? 0.05 : 0.8) * rng.Normal();
            values[i] = x + (Noise * rng.Normal());
        }

        return values;
    }

    /// <summary>Nats per observation of a Kalman filter of a random walk, written out plainly.</summary>
    public static double Kalman(double[] values, double noise, double step, double mean, double variance)
    {
        double total = 0;
        foreach (double u in values)
        {
            variance += step;
            double predicted = variance + noise;
            total += 0.5 * (Math.Log(2 * Math.PI * predicted) + ((u - mean) * (u - mean) / predicted));
            double gain = variance / predicted;
            mean += gain * (u - mean);
            variance *= 1 - gain;
        }

        return total / values.Length;
    }

    /// <summary>The lowest surprise of a function of one logarithm, on a grid of a tenth.</summary>
    public static double Best(Func<double, double> surprise, double low, double high) =>
        Enumerable.Range(0, (int)((high - low) / 0.1) + 1).Min(i => surprise(low + (0.1 * i)));
}
