namespace Pallium.Cli;

/// <summary>A stream that has read the last series of a file up to a few slices, and those slices.</summary>
/// <param name="Before">The stream's state before them.</param>
/// <param name="Since">The last slices, in order: all that a question reaches back to.</param>
internal sealed record History(Session Before, IReadOnlyList<Slice> Since)
{
    /// <summary>Stamps that addresses count from: those of the last slices, or of the last one that was seen.</summary>
    public IReadOnlyList<double> Times => Since.Count > 0 ? [.. Since.Select(slice => slice.Time)] : double.IsNaN(Before.Time) ? [] : [Before.Time];

    /// <summary>Reads a file slice by slice, at a memory that does not depend on its length.</summary>
    /// <param name="model">The model that reads.</param>
    /// <param name="path">The data.</param>
    /// <param name="options">How they are read.</param>
    /// <param name="reach">Which of the last slices to keep.</param>
    /// <param name="until">The last stamp to take in; later slices are passed over.</param>
    public static History Read(WorldModel model, string path, FrameOptions options, QuestionReach reach, double until = double.PositiveInfinity)
    {
        var kept = new Queue<Slice>();
        var known = new HashSet<string>();
        Session? session = null;
        string series = "";
        using SliceReader reader = DataFile.Open(path, model.Schema, options);
        while (reader.TryRead(out Slice? slice))
        {
            if (known.Add(slice.Series))
            {
                series = slice.Series;
                session = model.Begin(slice.Static);
                kept.Clear();
            }

            if (slice.Series == series && slice.Time <= until)
            {
                kept.Enqueue(slice);
                while (kept.TryPeek(out Slice? first) && !reach.Keeps(kept.Count - 1, first.Time, slice.Time))
                {
                    session!.Advance(kept.Dequeue());
                }
            }
        }

        DataFile.Warn(reader.Warnings);
        return session == null ? throw new InputException($"{path}: found no rows, expected at least one.") : new History(session, [.. kept]);
    }

    /// <summary>The same stream with only so many slices kept apart.</summary>
    public History Keep(int slices)
    {
        int seen = Math.Max(0, Since.Count - slices);
        Session session = Before.Fork();
        foreach (Slice slice in Since.Take(seen))
        {
            session.Advance(slice);
        }

        return new History(session, [.. Since.Skip(seen)]);
    }
}
