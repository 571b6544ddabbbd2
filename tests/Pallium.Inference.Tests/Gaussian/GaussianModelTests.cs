using FsCheck;
using FsCheck.Fluent;
using Pallium.Numerics;

namespace Pallium.Inference.Tests;

public sealed class GaussianModelTests
{
    private static readonly Channel[] Pair = RandomSystems.Channels(2);
    private static readonly CellAddress X = new(0, 1);
    private static readonly CellAddress Y = new(1, 1);
    private static readonly Clamp XIsY = Clamp.Linear([new(X, 1), new(Y, -1)], 0, 0);
    private static readonly GaussianModel Independent = GaussianModel.Joint(Pair, [0, 0], new double[,] { { 1, 0 }, { 0, 1 } });

    [Fact]
    public void Two_standard_normal_numbers_that_are_equal_have_variance_a_half_and_correlation_one()
    {
        GaussianAnswer answer = Independent.Answer(new Question { Clamps = [XIsY], Asked = [X, Y] });
        Assert.Equal(0, answer.Cells[0].Mean, 1e-12);
        Assert.Equal(0.5, answer.Covariance(0, 0), 1e-12);
        Assert.Equal(0.5, answer.Covariance(1, 1), 1e-12);
        Assert.Equal(1, answer.Correlation(0, 1), 1e-12);
        Assert.Equal(-0.5 * Math.Log(4 * Math.PI), answer.LogEvidence, 1e-12);
    }

