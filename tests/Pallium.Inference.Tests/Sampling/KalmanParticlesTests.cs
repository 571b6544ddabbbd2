using Pallium.Numerics;
using Pallium.Shared;

namespace Pallium.Inference.Tests;

/// <summary>The sampler with the true model of a linear-Gaussian stream, against exact smoothing.</summary>
public sealed class KalmanParticlesTests
{
    private const int Channels = 4;
    private const int Runs = 30;

    private static readonly GaussianModel Model = RandomSystems.Model(3, Channels, 11);

    [Fact]
    public void Means_differ_from_the_smoother_s_by_chance_alone()
    {
        int sets = LongForm.IsWanted ? 100 : 12;
        int slices = LongForm.IsWanted ? 200 : 24;
        double sum = 0;
        int count = 0;
        int beyond = 0;
        for (int set = 0; set < sets; set++)
        {
            Case asked = Draw(slices, set);
            double[][] means = new double[Runs][];
            Parallel.For(0, Runs, run => means[run] = Means(asked, 128, (ulong)(1 + run)));
            for (int i = 0; i < asked.Question.Asked.Count; i++)
            {
                double[] own = [.. means.Select(run => run[i])];
                double mean = own.Average();
                double error = Math.Sqrt(own.Sum(value => (value - mean) * (value - mean)) / (Runs - 1) / Runs);
                double standardised = (mean - asked.Exact[i]) / error;
                sum += standardised * standardised;
                beyond += Math.Abs(standardised) > 3 ? 1 : 0;
                count++;
            }
        }

        // Of a t distribution of 29 degrees of freedom the root mean square is 1.036, and 0.6 % lie beyond three.
        double rms = Math.Sqrt(sum / count);
        TestContext.Current.TestOutputHelper!.WriteLine($"{count} cells: rms {rms:F3}, {100.0 * beyond / count:F2} % beyond three");
        Assert.InRange(rms, 0.9, LongForm.IsWanted ? 1.1 : 1.15);
        Assert.True(beyond <= (LongForm.IsWanted ? 0.01 : 0.02) * count, $"{beyond} of {count}");
    }

    [Fact]
    public void Errors_fall_with_the_root_of_the_effort()
    {
        int[] efforts = LongForm.IsWanted ? [64, 256, 1024, 4096, 16384] : [64, 256, 1024];
        int repeats = LongForm.IsWanted ? 30 : 12;
        Case asked = Draw(24, 77);
        double[] x = [.. efforts.Select(effort => Math.Log(effort))];
        double[] y = [.. efforts.Select(effort => Math.Log(Math.Sqrt(
            Enumerable.Range(0, repeats).Average(run => Means(asked, effort, (ulong)(100 + run)).Zip(asked.Exact, asked.Deviations).Average(cell => Math.Pow((cell.First - cell.Second) / cell.Third, 2))))))];
        double slope = x.Zip(y, (a, b) => (a - x.Average()) * (b - y.Average())).Sum() / x.Sum(a => (a - x.Average()) * (a - x.Average()));
        TestContext.Current.TestOutputHelper!.WriteLine($"slope {slope:F3}; errors {string.Join(", ", y.Select(log => $"{Math.Exp(log):G3}"))}");
        Assert.InRange(slope, -0.6, -0.4);
    }

    [Fact]
    public void Evidence_and_spread_are_those_of_the_smoother()
    {
        Case asked = Draw(24, 5);
        Answer answer = Answer(asked, 1024, 1);
        Assert.InRange(answer.LogEvidence - asked.LogEvidence, -0.02, 0.02);
        Assert.True(answer.EffectiveSampleSize > 900, $"{answer.EffectiveSampleSize}");
        for (int i = 0; i < asked.Exact.Length; i++)
        {
            Assert.InRange(answer.Cells[i].StandardDeviation / asked.Deviations[i], 0.85, 1.15);
        }
    }

