using Pallium.Inference;

namespace Pallium.Experiments;

/// <summary>ETTh1 at horizon 96 by the long-horizon papers' protocol.</summary>
internal static class ElectricityExperiment
{
    private const int Train = 8640;
    private const int Valid = 2880;
    private const int Test = 2880;
    private const int Horizon = 96;

    /// <summary>The world model holds back the last tenth of what it learns from: 9600 rows are the papers' training part and, as validation, the first third of theirs.</summary>
    private const int LearnRows = 9600;

    public static void Run(Arguments arguments)
    {
        int stride = arguments.Count("stride", 1);
        int paths = arguments.Count("paths", 16);
        WorldResult.RunMissing(stride == 1 ? "etth1" : $"etth1/{stride}", arguments, "none;liquid(64)", (stack, seed, threads) => Figures(stack, seed, threads, stride, paths));
    }

    private static Dictionary<string, double> Figures(string stack, ulong seed, int threads, int stride, int paths)
    {
        Frame all = Frame.ReadCsv(DataFolder.PathOf("etth1/ETTh1.csv.gz"));
        WorldModel model = WorldExperiments.Learn(all.Slice(0, LearnRows), stack, seed, threads);
        int channels = all.Channels.Count;
        Series series = all.Series[0];
        (double Mean, double Deviation)[] moments = [.. Enumerable.Range(0, channels).Select(c => Moments(all.Slice(0, Train).Column(c)))];
        Session session = model.After(all.Slice(0, Train + Valid));
        double square = 0;
        double absolute = 0;
        long cells = 0;
        int windows = 0;
        for (int origin = Train + Valid; origin + Horizon <= Train + Valid + Test; origin++)
        {
            if ((origin - Train - Valid) % stride == 0)
            {
                Forecast forecast = session.Forecast(Horizon, new ForecastOptions { Paths = paths });
                windows++;
                for (int h = 0; h < Horizon; h++)
                {
                    for (int c = 0; c < channels; c++)
                    {
                        double error = (forecast[h + 1, c].Mean - series.Row(origin + h)[c]) / moments[c].Deviation;
                        square += error * error;
                        absolute += Math.Abs(error);
                        cells++;
                    }
                }

                if (windows % 100 == 0)
                {
                    Console.Error.WriteLine(FormattableString.Invariant($"  {windows} windows: MSE {square / cells:F4}, MAE {absolute / cells:F4}"));
                }
            }

            session.Advance(new Slice(series.Times[origin], series.Row(origin).ToArray()));
        }

        return new() { ["mse"] = square / cells, ["mae"] = absolute / cells, ["windows"] = windows, ["paths"] = paths };
    }

    private static (double Mean, double Deviation) Moments(double[] values)
    {
        double mean = values.Average();
        return (mean, Math.Sqrt(values.Select(value => (value - mean) * (value - mean)).Average()));
    }
}
