using System.Diagnostics;
using Pallium.Inference;
using Pallium.Numerics;

namespace Pallium.Experiments;

/// <summary>What more effort gives: questions between clamps of earlier, same and later slices, on data not learned from.</summary>
internal static class EffortExperiment
{
    private const int Horizon = 12;
    private const double KnownShare = 1.0 / 3;
    private static readonly int[] Efforts = [0, 16, 64, 256, 1024, 4096];

    public static void Run(Arguments arguments)
    {
        int questions = arguments.Count("questions", 200);
        foreach (string set in arguments.Text("sets", "etth1;occupancy").Split(';'))
        {
            WorldResult.RunMissing($"effort/{set}/{questions}", arguments, "liquid(64)", (stack, seed, threads) => Figures(set, stack, seed, threads, questions));
        }
    }

    private static Dictionary<string, double> Figures(string set, string stack, ulong seed, int threads, int questions)
    {
        (Frame learn, Frame test) = Data(set);
        WorldModel model = WorldExperiments.Learn(learn, stack, seed, threads);
        Slice[] slices = [.. test.Slices()];
        double[] deviations = [.. Enumerable.Range(0, learn.Channels.Count).Select(c => Deviation(learn.Column(c)))];
        int stride = (slices.Length - Horizon - 1) / questions;
        Session session = model.Begin();
        var log = new double[Efforts.Length];
        var crps = new double[Efforts.Length];
        var seconds = new double[Efforts.Length];
        long cells = 0;
        long numbers = 0;
        for (int origin = 0; origin + Horizon < slices.Length; origin++)
        {
            session.Advance(slices[origin]);
            if ((origin + 1) % stride != 0)
            {
                continue;
            }

            Slice[] future = slices[(origin + 1)..(origin + 1 + Horizon)];
            Question question = Draw(future, new Rng(seed).For("question").For(origin));
            double[] truth = [.. question.Asked.Select(cell => future[cell.Offset - 1].Values[cell.Channel])];
            cells += truth.Length;
            numbers += question.Asked.Count(cell => model.Schema.Channels[cell.Channel].IsNumeric);
            for (int e = 0; e < Efforts.Length; e++)
            {
                long began = Stopwatch.GetTimestamp();
                Answer answer = session.Answer(question, new AnswerOptions { Effort = Efforts[e], Threads = threads });
                seconds[e] += Stopwatch.GetElapsedTime(began).TotalSeconds;
                for (int i = 0; i < truth.Length; i++)
                {
                    log[e] += answer.Cells[i].LogProbability(truth[i]);
                    crps[e] += Crps(answer.Cells[i], truth[i]) / deviations[question.Asked[i].Channel];
                }
            }
        }

        var figures = new Dictionary<string, double> { ["cells"] = cells };
        for (int e = 0; e < Efforts.Length; e++)
        {
            figures[$"log_score_{Efforts[e]}"] = log[e] / cells;
            figures[$"crps_{Efforts[e]}"] = crps[e] / numbers;
            figures[$"ms_{Efforts[e]}"] = 1e3 * seconds[e] / questions;
        }

        return figures;
    }

    private static double Deviation(double[] values)
    {
        double[] seen = [.. values.Where(value => !double.IsNaN(value))];
        double mean = seen.Average();
        return Math.Sqrt(seen.Average(value => (value - mean) * (value - mean)));
    }

    private static (Frame Learn, Frame Test) Data(string set)
    {
        if (set == "etth1")
        {
            Frame all = Frame.ReadCsv(DataFolder.PathOf("etth1/ETTh1.csv.gz"));
            return (all.Slice(0, 9600), all.Slice(11_520, 14_400));
        }

        Frame train = Frame.ReadCsv(DataFolder.PathOf("occupancy/train.csv"));
        return (train, Frame.ReadCsv(DataFolder.PathOf("occupancy/test2.csv"), new FrameOptions { Schema = train.Schema }));
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

    /// <summary>The CRPS as twice the mean quantile loss over 99 levels, of which the caller takes out the channel's deviation; 0 for categories.</summary>
    private static double Crps(Posterior posterior, double truth)
    {
        const int Levels = 99;
        if (!posterior.Channel.IsNumeric)
        {
            return 0;
        }

        double sum = 0;
        for (int i = 1; i <= Levels; i++)
        {
            double level = i / (Levels + 1.0);
            double quantile = posterior.Quantile(level);
            sum += 2 * ((truth <= quantile ? 1 : 0) - level) * (quantile - truth) / Levels;
        }

        return sum;
    }
}
