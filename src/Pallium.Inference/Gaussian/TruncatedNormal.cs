using Pallium.Learning;
using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>A standard normal number that lies between two bounds.</summary>
/// <remarks>
/// With h(x) = φ(x)/(Φ(b) - Φ(a)): mean h(a) - h(b), second moment 1 + a·h(a) - b·h(b). Both cancel where the interval is narrow or far out, so moments are
/// integrals of the density over where it is (<see cref="Expect"/>), which are right to about 1e-13 everywhere.
/// </remarks>
internal sealed class TruncatedNormal
{
    private const double Reach = 9;
    private const double Negligible = 40;
    private const int Bisections = 200;
    private readonly double _low;
    private readonly double _high;
    private readonly double _top;

    /// <param name="low">a; -∞ for none.</param>
    /// <param name="high">b ≥ a; ∞ for none.</param>
    public TruncatedNormal(double low, double high)
    {
        Low = low;
        High = high;
        LogMass = low == high ? double.NegativeInfinity : NormalInterval.LogMass(low, high);
        _top = Math.Clamp(0, low, high);

        // Beyond these the density is e⁻⁴⁰ of its greatest.
        double reach = Math.Sqrt((_top * _top) + (2 * Negligible));
        _low = Math.Max(low, -Math.Max(reach, Reach));
        _high = Math.Min(high, Math.Max(reach, Reach));
        Mean = _top + Expect(z => z - _top);
        Variance = Expect(z => (z - Mean) * (z - Mean));
    }

    /// <summary>a.</summary>
    public double Low { get; }

    /// <summary>b.</summary>
    public double High { get; }

    /// <summary>log(Φ(b) - Φ(a)).</summary>
    public double LogMass { get; }

    /// <summary>E[z].</summary>
    public double Mean { get; }

    /// <summary>Var(z), in (0, 1].</summary>
    public double Variance { get; }

    /// <summary>P(z ≤ x).</summary>
    public double Cdf(double x)
    {
        if (x <= Low)
        {
            return 0;
        }

        return x >= High ? 1 : Elementary.Exp(NormalInterval.LogMass(Low, x) - LogMass);
    }

    /// <summary>x with P(z ≤ x) = p, by bisection.</summary>
    public double Quantile(double p)
    {
        double low = _low;
        double high = _high;
        for (int i = 0; i < Bisections; i++)
        {
            double middle = 0.5 * (low + high);
            if (middle <= low || middle >= high)
            {
                break;
            }

            (low, high) = Cdf(middle) < p ? (middle, high) : (low, middle);
        }

        return 0.5 * (low + high);
    }

    /// <summary>E[f(z)] by Gauss-Legendre panels of at most one unit of the density's own scale, broken also at <paramref name="breaks"/> (ascending).</summary>
    public double Expect(Func<double, double> function, ReadOnlySpan<double> breaks = default)
    {
        double sum = 0;
        double weight = 0;
        double from = _low;
        foreach (double at in breaks)
        {
            if (at > from && at < _high)
            {
                AddPanels(from, at, function, ref sum, ref weight);
                from = at;
            }
        }

        AddPanels(from, _high, function, ref sum, ref weight);
        return sum / weight;
    }

    private void AddPanels(double from, double to, Func<double, double> function, ref double sum, ref double weight)
    {
        // Far out the density falls like exp(-|top|·z): panels must follow it.
        double width = 1 / Math.Max(1, Math.Abs(_top) / 2);
        int panels = Math.Max(1, (int)Math.Ceiling((to - from) / width));
        double half = (to - from) / (2 * panels);
        for (int p = 0; p < panels; p++)
        {
            double middle = from + (((2 * p) + 1) * half);
            for (int i = 0; i < Nodes.Length; i++)
            {
                Add(middle - (half * Nodes[i]), half * Weights[i], function, ref sum, ref weight);
                Add(middle + (half * Nodes[i]), half * Weights[i], function, ref sum, ref weight);
            }
        }
    }

    private void Add(double z, double share, Func<double, double> function, ref double sum, ref double weight)
    {
        double density = share * Elementary.Exp(0.5 * (_top - z) * (_top + z));
        weight += density;
        sum = Math.FusedMultiplyAdd(density, function(z), sum);
    }

    // Gauss-Legendre, 16 points (Abramowitz and Stegun, table 25.4), the positive half.
    private static ReadOnlySpan<double> Nodes =>
    [
        0.0950125098376374402, 0.2816035507792589132, 0.4580167776572273863, 0.6178762444026437484,
        0.7554044083550030339, 0.8656312023878317439, 0.9445750230732325761, 0.9894009349916499326,
    ];

    private static ReadOnlySpan<double> Weights =>
    [
        0.1894506104550684963, 0.1826034150449235889, 0.1691565193950025382, 0.1495959888165767321,
        0.1246289712555338721, 0.0951585116824927848, 0.0622535239386478929, 0.0271524594117540949,
    ];
}