    [Fact]
    public void Any_order_of_clamps_gives_the_same_answer()
    {
        Gen<int> seeds = Gen.Choose(1, 1 << 20);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(100).WithReplay(23, 29), Prop.ForAll(seeds.ToArbitrary(), seed =>
        {
            var rng = new Rng((ulong)seed);
            GaussianModel model = RandomSystems.Model(2, 3, (ulong)seed);
            CellAddress[] cells = [.. Enumerable.Range(0, 9).Select(i => new CellAddress(i % 3, 1 + (i / 3)))];
            Clamp[] clamps =
            [
                Clamp.Equal(cells[0], rng.Normal()), Clamp.Equal(cells[5], rng.Normal()),
                Clamp.Linear([new(cells[1], 1), new(cells[7], -1)], 0.3, 0.3),
                Clamp.Linear([new(cells[2], 0.5), new(cells[3], 2), new(cells[7], 1)], -0.7, -0.7),
            ];
            int[] order = new int[clamps.Length];
            rng.Permutation(order);
            CellAddress[] asked = [cells[4], cells[6], cells[7], cells[8]];
            GaussianAnswer straight = model.Answer(new Question { Clamps = clamps, Asked = asked });
            GaussianAnswer shuffled = model.Answer(new Question { Clamps = [.. order.Select(i => clamps[i])], Asked = asked });
            Assert.Equal(straight.LogEvidence, shuffled.LogEvidence, 1e-12 * (1 + Math.Abs(straight.LogEvidence)));
            for (int i = 0; i < asked.Length; i++)
            {
                Assert.Equal(straight.Cells[i].Mean, shuffled.Cells[i].Mean, 1e-12);
                Assert.Equal(straight.Covariance(i, i), shuffled.Covariance(i, i), 1e-12);
            }
        }));
    }

    [Fact]
    public void A_contradiction_is_reported_with_the_clamp_that_cannot_hold()
    {
        Clamp one = Clamp.Equal(X, 1);
        Clamp two = Clamp.Equal(Y, 2);
        Assert.Equal(XIsY, Culprit(one, two, XIsY));
        Assert.Equal(two, Culprit(one, XIsY, two));
        Assert.Equal(one, Culprit(XIsY, two, one));
        var twice = Clamp.Equal(X, 1.5);
        Assert.Equal(twice, Culprit(one, twice));
        var between = Clamp.Between(X, 3, 4);
        Assert.Equal(between, Culprit(one, between));
        Assert.Equal(between, Culprit(Clamp.Between(X, 1, 2), between));
    }

    private static Clamp? Culprit(params Clamp[] clamps)
    {
        var exception = Assert.Throws<ContradictionException>(() => Independent.Answer(new Question { Clamps = clamps, Asked = [X] }));
        Assert.Equal(double.NegativeInfinity, exception.LogEvidence);
        Assert.StartsWith(exception.Clamp!.Describe(Pair), exception.Message, StringComparison.Ordinal);
        return exception.Clamp;
    }

    [Fact]
    public void Clamps_that_follow_from_others_change_nothing()
    {
        Clamp[] needed = [Clamp.Equal(X, 0.1), XIsY];
        Clamp[] more = [.. needed, Clamp.Equal(Y, 0.1), Clamp.Linear([new(X, 2), new(Y, 1)], 0.3, 0.3), Clamp.Between(Y, 0, 1), XIsY];
        Answer plain = Independent.Answer(new Question { Clamps = needed, Asked = [X, Y] });
        Answer redundant = Independent.Answer(new Question { Clamps = more, Asked = [X, Y] });
        Assert.Equal(0.1, plain.Cells[1].Mean, 1e-15);
        Assert.Equal(0.1, redundant.Cells[1].Mean, 1e-15);
        Assert.Equal(0, redundant.Cells[1].StandardDeviation, 1e-12);
        Assert.Equal(plain.LogEvidence, redundant.LogEvidence, 1e-9);
    }

    [Fact]
    public void Channels_without_noise_that_say_the_same_agree_or_contradict()
    {
        // A level that never moves, read by two channels without noise: one cell says everything for all time.
        var model = new GaussianModel(Pair, new StateSpaceParameters
        {
            Transition = new double[,] { { 1 } },
            ProcessNoise = new double[1, 1],
            Observation = new double[,] { { 1 }, { 2 } },
            Offset = [0, 1],
            ObservationNoise = new double[2, 2],
            StartMean = [5],
            StartCovariance = new double[,] { { 4 } },
        });
        Clamp known = Clamp.Equal(new CellAddress(0, 3), 6.1);
        GaussianAnswer answer = model.Answer(new Question { Clamps = [known, Clamp.Equal(new CellAddress(1, 9), 13.2)], Asked = [X, new CellAddress(1, 40)] });
        Assert.Equal(6.1, answer.Cells[0].Mean, 1e-12);
        Assert.Equal(13.2, answer.Cells[1].Mean, 1e-12);
        Assert.Equal(0, answer.Cells[1].StandardDeviation, 1e-12);
        Assert.Equal(-0.5 * (Math.Log(2 * Math.PI * 4) + (1.1 * 1.1 / 4)), answer.LogEvidence, 1e-12);
        Clamp other = Clamp.Equal(new CellAddress(1, 9), 13.3);
        Assert.Equal(other, Assert.Throws<ContradictionException>(() => model.Answer(new Question { Clamps = [known, other], Asked = [X] })).Clamp);
        Assert.Throws<InputException>(() => model.After([new Slice(0, [6.1, 13.2]), new Slice(1, [6.2, double.NaN])]));
    }

    [Fact]
    public void A_bounded_form_has_the_moments_and_the_probability_of_a_truncated_normal()
    {
        // x + y of two numbers with correlation 0.6: variance 3.2, covariance with x 1.6.
        GaussianModel model = GaussianModel.Joint(Pair, [1, 2], new double[,] { { 1, 0.6 }, { 0.6, 1 } });
        double s = Math.Sqrt(3.2);
        GaussianAnswer answer = model.Answer(new Question { Clamps = [Clamp.Linear([new(X, 1), new(Y, 1)], 4, 5)], Asked = [X, Y] });
        (double a, double b) = (1 / s, 2 / s);
        double mass = Elementary.NormalCdf(b) - Elementary.NormalCdf(a);
        double Density(double z) => Math.Exp(-0.5 * z * z) / Math.Sqrt(2 * Math.PI);
        double mean = (Density(a) - Density(b)) / mass;
        double variance = 1 + (((a * Density(a)) - (b * Density(b))) / mass) - (mean * mean);
        double loading = 1.6 / s;
        Assert.Equal(Math.Log(mass), answer.LogEvidence, 1e-12);
        Assert.Equal(1 + (loading * mean), answer.Cells[0].Mean, 1e-12);
        Assert.Equal(1 - (loading * loading * (1 - variance)), answer.Covariance(0, 0), 1e-12);
        Assert.Equal(0.6 - (loading * loading * (1 - variance)), answer.Covariance(0, 1), 1e-12);
        Assert.Equal(Math.Sqrt(answer.Covariance(1, 1)), answer.Cells[1].StandardDeviation, 1e-12);
    }

    [Fact]
    public void Two_bounds_of_one_form_are_one_interval()
    {
        GaussianAnswer two = Independent.Answer(new Question { Clamps = [Clamp.Between(X, 0.5, double.PositiveInfinity), Clamp.Between(X, -1, 2)], Asked = [X] });
        GaussianAnswer one = Independent.Answer(new Question { Clamps = [Clamp.Between(X, 0.5, 2)], Asked = [X] });
        Assert.Equal(one.Cells[0].Mean, two.Cells[0].Mean);
        Assert.Equal(one.LogEvidence, two.LogEvidence);
        GaussianAnswer point = Independent.Answer(new Question { Clamps = [Clamp.Between(X, 0.5, 1), Clamp.Between(X, 0, 0.5), XIsY], Asked = [Y] });
        Assert.Equal(0.5, point.Cells[0].Mean, 1e-12);
    }

    [Fact]
    public void What_the_engine_cannot_take_is_refused_in_a_sentence()
    {
        Refused("sampling engine", Clamp.OneOf(X, [0, 1]));
        Refused("found offset 0 without a history", Clamp.Equal(new CellAddress(0, 0), 1));
        Refused("beyond all memory", Clamp.Equal(new CellAddress(0, int.MaxValue), 1));
        Refused("Found a cell of channel 2", Clamp.Equal(new CellAddress(2, 1), 1));
        Assert.Contains("categorical", Assert.Throws<InputException>(() => GaussianModel.Joint([new Channel("sky", ChannelKind.Categorical)], [0], new double[,] { { 1 } })).Message, StringComparison.Ordinal);
        Assert.Contains("eigenvalue", Assert.Throws<ArgumentException>(() => GaussianModel.Joint(Pair, [0, 0], new double[,] { { 1, 2 }, { 2, 1 } })).Message, StringComparison.Ordinal);
        Assert.Contains("MemoryCap", Assert.Throws<InputException>(() => Independent.Answer(new Question { Asked = [new CellAddress(0, 1 << 29)] })).Message, StringComparison.Ordinal);
        Assert.Contains("effort", Assert.Throws<InputException>(() => Independent.Answer(new Question { Asked = [X] }, new AnswerOptions { Effort = -1 })).Message, StringComparison.Ordinal);
        Assert.Contains("equal steps", Assert.Throws<InputException>(() => Independent.Answer(new Question { Asked = [X] }, new AnswerOptions { Every = 2 })).Message, StringComparison.Ordinal);
    }

    private static void Refused(string words, params Clamp[] clamps) =>
        Assert.Contains(words, Assert.Throws<InputException>(() => Independent.Answer(new Question { Clamps = clamps, Asked = [X] })).Message, StringComparison.Ordinal);

    [Fact]
    public void Events_are_shares_of_draws_from_the_joint_posterior()
    {
        GaussianModel model = GaussianModel.Joint(Pair, [0, 0], new double[,] { { 1, -0.5 }, { -0.5, 1 } });
        var both = new CellFunction("a>0 and b>0", [X, Y], values => values[0] > 0 && values[1] > 0 ? 1 : 0);
        var above = new CellFunction("b>1", [Y], values => values[0] > 1 ? 1 : 0);
        const int Draws = 20000;
        var question = new Question { Asked = [Y], Events = [both, above] };
        GaussianAnswer answer = model.Answer(question, new AnswerOptions { Effort = Draws });

        // An orthant's probability is 1/4 + arcsin(ρ)/2π; four standard errors of a share.
        Assert.Equal(0.25 + (Math.Asin(-0.5) / (2 * Math.PI)), answer.Events[0], 4 * 0.5 / Math.Sqrt(Draws));
        Assert.Equal(Elementary.NormalCdf(-1.0), answer.Events[1], 4 * 0.5 / Math.Sqrt(Draws));
        Assert.Equal(Draws, answer.Samples.Count);
        Assert.Equal(Math.Sqrt(answer.Events[1] * (1 - answer.Events[1]) / Draws), answer.EventErrors[1], 1e-12);
        Assert.Equal(answer.Events[1], answer.Samples.Count(sample => sample[0] > 1) / (double)Draws);
        Assert.Equal(answer.Events, model.Answer(question, new AnswerOptions { Effort = Draws }).Events);
        GaussianAnswer bounded = model.Answer(question with { Clamps = [Clamp.Between(Y, 1, 2)] }, new AnswerOptions { Effort = 500 });
        Assert.All(bounded.Samples, sample => Assert.InRange(sample[0], 1, 2));
        Assert.Equal(1, bounded.Events[1]);

        // One draw would be sure of anything.
        GaussianAnswer least = model.Answer(question, new AnswerOptions { Effort = 0 });
        Assert.Equal(256, least.Samples.Count);
        Assert.True(least.EventErrors[0] > 0);
    }

    [Fact]
    public void Without_history_and_clamps_the_answer_is_the_marginal_and_says_so()
    {
        Answer answer = ((IConditional)Independent).Answer(new Question { Asked = [X] });
        Assert.Equal(1, answer.Cells[0].StandardDeviation);
        Assert.Equal(1.6448536269514722, answer.Cells[0].Quantile(0.95), 1e-12);
        Assert.Contains("Nothing informs", Assert.Single(answer.Warnings), StringComparison.Ordinal);
        Assert.Empty(Independent.Answer(new Question { Asked = [X], Clamps = [XIsY] }).Warnings);
    }
}
