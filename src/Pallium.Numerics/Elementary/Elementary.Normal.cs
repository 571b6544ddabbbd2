namespace Pallium.Numerics;

// The error function's complement and the normal distribution, in double.
public static partial class Elementary
{
    private const double InverseRoot2 = 0.70710678118654752;

    /// <summary>erfc(x) = 1 - erf(x), right to 4 ulp down to the denormals.</summary>
    public static double Erfc(double x)
    {
        if (x < 0.5 || double.IsNaN(x))
        {
            return 1 - Erf(x);
        }

        return x > 30 ? 0 : ExpOfMinusSquare(x, 1) * ScaledErfc(x);
    }

    /// <summary>Φ(x), the probability that a standard normal number is below x, right to 4 ulp down to the denormals.</summary>
    public static double NormalCdf(double x)
    {
        if (x > 0)
        {
            return 1 - NormalCdf(-x);
        }

        return x < -40 ? 0 : 0.5 * ExpOfMinusSquare(x, 0.5) * ScaledErfc(-x * InverseRoot2);
    }

    /// <summary>log Φ(x), right to 4 ulp on the whole line: the tail does not go through Φ, which is 0 below -38.6.</summary>
    public static double LogNormalCdf(double x)
    {
        if (x > 0)
        {
            return Log1p(-NormalCdf(-x));
        }

        return double.IsNegativeInfinity(x) ? x : (-0.5 * x * x) + Log(0.5 * ScaledErfc(-x * InverseRoot2));
    }

    /// <summary>x with Φ(x) = p, to a relative error of about 1e-15; NaN outside 0 to 1.</summary>
    /// <remarks>Source: Wichura, Algorithm AS 241 (PPND16), Applied Statistics 37, 1988.</remarks>
    public static double NormalQuantile(double p)
    {
        if (!(p > 0 && p < 1))
        {
            return p == 0 ? double.NegativeInfinity : p == 1 ? double.PositiveInfinity : double.NaN;
        }

        double q = p - 0.5;
        if (Math.Abs(q) <= 0.425)
        {
            double t = 0.180625 - (q * q);
            return q * Polynomial(CentreTop, t) / Polynomial(CentreBottom, t);
        }

        double r = Math.Sqrt(-Log(q < 0 ? p : 1 - p));
        double magnitude = r <= 5
            ? Polynomial(FlankTop, r - 1.6) / Polynomial(FlankBottom, r - 1.6)
            : Polynomial(TailTop, r - 5) / Polynomial(TailBottom, r - 5);
        return q < 0 ? -magnitude : magnitude;
    }

    /// <summary>exp(-scale·x²) with the square to twice the precision; scale a power of two.</summary>
    private static double ExpOfMinusSquare(double x, double scale)
    {
        double square = x * x;
        double low = Math.FusedMultiplyAdd(x, x, -square);
        double e = Exp(-scale * square);
        return Math.FusedMultiplyAdd(e, -scale * low, e);
    }

    /// <summary>exp(x²)·erfc(x) for finite x ≥ 0.</summary>
    private static double ScaledErfc(double x) =>
        // (1 + 2x)·exp(x²)·erfc(x) is smooth in (x - 3)/(x + 3) (Shepherd and Laframboise, Math. Comp. 36, 1981).
        Polynomial(ScaledErfcSeries, (x - 3) / (x + 3)) / Math.FusedMultiplyAdd(2, x, 1);

    private static double Polynomial(ReadOnlySpan<double> coefficients, double x)
    {
        double y = coefficients[^1];
        for (int i = coefficients.Length - 2; i >= 0; i--)
        {
            y = Math.FusedMultiplyAdd(y, x, coefficients[i]);
        }

        return y;
    }

    private static ReadOnlySpan<double> ScaledErfcSeries =>
    [
        1.2530080582697296, -0.1356211061245812, -0.04756229435344867, 0.1296451587027625, -0.11927366341541285,
        0.06830802734392648, -0.023770514916652767, 0.0025293918167258586, 0.0018886903397775945,
        -0.0007798322767259374, -0.00010515968870252649, 0.0001250993719941727, 4.949081302608245e-06,
        -2.010062132506736e-05, -7.30545446775953e-07, 3.472509395592431e-06, 3.5529993880694706e-07,
        -6.167589748129861e-07, -1.3998134277350192e-07, 1.0194901615078351e-07, 4.072732469118206e-08,
        -1.3358822599498014e-08, -8.086330525568682e-09, 9.94365149648686e-10, 8.170198283250578e-10,
    ];

    private static ReadOnlySpan<double> CentreTop =>
    [
        3.3871328727963666080, 1.3314166789178437745e2, 1.9715909503065514427e3, 1.3731693765509461125e4,
        4.5921953931549871457e4, 6.7265770927008700853e4, 3.3430575583588128105e4, 2.5090809287301226727e3,
    ];

    private static ReadOnlySpan<double> CentreBottom =>
    [
        1, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3, 2.1213794301586595867e4,
        3.9307895800092710610e4, 2.8729085735721942674e4, 5.2264952788528545610e3,
    ];

    private static ReadOnlySpan<double> FlankTop =>
    [
        1.42343711074968357734, 4.63033784615654529590, 5.76949722146069140550, 3.64784832476320460504,
        1.27045825245236838258, 2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4,
    ];

    private static ReadOnlySpan<double> FlankBottom =>
    [
        1, 2.05319162663775882187, 1.67638483018380384940, 6.89767334985100004550e-1, 1.48103976427480074590e-1,
        1.51986665636164571966e-2, 5.47593808499534494600e-4, 1.05075007164441684324e-9,
    ];

    private static ReadOnlySpan<double> TailTop =>
    [
        6.65790464350110377720, 5.46378491116411436990, 1.78482653991729133580, 2.96560571828504891230e-1,
        2.65321895265761230930e-2, 1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7,
    ];

    private static ReadOnlySpan<double> TailBottom =>
    [
        1, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2, 7.86869131145613259100e-4,
        1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15,
    ];
}
