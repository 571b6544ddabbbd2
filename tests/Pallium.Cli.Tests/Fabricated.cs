using System.Text;
using System.Text.Json;
using Spectre.Console;

namespace Pallium.Cli.Tests;

/// <summary>Made-up results to print.</summary>
internal static class Fabricated
{
    public const double Day = 86400;

    public static FrameSchema Schema { get; } = new(
        [
            new Channel("rain", ChannelKind.Positive) { Unit = "mm", Resolution = 0.1 },
            new Channel("heat", ChannelKind.Real) { Unit = "°C", Resolution = 0.5 },
            new Channel("pump", ChannelKind.Binary),
            new Channel("kind", ChannelKind.Categorical) { Categories = ["dry <&>", "wet", "[red]"] },
        ])
    {
        Time = new TimeAxis(TimeKind.Date) { Column = "date", Step = Day },
    };

    public static IReadOnlyList<Belief> Beliefs(int step = 1) =>
        [
            Numbers(Schema.Channels[0], 0, 0.3 * step),
            Numbers(Schema.Channels[1], -2.25 + step, 1 + (0.2 * step)),
            new Belief(Schema.Channels[2], double.NaN, double.NaN, double.NaN, [], [new("1", 0.7), new("0", 0.3)]),
            new Belief(Schema.Channels[3], double.NaN, double.NaN, double.NaN, [], [new("wet", 0.6), new("dry <&>", 0.3), new("[red]", 0.1)]),
        ];

    public static Slice Slice(int day, params double[] values) => new(day * Day, values);

    public static ForecastPicture Picture(int history, int horizon) => new(
        "A & B <forecast>", Schema.Time,
        [.. Enumerable.Range(0, history).Select(i => Slice(i, i % 3, i % 4 == 0 ? double.NaN : i % 5, i % 2, i % 3))],
        [.. Enumerable.Range(history, horizon).Select(i => i * Day)],
        [.. Enumerable.Range(1, horizon).Select(Beliefs)]);

    public static ModelSummary Summary { get; } = new()
    {
        Schema = Schema,
        Stack = "liquid(64)",
        Precision = Precision.Single,
        NetworkParameters = 54321,
        BaseParameters = 1234,
        Lags = (96, 4),
        MultiplyAdds = (1000, 20000, 3000),
        WeightBytes = 217000,
        StateBytes = 1200,
        ClockPeriods = [604800, 31556952],
        Contributions = [.. Schema.Channels.Select(channel => new ChannelContribution(channel, 2.5, 2.25, 0.5, channel.IsNumeric ? 0.25 : double.NaN))],
        Runs = [new LearningRun { Source = "a.csv", Slices = 1000, Steps = 1200, BestStep = 900, BaseLoss = 2.5, Loss = 2.25, Divergences = ["rate halved at update 3"], Seed = 7 }],
    };

    public static Evaluation Evaluation { get; } = new(
        [.. Schema.Channels.Select(channel => new ChannelEvaluation(
            channel, new Scores(2, 1.5, 1.125, channel.IsNumeric ? 0.9 : double.NaN, 1000), 2.25, 2, new Scores(3, 2.5, 2, double.NaN, 1000),
            new Scores(1.75, 2.5, 2, double.NaN, 1000), new Scores(4, 2.5, double.NaN, double.NaN, 1000)))],
        0.895, 4000, 200, 24, 7, 0.0125);

    /// <summary>What is written to a console that is a file.</summary>
    public static string Printed(Action<IAnsiConsole> write)
    {
        var text = new StringWriter { NewLine = "\n" };
        write(Terminal.Create(text, redirected: true));
        return text.ToString();
    }

    /// <summary>What is written as JSON.</summary>
    public static JsonElement Json(Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        JsonOutput.Write(stream, indented: true, write);
        return JsonDocument.Parse(Encoding.UTF8.GetString(stream.ToArray())).RootElement;
    }

    private static Belief Numbers(Channel channel, double median, double spread) => new(
        channel, median + 0.1, median, spread, [.. new[] { (0.5, 1.0), (0.8, 2.0), (0.9, 2.5), (0.95, 3.0) }.Select(band =>
            (band.Item1, new Interval(channel.Kind == ChannelKind.Positive ? 0 : median - (band.Item2 * spread), median + (band.Item2 * spread))))], []);
}
