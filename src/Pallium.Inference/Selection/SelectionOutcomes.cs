using Pallium.Learning;
using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>What was told of the target, slice by slice of those asked about with a known target.</summary>
/// <param name="Losses">Nats.</param>
/// <param name="Truths">Categories, or numbers without mean and deviation.</param>
/// <param name="Errors">1 for a wrong category, else 0; or the squared error of a number, in deviations.</param>
internal sealed record SelectionOutcomes(double[] Losses, double[] Truths, double[] Errors)
{
    private const double LeastVariance = 1e-12;

    /// <summary>Reads outcomes off readouts.</summary>
    /// <param name="data">Whose target it is.</param>
    /// <param name="windows">What was asked.</param>
    /// <param name="readouts">z, [N, T, O].</param>
    /// <param name="variance">Of a number's error, as found on other slices.</param>
    public static SelectionOutcomes Of(SelectionData data, SequenceWindows<float> windows, float[] readouts, double variance)
    {
        var losses = new List<double>();
        var truths = new List<double>();
        var errors = new List<double>();
        double log = 0.5 * Elementary.Log(2 * Math.PI * Math.Max(variance, LeastVariance));
        for (int i = 0; i < windows.Weights!.Length; i++)
        {
            if (windows.Weights[i] == 0)
            {
                continue;
            }

            double truth = windows.Targets[i];
            truths.Add(truth);
            if (data.Categories == 0)
            {
                double square = (readouts[i] - truth) * (readouts[i] - truth);
                errors.Add(square);
                losses.Add(log + (0.5 * square / Math.Max(variance, LeastVariance)));
                continue;
            }

            double[] logits = [.. readouts.AsSpan(i * data.Categories, data.Categories).ToArray().Select(z => (double)z)];
            losses.Add(Reduction.LogSumExp<double>(logits) - logits[(int)truth]);
            errors.Add(Array.IndexOf(logits, logits.Max()) == (int)truth ? 0 : 1);
        }

        return new SelectionOutcomes([.. losses], [.. truths], [.. errors]);
    }

    /// <summary>Several runs' outcomes of different slices, one after another.</summary>
    public static SelectionOutcomes Joined(IReadOnlyList<SelectionOutcomes> parts) =>
        new([.. parts.SelectMany(part => part.Losses)], [.. parts.SelectMany(part => part.Truths)], [.. parts.SelectMany(part => part.Errors)]);

    /// <summary>Several runs' outcomes of the same slices, as their means.</summary>
    public static SelectionOutcomes Averaged(IReadOnlyList<SelectionOutcomes> runs)
    {
        double[] Means(Func<SelectionOutcomes, double[]> pick) => [.. pick(runs[0]).Select((_, i) => Mean(runs.Select(run => pick(run)[i])))];
        return new SelectionOutcomes(Means(run => run.Losses), runs[0].Truths, Means(run => run.Errors));
    }

    /// <summary>The same with losses in the unit of prices and of what networks learn: nats of a category, half the squared error of a number in deviations.</summary>
    public SelectionOutcomes AsPriced(SelectionData data) => data.Categories > 0 ? this : this with { Losses = [.. Errors.Select(square => square / 2)] };

    /// <summary>Mean difference of losses to other outcomes of the same slices, and its standard error.</summary>
    public (double Mean, double Error) Against(SelectionOutcomes other)
    {
        double[] differences = [.. Losses.Zip(other.Losses, (a, b) => a - b)];
        double mean = Mean(differences);
        double square = Mean(differences.Select(d => (d - mean) * (d - mean)));
        return (mean, Math.Sqrt(square / Math.Max(1, differences.Length - 1)));
    }

    /// <summary>Mean loss.</summary>
    public double Loss => Mean(Losses);

    /// <summary>The scores.</summary>
    public SelectionScore Score(SelectionData data)
    {
        if (data.Categories > 0)
        {
            double[] right = [.. Truths.Zip(Errors).GroupBy(pair => pair.First, pair => 1 - pair.Second).OrderBy(one => one.Key).Select(Mean)];
            return new SelectionScore(Loss, 1 - Mean(Errors), Mean(right), double.NaN, double.NaN);
        }

        double square = Mean(Errors);
        double middle = Mean(Truths);
        double around = Mean(Truths.Select(truth => (truth - middle) * (truth - middle)));
        return new SelectionScore(Loss, double.NaN, double.NaN, data.Deviation * Math.Sqrt(square), 1 - (square / around));
    }

    // A sum with a selector runs in order; the library may reorder a plain one.
    private static double Mean(IEnumerable<double> values)
    {
        double[] all = [.. values];
        return all.Sum(x => x) / Math.Max(1, all.Length);
    }
}
