using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>The scoring rules of the Numenta Anomaly Benchmark.</summary>
/// <remarks>
/// With σ(x) = 2/(1 + e^{5x}) - 1: a window is worth σ(p)/σ(-1) of its earliest detection at p = -(last - i + 1)/width, else the cost of a
/// miss; a detection outside windows costs σ(x) of a false alarm, with x = (i - last)/(width - 1) of the window before it, all of it where
/// x ≥ 3 or there is none. Rows of the probation do not count. The threshold, one for all series, is the one of the greatest sum; the sum
/// is normalised so that silence has 0 and perfection 100. Source: Lavin and Ahmad, Evaluating real-time anomaly detection algorithms,
/// ICMLA 2015, and the benchmark's scorer, version 1.1.
/// </remarks>
public static class NabScore
{
    private const double FarBehind = 3;
    private static readonly double Earliest = Worth(-1);

    /// <summary>The score with the threshold that is best for all series together.</summary>
    /// <exception cref="ArgumentException">A series' windows overlap, are out of order or lie outside its rows, or a score is NaN.</exception>
    public static NabResult Best(IReadOnlyList<ScoredSeries> series, NabProfile profile)
    {
        ArgumentNullException.ThrowIfNull(series);
        ArgumentNullException.ThrowIfNull(profile);
        (double[] Worths, int[] Windows)[] labels = [.. series.Select(Label)];
        (int Series, int Row)[] rows = [.. series.SelectMany((one, s) => Enumerable.Range(one.Probation, one.Scores.Count - one.Probation).Select(i => (s, i)))];
        double[] keys = Array.ConvertAll(rows, row => -series[row.Series].Scores[row.Row]);
        Array.Sort(keys, rows);

        // From the highest score down: each row becomes a detection in its turn, and every change of score is a threshold.
        double[][] found = [.. series.Select(one => one.Windows.Select(_ => -profile.Miss).ToArray())];
        double sum = -profile.Miss * series.Sum(one => one.CountedWindows);
        double best = sum;
        double threshold = double.PositiveInfinity;
        for (int at = 0; at < rows.Length; at++)
        {
            (int s, int i) = rows[at];
            double worth = labels[s].Worths[i];
            int window = labels[s].Windows[i];
            if (window < 0)
            {
                sum += profile.FalseAlarm * worth;
            }
            else if (worth > found[s][window])
            {
                sum += worth - found[s][window];
                found[s][window] = worth;
            }

            bool isLast = at + 1 == rows.Length || keys[at + 1] != keys[at];
            if (isLast && sum > best)
            {
                best = sum;
                threshold = -keys[at];
            }
        }

        return At(threshold, series, profile);
    }

    /// <summary>The score with a given threshold.</summary>
    /// <exception cref="ArgumentException">A series' windows overlap, are out of order or lie outside its rows, or a score is NaN.</exception>
    public static NabResult At(double threshold, IReadOnlyList<ScoredSeries> series, NabProfile profile)
    {
        ArgumentNullException.ThrowIfNull(series);
        ArgumentNullException.ThrowIfNull(profile);
        NabSeriesResult[] results = [.. series.Select(one => At(threshold, one, profile))];
        double raw = results.Sum(result => result.Raw);
        return new NabResult(profile, threshold, raw, Normalize(raw, results.Sum(result => result.Windows), profile), results);
    }

    /// <summary>100 (raw - silent)/(perfect - silent), where silence misses all windows and perfection finds each at its beginning; NaN without windows.</summary>
    public static double Normalize(double raw, int windows, NabProfile profile)
    {
        ArgumentNullException.ThrowIfNull(profile);
        double silent = -profile.Miss * windows;
        return windows == 0 ? double.NaN : 100 * (raw - silent) / (windows - silent);
    }

    private static NabSeriesResult At(double threshold, ScoredSeries series, NabProfile profile)
    {
        (double[] worths, int[] windows) = Label(series);
        double[] found = [.. series.Windows.Select(_ => -profile.Miss)];
        double raw = 0;
        int falseAlarms = 0;
        for (int i = series.Probation; i < worths.Length; i++)
        {
            if (series.Scores[i] < threshold)
            {
                continue;
            }

            if (windows[i] >= 0)
            {
                found[windows[i]] = Math.Max(found[windows[i]], worths[i]);
            }
            else
            {
                raw += profile.FalseAlarm * worths[i];
                falseAlarms++;
            }
        }

        double[] counted = found[^series.CountedWindows..];
        raw += counted.Sum();
        int hits = counted.Count(worth => worth > -profile.Miss);
        return new NabSeriesResult(series.Name, worths.Length, counted.Length, hits, falseAlarms, raw, Normalize(raw, counted.Length, profile));
    }

    /// <summary>What a detection at each row is worth (in a window σ(p)/σ(-1), else -1 to 0), and the window of each row (-1 outside).</summary>
    private static (double[] Worths, int[] Windows) Label(ScoredSeries series)
    {
        Check(series);
        var worths = new double[series.Scores.Count];
        var windows = new int[worths.Length];
        int next = 0;
        for (int i = 0; i < worths.Length; i++)
        {
            if (next < series.Windows.Count && i > series.Windows[next].Last)
            {
                next++;
            }

            bool inside = next < series.Windows.Count && i >= series.Windows[next].First;
            windows[i] = inside ? next : -1;
            if (inside)
            {
                NabWindow window = series.Windows[next];
                worths[i] = Worth(-(window.Last - i + 1) / (double)window.Width) / Earliest;
            }
            else
            {
                worths[i] = next == 0 ? -1 : Worth((i - series.Windows[next - 1].Last) / (double)(series.Windows[next - 1].Width - 1));
            }
        }

        return (worths, windows);
    }

    /// <summary>σ(x): from nearly 1 at the left edge of a window (-1) over 0 at its right edge (0) to -1 behind it.</summary>
    private static double Worth(double x) => x >= FarBehind ? -1 : (2 / (1 + Elementary.Exp(5 * x))) - 1;

    private static void Check(ScoredSeries series)
    {
        int free = 0;
        foreach (NabWindow window in series.Windows)
        {
            if (window.First < free || window.Last < window.First || window.Last >= series.Scores.Count)
            {
                throw new ArgumentException($"Window {window.First} to {window.Last} of '{series.Name}' is out of order, overlaps or lies outside its {series.Scores.Count} rows.", nameof(series));
            }

            free = window.Last + 1;
        }

        if (series.Scores.Any(double.IsNaN))
        {
            throw new ArgumentException($"'{series.Name}' has a score that is not a number.", nameof(series));
        }
    }
}
