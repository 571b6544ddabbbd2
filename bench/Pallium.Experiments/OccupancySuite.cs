using Pallium.Learning;
using Pallium.Numerics;

namespace Pallium.Experiments;

/// <summary>Room occupancy: 16 steps, accuracy per step.</summary>
internal static class OccupancySuite
{
    private const int Steps = 16;
    private const int FirstChannel = 1;
    private const int Channels = 5;
    private const int Occupied = 6;

    /// <summary>The papers' windows; inputs z-scored by train.csv, and with our encoding squashed and joined by the time of day.</summary>
    public static Suite Load(bool encoded)
    {
        string[] files = ["train", "test1", "test2"];
        List<string[]>[] rows = [.. files.Select(file => DataFolder.Rows($"occupancy/{file}.csv"))];
        (double Mean, double Deviation)[] moments = [.. Enumerable.Range(FirstChannel, Channels).Select(c => Moments(rows[0], c))];
        float[][][] inputs = [.. rows.Select(file => file.Select(row => Inputs(row, moments, encoded)).ToArray())];
        float[][] targets = [.. rows.Select(file => file.Select(row => (float)DataFolder.Number(row[Occupied])).ToArray())];
        ILookup<string, (float[][], float[], int)> windows = DataFolder.Rows("occupancy/windows.csv").ToLookup(
            row => row[2],
            row => (inputs[Array.IndexOf(files, row[0])], targets[Array.IndexOf(files, row[0])], (int)DataFolder.Number(row[1])));
        return new Suite(
            StepwiseGoal.Classification, 2, Cut(windows["train"]), Cut(windows["valid"]), Cut(windows["test"]));
    }

    private static SequenceWindows<float> Cut(IEnumerable<(float[][], float[], int)> windows) => Suite.Cut([.. windows], Steps);

    private static float[] Inputs(string[] row, (double Mean, double Deviation)[] moments, bool encoded)
    {
        double[] z = [.. moments.Select((m, c) => (DataFolder.Number(row[FirstChannel + c]) - m.Mean) / m.Deviation)];
        return encoded ? [.. z.Select(value => (float)Elementary.Tanh(0.5 * value))] : [.. z.Select(value => (float)value)];
    }

    private static (double Mean, double Deviation) Moments(List<string[]> rows, int column)
    {
        double[] values = [.. rows.Select(row => DataFolder.Number(row[column]))];
        double mean = values.Average();
        return (mean, Math.Sqrt(values.Select(value => (value - mean) * (value - mean)).Average()));
    }
}
