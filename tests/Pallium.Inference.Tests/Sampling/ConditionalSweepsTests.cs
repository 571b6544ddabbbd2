using Pallium.Numerics;
using Pallium.Shared;

namespace Pallium.Inference.Tests;

/// <summary>Conditional runs beside a kept path, with the true model of a linear-Gaussian stream and without its look-ahead, which would leave them nothing to do.</summary>
public sealed class ConditionalSweepsTests
{
    private const int Channels = 2;

    private static readonly GaussianModel Model = RandomSystems.Oscillation();

    /// <summary>What is drawn from the posterior is still drawn from it after a sweep of a few paths, whatever these are worth.</summary>
    [Theory]
    [InlineData(2, 1.1)]
    [InlineData(6, 0.5)]
    public void A_sweep_leaves_the_posterior_as_it_is(int paths, double resampleBelow)
    {
        int chains = LongForm.IsWanted ? 20_000 : 1500;
        (GaussianHistory history, Question question, Answer exact, QuestionPlan plan) = Draw(12);
        var model = new KalmanParticles(history, plan.Slices);
        var blind = new Lookahead(model, looks: false);
        int cells = question.Asked.Count;
        var values = new double[cells][];
        for (int i = 0; i < cells; i++)
        {
            values[i] = new double[chains];
        }

        int tried = 0;
        int accepted = 0;
        for (int chain = 0; chain < chains; chain++)
        {
            // With the look-ahead a run of two paths is two draws of the posterior itself.
            var options = new SamplerOptions(2, (ulong)(1 + chain)) { Keep = plan.Keep, Antithetic = false };
            using SampledPaths start = ParticleSampler.Run(model, options);
            KeptPath kept = KeptPath.Draw(model, options, start, before: null, new Rng(options.Seed).For("kept"));
            var sweeps = new ConditionalSweeps(model, kept, options with { Count = paths, Lookahead = blind, ResampleBelow = resampleBelow });
            using SampledPaths swept = sweeps.Next(0);
            int[] numbers = swept.NumbersOf(new Rng(options.Seed).For("test").Categorical(swept.Weights));
            for (int i = 0; i < cells; i++)
            {
                int slice = plan.IndexOf(question.Asked[i]);
                values[i][chain] = swept.Kept(slice, question.Asked[i].Channel)[numbers[slice]];
            }

            tried += sweeps.Tried;
            accepted += sweeps.Accepted;
        }

        TestContext.Current.TestOutputHelper!.WriteLine($"{accepted} of {tried} other pasts accepted");
        Assert.True(accepted > chains / 20, $"{accepted} of {tried}");
        for (int i = 0; i < cells; i++)
        {
            double deviation = exact.Cells[i].StandardDeviation;
            double[] standardised = [.. values[i].Select(value => (value - exact.Cells[i].Mean) / deviation)];
            double root = Math.Sqrt(chains);
            Assert.InRange(standardised.Average(), -4.5 / root, 4.5 / root);
            Assert.InRange(standardised.Average(z => z * z), 1 - (4.5 * Math.Sqrt(2) / root), 1 + (4.5 * Math.Sqrt(2) / root));
        }

        // Neighbours in time hang together as they should: a wrong past would keep the means and lose this.
        for (int i = 0; i + 1 < cells; i++)
        {
            double[] sums = [.. values[i].Zip(values[i + 1], (a, b) => a + b)];
            double mean = sums.Average();
            double variance = sums.Average(sum => (sum - mean) * (sum - mean));
            Assert.InRange(variance / VarianceOfSum(history, question, exact, i), 1 - (5 * Math.Sqrt(2.0 / chains)), 1 + (5 * Math.Sqrt(2.0 / chains)));
        }
    }

