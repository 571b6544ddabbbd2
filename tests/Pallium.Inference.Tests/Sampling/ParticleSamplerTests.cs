using Pallium.Numerics;

namespace Pallium.Inference.Tests;

public sealed class ParticleSamplerTests
{
    private static readonly Frame History = Simulated.Walk(100, 6);

    /// <summary>Clamps at several later slices, and a cell in between: the base alone is Gaussian, so the answer has a closed form.</summary>
    [Theory]
    [InlineData(3, 0.5, 6, -1.0)]
    [InlineData(1, 2.5, 8, 3.0)]
    [InlineData(10, -4.0, 12, -4.5)]
    public void Later_clamps_inform_earlier_cells_as_in_closed_form(int firstAt, double first, int secondAt, double second)
    {
        WorldModel model = Simulated.WalkModel;
        Session session = model.After(History);
        var question = new Question
        {
            Clamps = [Clamp.Equal(new(0, firstAt), first), Clamp.Equal(new(1, secondAt), second)],
            Asked = [new(0, 2), new(1, 5), new(2, secondAt)],
        };
        (double[] means, double[] deviations, double logEvidence) = ClosedForm.Answer(model, session.State, question);
        Answer answer = session.Answer(question, new AnswerOptions { Effort = 2048, Threads = 1 });
        for (int i = 0; i < means.Length; i++)
        {
            // 4.5 standard errors of an honest sampler, and what the rounding of recorded values adds.
            double error = (4.5 * deviations[i] / Math.Sqrt(2048)) + 2e-3;
            Assert.InRange(answer.Cells[i].Mean, means[i] - error, means[i] + error);
            Assert.InRange(answer.Cells[i].StandardDeviation, deviations[i] * 0.9, deviations[i] * 1.1);
        }

        Assert.InRange(answer.LogEvidence, logEvidence - 0.05, logEvidence + 0.05);
        Assert.True(answer.EffectiveSampleSize > 1000, $"{answer.EffectiveSampleSize}");
    }

    /// <summary>Every sort of clamp at once on every sort of channel, against paths of the same model of which those that fulfil the clamps are kept.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Clamps_of_every_sort_answer_as_the_paths_that_fulfil_them(int which)
    {
        Clamp[][] cases =
        [
            [Clamp.Between(new(0, 3), 9, 11)],
            [Clamp.OneOf(new(3, 2), [2]), Clamp.Between(new(1, 3), 0.1, double.PositiveInfinity)],
            [Clamp.Between(new(1, 2), 0, 0.5), Clamp.Equal(new(2, 1), 1), Clamp.OneOf(new(3, 3), [0, 2])],
            [Clamp.Linear([new(new(0, 1), 1), new(new(0, 3), -1)], 0.5, double.PositiveInfinity), Clamp.Equal(new(1, 3), 0)],
            [Clamp.Linear([new(new(2, 1), 1), new(new(2, 2), 1), new(new(2, 3), 1)], 2, 2), Clamp.Between(new(0, 1), double.NegativeInfinity, 10)],
        ];
        WorldModel model = Simulated.MixedModel;
        Session session = model.After(Simulated.Mixed(60, 41));
        var engine = new WorldEngine(
            model.Engine.Schema, model.Engine.Normalizer, model.Engine.Clock, model.Engine.Core, model.Engine.Network, NetworkShares.All(model.Engine.Core.Layout));
        CellAddress[] asked = [new(0, 1), new(0, 2), new(1, 1), new(1, 3), new(2, 2), new(2, 3)];
        CellAddress[] open = [.. asked.Where(cell => !cases[which].Any(clamp => !clamp.IsRelation && clamp.Cell == cell))];

        double[][] paths = new PathSampler(engine, new HorizonCalibration(0, 4)).Sample(
            session.State, [.. Enumerable.Range(1, 3).Select(h => session.Time + (3600.0 * h))], new ForecastOptions { Paths = 30_000, Threads = 2 });
        double[][] kept = [.. paths.Where(path => cases[which].All(clamp => Holds(clamp, path, model)))];
        Assert.True(kept.Length > 100, $"{kept.Length}");
        var question = new Question { Clamps = cases[which], Asked = open };

        // Where orders of asking disagree only the same orders mean the same paths: known cells not first, and all cells drawn.
        var plan = new QuestionPlan(engine.Schema, session.Time, [], question, new AnswerOptions());
        using SampledPaths run = ParticleSampler.Run(
            new WorldParticles(engine, session.State, plan.Slices), new SamplerOptions(4000, 1) { Relations = plan.Relations, KnownFirst = false, Threads = 2 });
        using var set = new PathSet([run]);
        Answer answer = new PathSummary(set, engine.Schema.Channels, plan).Answer(question);
        double share = (double)kept.Length / paths.Length;
        double evidenceError = 5 * Math.Sqrt((1 - share) / kept.Length);
        Assert.InRange(Math.Exp(answer.LogEvidence), share * (1 - evidenceError), share * (1 + evidenceError));
        for (int i = 0; i < open.Length; i++)
        {
            double[] values = [.. kept.Select(path => path[((open[i].Offset - 1) * 4) + open[i].Channel])];
            double mean = values.Average();
            double deviation = Math.Sqrt(values.Average(value => (value - mean) * (value - mean)));
            double error = 4.5 * ((deviation / Math.Sqrt(kept.Length / 2.0)) + answer.StandardErrors[i]);
            Assert.InRange(answer.Cells[i].Mean, mean - error - 1e-9, mean + error + 1e-9);
        }
    }

