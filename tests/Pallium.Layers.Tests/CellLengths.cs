using Pallium.Numerics;

namespace Pallium.Layers.Tests;

/// <summary>Every length up to past four of the widest registers: tails are where bugs live.</summary>
internal static class CellLengths
{
    public static IEnumerable<int> All => Enumerable.Range(1, 67);

    public static double[] Numbers(int length, string purpose)
    {
        var values = new double[length];
        new Rng(7).For(purpose).Uniform<double>(values, -2, 2);
        return values;
    }

    public static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    public static void AssertClose(double expected, double found) => Assert.Equal(expected, found, 1e-14 * Math.Max(1, Math.Abs(expected)));
}
