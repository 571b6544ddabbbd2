using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>Answers questions by filtering, smoothing and Gaussian conditioning.</summary>
/// <remarks>
/// Cells clamped to a value are seen cells of their slices: filter and smoother take them in O(T). Relations condition the smoothed joint of the cells
/// that they and the question name. Only slices from the first one that is named on are gone through again.
/// </remarks>
internal sealed class ExactEngine
{
    private readonly IReadOnlyList<Channel> _channels;
    private readonly FilteredPath _history;

    public ExactEngine(IReadOnlyList<Channel> channels, FilteredPath history)
    {
        _channels = channels;
        _history = history;
    }

    private StateSpace Space => _history.Space;

    /// <summary>Answers; a contradiction names the first clamp that cannot hold beside those before it.</summary>
    public GaussianAnswer Answer(Question question, AnswerOptions options, CancellationToken cancellation)
    {
        Clamp[] clamps = [.. question.Clamps, .. FutureClamps(options)];
        try
        {
            return Answer(question, clamps, options, cancellation);
        }
        catch (ContradictionException) when (clamps.Length > 1)
        {
            // Clamps are taken in by time, relations after values: the culprit is that of the shortest contradictory beginning of the list.
            int holds = 0;
            int fails = clamps.Length;
            while (fails - holds > 1)
            {
                int middle = (holds + fails) / 2;
                (holds, fails) = Holds(question, clamps[..middle], options, cancellation) ? (middle, fails) : (holds, middle);
            }

            throw ExactQuestion.Contradiction(clamps[fails - 1], _channels);
        }
    }

    private bool Holds(Question question, Clamp[] clamps, AnswerOptions options, CancellationToken cancellation)
    {
        try
        {
            Answer(question with { Events = [] }, clamps, options, cancellation);
            return true;
        }
        catch (ContradictionException)
        {
            return false;
        }
    }

    private GaussianAnswer Answer(Question question, Clamp[] clamps, AnswerOptions options, CancellationToken cancellation)
    {
        var exact = new ExactQuestion(_channels, _history.Length, question, clamps);
        CheckMemory(exact, options);
        FilteredPath path = Filter(exact, clamps, out double evidence, cancellation);
        var smoothed = new SmoothedPath(path);
        PathCell[] cells = [.. exact.Cells.Select(cell => cell with { Slice = cell.Slice - exact.First })];
        if (!exact.NeedsJoint)
        {
            return Marginals(question, exact, smoothed, cells) with { LogEvidence = evidence };
        }

        (double[] mean, double[] covariance) = smoothed.Joint(cells);
        var joint = new CellGaussian(mean, covariance, [.. cells.Select(cell => Math.Sqrt(smoothed.Scale(cell)))]);
        if (joint.Condition(exact.Relations) is { } culprit)
        {
            throw ExactQuestion.Contradiction(culprit, _channels);
        }

        if (exact.Bounds.FirstOrDefault(bound => joint.Knows(bound) && !joint.IsWithin(bound)) is { } broken)
        {
            throw ExactQuestion.Contradiction(broken.Clamp, _channels);
        }

        LinearForm[] open = [.. exact.Bounds.Where(bound => !joint.Knows(bound))];
        if (open.Length > 1)
        {
            IntervalDraws drawn = BoundedDraws.Draw(joint, open, _channels, options, cancellation);
            return FromDraws(question, exact, drawn, options) with { LogEvidence = evidence + joint.LogEvidence + drawn.LogEvidence };
        }

        if (open.Length == 1)
        {
            joint.Truncate(open[0]);
        }

        GaussianAnswer answer = FromJoint(question, exact, joint) with { LogEvidence = evidence + joint.LogEvidence };
        int draws = Math.Max(TableAnswer.FewestDraws, options.Effort);
        return question.Events.Count == 0 ? answer : WithDraws(answer, question, exact, joint.Draw(draws, new Rng(options.Seed).For("exact engine")), draws);
    }

    /// <summary>Goes through the slices from the first one named on, once more without the clamps where they are about the past.</summary>
    private FilteredPath Filter(ExactQuestion exact, Clamp[] clamps, out double evidence, CancellationToken cancellation)
    {
        var path = new FilteredPath(Space, _history.Before(exact.First));
        var without = new FilteredPath(Space, _history.Before(exact.First));
        bool clampsPast = exact.Values.Keys.Any(cell => cell.Slice < _history.Length);
        double past = 0;
        for (int t = exact.First; t < exact.End; t++)
        {
            cancellation.ThrowIfCancellationRequested();
            double[] values = ValuesOf(t, exact.Hidden);
            if (t < _history.Length && clampsPast)
            {
                without.Add((double[])values.Clone());
            }

            Clamp(values, t, exact, clamps);
            path.Add(values);
            if (path.Conflict is not null)
            {
                throw ExactQuestion.Contradiction(clamps.LastOrDefault(), _channels);
            }

            past = t < _history.Length ? path.LogLikelihood : past;
        }

        evidence = path.LogLikelihood - (clampsPast ? without.LogLikelihood : past);
        return path;
    }

    private double[] ValuesOf(int t, HashSet<PathCell> hidden)
    {
        double[] values = new double[Space.D];
        if (t >= _history.Length)
        {
            values.AsSpan().Fill(double.NaN);
            return values;
        }

        double[] seen = _history.Values(t);
        for (int c = 0; c < values.Length; c++)
        {
            values[c] = hidden.Contains(new PathCell(t, c)) ? double.NaN : seen[c];
        }

        return values;
    }

