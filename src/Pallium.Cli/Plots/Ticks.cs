using System.Globalization;

namespace Pallium.Cli;

/// <summary>A tick of an axis.</summary>
/// <param name="At">Where it stands.</param>
/// <param name="Label">What it says.</param>
internal readonly record struct Tick(double At, string Label);

/// <summary>Chooses round ticks.</summary>
internal static class Ticks
{
    private const double Rounding = 1e-9;
    private const double Minute = 60;
    private const double Hour = 60 * Minute;
    private const double Day = 24 * Hour;

    private static readonly double[] ClockSteps =
        [1, 2, 5, 10, 15, 30, Minute, 2 * Minute, 5 * Minute, 10 * Minute, 15 * Minute, 30 * Minute, Hour, 2 * Hour, 3 * Hour, 6 * Hour, 12 * Hour, Day, 2 * Day, 7 * Day, 14 * Day];

    private static readonly double[] RoundSteps = [1, 2, 5, 10, 20];

    private static readonly int[] MonthSteps = [1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200];

    /// <summary>Multiples of 1, 2 or 5 times a power of ten between two numbers, as many as possible but at most <paramref name="most"/>.</summary>
    public static IReadOnlyList<Tick> Numbers(double low, double high, int most)
    {
        double power = 1;
        while (power * most > high - low)
        {
            power /= 10;
        }

        while (power * most * 10 <= high - low)
        {
            power *= 10;
        }

        const double Large = 1e6;
        double step = power * RoundSteps.First(times => Count(low, high, times * power) <= most);
        var ticks = new List<Tick>();
        for (double k = First(low, step); k <= Last(high, step); k++)
        {
            double at = k == 0 ? 0 : k * step;
            string format = Math.Abs(at) >= Large ? "0.###e+0" : "0.##########";
            ticks.Add(new Tick(at, at.ToString(format, CultureInfo.InvariantCulture)));
        }

        return ticks;
    }

    /// <summary>Round times between two stamps: of the clock, of the calendar, or plain numbers.</summary>
    public static IReadOnlyList<Tick> Times(TimeAxis axis, double low, double high, int most)
    {
        if (axis.Kind != TimeKind.Date)
        {
            return Numbers(low, high, most);
        }

        double rough = (high - low) / most;
        TimeZoneInfo zone = axis.Zone == null ? TimeZoneInfo.Utc : TimeZoneInfo.FindSystemTimeZoneById(axis.Zone);
        DateTime first = Local(low, zone);
        double step = Array.Find(ClockSteps, size => size >= rough);
        return step > 0 ? Clock(first, low, high, step) : Calendar(first, low, high, rough);
    }

    private static double Count(double low, double high, double step) => Last(high, step) - First(low, step) + 1;

    private static double First(double low, double step) => Math.Ceiling((low / step) - Rounding);

    private static double Last(double high, double step) => Math.Floor((high / step) + Rounding);

    /// <summary>The local date of a stamp.</summary>
    private static DateTime Local(double seconds, TimeZoneInfo zone)
    {
        DateTime utc = DateTime.UnixEpoch.AddSeconds(seconds);
        return utc + zone.GetUtcOffset(utc);
    }

    /// <summary>Equal steps from a round local time on; the offset from UTC is that of the first stamp.</summary>
    private static List<Tick> Clock(DateTime first, double low, double high, double step)
    {
        double local = (first - DateTime.UnixEpoch).TotalSeconds;
        double offset = local - low;
        var ticks = new List<Tick>();
        DateTime? before = null;
        for (double k = Math.Ceiling(local / step); (k * step) - offset <= high; k++)
        {
            DateTime at = DateTime.UnixEpoch.AddSeconds(k * step);
            string format = step >= Day || (before is DateTime b && at.Date != b.Date) ? "MMM d" : step >= Minute ? "HH:mm" : "HH:mm:ss";
            ticks.Add(new Tick((k * step) - offset, Label(at, before, format)));
            before = at;
        }

        return ticks;
    }

    private static List<Tick> Calendar(DateTime first, double low, double high, double rough)
    {
        const double MonthDays = 30.4;
        int months = Array.Find(MonthSteps, size => size * MonthDays * Day >= rough);
        months = months == 0 ? MonthSteps[^1] : months;
        int index = ((12 * first.Year) + first.Month - 1) / months * months;
        double offset = (first - DateTime.UnixEpoch).TotalSeconds - low;
        var ticks = new List<Tick>();
        DateTime? before = null;
        for (; index / 12 <= DateTime.MaxValue.Year; index += months)
        {
            var at = new DateTime(Math.Max(1, index / 12), (index % 12) + 1, 1);
            double stamp = (at - DateTime.UnixEpoch).TotalSeconds - offset;
            if (stamp > high)
            {
                break;
            }

            if (stamp >= low)
            {
                ticks.Add(new Tick(stamp, months >= 12 ? at.ToString("yyyy", CultureInfo.InvariantCulture) : Label(at, before, "MMM")));
                before = at;
            }
        }

        return ticks;
    }

    /// <summary>A date, with its year where that is the first or a new one.</summary>
    private static string Label(DateTime at, DateTime? before, string format)
    {
        bool year = before is not DateTime b || b.Year != at.Year;
        string full = format.StartsWith("HH", StringComparison.Ordinal) ? $"MMM d {format}" : $"{format} yyyy";
        return at.ToString(year ? full : format, CultureInfo.InvariantCulture);
    }
}
