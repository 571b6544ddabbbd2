using System.Numerics;

namespace Pallium.Learning;

/// <summary>Scores a model on windows, some at a time.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class StepwiseScorer<T>(StepwiseModel<T> model)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Runs of chunks that can go on at the same time; each has a tape of its own.</summary>
    private const int Parts = 8;

    private readonly StepwiseChunk<T>[] _chunks = [.. Enumerable.Range(0, Parts).Select(_ => new StepwiseChunk<T>(model))];

    public StepwiseScore Score(SequenceWindows<T> windows, ChunkRunner runner)
    {
        const int Rows = StepwiseChunk<T>.MostRows;
        int[] order = [.. Enumerable.Range(0, windows.Count)];
        var sums = new (double Loss, double Error, long Targets)[(windows.Count + Rows - 1) / Rows];
        runner.Run(Parts, part =>
        {
            for (int i = part; i < sums.Length; i += Parts)
            {
                sums[i] = _chunks[part].Evaluate(windows, order.AsSpan(i * Rows, Math.Min(Rows, windows.Count - (i * Rows))));
            }
        });
        double targets = Math.Max(1, sums.Sum(sum => sum.Targets));
        return new StepwiseScore(sums.Sum(sum => sum.Loss) / targets, sums.Sum(sum => sum.Error) / targets);
    }
}
