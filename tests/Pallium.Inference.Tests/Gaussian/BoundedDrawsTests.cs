namespace Pallium.Inference.Tests;

/// <summary>Several bounds at once, which the exact engine answers by draws.</summary>
public sealed class BoundedDrawsTests
{
    private static readonly CellAddress X = new(0, 1);
    private static readonly CellAddress Y = new(1, 1);
    private static readonly AnswerOptions Many = new() { Effort = 20_000 };

    /// <summary>Two correlated numbers in a rectangle, against sums over a fine grid.</summary>
    [Fact]
    public void Two_intervals_have_the_moments_and_the_probability_of_the_integral()
    {
        const double Correlation = 0.7;
        GaussianModel model = GaussianModel.Joint(RandomSystems.Channels(2), [0.2, -0.1], new double[,] { { 1, Correlation * 2 }, { Correlation * 2, 4 } });
        var question = new Question { Clamps = [Clamp.Between(X, 0.5, 2), Clamp.Between(Y, double.NegativeInfinity, 0)], Asked = [X, Y] };
        GaussianAnswer answer = model.Answer(question, Many);
        const double Step = 0.005;
        (double mass, double meanX, double meanY, double product, double below) = (0, 0, 0, 0, 0);
        for (double x = 0.5 + (Step / 2); x < 2; x += Step)
        {
            for (double y = -12 + (Step / 2); y < 0; y += Step)
            {
                (double u, double v) = (x - 0.2, (y + 0.1) / 2);
                double exponent = ((u * u) + (v * v) - (2 * Correlation * u * v)) / (1 - (Correlation * Correlation));
                double density = Math.Exp(-0.5 * exponent) / (2 * Math.PI * 2 * Math.Sqrt(1 - (Correlation * Correlation))) * Step * Step;
                (mass, meanX, meanY, product) = (mass + density, meanX + (x * density), meanY + (y * density), product + (x * y * density));
                below += y < -1 ? density : 0;
            }
        }

        Assert.Equal(Math.Log(mass), answer.LogEvidence, 0.02);
        Assert.Equal(meanX / mass, answer.Cells[0].Mean, 5 * answer.StandardErrors[0]);
        Assert.Equal(meanY / mass, answer.Cells[1].Mean, 5 * answer.StandardErrors[1]);
        Assert.Equal(below / mass, answer.Cells[1].Cdf(-1), 0.02);
        Assert.Equal((product / mass) - (meanX / mass * meanY / mass), answer.Covariance(0, 1), 0.02);
        Assert.InRange(answer.StandardErrors[0], 1e-4, 0.01);
        Assert.InRange(answer.Cells[0].Quantile(0), 0.5, 0.51);
        Assert.Equal(20_000, answer.Effort);
        Assert.Equal(answer.Cells[0].Mean, model.Answer(question, Many).Cells[0].Mean);
    }

    /// <summary>Intervals and inequalities over several slices before and after, beside values and a relation, against draws without them of which those within are kept.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Bounds_over_several_slices_answer_as_the_draws_that_fulfil_them(int seed)
    {
        GaussianModel model = RandomSystems.Model(2, 3, (ulong)seed);
        GaussianHistory history = model.After([.. RandomSystems.Draw(model, 12, (ulong)seed).Chunk(3).Select((values, t) => new Slice(t, values))]);
        CellAddress[] cells = [new(0, 1), new(1, 2), new(2, 3), new(0, 2), new(1, 4), new(0, -3)];
        Clamp[] known = [Clamp.Equal(new(1, 1), 3), Clamp.Linear([new(new(0, 3), 1), new(new(1, 3), 1)], 3, 3)];
        Answer free = history.Answer(new Question { Clamps = known, Asked = cells });
        double Far(int i, double deviations) => free.Cells[i].Mean + (deviations * free.Cells[i].StandardDeviation);
        Clamp[] bounds =
        [
            Clamp.Between(cells[0], Far(0, -0.2), Far(0, 1)),
            Clamp.Between(cells[1], double.NegativeInfinity, Far(1, 0)),
            Clamp.Linear([new(cells[2], 1), new(cells[0], -1)], Far(2, 0) - Far(0, 0), double.PositiveInfinity),
            Clamp.Between(cells[5], Far(5, -2), Far(5, 0.3)),
        ];
        GaussianAnswer answer = history.Answer(new Question { Clamps = [.. known, .. bounds], Asked = cells }, Many);

        // An event makes the exact engine draw.
        var happening = new CellFunction("above", [cells[4]], values => values[0] > Far(4, 0.5) ? 1 : 0);
        Answer drawn = history.Answer(new Question { Clamps = known, Asked = cells, Events = [happening] }, new AnswerOptions { Effort = 100_000 });
        double[][] kept = [.. drawn.Samples.Where(row => Array.TrueForAll(bounds, bound => Holds(bound, cells, row)))];
        Assert.True(kept.Length > 1000, $"{kept.Length}");
        double share = (double)kept.Length / drawn.Samples.Count;
        Assert.Equal(Math.Log(share), answer.LogEvidence - drawn.LogEvidence, (5 * Math.Sqrt((1 - share) / kept.Length)) + 0.02);
        for (int i = 0; i < cells.Length; i++)
        {
            double[] values = [.. kept.Select(row => row[i]).Order()];
            double mean = values.Average();
            double deviation = Math.Sqrt(values.Average(value => (value - mean) * (value - mean)));
            double error = (5 * deviation / Math.Sqrt(kept.Length)) + (5 * answer.StandardErrors[i]);
            Assert.Equal(mean, answer.Cells[i].Mean, error);
            Assert.Equal(values[values.Length / 4], answer.Cells[i].Quantile(0.25), 2 * error);
        }

        Answer asked = history.Answer(new Question { Clamps = [.. known, .. bounds], Asked = cells, Events = [happening] }, Many);
        double happened = kept.Average(row => row[4] > Far(4, 0.5) ? 1.0 : 0);
        Assert.Equal(happened, asked.Events[0], (5 * asked.EventErrors[0]) + (5 * Math.Sqrt(happened * (1 - happened) / kept.Length)));
    }

