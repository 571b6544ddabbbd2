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
        var answer = (GaussianAnswer)Independent.Answer(new Question { Clamps = [XIsY], Asked = [X, Y] });
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
                Clamp.Linear([new(cells[2], 0.5), new(cells[3], 2), new(cells[7], 1)], rng.Normal() is var v ? v : 0, v),
            ];
            int[] order = new int[clamps.Length];
            rng.Permutation(order);
            CellAddress[] asked = [cells[4], cells[6], cells[7], cells[8]];
            var straight = (GaussianAnswer)model.Answer(new Question { Clamps = clamps, Asked = asked });
            var shuffled = (GaussianAnswer)model.Answer(new Question { Clamps = [.. order.Select(i => clamps[i])], Asked = asked });
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
}