    private void Clamp(double[] values, int t, ExactQuestion exact, Clamp[] clamps)
    {
        for (int c = 0; c < values.Length; c++)
        {
            if (exact.Values.TryGetValue(new PathCell(t, c), out double value))
            {
                if (!double.IsNaN(values[c]) && values[c] != value)
                {
                    throw ExactQuestion.Contradiction(clamps[^1], _channels);
                }

                values[c] = value;
            }
        }
    }

    private GaussianAnswer Marginals(Question question, ExactQuestion exact, SmoothedPath smoothed, PathCell[] cells)
    {
        Posterior[] posteriors = new Posterior[exact.Asked.Length];
        for (int i = 0; i < posteriors.Length; i++)
        {
            (double mean, double variance) = smoothed.Cell(cells[exact.Asked[i]]);
            posteriors[i] = new GaussianPosterior(_channels[question.Asked[i].Channel], mean, variance);
        }

        int[] asked = exact.Asked;
        return Finished(exact, new GaussianAnswer(posteriors, () => Dense.Block(smoothed.Joint(cells).Covariance, cells.Length, asked, asked)));
    }

    private GaussianAnswer FromJoint(Question question, ExactQuestion exact, CellGaussian joint)
    {
        int[] asked = exact.Asked;
        Posterior[] posteriors = [.. asked.Select((cell, i) => joint.Posterior(_channels[question.Asked[i].Channel], cell))];
        return Finished(exact, new GaussianAnswer(posteriors, () => Dense.Block(joint.PosteriorCovariance(), joint.Count, asked, asked)));
    }

    private GaussianAnswer FromDraws(Question question, ExactQuestion exact, IntervalDraws drawn, AnswerOptions options)
    {
        double[][] rows = drawn.Equal(new Rng(options.Seed).For("exact engine resampling"));
        double effective = drawn.EffectiveSampleSize;
        Posterior[] posteriors = [.. exact.Asked.Select((cell, i) => new SamplePosterior(_channels[question.Asked[i].Channel], [.. rows.Select(row => row[cell])]))];
        var answer = new GaussianAnswer(posteriors, () => Covariance([.. rows.Select(row => exact.Asked.Select(cell => row[cell]).ToArray())]));
        return WithDraws(answer, question, exact, rows, effective) with
        {
            StandardErrors = [.. posteriors.Select(posterior => posterior.StandardDeviation / Math.Sqrt(effective))],
            Warnings = EngineQuestion.FewDraws(effective),
        };
    }

    /// <summary>Covariance of draws, [m, m].</summary>
    private static double[] Covariance(double[][] draws)
    {
        int m = draws[0].Length;
        double[] mean = [.. Enumerable.Range(0, m).Select(i => draws.Sum(draw => draw[i]) / draws.Length)];
        return [.. Enumerable.Range(0, m * m).Select(at => draws.Sum(draw => (draw[at / m] - mean[at / m]) * (draw[at % m] - mean[at % m])) / draws.Length)];
    }

    private GaussianAnswer Finished(ExactQuestion exact, GaussianAnswer answer) => answer with
    {
        StandardErrors = new double[answer.Cells.Count],
        Warnings = _history.Length == 0 && exact.IsUnclamped ? ["Nothing informs this answer: it is what the model expects without history and clamps."] : [],
    };

    /// <summary>With samples and the shares of them in which events happen.</summary>
    private static GaussianAnswer WithDraws(GaussianAnswer answer, Question question, ExactQuestion exact, double[][] rows, double effective)
    {
        double[] events = new double[question.Events.Count];
        for (int e = 0; e < events.Length; e++)
        {
            double[] values = new double[exact.Events[e].Length];
            int count = 0;
            foreach (double[] row in rows)
            {
                for (int i = 0; i < values.Length; i++)
                {
                    values[i] = row[exact.Events[e][i]];
                }

                count += question.Events[e].Evaluate(values) != 0 ? 1 : 0;
            }

            events[e] = (double)count / rows.Length;
        }

        double[][] samples = [.. rows.Select(row => exact.Asked.Select(cell => row[cell]).ToArray())];
        return answer with { Events = events, EventErrors = EngineQuestion.ShareErrors(events, effective), Effort = rows.Length, EffectiveSampleSize = effective, Samples = samples };
    }

    private List<Clamp> FutureClamps(AnswerOptions options)
    {
        var clamps = new List<Clamp>();
        for (int i = 0; i < options.Future?.Count; i++)
        {
            SchemaCheck.Values(_channels, options.Future[i].Values, "Future slice");
            for (int c = 0; c < _channels.Count; c++)
            {
                if (!double.IsNaN(options.Future[i].Values[c]))
                {
                    clamps.Add(Inference.Clamp.Equal(new CellAddress(c, i + 1), options.Future[i].Values[c]));
                }
            }
        }

        return clamps;
    }

    private void CheckMemory(ExactQuestion exact, AnswerOptions options)
    {
        long n = Space.N;
        long d = Space.D;
        double perSlice = ((7 * n * n) + (4 * n * d) + (2 * d * d) + (4 * n) + d) * sizeof(double);
        double joint = exact.NeedsJoint ? 3.0 * exact.Cells.Count * exact.Cells.Count * sizeof(double) : 0;
        double draws = exact.Events.Length == 0 && exact.Bounds.Count < 2 ? 0 : (double)Math.Max(TableAnswer.FewestDraws, options.Effort) * 2 * exact.Cells.Count * sizeof(double);
        double need = ((exact.End - (double)exact.First) * perSlice) + joint + draws;
        if (need > options.MemoryCap)
        {
            throw new InputException(FormattableString.Invariant(
                $"Found a question over {exact.End - exact.First} slices and {exact.Cells.Count} cells that may need {need / (1 << 20):F0} MiB, expected at most {options.MemoryCap >> 20} MiB (AnswerOptions.MemoryCap)."));
        }
    }
}
