using Pallium.Learning;
using Pallium.Numerics;

namespace Pallium.Experiments;

/// <summary>Metro traffic volume: 32 steps, squared error of the z-scored volume per step.</summary>
internal static class TrafficSuite
{
    private const int Steps = 32;
    private const int Holiday = 1;
    private const int Temperature = 2;
    private const int Rain = 3;
    private const int Snow = 4;
    private const int Clouds = 5;
    private const int Volume = 8;

    /// <summary>The papers' windows; inputs as in their code, or encoded as one would who looked at the columns.</summary>
    public static Suite Load(bool encoded)
    {
        List<string[]> rows = DataFolder.Rows("traffic_metro/traffic.csv.gz");
        double[] volume = [.. rows.Select(row => DataFolder.Number(row[Volume]))];
        var moments = Moments.Of(volume);
        float[] targets = [.. volume.Select(moments.Standardise)];
        float[][] inputs = encoded ? Encoded(rows) : AsPublished(rows);
        ILookup<string, Window> windows = DataFolder.Rows("traffic_metro/windows.csv").ToLookup(
            row => row[1],
            row =>
            {
                int start = (int)DataFolder.Number(row[0]);
                return new Window(start, inputs[start..(start + Steps)], targets[start..(start + Steps)]);
            });
        return new Suite(StepwiseGoal.Regression, 1, Window.Join(windows["train"]), Window.Join(windows["valid"]), Window.Join(windows["test"]));
    }

    /// <summary>Holiday flag (0 throughout: their comparison never holds), temperature less its mean, rain, snow, clouds, weekday, half a phase of the day.</summary>
    private static float[][] AsPublished(List<string[]> rows)
    {
        double temperature = rows.Average(row => DataFolder.Number(row[Temperature]));
        return
        [
            .. rows.Select(row =>
            {
                DateTime time = DataFolder.Stamp(row[0]);
                return new[]
                {
                    0f,
                    (float)(DataFolder.Number(row[Temperature]) - temperature),
                    (float)DataFolder.Number(row[Rain]),
                    (float)DataFolder.Number(row[Snow]),
                    (float)DataFolder.Number(row[Clouds]),
                    Monday0(time),
                    (float)Elementary.Sin(time.Hour * Math.PI / 24),
                };
            }),
        ];
    }

    /// <summary>Four harmonics of the day, weekday one-hot, holiday (all day), two harmonics of the year, and the weather in units of about 1.</summary>
    private static float[][] Encoded(List<string[]> rows)
    {
        HashSet<DateTime> holidays = [.. rows.Where(row => row[Holiday].Length > 0).Select(row => DataFolder.Stamp(row[0]).Date)];
        return
        [
            .. rows.Select(row =>
            {
                DateTime time = DataFolder.Stamp(row[0]);
                var inputs = new List<double>();
                AddPhases(inputs, time.Hour / 24.0, 4);
                AddPhases(inputs, (time.DayOfYear - 1) / 365.25, 2);
                inputs.AddRange(Enumerable.Range(0, 7).Select(day => day == Monday0(time) ? 1.0 : 0.0));
                inputs.Add(holidays.Contains(time.Date) ? 1 : 0);
                inputs.Add(holidays.Contains(time.Date.AddDays(1)) ? 1 : 0);
                inputs.Add(Math.Max(-3, (DataFolder.Number(row[Temperature]) - 281) / 13));
                inputs.Add(Elementary.Log1p(Math.Min(60, DataFolder.Number(row[Rain]))));
                inputs.Add(Elementary.Log1p(10 * DataFolder.Number(row[Snow])));
                inputs.Add((DataFolder.Number(row[Clouds]) - 50) / 40);
                return inputs.Select(value => (float)value).ToArray();
            }),
        ];
    }

    private static void AddPhases(List<double> inputs, double phase, int harmonics)
    {
        for (int k = 1; k <= harmonics; k++)
        {
            inputs.Add(Elementary.Sin(2 * Math.PI * k * phase));
            inputs.Add(Elementary.Cos(2 * Math.PI * k * phase));
        }
    }

    private static int Monday0(DateTime time) => ((int)time.DayOfWeek + 6) % 7;
}
