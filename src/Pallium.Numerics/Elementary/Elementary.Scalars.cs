namespace Pallium.Numerics;

// Functions of one double, for schedules, likelihoods and clocks: exact arithmetic and fused multiply-adds only, the same
// bits on every machine. Polynomials are minimax fits by Remez exchange in 60 digits.
public static partial class Elementary
{
    private const double Ln2 = 0.693147180559945309;
    private const double Ln2Low = 2.3190468138462996e-17;

    /// <summary>log(1 + x), right to 2 ulp; -infinity at -1, NaN below.</summary>
    public static double Log1p(double x)
    {
        if (Math.Abs(x) < 1e-16 || double.IsPositiveInfinity(x))
        {
            return x;
        }

        // log(u + c) = log(u) + c/u, where c is exactly what rounding 1 + x to u has dropped.
        double u = 1 + x;
        double c = Math.Abs(x) < 1 ? x - (u - 1) : 1 - (u - x);
        return u > 0 ? Log(u) + (c / u) : Log(u);
    }

    /// <summary>exp(x) - 1, right to 2 ulp.</summary>
    public static double Expm1(double x) =>
        x > 40
            ? Exp(x)
            : Lanes128<double>.First(ElementaryLanes.ExpMinusOne<double, Lanes128<double>>(Lanes128<double>.Broadcast(Math.Max(x, -40))));

    /// <summary>log(exp(a) + exp(b)), without overflow.</summary>
    public static double LogAddExp(double a, double b)
    {
        double greater = Math.Max(a, b);
        return double.IsInfinity(greater) ? greater : greater + Log1p(Exp(-Math.Abs(a - b)));
    }

    /// <summary>x with softplus(x) = y: log(exp(y) - 1), for y ≥ 0, to 2 ulp of the greater of 1 and the result.</summary>
    public static double SoftplusInverse(double y) => y > 40 ? y : Log(Expm1(y));

    /// <summary>x to the power y, right to 1 ulp, denormal results included, with the special cases of IEEE 754.</summary>
    public static double Pow(double x, double y)
    {
        if (y == 0 || x == 1)
        {
            return 1;
        }

        if (double.IsNaN(x) || double.IsNaN(y))
        {
            return double.NaN;
        }

        bool negative = double.IsNegative(x);
        double magnitude = Math.Abs(x);
        bool ordinary = magnitude > 0 && double.IsFinite(magnitude);
        if (negative && ordinary && double.IsFinite(y) && !double.IsInteger(y))
        {
            return double.NaN;
        }

        double power = magnitude == 1 ? 1
            : ordinary && double.IsFinite(y) ? PowPositive(magnitude, y)
            : magnitude > 1 == y > 0 ? double.PositiveInfinity
            : 0;
        return negative && double.IsOddInteger(y) ? -power : power;
    }

    /// <summary>sin(x), x in radians, right to 1 ulp for |x| ≤ 2^40; NaN beyond, where a double no longer holds an angle.</summary>
    public static double Sin(double x)
    {
        if (x == 0)
        {
            return x;
        }

        long quadrant = Reduce(x, out double r, out double low);
        double y = long.IsEvenInteger(quadrant) ? SinOfReduced(r, low) : CosOfReduced(r, low);
        return (quadrant & 2) == 0 ? y : -y;
    }

    /// <summary>cos(x), x in radians, right to 1 ulp for |x| ≤ 2^40; NaN beyond, where a double no longer holds an angle.</summary>
    public static double Cos(double x)
    {
        long quadrant = Reduce(x, out double r, out double low);
        double y = long.IsEvenInteger(quadrant) ? CosOfReduced(r, low) : SinOfReduced(r, low);
        return ((quadrant + 1) & 2) == 0 ? y : -y;
    }

    /// <summary>x = k·π/2 + r + low with |r| at most about π/4; returns k.</summary>
    private static long Reduce(double x, out double r, out double low)
    {
        if (!(Math.Abs(x) <= 1L << 40))
        {
            r = double.NaN;
            low = 0;
            return 0;
        }

        // π/2 in three parts: the first product leaves an exact remainder, the second is carried with its rounding error.
        double k = Math.Round(x * 0.63661977236758134);
        double first = Math.FusedMultiplyAdd(-k, 1.5707963267948966, x);
        double second = k * 6.123233995736766e-17;
        double secondLow = Math.FusedMultiplyAdd(k, 6.123233995736766e-17, -second);
        r = first - second;
        double taken = first - r;
        double lost = first - (r + taken) + (taken - second);
        low = lost - secondLow - (k * -1.4973849048591698e-33);
        return (long)k;
    }

    private static double SinOfReduced(double r, double low)
    {
        double z = r * r;
        double s = 1.5896666512661737e-10;
        s = Math.FusedMultiplyAdd(s, z, -2.5050755961211697e-08);
        s = Math.FusedMultiplyAdd(s, z, 2.7557313678663577e-06);
        s = Math.FusedMultiplyAdd(s, z, -0.00019841269829771167);
        s = Math.FusedMultiplyAdd(s, z, 0.00833333333332237);
        s = Math.FusedMultiplyAdd(s, z, -0.16666666666666632);

        // sin(r + low) = r + (r³·s + low·cos(r)).
        double cosine = 1 - (0.5 * z);
        return r + Math.FusedMultiplyAdd(z * r, s, low * cosine);
    }

