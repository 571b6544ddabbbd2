namespace Pallium.Inference;

/// <summary>What a conversion learns from, and what of it is held back to judge it.</summary>
/// <param name="Series">All series.</param>
/// <param name="Parts">What of them is learned from, and what is held back.</param>
/// <param name="Source">What the data are called.</param>
internal sealed record ConversionData(IReadOnlyList<Series> Series, HoldOut Parts, string Source)
{
    /// <summary>Of what judged the model's own learning, and is remembered, one part in so many is held back again.</summary>
    private const int HeldBackOfMemory = 2;

    /// <summary>Slices of history that a model runs over before the test begins.</summary>
    private const int History = 640;

    /// <summary>Held-back slices.</summary>
    public int HeldBack => Parts.Validation.Sum(stretch => stretch.Length);

    /// <summary>Data given, or what the model remembers of its own.</summary>
    /// <exception cref="InputException">The data do not fit, or there are too few.</exception>
    public static ConversionData Of(WorldModel model, Frame? frame, ulong seed)
    {
        ConversionData data = frame is null ? Remembered(model) : Given(WorldLearner.LearningPart(SchemaCheck.Fitting(frame, model.Schema), new LearnOptions { Seed = seed }));
        return data.HeldBack >= LossMeasure.LeastSlices ? data : throw new InputException(
            $"Found {data.HeldBack} slices to hold back in {data.Source}, expected at least {LossMeasure.LeastSlices} to judge the new layers by: give more data.");
    }

    /// <summary>The held-back slices as a frame, and what came before them.</summary>
    public (Frame Test, Frame After) Test(FrameSchema schema)
    {
        Frame Of(Func<Stretch, Series> part) => new(schema, [.. Parts.Validation.Select(part)], Source);
        return (Of(stretch => Series[stretch.Series].Part(stretch.From, stretch.To)), Of(stretch => Series[stretch.Series].Part(Math.Max(0, stretch.From - History), stretch.From)));
    }

    private static ConversionData Given(Frame frame)
    {
        HoldOut parts = HoldOut.Of(frame.Series);
        return new(frame.Series, parts, Path.GetFileName(frame.Source));
    }

    private static ConversionData Remembered(WorldModel model)
    {
        ValidationMemory memory = model.Memory;
        int end = memory.Series.Length;
        int cut = end - ((end - memory.ScoredFrom) / HeldBackOfMemory);
        Stretch[] learning = cut > 0 ? [new Stretch(0, 0, cut)] : [];
        return new([memory.Series], new HoldOut(learning, [new Stretch(0, cut, end)]), $"what the model remembers of {Path.GetFileName(memory.Source)}");
    }
}
