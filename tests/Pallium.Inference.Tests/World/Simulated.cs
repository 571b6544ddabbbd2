using Pallium.Numerics;

namespace Pallium.Inference.Tests;

/// <summary>Small data of known laws, and models of them that several tests share.</summary>
internal static class Simulated
{
    private const double Hour = 3600;

    /// <summary>Learning that takes a moment.</summary>
    public static LearnOptions Quick { get; } = new() { Stack = "gru(8)", Epochs = 4, Hidden = 16, Threads = 1 };

    /// <summary>The closed-form base alone.</summary>
    public static LearnOptions BaseOnly { get; } = new() { Stack = "none", Threads = 1 };

    private static readonly Lazy<WorldModel> LazyMixed = new(() => WorldModel.Learn(Mixed(500, 1), Quick));
    private static readonly Lazy<WorldModel> LazyWalk = new(() => WorldModel.Learn(Walk(1500, 1), BaseOnly));

    /// <summary>Base and network over <see cref="Mixed"/>.</summary>
    public static WorldModel MixedModel => LazyMixed.Value;

    /// <summary>The base alone over <see cref="Walk"/>, which it describes exactly.</summary>
    public static WorldModel WalkModel => LazyWalk.Value;

    /// <summary>Three coupled Gaussian channels, x' = A x + noise, recorded to 0.001.</summary>
    public static Frame Walk(int rows, ulong seed)
    {
        var rng = new Rng(seed);
        var values = new double[rows * 3];
        double a = 0;
        double b = 0;
        double c = 0;
        for (int t = 0; t < rows; t++)
        {
            double shared = rng.Normal();
            a = (0.9 * a) + (0.5 * rng.Normal()) + (0.5 * shared);
            b = (0.5 * b) + (0.4 * a) + rng.Normal();
            c = (0.3 * c) - (0.5 * shared) + (0.5 * rng.Normal());
            (values[3 * t], values[(3 * t) + 1], values[(3 * t) + 2]) = (Math.Round(a, 3), Math.Round(b, 3), Math.Round(c, 3));
        }

        Channel[] channels = [.. new[] { "a", "b", "c" }.Select(name => new Channel(name, ChannelKind.Real) { Resolution = 0.001 })];
        return Frame.FromArrays(channels, values);
    }

    /// <summary>Every kind of channel, hourly with a daily swing, with holes: temperature, rain with an atom, lamp (yes/no), weather (three categories).</summary>
    public static Frame Mixed(int rows, ulong seed, bool irregular = false, double holes = 0.05)
    {
        var rng = new Rng(seed);
        var values = new double[rows * 4];
        var times = new double[rows];
        double level = 0;
        double now = 0;
        for (int t = 0; t < rows; t++)
        {
            now += Hour * (irregular && t > 0 ? 1 + rng.Below(4) : 1);
            times[t] = 1.4e9 + now;
            level = (0.95 * level) + (0.3 * rng.Normal());
            double phase = Math.Sin(2 * Math.PI * now / (24 * Hour));
            int weather = level > 0.5 ? 2 : level > -0.5 ? 1 : 0;
            bool wet = rng.Uniform() < (weather == 2 ? 0.8 : 0.1);
            values[4 * t] = Math.Round(10 + (3 * level) + (5 * phase) + (0.5 * rng.Normal()), 1);
            values[(4 * t) + 1] = wet ? Math.Max(0.2, Math.Round(Math.Exp(level + (0.5 * rng.Normal())), 1)) : 0;
            values[(4 * t) + 2] = phase < 0 && rng.Uniform() < 0.9 ? 1 : 0;
            values[(4 * t) + 3] = weather;
            for (int c = 0; c < 4; c++)
            {
                values[(4 * t) + c] = rng.Uniform() < holes ? double.NaN : values[(4 * t) + c];
            }
        }

        return Frame.FromArrays(MixedChannels, values, times, TimeKind.Date);
    }

    public static IReadOnlyList<Channel> MixedChannels { get; } =
    [
        new("temperature", ChannelKind.Real) { Unit = "C", Resolution = 0.1 },
        new("rain", ChannelKind.Positive) { Unit = "mm", Resolution = 0.1 },
        new("lamp", ChannelKind.Binary),
        new("weather", ChannelKind.Categorical) { Categories = ["dry", "mild", "wet"] },
    ];

    /// <summary>One channel: a season of 24 slices and an autoregression around it.</summary>
    public static Frame Seasonal(int rows, ulong seed)
    {
        var rng = new Rng(seed);
        var values = new double[rows];
        double level = 0;
        for (int t = 0; t < rows; t++)
        {
            level = (0.8 * level) + (0.6 * rng.Normal());
            values[t] = Math.Round((3 * Math.Sin(2 * Math.PI * t / 24.0)) + level, 2);
        }

        double[] times = [.. Enumerable.Range(0, rows).Select(t => 1.4e9 + (Hour * t))];
        return Frame.FromArrays([new Channel("load", ChannelKind.Real) { Resolution = 0.01 }], values, times, TimeKind.Date);
    }

    /// <summary>The slices of a frame's first series.</summary>
    public static IEnumerable<Slice> Slices(Frame frame) =>
        Enumerable.Range(0, frame.Series[0].Length).Select(t => new Slice(frame.Series[0].Times[t], frame.Series[0].Row(t).ToArray()));

    public static byte[] Bytes(WorldModel model)
    {
        using var stream = new MemoryStream();
        model.Save(stream);
        return stream.ToArray();
    }

    public static WorldModel Loaded(byte[] bytes) => WorldModel.Load(new MemoryStream(bytes));

    /// <summary>Numbers that a posterior is told by.</summary>
    public static double[] Numbers(Posterior posterior) =>
    [
        posterior.Mean, posterior.StandardDeviation, posterior.Quantile(0.05), posterior.Quantile(0.5), posterior.Quantile(0.95),
        posterior.Cdf(0.7), posterior.LogProbability(1), .. posterior.Outcomes.Select(outcome => outcome.Probability),
    ];

    /// <summary>Everything that a model says while it watches a frame, forecasts after it.</summary>
    public static double[] Answers(WorldModel model, Frame frame, int slices)
    {
        Session session = model.Begin();
        var numbers = new List<double>();
        foreach (Slice slice in Slices(frame).Take(slices))
        {
            foreach (Posterior posterior in session.Next())
            {
                numbers.AddRange(Numbers(posterior));
            }

            Surprise surprise = session.Observe(slice);
            numbers.AddRange([surprise.Total, surprise.TailProbability, .. surprise.Channels]);
        }

        foreach (double[] path in session.Forecast(6, new ForecastOptions { Paths = 8 }).Paths)
        {
            numbers.AddRange(path);
        }

        return [.. numbers];
    }

    /// <summary>What a model of <see cref="Mixed"/> answers to a question with clamps, at once and by sampling.</summary>
    public static double[] Clamped(WorldModel model, Frame history)
    {
        Session session = model.After(history);
        var numbers = new List<double>();
        var question = new Question { Clamps = [Clamp.Between(new(0, 4), 5, 15), Clamp.Equal(new(2, 3), 1)], Asked = [new(0, 2), new(1, 3), new(3, 1)] };
        foreach (int effort in new[] { 0, 64 })
        {
            Answer answer = session.Answer(question, new AnswerOptions { Effort = effort });
            numbers.Add(answer.LogEvidence);
            numbers.AddRange(answer.Cells.SelectMany(Numbers));
        }

        return [.. numbers];
    }
}
