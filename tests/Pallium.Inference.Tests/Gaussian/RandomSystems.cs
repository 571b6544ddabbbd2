using Pallium.Numerics;

namespace Pallium.Inference.Tests;

/// <summary>Random stable systems, and streams drawn from them.</summary>
internal static class RandomSystems
{
    public static Channel[] Channels(int d) => [.. Enumerable.Range(0, d).Select(c => new Channel(((char)('a' + c)).ToString(), ChannelKind.Real) { Resolution = 0.001 })];

    /// <summary>A system whose transition has a largest gain of 0.95.</summary>
    public static StateSpaceParameters Parameters(int n, int d, ulong seed)
    {
        var rng = new Rng(seed);
        double[,] transition = Normal(n, n, ref rng);
        double size = Math.Sqrt(transition.Cast<double>().Sum(x => x * x));
        for (int i = 0; i < n * n; i++)
        {
            transition[i / n, i % n] *= 0.95 / size;
            transition[i / n, i % n] += i / n == i % n ? 0.3 : 0;
        }

        return new StateSpaceParameters
        {
            Transition = transition,
            ProcessNoise = Covariance(n, ref rng),
            Observation = Normal(d, n, ref rng),
            Offset = [.. Enumerable.Range(0, d).Select(c => 3.0 * c)],
            ObservationNoise = Covariance(d, ref rng),
            StartMean = [.. Normal(n, 1, ref rng).Cast<double>()],
            StartCovariance = Covariance(n, ref rng),
        };
    }

    public static GaussianModel Model(int n, int d, ulong seed) => new(Channels(d), Parameters(n, d, seed));

    /// <summary>A damped oscillation read by two channels: two numbers of state, no less; trace of its transition 1.6, determinant 0.89.</summary>
    public static GaussianModel Oscillation() => new(Channels(2), new StateSpaceParameters
    {
        Transition = new double[,] { { 0.8, -0.5 }, { 0.5, 0.8 } },
        ProcessNoise = new double[,] { { 0.1, 0 }, { 0, 0.1 } },
        Observation = new double[,] { { 1, 0 }, { 0.5, 0.5 } },
        Offset = [1, -1],
        ObservationNoise = new double[,] { { 0.1, 0 }, { 0, 0.2 } },
        StartMean = [0, 0],
        StartCovariance = new double[,] { { 0.9, 0 }, { 0, 0.9 } },
    });

    /// <summary>Values [slices, d] drawn from a model.</summary>
    public static double[] Draw(GaussianModel model, int slices, ulong seed)
    {
        StateSpaceParameters p = model.Parameters;
        (int n, int d) = (model.StateSize, model.Channels.Count);
        var rng = new Rng(seed);
        double[] state = Add([.. p.StartMean], p.StartCovariance, ref rng);
        double[] values = new double[slices * d];
        for (int t = 0; t < slices; t++)
        {
            double[] mean = [.. Enumerable.Range(0, d).Select(c => p.Offset[c] + Enumerable.Range(0, n).Sum(j => p.Observation[c, j] * state[j]))];
            Add(mean, p.ObservationNoise, ref rng).CopyTo(values, t * d);
            state = Add([.. Enumerable.Range(0, n).Select(i => Enumerable.Range(0, n).Sum(j => p.Transition[i, j] * state[j]))], p.ProcessNoise, ref rng);
        }

        return values;
    }

    /// <summary>A copy with this share of cells missing.</summary>
    public static double[] WithHoles(double[] values, double share, ulong seed)
    {
        var rng = new Rng(seed);
        return [.. values.Select(value => rng.Uniform() < share ? double.NaN : value)];
    }

    private static double[] Add(double[] mean, double[,] covariance, ref Rng rng)
    {
        int n = mean.Length;
        double[] factor = [.. covariance.Cast<double>()];
        SemidefiniteCholesky.Factor(factor, n, new double[n]);
        double[] noise = new double[n];
        rng.Normal<double>(noise, 1);
        return [.. mean.Select((m, i) => m + Enumerable.Range(0, i + 1).Sum(k => factor[(i * n) + k] * noise[k]))];
    }

    private static double[,] Normal(int m, int n, ref Rng rng)
    {
        var a = new double[m, n];
        for (int i = 0; i < m * n; i++)
        {
            a[i / n, i % n] = rng.Normal();
        }

        return a;
    }

    /// <summary>G·Gᵀ/n + 0.1·I.</summary>
    private static double[,] Covariance(int n, ref Rng rng)
    {
        double[,] g = Normal(n, n, ref rng);
        var covariance = new double[n, n];
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < n; j++)
            {
                covariance[i, j] = (Enumerable.Range(0, n).Sum(k => g[i, k] * g[j, k]) / n) + (i == j ? 0.1 : 0);
            }
        }

        return covariance;
    }
}
