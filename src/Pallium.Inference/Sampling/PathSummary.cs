using System.Globalization;
using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>From weighted paths to an answer.</summary>
internal sealed class PathSummary(PathSet paths, IReadOnlyList<Channel> channels, QuestionPlan plan)
{
    /// <summary>Share of the paths below which the effective sample size is told in a warning.</summary>
    private const double Degenerate = 0.02;

    /// <summary>log of the probability, 1e-20, under which a clamp is told to be all but impossible.</summary>
    private const double AllButImpossible = -46;

    /// <summary>Independent paths that a fair answer rests on.</summary>
    private const double Fair = 100;

    private readonly PathErrors _errors = new(paths);

    /// <summary>Whether an answer rests on too few independent paths for those that were drawn.</summary>
    public static bool IsDegenerate(Answer answer) => IsDegenerate(answer.EffectiveSampleSize, answer.Effort);

    /// <summary>The answer to <paramref name="question"/>.</summary>
    public Answer Answer(Question question)
    {
        double effective = double.PositiveInfinity;
        var values = new Dictionary<CellAddress, double[]>();
        foreach (IGrouping<int, CellAddress> slice in question.Wanted.Distinct().GroupBy(plan.IndexOf))
        {
            foreach (CellAddress cell in slice)
            {
                values[cell] = paths.Values(slice.Key, cell.Channel, paths.Lineage(slice.Key));
                effective = Math.Min(effective, _errors.Effective(values[cell], slice.Key));
            }
        }

        double[][] asked = [.. question.Asked.Select(cell => values[cell])];
        double[][] draws = Draws(asked);
        (double Probability, double Error)[] events = [.. question.Events.Select(function => Happens(function, values))];
        double[] errors = [.. question.Asked.Select((cell, i) => channels[cell.Channel].Kind == ChannelKind.Categorical ? double.NaN : _errors.Of(asked[i], plan.IndexOf(cell)))];

        // From here on nobody reads the values in the order of the paths: a posterior may sort them where they are.
        var posteriors = new Dictionary<CellAddress, Posterior>();
        foreach (CellAddress cell in question.Asked.Distinct())
        {
            posteriors.Add(cell, new SamplePosterior(channels[cell.Channel], values[cell], paths.Weights));
        }

        return new Answer([.. question.Asked.Select(cell => posteriors[cell])])
        {
            Events = [.. events.Select(happening => happening.Probability)],
            EventErrors = [.. events.Select(happening => happening.Error)],
            LogEvidence = paths.LogEvidence,
            Effort = paths.Count,
            EffectiveSampleSize = effective,
            StandardErrors = errors,
            Samples = draws,
            Warnings = Warnings(effective),
        };
    }

    /// <summary>An event's probability and its error.</summary>
    private (double Probability, double Error) Happens(CellFunction function, Dictionary<CellAddress, double[]> values)
    {
        double[][] cells = [.. function.Cells.Select(cell => values[cell])];
        var read = new double[cells.Length];
        var happens = new double[paths.Count];
        for (int p = 0; p < paths.Count; p++)
        {
            for (int i = 0; i < read.Length; i++)
            {
                read[i] = cells[i][p];
            }

            happens[p] = function.Evaluate(read) != 0 ? 1 : 0;
        }

        double error = _errors.Of(happens, function.Cells.Select(plan.IndexOf).DefaultIfEmpty().Max());
        return (Math.Clamp(Reduction.Dot(happens, paths.Weights), 0, 1), error);
    }

    /// <summary>Equally weighted draws of the asked cells: systematic, so that equal weights give every path once.</summary>
    private double[][] Draws(double[][] values)
    {
        var chosen = new int[paths.Count];
        Systematic.Draw(paths.Weights, 0.5, chosen);
        var draws = new double[chosen.Length][];
        for (int p = 0; p < draws.Length; p++)
        {
            draws[p] = new double[values.Length];
            for (int i = 0; i < values.Length; i++)
            {
                draws[p][i] = values[i][chosen[p]];
            }
        }

        return draws;
    }

    private static bool IsDegenerate(double effective, int count) => effective < Degenerate * count || effective < Math.Min(Fair, count) / 4;

    private List<string> Warnings(double effective)
    {
        var warnings = new List<string>();
        if (IsDegenerate(effective, paths.Count))
        {
            double more = Math.Max(2, Fair / effective);
            warnings.Add(string.Create(CultureInfo.InvariantCulture,
                $"The sampling degenerated: {paths.Count} paths are worth {effective:F1} independent ones, so that the spread may be too small; about {more:F0} times the effort would give a fair answer."));
        }

        if (paths.Unlikeliest is ({ } clamp, < AllButImpossible and var logMass))
        {
            warnings.Add(string.Create(CultureInfo.InvariantCulture,
                $"Given the history and the other clamps '{clamp.Describe(channels)}' has a probability of exp({logMass:F0}): what follows from it rests on the far tails of what was learned."));
        }

        return warnings;
    }
}
