namespace Pallium.Inference.Tests;

/// <summary>Channels of all kinds, with names that are hard to read, and how to ask about them.</summary>
internal static class RoomSchema
{
    public const double Minute = 60;

    /// <summary>Ten minutes between slices.</summary>
    public static FrameSchema Schema { get; } = new(
        [
            new Channel("co2", ChannelKind.Real) { Unit = "ppm" },
            new Channel("wind", ChannelKind.Positive) { Unit = "m/s", Resolution = 0.1 },
            new Channel("window", ChannelKind.Binary) { Categories = ["closed", "open"] },
            new Channel("weather", ChannelKind.Categorical) { Categories = ["fog", "heavy rain", "rain", "rain, or snow"] },
            new Channel("temp", ChannelKind.Real) { Unit = "°C", Resolution = 0.5 },
            new Channel("temp-max", ChannelKind.Real) { Unit = "°C", Resolution = 0.5 },
            new Channel("a=b \"c\"@", ChannelKind.Real) { Resolution = 0.01 },
            new Channel("7", ChannelKind.Real),
            new Channel("pump", ChannelKind.Binary),
            new Channel("gears", ChannelKind.Categorical) { Categories = ["3", "4", "5"] },
        ])
    {
        Time = new TimeAxis(TimeKind.Date) { Column = "time", Step = 10 * Minute },
    };

    /// <summary>The last slice is that of 2015-02-10 14:20, the first 50 slices before it.</summary>
    public static SliceTimes Times { get; } = TimesOf();

    public static double Last { get; } = Stamp.ToSeconds(new DateTime(2015, 2, 10, 14, 20, 0));

    public static SliceTimes TimesOf(double? every = null, params double[] future) =>
        new(Schema, [.. Enumerable.Range(-50, 51).Select(i => Stamp.ToSeconds(new DateTime(2015, 2, 10, 14, 20, 0)) + (i * 10 * Minute))], every, future);

    public static IReadOnlyList<Clamp> Clamps(params string[] texts)
    {
        var question = new QuestionText(Schema);
        foreach (string text in texts)
        {
            question.Given(text, "Option --given");
        }

        return question.Resolve(Times).Clamps;
    }

    public static IReadOnlyList<CellAddress> Asked(string text, SliceTimes? times = null)
    {
        var question = new QuestionText(Schema);
        question.Infer(text, "Option --infer");
        return question.Resolve(times ?? Times).Asked;
    }

    public static string Refusal(Action ask) => Assert.ThrowsAny<InputException>(ask).Message;
}
