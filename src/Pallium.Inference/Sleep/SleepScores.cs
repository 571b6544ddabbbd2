using Pallium.Learning;
using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>Finds on held-out questions how much of an answer network is used, and compares answers on others.</summary>
internal static class SleepScores
{
    /// <summary>Slices ahead that are near.</summary>
    private const int Near = 3;

    /// <summary>Standard errors by which a variable must gain before the network has a share in it: with many variables one alone is soon reached by chance.</summary>
    private const double Errors = 2;

    /// <summary>Cells that a group is told about with.</summary>
    private const int FewestCells = 20;

    private static readonly string[] Sorts = ["nothing known", "cells of the slice known", "earlier cells known", "later cells known"];

    /// <summary>
    /// Per variable, without and with later knowledge, the share g that makes the mixture (1-g)·before + g·network likeliest; 0 where that gains no more than twice
    /// its standard error.
    /// </summary>
    public static double[] Shares(SliceLayout layout, ISliceNetwork network, IReadOnlyList<SleepExample> examples, ChunkRunner runner) =>
        [.. Cells(layout, network, examples, runner).Select(Share)];

    /// <summary>Loss with the likeliest shares, nats per variable: a network alone would be judged by the few cells that it does not expect.</summary>
    public static double Loss(SliceLayout layout, ISliceNetwork network, IReadOnlyList<SleepExample> examples, ChunkRunner runner)
    {
        double sum = 0;
        int count = 0;
        foreach (List<(int Block, ShareFit.Cell Cell)> cells in Cells(layout, network, examples, runner))
        {
            double share = ShareFit.Maximise([.. cells.Select(item => item.Cell)]);
            sum += cells.Sum(item => item.Cell.Mixed(share));
            count += cells.Count;
        }

        return count > 0 ? sum / count : 0;
    }

    /// <summary>Losses of answers before and of the network, by <see cref="AnswerNetwork.ShareIndex"/>.</summary>
    private static List<(int Block, ShareFit.Cell Cell)>[] Cells(
        SliceLayout layout, ISliceNetwork network, IReadOnlyList<SleepExample> examples, ChunkRunner runner)
    {
        var outputs = new (double[] Real, double[] Discrete)[examples.Count];
        runner.Run(outputs.Length, q => outputs[q] = AnswerNetwork.Evaluate(network, examples[q].Rows));
        List<(int Block, ShareFit.Cell Cell)>[] cells = [.. Enumerable.Range(0, 2 * layout.Variables.Length).Select(_ => new List<(int, ShareFit.Cell)>())];
        for (int q = 0; q < examples.Count; q++)
        {
            SleepExample example = examples[q];
            int block = BlockOf(example, q);
            (double[] real, double[] discrete) = outputs[q];
            foreach ((int h, int channel, double truth) in Asked(example).Where(cell => example.Rows.Counts[cell.Slice]))
            {
                CellPosterior before = example.Rows.Before[h]![channel]!;
                if (layout.DiscreteOf(channel) is >= 0 and int d)
                {
                    SliceVariable variable = layout.Variables[d];
                    int outcome = layout.OutcomeOf(channel, truth);
                    double[] probabilities = AnswerNetwork.ProbabilitiesOf(layout, example.Rows, discrete, h, variable);
                    Add(variable, h, -Elementary.Log(before.Probabilities[outcome]), -Elementary.Log(probabilities[outcome]));
                }

                if (layout.RealOf(channel) is >= 0 and int r && (layout.DiscreteOf(channel) < 0 || truth > 0))
                {
                    (double low, double high) = layout.Scale(channel).Edges(truth);
                    Mixture mixture = AnswerNetwork.MixtureOf(layout, example.Rows, real, h, layout.Variables[r]);
                    Add(layout.Variables[r], h, -before.Mixture!.LogMass(low, high), -mixture.LogMass(low, high));
                }
            }

            void Add(SliceVariable variable, int h, double before, double network) =>
                cells[AnswerNetwork.ShareIndex(variable, example.Rows.HasLater(h))].Add((block, new ShareFit.Cell(1, before, network)));
        }

        return cells;
    }

