using Pallium.Learning;
using Pallium.Numerics;

namespace Pallium.Experiments;

/// <summary>Walker2d, irregularly sampled: 64 kept rows, stride 16, the next of 17 observations, squared error per component.</summary>
/// <remarks>Layers that do not integrate time see log(1 + dt) as an 18th input, as in world models.</remarks>
internal static class WalkerSuite
{
    private const int Steps = 64;
    private const int Stride = 16;
    private const int Keep = 2;
    private const int FirstObservation = 3;
    private const int Observations = 17;

    public static Suite Load()
    {
        Dictionary<string, string> splits = DataFolder.Rows("walker2d/split.csv").ToDictionary(row => row[0], row => row[1]);
        ILookup<string, Window> windows = DataFolder.Rows("walker2d/walker2d.csv.gz").GroupBy(row => row[0])
            .SelectMany(rollout => Windows([.. rollout]).Select(window => (Split: splits[rollout.Key], Window: window)))
            .ToLookup(item => item.Split, item => item.Window);
        return new Suite(
            StepwiseGoal.Regression, Observations, Window.Join(windows["train"]), Window.Join(windows["valid"]), Window.Join(windows["test"]));
    }

    private static IEnumerable<Window> Windows(string[][] rows)
    {
        float[][] observations = [.. rows.Select(row => row[FirstObservation..].Select(cell => (float)DataFolder.Number(cell)).ToArray())];
        int[] kept = [.. Enumerable.Range(0, rows.Length).Where(i => rows[i][Keep] == "1")];
        float[] elapsed = [.. kept.Select((row, i) => (float)(i == 0 ? 1 : row - kept[i - 1]))];
        for (int start = 0; start + Steps <= kept.Length; start += Stride)
        {
            int[] part = kept[start..(start + Steps)];
            float[] times = elapsed[start..(start + Steps)];
            yield return new Window(
                start,
                [.. part.Select((row, i) => (float[])[.. observations[row], (float)Elementary.Log1p(times[i])])],
                [.. part.SelectMany(row => observations[row + 1])])
            {
                Elapsed = times,
            };
        }
    }
}