    [Theory]
    [InlineData(3.5)]
    [InlineData(-6)]
    public void A_surprising_clamp_far_ahead_moves_the_whole_path_as_it_should(double deviations)
    {
        GaussianHistory history = Model.After(Slices(RandomSystems.Draw(Model, 50, 3)));
        const int Ahead = 24;
        Posterior prior = history.Answer(new Question { Asked = [new(0, Ahead)] }).Cells[0];
        var clamp = Clamp.Equal(new(0, Ahead), prior.Mean + (deviations * prior.StandardDeviation));
        CellAddress[] cells = [.. Enumerable.Range(1, Ahead).SelectMany(h => Enumerable.Range(0, Channels).Select(c => new CellAddress(c, h))).Where(cell => cell != clamp.Cell)];
        Case asked = Solve(history, new Question { Clamps = [clamp], Asked = cells });
        Answer answer = Answer(asked, 1024, 1);
        for (int i = 0; i < cells.Length; i++)
        {
            Assert.InRange((answer.Cells[i].Mean - asked.Exact[i]) / asked.Deviations[i], -0.2, 0.2);
            Assert.InRange(answer.Cells[i].StandardDeviation / asked.Deviations[i], 0.8, 1.2);
        }
    }

    /// <summary>A question with its exact answer.</summary>
    private sealed record Case(Question Question, double[] Exact, double[] Deviations, double LogEvidence)
    {
        public required QuestionPlan Plan { get; init; }

        public required KalmanParticles Particles { get; init; }

        public required Lookahead Lookahead { get; init; }
    }

    /// <summary>A random set of clamps, a third of the cells of the coming slices, with values that the model itself drew.</summary>
    private static Case Draw(int slices, int set)
    {
        const int Past = 20;
        var rng = new Rng(9).For(set);
        double[] values = RandomSystems.Draw(Model, Past + slices, (ulong)(1000 + set));
        var clamps = new List<Clamp>();
        var asked = new List<CellAddress>();
        for (int h = 1; h <= slices; h++)
        {
            for (int c = 0; c < Channels; c++)
            {
                var cell = new CellAddress(c, h);
                if (rng.Uniform() < 1.0 / 3)
                {
                    clamps.Add(Clamp.Equal(cell, values[((Past + h - 1) * Channels) + c]));
                }
                else
                {
                    asked.Add(cell);
                }
            }
        }

        return Solve(Model.After(Slices(values[..(Past * Channels)])), new Question { Clamps = clamps, Asked = asked });
    }

    private static Case Solve(GaussianHistory history, Question question)
    {
        Answer exact = history.Answer(question);

        // The engine tells densities, the sampler masses of rounding intervals.
        double log = exact.LogEvidence + question.Clamps.Sum(clamp => Math.Log(Model.Channels[clamp.Cell.Channel].Resolution));
        var plan = new QuestionPlan(new FrameSchema(Model.Channels), 0, [], question, new AnswerOptions());
        var particles = new KalmanParticles(history, plan.Slices);
        return new Case(question, [.. exact.Cells.Select(cell => cell.Mean)], [.. exact.Cells.Select(cell => cell.StandardDeviation)], log)
        {
            Plan = plan,
            Particles = particles,
            Lookahead = new Lookahead(particles, looks: true),
        };
    }

    private static double[] Means(Case asked, int effort, ulong seed) => [.. Answer(asked, effort, seed).Cells.Select(cell => cell.Mean)];

    /// <summary>An answer without antithetic pairs: of a linear model they would leave no error to look at.</summary>
    private static Answer Answer(Case asked, int effort, ulong seed)
    {
        using SampledPaths run = ParticleSampler.Run(
            asked.Particles, new SamplerOptions(effort, seed) { Keep = asked.Plan.Keep, Antithetic = false, Lookahead = asked.Lookahead });
        using var paths = new PathSet([run]);
        return new PathSummary(paths, Model.Channels, asked.Plan).Answer(asked.Question);
    }

    private static IEnumerable<Slice> Slices(double[] values) =>
        Enumerable.Range(0, values.Length / Channels).Select(t => new Slice(t, values[(t * Channels)..((t + 1) * Channels)]));
}
