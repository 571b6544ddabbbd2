using System.Globalization;
using Pallium.Numerics;

namespace Pallium.Cli;

/// <summary>Numbers as a person wants to read them.</summary>
internal static class Figures
{
    private const int MostDecimals = 6;

    /// <summary>A value of a channel with the decimals of its resolution; a category by name.</summary>
    public static string Value(Channel channel, double value) =>
        double.IsNaN(value) ? "?" : channel.IsNumeric ? Number(value, Decimals(channel.Resolution)) : channel.Format(value);

    /// <summary>A mean of a channel of numbers: one decimal more than its values have.</summary>
    public static string Mean(Channel channel, double value) => Number(value, Decimals(channel.Resolution) + 1);

    /// <summary>A score: three decimals, or four digits where it is small; a dash where there is none.</summary>
    public static string Score(double value)
    {
        const double Small = 0.1;
        string format = Math.Abs(value) is > 0 and < Small ? "G3" : "F3";
        return double.IsFinite(value) ? value.ToString(format, CultureInfo.InvariantCulture) : "-";
    }

    /// <summary>A surprise, in nats.</summary>
    public static string Nats(double value) => value.ToString("F1", CultureInfo.InvariantCulture);

    /// <summary>A share of one in percent.</summary>
    public static string Percent(double share) =>
        double.IsNaN(share) ? "-" : string.Create(CultureInfo.InvariantCulture, $"{100 * share:F1} %");

    /// <summary>A probability that may be small.</summary>
    public static string Probability(double p)
    {
        const double Small = 0.001;
        return p < Small ? string.Create(CultureInfo.InvariantCulture, $"{p:0e+0}") : Percent(p);
    }

    /// <summary>A count.</summary>
    public static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A number of bytes.</summary>
    public static string Bytes(long bytes)
    {
        const double Kilo = 1024;
        return bytes < Kilo ? $"{bytes} B"
            : bytes < Kilo * Kilo ? string.Create(CultureInfo.InvariantCulture, $"{bytes / Kilo:F1} KB")
            : string.Create(CultureInfo.InvariantCulture, $"{bytes / (Kilo * Kilo):F1} MB");
    }

    /// <summary>An energy given in picojoules.</summary>
    public static string Energy(double picojoules)
    {
        const double Kilo = 1000;
        return picojoules < Kilo ? string.Create(CultureInfo.InvariantCulture, $"{picojoules:F0} pJ")
            : picojoules < Kilo * Kilo ? string.Create(CultureInfo.InvariantCulture, $"{picojoules / Kilo:F1} nJ")
            : string.Create(CultureInfo.InvariantCulture, $"{picojoules / (Kilo * Kilo):F1} uJ");
    }

    /// <summary>What so many multiplications with addition are estimated to take in each kind of arithmetic.</summary>
    public static string Energies(long multiplyAdds) =>
        string.Join(", ", ArithmeticEnergy.All.Select(energy => $"{Energy(energy.Picojoules(multiplyAdds))} in {energy.Name}"));

    /// <summary>A number with so many decimals; adding zero takes the sign from a rounded -0.</summary>
    private static string Number(double value, int decimals) => decimals > MostDecimals
        ? value.ToString("G5", CultureInfo.InvariantCulture)
        : (Math.Round(value, decimals) + 0.0).ToString("F" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    /// <summary>The fewest decimals that write a step exactly; more than <see cref="MostDecimals"/> where none do.</summary>
    private static int Decimals(double step)
    {
        const double Rounding = 1e-9;
        int decimals = 0;
        while (decimals <= MostDecimals && Math.Abs(step - Math.Round(step)) > Rounding * step)
        {
            step *= 10;
            decimals++;
        }

        return decimals;
    }
}
