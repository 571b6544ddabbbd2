using System.Globalization;
using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>From weighted paths to an answer.</summary>
internal sealed class PathSummary(SampledPaths paths, IReadOnlyList<Channel> channels, QuestionPlan plan)
{
    /// <summary>Share of the paths below which the effective sample size is told in a warning.</summary>
    private const double Degenerate = 0.02;

    /// <summary>Independent paths that a fair answer rests on.</summary>
    private const double Fair = 100;

    /// <summary>Independent beginnings that are enough to tell the error from.</summary>
    private const double EnoughRoots = 16;

    private int[]? _roots;

    /// <summary>The answer to <paramref name="question"/>.</summary>
    public Answer Answer(Question question)
    {
        double[][] values = [.. question.Asked.Select(cell => paths.Values(plan.IndexOf(cell), cell.Channel))];
        double effective = question.Asked.Select(cell => cell.Offset).Concat(question.Events.SelectMany(cell => cell.Cells.Select(read => read.Offset)))
            .Distinct().Min(offset => paths.EffectiveAt(plan.IndexOf(new CellAddress(0, offset))));
        return new Answer([.. question.Asked.Select((cell, i) => new SamplePosterior(channels[cell.Channel], [.. values[i]], paths.Weights))])
        {
            Events = [.. question.Events.Select(Probability)],
            LogEvidence = paths.LogEvidence,
            Effort = paths.Count,
            EffectiveSampleSize = effective,
            StandardErrors = [.. question.Asked.Select((cell, i) => StandardError(cell, values[i]))],
            Samples = Draws(values),
            Warnings = Warnings(effective),
        };
    }

    private double Probability(CellFunction function)
    {
        double[][] values = [.. function.Cells.Select(cell => paths.Values(plan.IndexOf(cell), cell.Channel))];
        var read = new double[values.Length];
        double sum = 0;
        for (int p = 0; p < paths.Count; p++)
        {
            for (int i = 0; i < read.Length; i++)
            {
                read[i] = values[i][p];
            }

            sum += function.Evaluate(read) != 0 ? paths.Weights[p] : 0;
        }

        return Math.Clamp(sum, 0, 1);
    }

    /// <summary>Error of the mean from how much paths of a common origin pull it together: Σ_g (Σ_(p in g) w_p (x_p - mean))².</summary>
    /// <remarks>
    /// Origins are the pairs of the first slice; where hardly any are left, the paths of the cell's own slice, which tells too little. Source:
    /// Chan and Lai, Annals of Statistics 41, 2013.
    /// </remarks>
    private double StandardError(CellAddress cell, double[] values)
    {
        if (channels[cell.Channel].Kind == ChannelKind.Categorical)
        {
            return double.NaN;
        }

        _roots ??= [.. paths.Lineage(0).Select(path => path / 2)];
        int[] groups = Effective(_roots) >= EnoughRoots ? _roots : paths.Lineage(plan.IndexOf(cell));
        double mean = Reduction.Dot<double>(values, paths.Weights);
        var pulls = new double[paths.Count];
        for (int p = 0; p < paths.Count; p++)
        {
            pulls[groups[p]] += paths.Weights[p] * (values[p] - mean);
        }

        return Math.Sqrt(Reduction.SumOfSquares<double>(pulls));
    }

    private double Effective(int[] groups)
    {
        var mass = new double[paths.Count];
        for (int p = 0; p < paths.Count; p++)
        {
            mass[groups[p]] += paths.Weights[p];
        }

        return 1 / Reduction.SumOfSquares<double>(mass);
    }

    /// <summary>Equally weighted draws of the asked cells: systematic, so that equal weights give every path once.</summary>
    private double[][] Draws(double[][] values)
    {
        var draws = new double[paths.Count][];
        double sum = paths.Weights[0];
        int from = 0;
        for (int p = 0; p < draws.Length; p++)
        {
            double target = (p + 0.5) / draws.Length;
            while (sum < target && from < draws.Length - 1)
            {
                sum += paths.Weights[++from];
            }

            draws[p] = [.. values.Select(cell => cell[from])];
        }

        return draws;
    }

    private string[] Warnings(double effective)
    {
        if (effective >= Degenerate * paths.Count && effective >= Math.Min(Fair, paths.Count) / 4)
        {
            return [];
        }

        double more = Math.Max(2, Fair / effective);
        return
        [
            string.Create(CultureInfo.InvariantCulture,
                $"The sampling degenerated: {paths.Count} paths are worth {effective:F1} independent ones, so that the spread may be too small; about {more:F0} times the effort would give a fair answer."),
        ];
    }
}