    /// <summary>Of a long stream few beginnings are left; small sweeps of as many paths again find the smoother's means better, and tell how well.</summary>
    [Fact]
    public void Sweeps_find_what_a_collapsed_run_does_not()
    {
        const int Paths = 256;
        const int Chains = 4;
        int repeats = LongForm.IsWanted ? 100 : 12;
        (GaussianHistory history, Question question, Answer exact, QuestionPlan plan) = Draw(200);
        var model = new KalmanParticles(history, plan.Slices);
        double alone = 0;
        double swept = 0;
        double told = 0;
        for (int repeat = 0; repeat < repeats; repeat++)
        {
            var options = new SamplerOptions(Paths, (ulong)(500 + repeat)) { Keep = plan.Keep, Lookahead = new Lookahead(model, looks: false) };
            using SampledPaths first = ParticleSampler.Run(model, options);
            ConditionalSweeps[] chains = [.. Enumerable.Range(0, Chains).Select(chain => ConditionalSweeps.Begin(model, first, options, 8, chain))];
            SampledPaths[] runs = [.. chains.SelectMany(chain => Enumerable.Range(0, 8).Select(_ => chain.Next(0)))];
            using var one = new PathSet([first]);
            using var all = new PathSet(runs, Chains);
            alone += Error(Summary(one, plan, question), exact);
            Answer answer = Summary(all, plan, question);
            swept += Error(answer, exact);
            told += answer.StandardErrors.Zip(exact.Cells).Average(cell => Math.Pow(cell.First / cell.Second.StandardDeviation, 2));
            Array.ForEach(runs, run => run.Dispose());
        }

        TestContext.Current.TestOutputHelper!.WriteLine(
            $"root mean square errors in deviations: one run {Math.Sqrt(alone / repeats):F3}, sweeps {Math.Sqrt(swept / repeats):F3}, which say {Math.Sqrt(told / repeats):F3}");
        Assert.True(swept < 0.95 * alone, $"{swept} {alone}");
        Assert.InRange(told / swept, 0.6, 1.6);
    }

    [Fact]
    public void A_collapsed_answer_is_swept_and_has_the_same_bits_on_any_number_of_threads()
    {
        Session session = Simulated.MixedModel.After(Simulated.Mixed(60, 41));
        Clamp[] clamps = [.. Enumerable.Range(1, 40).SelectMany(h => new[] { Clamp.Between(new(0, h), 9, 9.2 + (h % 2)), Clamp.Equal(new(2, h), h % 2) })];
        var question = new Question { Clamps = clamps, Asked = [new(1, 1), new(3, 2)] };
        Answer one = session.Answer(question, new AnswerOptions { Effort = 512, Threads = 1 });
        Answer three = session.Answer(question, new AnswerOptions { Effort = 512, Threads = 3 });
        Answer without = session.Answer(question, new AnswerOptions { Effort = 512, Sweeps = false });
        Assert.Equal(32, one.Sweeps!.Count);
        Assert.Equal(1024, one.Effort);
        Assert.True(one.Sweeps.Accepted > 0 && one.Sweeps.Extra > 0);
        Assert.Null(without.Sweeps);
        Assert.True(one.EffectiveSampleSize > without.EffectiveSampleSize, $"{one.EffectiveSampleSize} {without.EffectiveSampleSize}");
        Assert.Equal(one.Samples, three.Samples);
        Assert.Equal(one.StandardErrors, three.StandardErrors);
        Assert.Equal(one.LogEvidence, without.LogEvidence);
    }

    private static Answer Summary(PathSet paths, QuestionPlan plan, Question question) => new PathSummary(paths, Model.Channels, plan).Answer(question);

    private static double Error(Answer answer, Answer exact) =>
        answer.Cells.Zip(exact.Cells).Average(cell => Math.Pow((cell.First.Mean - cell.Second.Mean) / cell.Second.StandardDeviation, 2));

    /// <summary>The exact variance of the sum of an asked cell and the next one: a clamp on one moves the other by covariance over variance.</summary>
    private static double VarianceOfSum(GaussianHistory history, Question question, Answer exact, int i)
    {
        double first = exact.Cells[i].StandardDeviation * exact.Cells[i].StandardDeviation;
        double second = exact.Cells[i + 1].StandardDeviation * exact.Cells[i + 1].StandardDeviation;
        Answer moved = history.Answer(new Question
        {
            Clamps = [.. question.Clamps, Clamp.Equal(question.Asked[i], exact.Cells[i].Mean + 1)],
            Asked = [question.Asked[i + 1]],
        });
        return first + second + (2 * first * (moved.Cells[0].Mean - exact.Cells[i + 1].Mean));
    }

    /// <summary>One channel is known of every other slice, the other one asked for.</summary>
    private static (GaussianHistory History, Question Question, Answer Exact, QuestionPlan Plan) Draw(int ahead)
    {
        const int Past = 20;
        double[] values = RandomSystems.Draw(Model, Past + ahead, 77);
        GaussianHistory history = Model.After(Enumerable.Range(0, Past).Select(t => new Slice(t, values[(t * Channels)..((t + 1) * Channels)])));
        var question = new Question
        {
            Clamps = [.. Enumerable.Range(1, ahead).Where(h => h % 2 == 0).Select(h => Clamp.Equal(new(0, h), values[(Past + h - 1) * Channels]))],
            Asked = [.. Enumerable.Range(1, ahead).Select(h => new CellAddress(1, h))],
        };
        return (history, question, history.Answer(question), new QuestionPlan(new FrameSchema(Model.Channels), 0, [], question, new AnswerOptions()));
    }
}
