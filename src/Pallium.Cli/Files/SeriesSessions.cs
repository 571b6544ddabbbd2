namespace Pallium.Cli;

/// <summary>The streams of a source with many series: one session each.</summary>
internal sealed class SeriesSessions(WorldModel model)
{
    private readonly Dictionary<string, Session> _sessions = [];

    /// <summary>The stream of a slice's series, begun where the slice is its first.</summary>
    public Session Of(Slice slice)
    {
        if (!_sessions.TryGetValue(slice.Series, out Session? session))
        {
            session = model.Begin(slice.Static);
            _sessions.Add(slice.Series, session);
        }

        return session;
    }

    /// <summary>Takes in the past of all series of a file.</summary>
    public void Read(string path, FrameOptions options)
    {
        using SliceReader reader = DataFile.Open(path, model.Schema, options);
        while (reader.TryRead(out Slice? slice))
        {
            Of(slice).Advance(slice);
        }

        DataFile.Warn(reader.Warnings);
    }
}
