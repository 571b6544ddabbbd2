namespace Pallium.Inference;

/// <summary>A labelled series of numbers, to be scored row by row.</summary>
/// <param name="Name">The series' name; empty where there is only one.</param>
/// <param name="Times">Stamps, one per row: seconds since 1970-01-01 UTC for dates. They may repeat and step back, as a clock that is set back does.</param>
/// <param name="Values">One value per row; NaN is a hole.</param>
/// <param name="Windows">In order, without overlap, inside the rows.</param>
public sealed record LabelledSeries(string Name, double[] Times, double[] Values, IReadOnlyList<NabWindow> Windows)
{
    /// <summary>Whether stamps are dates.</summary>
    public bool HasDates { get; init; }

    /// <summary>Rows that may be learned from before detections count.</summary>
    public int Probation => ScoredSeries.ProbationOf(Values.Length);

    /// <summary>A detector that learns from the probation.</summary>
    public AnomalyOptions DefaultOptions => new(Math.Max(1, Probation)) { HasDates = HasDates };

    /// <summary>Scores each row from the rows up to it, by the detector's own surprise.</summary>
    /// <param name="options">The detector; null is <see cref="DefaultOptions"/>.</param>
    public ScoredSeries Detect(AnomalyOptions? options = null)
    {
        var detector = new AnomalyDetector(options ?? DefaultOptions);
        return new ScoredSeries(Name, [.. Values.Select((value, i) => detector.Observe(Times[i], value).Score)], Windows);
    }

    /// <summary>Scores each row from the rows up to it, by what is new in a model's surprise.</summary>
    /// <param name="model">It sees the stream as one of its channels, the others as holes; a row whose stamp does not go forward it does not see.</param>
    /// <param name="channel">The channel's name.</param>
    /// <param name="options">The detector of surprise; null is <see cref="DefaultOptions"/>.</param>
    /// <exception cref="InputException">The model has no such channel, or a value is none that it can have.</exception>
    public ScoredSeries Detect(WorldModel model, string channel, AnomalyOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        int at = model.Schema.IndexOf(channel);
        if (at < 0)
        {
            throw new InputException($"Option value: found '{channel}', expected a channel of the model, such as '{model.Schema.Channels[0].Name}'.");
        }

        var detector = new AnomalyDetector(options ?? DefaultOptions);
        Session session = model.Begin();
        var scores = new double[Values.Length];
        for (int i = 0; i < scores.Length; i++)
        {
            if (!(Times[i] <= session.Time))
            {
                var values = new double[model.Schema.Channels.Count];
                values.AsSpan().Fill(double.NaN);
                values[at] = Values[i];
                Surprise surprise = session.Observe(new Slice(Times[i], values));
                scores[i] = detector.Observe(Times[i], surprise.Worst < 0 ? double.NaN : surprise.Total).Score;
            }
        }

        return new ScoredSeries(Name, scores, Windows);
    }

}
