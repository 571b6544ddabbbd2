using System.Globalization;
using Pallium.Inference;

namespace Pallium.Experiments;

/// <summary>How many sampled paths replace how many learning epochs: models that learned for longer and longer, asked the same questions at every effort.</summary>
internal static class TradeExperiment
{
    private const string File = "trade";
    private const string Stacks = "liquid(64)";
    private static readonly int[] Efforts = [0, 16, 64, 256, 1024];

    public static void Run(Arguments arguments)
    {
        int questions = arguments.Count("questions", 400);
        int[] epochs = [.. arguments.Text("epochs", "0;1;2;4;8;16;32;100").Split(';').Select(Epochs)];
        foreach (string set in arguments.Text("sets", "occupancy;household").Split(';'))
        {
            foreach (int count in epochs)
            {
                WorldResult.RunMissing(
                    Name(set, questions, count), arguments, Stacks, (stack, seed, threads) => Figures(set, stack, count, questions, seed, threads), File);
            }

            foreach (string stack in arguments.Text("stacks", Stacks).Split(';'))
            {
                new TradeTables($"{set}, {stack}", Rows(set, stack, questions, epochs), Efforts).Write(Console.Out);
            }
        }
    }

    private static string Name(string set, int questions, int epochs) => $"{set}/{questions}/{epochs}";

    private static int Epochs(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int count)
        ? count : throw new ExperimentException($"Option --epochs: found '{text}', expected whole numbers between semicolons.");

    /// <summary>Learns for so many epochs at the most (0: the base alone) and asks.</summary>
    private static Dictionary<string, double> Figures(string set, string stack, int epochs, int questions, ulong seed, int threads)
    {
        (Frame learn, Frame test) = EffortScores.Data(set);
        TimeSpan began = Environment.CpuUsage.TotalTime;
        WorldModel model = epochs == 0 ? WorldExperiments.Learn(learn, "none", seed, threads) : WorldExperiments.Learn(learn, stack, seed, threads, epochs);
        double seconds = (Environment.CpuUsage.TotalTime - began).TotalSeconds;
        LearningRun run = model.Summary.Runs[0];
        double perEpoch = Math.Ceiling((double)run.Slices / (WorldLearner.ChunksPerStep * WorldTask<float>.RowsPerChunk * WorldTask<float>.WindowSteps));
        var figures = new Dictionary<string, double>
        {
            ["epochs"] = epochs,
            ["epochs_done"] = run.Steps / perEpoch,
            ["epochs_kept"] = run.BestStep / perEpoch,
            ["updates"] = run.Steps,
            ["learn_seconds"] = seconds,
        };
        foreach ((string name, double value) in new EffortScores(Efforts, questions, seed, threads).Of(model, learn, test))
        {
            figures[name] = value;
        }

        return figures;
    }

    /// <summary>The finished runs of a set and a stack by epochs, of the seeds that all of them have.</summary>
    private static WorldResult[][] Rows(string set, string stack, int questions, int[] epochs)
    {
        List<WorldResult> done = WorldResult.Read(File);
        WorldResult[][] rows =
        [
            .. epochs.Order().Select(count => done.Where(result => result.Stack == stack && result.Experiment == Name(set, questions, count)).ToArray()),
        ];
        return [.. rows.Select(row => row.Where(one => rows.All(other => other.Any(result => result.Seed == one.Seed))).ToArray())];
    }
}