    [Fact]
    public void The_bits_depend_neither_on_threads_nor_on_what_else_is_asked()
    {
        Session session = Simulated.MixedModel.After(Simulated.Mixed(60, 41));
        var question = new Question { Clamps = [Clamp.Between(new(0, 4), 9, 11), Clamp.Equal(new(3, 2), 1)], Asked = [new(0, 2), new(1, 3)] };
        Answer one = session.Answer(question, new AnswerOptions { Effort = 500, Threads = 1 });
        Answer three = session.Answer(question, new AnswerOptions { Effort = 500, Threads = 3 });
        Answer more = session.Answer(question with { Asked = [new(0, 2), new(1, 3), new(2, 3)] }, new AnswerOptions { Effort = 500, Threads = 2 });
        Assert.Equal(one.Samples, three.Samples);
        Assert.Equal(one.LogEvidence, three.LogEvidence);
        Assert.Equal(one.Cells[1].Mean, more.Cells[1].Mean);
        Assert.NotEqual(one.Cells[1].Mean, session.Answer(question, new AnswerOptions { Effort = 500, Seed = 2 }).Cells[1].Mean);
    }

    [Fact]
    public void Effort_stops_at_the_tolerance_and_goes_on_to_the_most_without_reaching_it()
    {
        Session session = Simulated.MixedModel.After(Simulated.Mixed(60, 41));
        var question = new Question { Clamps = [Clamp.Between(new(0, 4), 9, 11)], Asked = [new(0, 2)] };
        Answer rough = session.Answer(question, new AnswerOptions { Effort = 100_000, Tolerance = 0.05 });
        Answer fine = session.Answer(question, new AnswerOptions { Effort = 100_000, Tolerance = 0.02 });
        Answer capped = session.Answer(question, new AnswerOptions { Effort = 500, Tolerance = 0.001 });
        Assert.True(rough.Effort < fine.Effort && fine.Effort < 100_000, $"{rough.Effort} {fine.Effort}");
        Assert.True(fine.StandardErrors[0] <= 0.02 * fine.Cells[0].StandardDeviation);
        Assert.Equal(500, capped.Effort);
    }

    [Fact]
    public void Effort_goes_on_until_events_are_within_the_tolerance_too()
    {
        Session session = Simulated.MixedModel.After(Simulated.Mixed(60, 41));
        Question Asks(CellFunction happening) => new() { Events = [happening], Clamps = [Clamp.Between(new(0, 4), 9, 11)] };
        Answer rough = session.Answer(Asks(Above(11)), new AnswerOptions { Effort = 100_000, Tolerance = 0.05 });
        Answer fine = session.Answer(Asks(Above(11)), new AnswerOptions { Effort = 100_000, Tolerance = 0.02 });
        Assert.True(rough.Effort < fine.Effort && fine.Effort < 100_000, $"{rough.Effort} {fine.Effort}");
        Assert.True(fine.EventErrors[0] <= 0.02 * Math.Sqrt(fine.Events[0] * (1 - fine.Events[0])));

        // What never happens has no spread to measure by: as many paths as any other event needs.
        Answer never = session.Answer(Asks(Above(1000)), new AnswerOptions { Effort = 100_000, Tolerance = 0.02 });
        Assert.Equal((0, 0), (never.Events[0], never.EventErrors[0]));
        Assert.InRange(never.EffectiveSampleSize, 1 / (0.02 * 0.02), 99_999);
    }

