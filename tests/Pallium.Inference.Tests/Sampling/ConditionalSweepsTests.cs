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
        var steered = new Lookahead(model, looks: true);
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
            KeptPath kept = KeptPath.Draw(model, steered, options, start, before: null, new Rng(options.Seed).For("kept"));
            var sweeps = new ConditionalSweeps(model, blind, kept, options with { Count = paths, LooksAhead = false, ResampleBelow = resampleBelow });
            using SampledPaths swept = sweeps.Next();
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

    /// <summary>Where the paths of one run all come from one beginning, sweeps of as many paths in all find the smoother's means.</summary>
    [Fact]
    public void Sweeps_find_what_a_collapsed_run_does_not()
    {
        const int Repeats = 20;
        (GaussianHistory history, Question question, Answer exact, QuestionPlan plan) = Draw(200);
        var model = new KalmanParticles(history, plan.Slices);
        double alone = 0;
        foreach (int size in new[] { 4, 8, 16, 32 })
        {
            double swept = 0;
            long cost = 0;
            int accepted = 0, tried = 0;
            alone = 0;
            for (int repeat = 0; repeat < Repeats; repeat++)
            {
                var options = new SamplerOptions(64, (ulong)(500 + repeat)) { Keep = plan.Keep, LooksAhead = false };
                using SampledPaths first = ParticleSampler.Run(model, options);
                ConditionalSweeps sweeps = ConditionalSweeps.Begin(model, first, options, size);
                SampledPaths[] runs = [.. Enumerable.Range(0, 64 / size).Select(_ => sweeps.Next())];
                Array.ForEach(runs, run => run.LogEvidence = 0);
                using var one = new PathSet([first]);
                using var all = new PathSet(runs);
                alone += Error(one, plan, question, exact);
                swept += Error(all, plan, question, exact);
                Array.ForEach(runs, run => run.Dispose());
                cost += sweeps.Cost;
                accepted += sweeps.Accepted;
                tried += sweeps.Tried;
            }

            TestContext.Current.TestOutputHelper!.WriteLine($"{size}: one run {Math.Sqrt(alone / Repeats):F3}, sweeps {Math.Sqrt(swept / Repeats):F3} cost {cost / Repeats / 200.0} accepted {accepted} of {tried}");
        }
    }

    private static double Error(PathSet paths, QuestionPlan plan, Question question, Answer exact)
    {
        Answer answer = new PathSummary(paths, Model.Channels, plan).Answer(question);
        return answer.Cells.Zip(exact.Cells).Average(cell => Math.Pow((cell.First.Mean - cell.Second.Mean) / cell.Second.StandardDeviation, 2));
    }

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
