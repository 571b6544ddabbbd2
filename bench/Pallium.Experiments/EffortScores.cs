using Pallium.Inference;
using Pallium.Numerics;

namespace Pallium.Experiments;

/// <summary>How well a model answers between clamps of earlier, same and later slices at several efforts, and in what time.</summary>
/// <param name="Efforts">Sampled paths of an answer; 0 is one pass.</param>
/// <param name="Questions">Asked at the most, evenly spread over the test series.</param>
/// <param name="Seed">Of what each question knows and asks.</param>
/// <param name="Threads">Of an answer.</param>
internal sealed record EffortScores(int[] Efforts, int Questions, ulong Seed, int Threads)
{
    /// <summary>Slices ahead that cells are known and asked of.</summary>
    public int Horizon { get; init; } = 12;

    /// <summary>Whether conditional sweeps may follow; else an effort is what it says.</summary>
    public bool Sweeps { get; init; }

    /// <summary>
    /// The log score of one pass told as that of 256 paths is: by kernels with a wide tail, around as many quantiles. So one pass and paths differ in what
    /// they believe alone.
    /// </summary>
    public const string OnePassAsPaths = "log_score_one_pass_as_paths";

    private const double KnownShare = 1.0 / 3;

    /// <summary>What is learned from, and what follows it.</summary>
    public static (Frame Learn, Frame Test) Data(string set)
    {
        switch (set)
        {
            case "etth1":
                Frame all = Frame.ReadCsv(DataFolder.PathOf("etth1/ETTh1.csv.gz"));
                return (all.Slice(0, 9600), all.Slice(11_520, 14_400));
            case "household":
                return Frame.ReadCsv(DataFolder.PathOf("household_power_hourly/power.csv.gz")).Split(0.2);
            case "traffic":
                return WorldExperiments.ReadTraffic().Split(0.2);
            case "occupancy":
                Frame train = Frame.ReadCsv(DataFolder.PathOf("occupancy/train.csv"));
                return (train, Frame.ReadCsv(DataFolder.PathOf("occupancy/test2.csv"), new FrameOptions { Schema = train.Schema }));
            default:
                throw new ExperimentException($"Option --sets: found '{set}', expected some of etth1;household;occupancy;traffic.");
        }
    }

    /// <summary>
    /// Of every effort <c>log_score</c> (nats per cell), <c>crps</c> (standard deviations per numeric cell) and <c>ms</c> (processor time of a question); how
    /// many <c>cells</c> were asked for; of paths how many were <c>effective</c> and the share of questions that were <c>swept</c>; and, where effort 0 is among the efforts, <see cref="OnePassAsPaths"/>.
    /// </summary>
    public Dictionary<string, double> Of(WorldModel model, Frame learn, Frame test)
    {
        Slice[] slices = [.. test.Slices()];
        double[] deviations = [.. Enumerable.Range(0, learn.Channels.Count).Select(c => Deviation(learn.Column(c)))];
        int stride = Math.Max(1, (slices.Length - Horizon - 1) / Questions);
        Session session = model.Begin();
        Tally[] tallies = [.. Efforts.Select(_ => new Tally())];
        double asPaths = 0;
        for (int origin = 0; origin + Horizon < slices.Length; origin++)
        {
            session.Advance(slices[origin]);
            if ((origin + 1) % stride != 0)
            {
                continue;
            }

            Slice[] future = slices[(origin + 1)..(origin + 1 + Horizon)];
            Question question = Draw(future, new Rng(Seed).For("question").For(origin));
            double[] truth = [.. question.Asked.Select(cell => future[cell.Offset - 1].Values[cell.Channel])];
            if (origin + 1 == stride)
            {
                WarmUp(session, question);
            }

            for (int e = 0; e < Efforts.Length; e++)
            {
                TimeSpan began = Environment.CpuUsage.TotalTime;
                Answer answer = Ask(session, question, Efforts[e]);
                tallies[e].Add(answer, truth, question, deviations, Environment.CpuUsage.TotalTime - began);
                asPaths += Efforts[e] == 0 ? truth.Select((value, i) => AsPaths(answer.Cells[i]).LogProbability(value)).Sum() : 0;
            }
        }

        return Figures(tallies, asPaths);
    }