    [Fact]
    public void A_bound_that_follows_from_values_leaves_the_other_in_closed_form()
    {
        GaussianModel model = GaussianModel.Joint(RandomSystems.Channels(2), [0, 0], new double[,] { { 1, 0 }, { 0, 1 } });
        Clamp one = Clamp.Equal(X, 0.5);
        GaussianAnswer answer = model.Answer(new Question { Clamps = [one, Clamp.Linear([new(X, 2)], 0, 2), Clamp.Between(Y, 0, double.PositiveInfinity)], Asked = [Y] });
        Assert.Equal((0, double.PositiveInfinity), (answer.Effort, answer.EffectiveSampleSize));
        Assert.Equal(Math.Sqrt(2 / Math.PI), answer.Cells[0].Mean, 1e-12);
        Clamp broken = Clamp.Linear([new(X, 2)], 3, 4);
        Assert.Equal(broken, Culprit(model, one, Clamp.Between(Y, 0, 1), broken));
    }

    [Fact]
    public void Bounds_that_exclude_each_other_are_told_by_the_first_that_cannot_hold()
    {
        GaussianModel model = GaussianModel.Joint(RandomSystems.Channels(2), [0, 0], new double[,] { { 1, 0 }, { 0, 1 } });
        Clamp equal = Clamp.Linear([new(X, 1), new(Y, -1)], 0, 0);
        Clamp last = Clamp.Between(Y, 2, 3);
        Assert.Equal(last, Culprit(model, Clamp.Between(X, 0, 1), equal, last, Clamp.Between(Y, 2, 4)));
    }

    /// <summary>What leaves least is drawn first: one after the other as asked, hardly a draw of the first would fit the second.</summary>
    [Fact]
    public void The_order_of_bounds_does_not_matter()
    {
        GaussianModel model = GaussianModel.Joint(RandomSystems.Channels(2), [0, 0], new double[,] { { 1, 0.999 }, { 0.999, 1 } });
        Clamp[] bounds = [Clamp.Between(X, -3, 3.1), Clamp.Between(Y, 3, 4)];
        Answer answer = model.Answer(new Question { Clamps = bounds, Asked = [X, Y] });
        Assert.True(answer.EffectiveSampleSize > 300, $"{answer.EffectiveSampleSize}");
        Answer turned = model.Answer(new Question { Clamps = [bounds[1], bounds[0]], Asked = [X, Y] });
        Assert.Equal(answer.LogEvidence, turned.LogEvidence, 1e-9);
        Assert.Equal(answer.Cells[0].Mean, turned.Cells[0].Mean, 1e-9);
    }

    [Fact]
    public void Few_draws_and_too_much_memory_are_told()
    {
        // Twenty numbers that are nearly one, every other one above zero and the others below.
        const int Count = 20;
        var covariance = new double[Count, Count];
        for (int i = 0; i < Count * Count; i++)
        {
            covariance[i / Count, i % Count] = i / Count == i % Count ? 1 : 0.95;
        }

        GaussianModel model = GaussianModel.Joint(RandomSystems.Channels(Count), new double[Count], covariance);
        Clamp[] sides = [.. Enumerable.Range(0, Count).Select(c => Clamp.Between(new(c, 1), c % 2 == 0 ? 0 : double.NegativeInfinity, c % 2 == 0 ? double.PositiveInfinity : 0))];
        var question = new Question { Clamps = sides, Asked = [X] };
        Answer answer = model.Answer(question, new AnswerOptions { Effort = 256 });
        Assert.True(answer.EffectiveSampleSize < 100, $"{answer.EffectiveSampleSize}");
        Assert.Contains("times the effort", Assert.Single(answer.Warnings), StringComparison.Ordinal);
        Assert.Throws<InputException>(() => model.Answer(question, new AnswerOptions { Effort = 1_000_000, MemoryCap = 1 << 20 }));
    }

    private static Clamp? Culprit(GaussianModel model, params Clamp[] clamps) =>
        Assert.Throws<ContradictionException>(() => model.Answer(new Question { Clamps = clamps, Asked = [X] })).Clamp;

    private static bool Holds(Clamp bound, CellAddress[] cells, double[] row)
    {
        double sum = bound.Terms.Sum(term => term.Coefficient * row[Array.IndexOf(cells, term.Cell)]);
        return sum >= bound.Low && sum <= bound.High;
    }
}