    private static double CosOfReduced(double r, double low)
    {
        double z = r * r;
        double c = -1.1361197810097389e-11;
        c = Math.FusedMultiplyAdd(c, z, 2.0875756229487813e-09);
        c = Math.FusedMultiplyAdd(c, z, -2.7557314622903475e-07);
        c = Math.FusedMultiplyAdd(c, z, 2.4801587290546627e-05);
        c = Math.FusedMultiplyAdd(c, z, -0.001388888888887611);
        c = Math.FusedMultiplyAdd(c, z, 0.041666666666666616);

        // cos(r + low) = 1 - z/2 + (z²·c - r·low), with what rounding 1 - z/2 drops put back.
        double half = 0.5 * z;
        double leading = 1 - half;
        double dropped = 1 - leading - half + (0.5 * -Math.FusedMultiplyAdd(r, r, -z));
        return leading + (dropped + Math.FusedMultiplyAdd(z * z, c, -r * low));
    }

    /// <summary>exp(y·log(x)) for positive finite x and finite y, with the logarithm to 64 bits.</summary>
    private static double PowPositive(double x, double y)
    {
        LogInTwo(x, out double log, out double logLow);
        double p = y * log;
        if (Math.Abs(p) > 800)
        {
            return p > 0 ? double.PositiveInfinity : 0;
        }

        double low = Math.FusedMultiplyAdd(y, log, -p) + (y * logLow);

        // exp(p + low) = 2^k·(1 + (r + (r²·Q + dropped))), r the rounded remainder.
        double k = Math.Round(p * 1.44269504088896341);
        double remainder = Math.FusedMultiplyAdd(-k, Ln2, p);
        double rest = Math.FusedMultiplyAdd(-k, Ln2Low, low);
        double r = remainder + rest;
        double dropped = remainder - r + rest;
        double q = Lanes128<double>.First(ElementaryLanes.ExpTail<double, Lanes128<double>>(Lanes128<double>.Broadcast(r)));
        return Math.ScaleB(1 + (r + Math.FusedMultiplyAdd(r * r, q, dropped)), (int)k);
    }

    /// <summary>log(x) as an unevaluated sum of two doubles, for positive finite x.</summary>
    private static void LogInTwo(double x, out double log, out double logLow)
    {
        double shift = 0;
        if (x < 2.2250738585072014e-308)
        {
            x *= 18014398509481984.0;
            shift = 54;
        }

        Lanes128<double> lanes = Lanes128<double>.SplitExponent(Lanes128<double>.Broadcast(x), out Lanes128<double> exponent);
        double m = Lanes128<double>.First(lanes);
        double e = Lanes128<double>.First(exponent) - shift;

        // s = (m - 1)/(m + 1) in two parts: numerator exact, denominator with its rounding error.
        double f = m - 1;
        double denominator = m + 1;
        double denominatorLow = m >= 1 ? 1 - (denominator - m) : m - (denominator - 1);
        double s = f / denominator;
        double sLow = (Math.FusedMultiplyAdd(-s, denominator, f) - (s * denominatorLow)) / denominator;

        // log(m) = s·(2 + z·(2/3 + z·u)), z = s², with the products above u in two parts.
        double z = s * s;
        double zLow = Math.FusedMultiplyAdd(s, s, -z) + (2 * s * sLow);
        double u = 0.13163213610653376;
        u = Math.FusedMultiplyAdd(u, z, 0.13260673823104835);
        u = Math.FusedMultiplyAdd(u, z, 0.15386576610330158);
        u = Math.FusedMultiplyAdd(u, z, 0.18181788702756946);
        u = Math.FusedMultiplyAdd(u, z, 0.2222222246423362);
        u = Math.FusedMultiplyAdd(u, z, 0.2857142857045862);
        u = Math.FusedMultiplyAdd(u, z, 0.4000000000000136);
        double tail = z * u;
        double inner = 0.6666666666666666 + tail;
        double innerLow = 0.6666666666666666 - inner + tail + 3.700743415417188e-17;
        double product = z * inner;
        double productLow = Math.FusedMultiplyAdd(z, inner, -product) + (z * innerLow) + (zLow * inner);
        double outer = 2 + product;
        double outerLow = 2 - outer + product + productLow;
        double main = s * outer;
        double mainLow = Math.FusedMultiplyAdd(s, outer, -main) + (s * outerLow) + (sLow * outer);

        // Adding e·ln 2, the greater of the two unless it is zero.
        double step = e * Ln2;
        double stepLow = Math.FusedMultiplyAdd(e, Ln2, -step) + (e * Ln2Low);
        double sum = step + main;
        double sumLow = step - sum + main + stepLow + mainLow;
        log = sum + sumLow;
        logLow = sum - log + sumLow;
    }
}