    private static double Share(List<(int Block, ShareFit.Cell Cell)> cells)
    {
        double share = ShareFit.Maximise([.. cells.Select(item => item.Cell)]);
        var tally = new Tally();
        foreach ((int block, ShareFit.Cell cell) in cells)
        {
            tally.Add(block, -cell.Base, -cell.Mixed(share));
        }

        return share > 0 && tally.Close("") is var gain && gain.After - gain.Before > Errors * gain.StandardError ? share : 0;
    }

    /// <summary>What counts as one when errors are estimated: a stretch of data, or a dream.</summary>
    private static int BlockOf(SleepExample example, int index) => example.Block >= 0 ? example.Block : ~index;

    /// <summary>Scores of answers before and after, over all questions and in groups.</summary>
    public static (SleepGroup Overall, SleepGroup[] Groups) Compare(IReadOnlyList<SleepExample> examples, AnswerNetwork? before, AnswerNetwork after)
    {
        var overall = new Tally();
        var groups = new Tally[2 * Sorts.Length];
        for (int g = 0; g < groups.Length; g++)
        {
            groups[g] = new Tally();
        }

        for (int q = 0; q < examples.Count; q++)
        {
            SleepExample example = examples[q];
            CellPosterior?[]?[] old = before?.Answer(example.Rows) ?? example.Rows.Before;
            CellPosterior?[]?[] young = after.Answer(example.Rows);
            foreach ((int h, int channel, double truth) in Asked(example))
            {
                double was = old[h]![channel]!.LogProbability(truth);
                double now = young[h]![channel]!.LogProbability(truth);
                overall.Add(BlockOf(example, q), was, now);
                groups[(2 * SortOf(example.Rows, h)) + (h < Near ? 0 : 1)].Add(BlockOf(example, q), was, now);
            }
        }

        return (
            overall.Close("all questions"),
            [
                .. groups.Select((tally, g) => (tally, Name: $"{Sorts[g / 2]}, {(g % 2 == 0 ? $"up to {Near} slices ahead" : "farther")}"))
                    .Where(group => group.tally.Cells >= FewestCells).Select(group => group.tally.Close(group.Name)),
            ]);
    }

    /// <summary>Whether the log score rose by more than its standard error, and fell by no more than that in any group.</summary>
    public static bool Pays(SleepGroup overall, IEnumerable<SleepGroup> groups) =>
        overall.After - overall.Before > overall.StandardError && groups.All(group => group.After - group.Before >= -group.StandardError);

    private static int SortOf(AnswerRows rows, int h)
    {
        static bool Knows(SlicePlan slice) => Array.Exists(slice.Cells, cell => cell.Role == CellRole.Known);
        return rows.HasLater(h) ? 3 : rows.Slices.Take(h).Any(Knows) ? 2 : Knows(rows.Slices[h]) ? 1 : 0;
    }

    private static IEnumerable<(int Slice, int Channel, double Truth)> Asked(SleepExample example)
    {
        for (int h = 0; h < example.Rows.Slices.Count; h++)
        {
            for (int c = 0; c < example.Values[0][h].Length; c++)
            {
                if (example.Rows.Before[h]?[c] is not null && !double.IsNaN(example.Values[0][h][c]))
                {
                    yield return (h, c, example.Values[0][h][c]);
                }
            }
        }
    }

    /// <summary>Scores of one group.</summary>
    private sealed class Tally
    {
        private readonly Dictionary<int, (int Cells, double Gain)> _blocks = [];
        private double _before;
        private double _after;

        public int Cells { get; private set; }

        public void Add(int block, double before, double after)
        {
            Cells++;
            _before += before;
            _after += after;
            (int cells, double gain) = _blocks.GetValueOrDefault(block);
            _blocks[block] = (cells + 1, gain + after - before);
        }

        /// <summary>Means, and the error of their difference from how much blocks pull it together; of one block alone nobody knows.</summary>
        public SleepGroup Close(string name)
        {
            double mean = (_after - _before) / Cells;
            double pulls = _blocks.Values.Sum(block => (block.Gain - (block.Cells * mean)) * (block.Gain - (block.Cells * mean)));
            double error = mean == 0 ? 0 : _blocks.Count < 2 ? double.PositiveInfinity : Math.Sqrt(pulls * _blocks.Count / (_blocks.Count - 1.0)) / Cells;
            return new SleepGroup(name, Cells, _before / Cells, _after / Cells, error);
        }
    }
}
