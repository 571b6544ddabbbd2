namespace Pallium.Inference;

/// <summary>The downhill simplex: a minimum of a function of a few numbers without its gradient. Deterministic.</summary>
/// <remarks>Source: Nelder and Mead, The Computer Journal 7, 1965; coefficients 1, 2, 1/2, 1/2.</remarks>
internal static class NelderMead
{
    /// <summary>Goes down from <paramref name="start"/> until the simplex is flat to <paramref name="tolerance"/> or the evaluations are spent.</summary>
    /// <param name="function">What is made small; NaN counts as infinite.</param>
    /// <param name="start">[n].</param>
    /// <param name="size">Edge of the first simplex.</param>
    /// <param name="evaluations">At most so many.</param>
    /// <param name="tolerance">Difference of function values, absolute.</param>
    public static (double[] Point, double Value) Minimize(
        Func<double[], double> function, double[] start, double size, int evaluations, double tolerance)
    {
        int n = start.Length;
        int spent = 0;
        (double[] Point, double Value) At(double[] point)
        {
            spent++;
            double value = function(point);
            return (point, double.IsNaN(value) ? double.PositiveInfinity : value);
        }

        var simplex = new (double[] Point, double Value)[n + 1];
        for (int i = 0; i <= n; i++)
        {
            double[] point = [.. start];
            if (i < n)
            {
                point[i] += size;
            }

            simplex[i] = At(point);
        }

        while (true)
        {
            Array.Sort(simplex, (a, b) => a.Value.CompareTo(b.Value));
            if (spent >= evaluations || simplex[n].Value - simplex[0].Value < tolerance)
            {
                return simplex[0];
            }

            double[] centre = [.. Enumerable.Range(0, n).Select(c => simplex.Take(n).Sum(corner => corner.Point[c]) / n)];
            (double[] Point, double Value) Towards(double factor) =>
                At([.. centre.Select((x, c) => x + (factor * (simplex[n].Point[c] - x)))]);

            (double[] Point, double Value) reflected = Towards(-1);
            if (reflected.Value < simplex[0].Value)
            {
                (double[] Point, double Value) expanded = Towards(-2);
                simplex[n] = expanded.Value < reflected.Value ? expanded : reflected;
                continue;
            }

            if (reflected.Value < simplex[n - 1].Value)
            {
                simplex[n] = reflected;
                continue;
            }

            (double[] Point, double Value) contracted = Towards(reflected.Value < simplex[n].Value ? -0.5 : 0.5);
            if (contracted.Value < Math.Min(reflected.Value, simplex[n].Value))
            {
                simplex[n] = contracted;
                continue;
            }

            for (int i = 1; i <= n; i++)
            {
                simplex[i] = At([.. simplex[i].Point.Select((x, c) => simplex[0].Point[c] + (0.5 * (x - simplex[0].Point[c])))]);
            }
        }
    }
}
