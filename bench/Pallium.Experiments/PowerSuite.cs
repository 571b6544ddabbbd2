using Pallium.Learning;
using Pallium.Numerics;

namespace Pallium.Experiments;

/// <summary>Household power: 32 hours, squared error of the z-scored active power from the six other columns.</summary>
/// <remarks>The papers' task on the hourly means that can be had, not on their minutes: windows without overlap, 75/10/15 at random (our draw).</remarks>
internal static class PowerSuite
{
    private const int Steps = 32;
    private const int Columns = 7;
    private const double TestShare = 0.15;
    private const double ValidationShare = 0.1;

    public static Suite Load()
    {
        List<string[]> rows = DataFolder.Rows("household_power_hourly/power.csv.gz");
        Moments[] moments = [.. Enumerable.Range(1, Columns).Select(c => Moments.Of(rows.Select(row => DataFolder.Number(row[c]))))];
        float[][] scaled = [.. rows.Select(row => moments.Select((m, c) => m.Standardise(DataFolder.Number(row[c + 1]))).ToArray())];
        var order = new int[rows.Count / Steps];
        new Rng(23489).Permutation(order);
        Window[] windows =
        [
            .. order.Select(window =>
            {
                float[][] part = scaled[(window * Steps)..((window + 1) * Steps)];
                return new Window(window * Steps, [.. part.Select(row => row[1..])], [.. part.Select(row => row[0])]);
            }),
        ];
        int test = (int)(TestShare * windows.Length);
        int validation = test + (int)(ValidationShare * windows.Length);
        return new Suite(
            StepwiseGoal.Regression, 1, Window.Join(windows[validation..]), Window.Join(windows[test..validation]), Window.Join(windows[..test]));
    }
}
