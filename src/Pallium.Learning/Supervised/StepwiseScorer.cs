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
        var sums = new (double Loss, double Error, double Targets)[Runs(windows)];
        ForAll(windows, runner, (chunk, run, chosen) => sums[run] = chunk.Evaluate(windows, chosen));
        double targets = Math.Max(1, sums.Sum(sum => sum.Targets));
        return new StepwiseScore(sums.Sum(sum => sum.Loss) / targets, sums.Sum(sum => sum.Error) / targets);
    }

    /// <summary>z of all windows, [N, T, O].</summary>
    public T[] Predict(SequenceWindows<T> windows, ChunkRunner runner)
    {
        var readouts = new T[windows.Count * windows.Steps * model.Outputs];
        ForAll(windows, runner, (chunk, _, chosen) => chunk.Predict(windows, chosen, readouts));
        return readouts;
    }

    private static int Runs(SequenceWindows<T> windows) => (windows.Count + StepwiseChunk<T>.MostRows - 1) / StepwiseChunk<T>.MostRows;

    private void ForAll(SequenceWindows<T> windows, ChunkRunner runner, Action<StepwiseChunk<T>, int, int[]> work)
    {
        const int Rows = StepwiseChunk<T>.MostRows;
        runner.Run(Parts, part =>
        {
            for (int i = part; i < Runs(windows); i += Parts)
            {
                work(_chunks[part], i, [.. Enumerable.Range(i * Rows, Math.Min(Rows, windows.Count - (i * Rows)))]);
            }
        });
    }
}
