namespace Pallium.Cli;

/// <summary>A stream that has read the last series of a file, and the end of what it read.</summary>
/// <param name="Session">The stream's state.</param>
/// <param name="Recent">The last slices, in order.</param>
internal sealed record History(Session Session, IReadOnlyList<Slice> Recent)
{
    /// <summary>Reads a file slice by slice, at constant memory.</summary>
    /// <param name="model">The model that reads.</param>
    /// <param name="path">The data.</param>
    /// <param name="options">How they are read.</param>
    /// <param name="keep">How many of the last slices to keep.</param>
    public static History Read(WorldModel model, string path, FrameOptions options, int keep = 0)
    {
        var recent = new Queue<Slice>();
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
                recent.Clear();
            }

            if (slice.Series == series)
            {
                session!.Advance(slice);
                recent.Enqueue(slice);
                if (recent.Count > keep)
                {
                    recent.Dequeue();
                }
            }
        }

        DataFile.Warn(reader.Warnings);
        return session == null ? throw new InputException($"{path}: found no rows, expected at least one.") : new History(session, [.. recent]);
    }
}
