using Pallium.Learning;

namespace Pallium.Experiments;

/// <summary>Gesture phases: 32 frames of 32 features, five phases, accuracy per frame.</summary>
internal static class GestureSuite
{
    private const int Steps = 32;
    private const int FirstFeature = 2;
    private const int Features = 32;
    private const int Phase = FirstFeature + Features;

    /// <summary>The papers' windows, features z-scored over all frames.</summary>
    public static Suite Load()
    {
        List<string[]> rows = DataFolder.Rows("gesture_phase/gesture.csv.gz");
        Moments[] moments = [.. Enumerable.Range(FirstFeature, Features).Select(f => Moments.Of(rows.Select(row => DataFolder.Number(row[f]))))];
        Dictionary<(string Recording, int Frame), int> places = rows.Select((row, i) => ((row[0], (int)DataFolder.Number(row[1])), i)).ToDictionary();
        float[][] inputs = [.. rows.Select(row => moments.Select((m, f) => m.Standardise(DataFolder.Number(row[FirstFeature + f]))).ToArray())];
        float[] targets = [.. rows.Select(row => (float)DataFolder.Number(row[Phase]))];
        ILookup<string, Window> windows = DataFolder.Rows("gesture_phase/windows.csv").ToLookup(
            row => row[2],
            row =>
            {
                int start = places[(row[0], (int)DataFolder.Number(row[1]))];
                return new Window(start, inputs[start..(start + Steps)], targets[start..(start + Steps)]);
            });
        return new Suite(StepwiseGoal.Classification, 5, Window.Join(windows["train"]), Window.Join(windows["valid"]), Window.Join(windows["test"]));
    }
}
