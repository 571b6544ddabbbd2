using Pallium.Learning;
using Pallium.Numerics;

namespace Pallium.Experiments;

/// <summary>Room occupancy: 16 steps, accuracy per step.</summary>
internal static class OccupancySuite
{
    private const int Steps = 16;
    private const int FirstChannel = 1;
    private const int Channels = 5;
    private const int Light = 2;
    private const int Ramps = 6;
    private const int Folds = 5;

    /// <summary>The papers' windows and inputs, z-scored by train.csv; or with our encoding, which does not depend on the day's levels.</summary>
    /// <param name="encoded">Whether inputs are encoded our way.</param>
    /// <param name="fold">1 to 5: that fifth of the training file, held out from the training windows, takes the place of validation and test; 0: none.</param>
    public static Suite Load(bool encoded, int fold)
    {
        string[] files = ["train", "test1", "test2"];
        double[][][] rows = [.. files.Select(file => DataFolder.Rows($"occupancy/{file}.csv").Select(row => row[FirstChannel..].Select(DataFolder.Number).ToArray()).ToArray())];
        Moments[] moments = [.. Enumerable.Range(0, Channels).Select(c => Moments.Of(rows[0].Select(row => row[c])))];
        Moments[] changes =
            [.. Enumerable.Range(0, Channels).Select(c => Moments.Of(rows[0].Skip(Steps).Zip(rows[0], (late, early) => late[c] - early[c])))];
        ILookup<string, Window> windows = DataFolder.Rows("occupancy/windows.csv").ToLookup(
            row => row[2],
            row =>
            {
                int start = (int)DataFolder.Number(row[1]);
                double[][] part = rows[Array.IndexOf(files, row[0])][start..(start + Steps)];
                float[][] inputs = [.. part.Select(now => encoded ? Encode(now, part[0], changes) : Standardise(now, moments))];
                return new Window(start, inputs, [.. part.Select(now => (float)now[Channels])]);
            });
        if (fold == 0)
        {
            return Suite(windows["train"], windows["valid"], windows["test"]);
        }

        int from = (fold - 1) * rows[0].Length / Folds;
        int to = fold * rows[0].Length / Folds;
        Window[] held = [.. windows["train"].Where(window => window.Start >= from && window.Start + Steps <= to)];
        return Suite(windows["train"].Where(window => window.Start + Steps <= from || window.Start >= to), held, held);
    }

    private static Suite Suite(IEnumerable<Window> training, IEnumerable<Window> validation, IEnumerable<Window> test) =>
        new(StepwiseGoal.Classification, 2, Window.Join(training), Window.Join(validation), Window.Join(test));

    private static float[] Standardise(double[] row, Moments[] moments) =>
        [.. moments.Select((column, c) => column.Standardise(row[c]))];

    /// <summary>Light, squashed around each 100 lux; of all channels, whose levels drift from day to day, the change since the window began.</summary>
    private static float[] Encode(double[] row, double[] first, Moments[] changes) =>
    [
        .. Enumerable.Range(1, Ramps).Select(k => (float)Elementary.Tanh((row[Light] - (100 * k)) / 50)),
        .. changes.Select((change, c) => (float)Elementary.Tanh(0.5 * (row[c] - first[c]) / change.Deviation)),
    ];
}
