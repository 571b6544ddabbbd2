namespace Pallium.Benchmarks;

/// <summary>y = c·x^p by least squares in logarithms.</summary>
internal static class PowerFit
{
    /// <summary>p.</summary>
    public static double Exponent(double[] x, double[] y)
    {
        double[] a = [.. x.Select(value => Math.Log(value))];
        double[] b = [.. y.Select(value => Math.Log(value))];
        double meanA = a.Average();
        double meanB = b.Average();
        return a.Zip(b, (u, v) => (u - meanA) * (v - meanB)).Sum() / a.Sum(u => (u - meanA) * (u - meanA));
    }
}