    /// <summary>The errors that are told against how far runs of other seeds lie apart. The model's orders disagree: chunks of one order err together.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Errors_of_means_and_events_are_those_of_repeated_runs(bool wet)
    {
        const int Runs = 60;
        Session session = Simulated.MixedModel.After(Simulated.Mixed(60, 41));
        Clamp[] clamps = [Clamp.Between(new(0, 4), 9, 11), .. wet ? [Clamp.Equal(new(3, 1), 2)] : Array.Empty<Clamp>()];
        var question = new Question { Asked = [new(0, 2)], Events = [Above(9)], Clamps = clamps };
        Answer[] answers = [.. Enumerable.Range(1, Runs).Select(seed => session.Answer(question, new AnswerOptions { Effort = 1024, Seed = (ulong)seed, Threads = 2 }))];
        Holds(answer => (answer.Cells[0].Mean, answer.StandardErrors[0]));
        Holds(answer => (answer.Events[0], answer.EventErrors[0]));

        void Holds(Func<Answer, (double Value, double Error)> pick)
        {
            double mean = answers.Average(answer => pick(answer).Value);
            double found = Math.Sqrt(answers.Sum(answer => (pick(answer).Value - mean) * (pick(answer).Value - mean)) / (Runs - 1));
            double told = Math.Sqrt(answers.Average(answer => pick(answer).Error * pick(answer).Error));

            // A deviation of 60 runs is itself known to 1/√(2·60), 9 %: three of those.
            Assert.InRange(found / told, 0.7, 1.3);
        }
    }

    /// <summary>Whether the temperature two slices ahead is above so much.</summary>
    private static CellFunction Above(double value) => new($"temperature@+2>{value}", [new(0, 2)], values => values[0] > value ? 1 : 0);

    /// <summary>Also those that lie before all that is asked or known, which are only taken in.</summary>
    [Fact]
    public void Slices_that_do_not_fit_are_refused()
    {
        Session session = Simulated.WalkModel.Begin();
        var question = new Question { Asked = [new(0, 1)] };
        Slice[] good = [new(3600, [0, 0, 0]), new(7200, [0, 0, 0]), new(10_800, [0, 0, 0])];
        session.Answer(good, question);
        Assert.Throws<InputException>(() => session.Answer([new Slice(3600, [0, 0]), .. good[1..]], question));
        Assert.Throws<InputException>(() => session.Answer([good[1], good[0], good[2]], question));
        Assert.Throws<InputException>(() => session.Answer([new Slice(3600, [0, double.PositiveInfinity, 0]), .. good[1..]], question));
    }

    private static bool Holds(Clamp clamp, double[] path, WorldModel model)
    {
        double Value(CellAddress cell) => path[((cell.Offset - 1) * 4) + cell.Channel];
        if (clamp.Outcomes.Count > 0)
        {
            return clamp.Outcomes.Contains((int)Value(clamp.Cell));
        }

        // Intervals hold all that is recorded as a value within them.
        Channel channel = model.Schema.Channels[clamp.Terms[0].Cell.Channel];
        double half = clamp.IsRelation || !channel.IsNumeric ? 1e-9 : channel.Resolution / 2;
        double sum = clamp.Terms.Sum(term => term.Coefficient * Value(term.Cell));
        return channel.Kind == ChannelKind.Positive && clamp.Low > 0
            ? sum > 0 && sum <= clamp.High + half && (clamp.Low <= 1.5 * channel.Resolution || sum >= clamp.Low - half)
            : channel.Kind == ChannelKind.Positive && clamp.High == 0 ? sum == 0
            : sum >= clamp.Low - half && sum <= clamp.High + half;
    }
}
