using System.Numerics;

namespace Pallium.Numerics.Tests;

/// <summary>Mantissa·2^Exponent with a chosen number of bits: the reference that elementary functions are held against.</summary>
/// <remarks>Plain series after a plain reduction, with far more bits than anything compared with it.</remarks>
internal readonly record struct BigFloat(BigInteger Mantissa, int Exponent)
{
    /// <summary>Bits kept after every operation; a test that needs more sets it (each thread has its own).</summary>
    [ThreadStatic]
    private static int _bits;

    private static int Bits => _bits == 0 ? 256 : _bits;

    public static BigFloat Zero => default;

    public static BigFloat One => 1.0;

    /// <summary>Evaluates with another number of bits.</summary>
    public static T With<T>(int bits, Func<T> value)
    {
        int before = _bits;
        _bits = bits;
        try
        {
            return value();
        }
        finally
        {
            _bits = before;
        }
    }

    public static implicit operator BigFloat(double value)
    {
        if (value == 0)
        {
            return Zero;
        }

        long bits = BitConverter.DoubleToInt64Bits(value);
        int exponent = (int)((bits >> 52) & 0x7ff);
        long mantissa = bits & 0xfffffffffffff;
        BigInteger m = exponent == 0 ? mantissa : mantissa | (1L << 52);
        return new(bits < 0 ? -m : m, Math.Max(exponent, 1) - 1075);
    }

    public static BigFloat operator -(BigFloat a) => new(-a.Mantissa, a.Exponent);

    public static BigFloat operator +(BigFloat a, BigFloat b)
    {
        if (a.Mantissa.IsZero || b.Mantissa.IsZero)
        {
            return a.Mantissa.IsZero ? b : a;
        }

        if (a.Exponent < b.Exponent)
        {
            (a, b) = (b, a);
        }

        // A gap wider than the bits kept changes nothing that is kept.
        int gap = a.Exponent - b.Exponent;
        return gap > (4 * Bits) + 4096 ? a : Rounded((a.Mantissa << gap) + b.Mantissa, b.Exponent);
    }

    public static BigFloat operator -(BigFloat a, BigFloat b) => a + -b;

    public static BigFloat operator *(BigFloat a, BigFloat b) => Rounded(a.Mantissa * b.Mantissa, a.Exponent + b.Exponent);

    public static BigFloat operator /(BigFloat a, BigFloat b)
    {
        int shift = Bits + 2 + (int)b.Mantissa.GetBitLength();
        return Rounded((a.Mantissa << shift) / b.Mantissa, a.Exponent - b.Exponent - shift);
    }

    public static bool operator <(BigFloat a, BigFloat b) => (a - b).Mantissa.Sign < 0;

    public static bool operator >(BigFloat a, BigFloat b) => (a - b).Mantissa.Sign > 0;

    public static BigFloat Abs(BigFloat a) => a.Mantissa.Sign < 0 ? -a : a;

    /// <summary>a·2^power.</summary>
    public static BigFloat Scale(BigFloat a, int power) => new(a.Mantissa, a.Exponent + power);

    /// <summary>The nearest double, to within an ulp or so.</summary>
    public double ToDouble()
    {
        int excess = Math.Max(0, (int)BigInteger.Abs(Mantissa).GetBitLength() - 64);
        return Math.ScaleB((double)(Mantissa >> excess), Exponent + excess);
    }

    public static BigFloat Exp(BigFloat x)
    {
        int k = (int)Math.Round(x.ToDouble() / Math.Log(2));
        BigFloat r = Scale(x - (Ln2() * (double)k), -8);
        BigFloat sum = One;
        BigFloat term = One;
        for (int n = 1; Significant(term, sum); n++)
        {
            term = term * r / n;
            sum += term;
        }

        for (int i = 0; i < 8; i++)
        {
            sum *= sum;
        }

        return Scale(sum, k);
    }

    public static BigFloat Log(BigFloat x)
    {
        int k = x.Exponent + (int)x.Mantissa.GetBitLength();
        BigFloat m = Scale(x, -k);
        if (m < 0.7)
        {
            m = Scale(m, 1);
            k--;
        }

        return (Ln2() * (double)k) + LogSeries(m);
    }

    /// <summary>erf(x), by the series exp(-x²)·Σ 2^n x^(2n+1)/(2n+1)!!, in which nothing cancels.</summary>
    public static BigFloat Erf(BigFloat x)
    {
        BigFloat square = x * x;
        BigFloat term = x;
        BigFloat sum = x;
        for (int n = 1; Significant(term, sum); n++)
        {
            term = term * square * 2.0 / ((2.0 * n) + 1);
            sum += term;
        }

        return Exp(-square) * sum * 2.0 / Sqrt(Pi());
    }

    public static BigFloat Sin(BigFloat x) => Sine(x, 0);

    public static BigFloat Cos(BigFloat x) => Sine(x, 1);

    /// <summary>How far a result is from the truth, in units of the truth's last place.</summary>
    public static double Ulps<T>(T result, BigFloat truth)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double value = double.CreateTruncating(result);
        T nearest = T.CreateTruncating(truth.ToDouble());
        if (!T.IsFinite(result) || !T.IsFinite(nearest))
        {
            return result.Equals(nearest) ? 0 : double.PositiveInfinity;
        }

        (int digits, int leastExponent) = typeof(T) == typeof(float) ? (23, -126) : (52, -1022);
        int exponent = truth.Exponent + (int)BigInteger.Abs(truth.Mantissa).GetBitLength() - 1;
        BigFloat ulp = new(1, Math.Max(truth.Mantissa.IsZero ? int.MinValue : exponent, leastExponent) - digits);
        return Abs(((BigFloat)value - truth) / ulp).ToDouble();
    }

    private static bool Significant(BigFloat term, BigFloat sum) =>
        !term.Mantissa.IsZero && term.Exponent + term.Mantissa.GetBitLength() > sum.Exponent + sum.Mantissa.GetBitLength() - Bits - 8;

    private static BigFloat LogSeries(BigFloat m)
    {
        BigFloat s = (m - One) / (m + One);
        BigFloat square = s * s;
        BigFloat power = s;
        BigFloat sum = s;
        for (int n = 3; Significant(power, sum); n += 2)
        {
            power *= square;
            sum += power / n;
        }

        return Scale(sum, 1);
    }

    private static BigFloat Ln2() => Constant(1, () => Scale(LogSeries(2.0), 0));

    /// <summary>Machin: π = 16·atan(1/5) - 4·atan(1/239).</summary>
    private static BigFloat Pi() => Constant(2, () => (AtanInverse(5) * 16.0) - (AtanInverse(239) * 4.0));

    private static BigFloat AtanInverse(double n)
    {
        BigFloat power = One / n;
        BigFloat sum = power;
        for (int k = 3; Significant(power, sum); k += 2)
        {
            power = -power / (n * n);
            sum += power / k;
        }

        return sum;
    }

    public static BigFloat Sqrt(BigFloat x)
    {
        BigFloat root = Math.Sqrt(x.ToDouble());
        for (int bits = 50; bits < 2 * Bits; bits *= 2)
        {
            root = Scale(root + (x / root), -1);
        }

        return root;
    }

    private static BigFloat Sine(BigFloat x, int quarter)
    {
        BigFloat half = Scale(Pi(), -1);
        BigFloat turns = (x / half) + 0.5;
        BigInteger k = turns.Exponent < 0 ? turns.Mantissa >> -turns.Exponent : turns.Mantissa << turns.Exponent;
        BigFloat r = x - (half * new BigFloat(k, 0));
        int quadrant = (int)(((k + quarter) % 4) + 4) % 4;
        BigFloat term = quadrant % 2 == 0 ? r : One;
        BigFloat sum = term;
        for (int n = quadrant % 2 == 0 ? 2 : 1; Significant(term, sum); n += 2)
        {
            term = -term * r * r / (n * (n + 1.0));
            sum += term;
        }

        return quadrant < 2 ? sum : -sum;
    }

    private static readonly Dictionary<(int Which, int Bits), BigFloat> Constants = [];

    private static BigFloat Constant(int which, Func<BigFloat> value)
    {
        lock (Constants)
        {
            if (!Constants.TryGetValue((which, Bits), out BigFloat found))
            {
                found = value();
                Constants.Add((which, Bits), found);
            }

            return found;
        }
    }

    private static BigFloat Rounded(BigInteger mantissa, int exponent)
    {
        int excess = (int)(BigInteger.Abs(mantissa).GetBitLength() - Bits);
        return excess > 0 ? new(mantissa >> excess, exponent + excess) : new(mantissa, exponent);
    }
}