    private Dictionary<string, double> Figures(Tally[] tallies, double asPaths)
    {
        var figures = new Dictionary<string, double> { ["cells"] = tallies[0].Cells };
        if (Efforts.Contains(0))
        {
            figures[OnePassAsPaths] = asPaths / tallies[0].Cells;
        }

        for (int e = 0; e < Efforts.Length; e++)
        {
            figures[$"log_score_{Efforts[e]}"] = tallies[e].Log / tallies[e].Cells;
            figures[$"crps_{Efforts[e]}"] = tallies[e].Crps / tallies[e].Numbers;
            figures[$"ms_{Efforts[e]}"] = 1e3 * tallies[e].Seconds / tallies[e].Questions;
            if (Efforts[e] > 0)
            {
                figures[$"effective_{Efforts[e]}"] = tallies[e].Effective / tallies[e].Questions;
                figures[$"swept_{Efforts[e]}"] = (double)tallies[e].Swept / tallies[e].Questions;
            }
        }

        return figures;
    }

    private static SamplePosterior AsPaths(Posterior posterior)
    {
        const int Paths = 256;
        return new SamplePosterior(posterior.Channel, [.. Enumerable.Range(0, Paths).Select(i => posterior.Quantile((i + 0.5) / Paths))]);
    }

    private Answer Ask(Session session, Question question, int effort) =>
        session.Answer(question, new AnswerOptions { Effort = effort, Threads = Threads, Sweeps = Sweeps });

    /// <summary>The first answers pay for compiling the code.</summary>
    private void WarmUp(Session session, Question question)
    {
        for (int i = 0; i < 50; i++)
        {
            Ask(session, question, 0);
            Ask(session, question, 16);
        }
    }

    private static double Deviation(double[] values)
    {
        double[] seen = [.. values.Where(value => !double.IsNaN(value))];
        double mean = seen.Average();
        return Math.Sqrt(seen.Average(value => (value - mean) * (value - mean)));
    }

    /// <summary>A third of the cells of the coming slices is known, and three others are asked for.</summary>
    private static Question Draw(Slice[] future, Rng rng)
    {
        const int Asked = 3;
        var clamps = new List<Clamp>();
        var open = new List<CellAddress>();
        for (int h = 1; h <= future.Length; h++)
        {
            for (int c = 0; c < future[h - 1].Values.Length; c++)
            {
                var cell = new CellAddress(c, h);
                double value = future[h - 1].Values[c];
                if (!double.IsNaN(value) && rng.Uniform() < KnownShare)
                {
                    clamps.Add(Clamp.Equal(cell, value));
                }
                else if (!double.IsNaN(value))
                {
                    open.Add(cell);
                }
            }
        }

        var order = new int[open.Count];
        rng.Permutation(order);
        return new Question { Clamps = clamps, Asked = [.. order.Take(Asked).Select(i => open[i])] };
    }

    /// <summary>The CRPS of a number as twice the mean quantile loss over 99 levels, in the channel's units.</summary>
    private static double Crps(Posterior posterior, double truth)
    {
        const int Levels = 99;
        double sum = 0;
        for (int i = 1; i <= Levels; i++)
        {
            double level = i / (Levels + 1.0);
            double quantile = posterior.Quantile(level);
            sum += 2 * ((truth <= quantile ? 1 : 0) - level) * (quantile - truth) / Levels;
        }

        return sum;
    }

    /// <summary>Sums over the questions asked at one effort.</summary>
    private sealed class Tally
    {
        public int Questions { get; private set; }

        public int Cells { get; private set; }

        public int Numbers { get; private set; }

        public double Log { get; private set; }

        public double Crps { get; private set; }

        public double Seconds { get; private set; }

        public double Effective { get; private set; }

        public int Swept { get; private set; }

        public void Add(Answer answer, double[] truth, Question question, double[] deviations, TimeSpan time)
        {
            Questions++;
            Cells += truth.Length;
            Seconds += time.TotalSeconds;
            Effective += answer.EffectiveSampleSize;
            Swept += answer.Sweeps is null ? 0 : 1;
            for (int i = 0; i < truth.Length; i++)
            {
                Log += answer.Cells[i].LogProbability(truth[i]);
                if (answer.Cells[i].Channel.IsNumeric)
                {
                    Numbers++;
                    Crps += EffortScores.Crps(answer.Cells[i], truth[i]) / deviations[question.Asked[i].Channel];
                }
            }
        }
    }
}
