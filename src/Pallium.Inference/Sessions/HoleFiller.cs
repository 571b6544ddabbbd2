namespace Pallium.Inference;

/// <summary>How holes are filled.</summary>
public sealed record FillOptions
{
    /// <summary>Sampled paths; 0: one pass, in which the base knows all slices around a hole, and the network those before it.</summary>
    public int Effort { get; init; }

    /// <summary>Seed of the paths. Same seed, same bits.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Threads; null: all cores. The result does not depend on it.</summary>
    public int? Threads { get; init; }
}

/// <summary>A slice with its holes filled.</summary>
/// <param name="Slice">As it was read.</param>
/// <param name="Values">One value per channel: its own, or where it had a hole the median (likeliest category).</param>
/// <param name="Posteriors">One per channel: what is believed of a hole; null where there was none.</param>
public sealed record FilledSlice(Slice Slice, double[] Values, IReadOnlyList<Posterior?> Posteriors);

/// <summary>Fills the holes of a stream of slices, of one series or many, at constant memory; it belongs to one thread.</summary>
/// <remarks>
/// Slices from the first hole on are held back until enough whole slices have followed the last one (or a block is full), and all holes of the block are
/// filled together, given everything before, between and after them. Slices come out in the order they went in.
/// </remarks>
public sealed class HoleFiller
{
    /// <summary>Whole slices behind a hole after which those that follow hardly tell about it.</summary>
    private const int Quiet = 8;

    /// <summary>Slices held back in all, beyond which the oldest series is filled with what has come of it.</summary>
    private const int MostWaiting = 768;

    private readonly WorldModel _model;
    private readonly FillOptions _options;
    private readonly int _block;
    private readonly int _trail;
    private readonly Dictionary<string, Stream> _streams = [];
    private readonly Queue<Waiting> _waiting = [];

    /// <exception cref="InputException">The effort is negative.</exception>
    public HoleFiller(WorldModel model, FillOptions options)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(options);
        if (options.Effort < 0)
        {
            throw new InputException($"Option effort: found {options.Effort}, expected a whole number of at least 0.");
        }

        (_model, _options) = (model, options);

        // Weights differ by what the network adds, so that few of its paths still differ many slices back. Rows of a table have no neighbours.
        bool weighs = options.Effort > 0 && model.Engine.Network is not null;
        (_block, _trail) = model.Schema.IsTable ? (1, 0) : weighs ? (8, 8) : (32, 16);
    }

    /// <summary>Takes in the next slice of a series; gives the slices that are done.</summary>
    /// <exception cref="InputException">The slice does not fit the model, or its time does not go forward.</exception>
    public IReadOnlyList<FilledSlice> Add(Slice slice, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(slice);
        if (!_streams.TryGetValue(slice.Series, out Stream? stream))
        {
            stream = new Stream(_model.Begin(slice.Static));
            _streams.Add(slice.Series, stream);
        }

        var waiting = new Waiting(slice, stream);
        _waiting.Enqueue(waiting);
        stream.Held.Add(waiting);
        stream.SinceHole = waiting.HasHoles ? 0 : stream.SinceHole + 1;
        if (stream.Held.Count >= _block + _trail)
        {
            Fill(stream, _block, cancellation);
        }
        else if (stream.SinceHole >= Quiet && stream.Held.Count > stream.SinceHole)
        {
            Fill(stream, stream.Held.Count - stream.SinceHole, cancellation);
        }

        Release(stream);
        if (_waiting.Count > MostWaiting && _waiting.Peek() is { Done: null } oldest)
        {
            Fill(oldest.Stream, Math.Min(_block, oldest.Stream.Held.Count), cancellation);
            Release(oldest.Stream);
        }

        return Finished();
    }

    /// <summary>Fills what is still held back: nothing more will come.</summary>
    public IReadOnlyList<FilledSlice> Complete(CancellationToken cancellation = default)
    {
        foreach (Stream stream in _streams.Values)
        {
            while (stream.Held.Count > 0)
            {
                Fill(stream, Math.Min(_block, stream.Held.Count), cancellation);
                Release(stream);
            }
        }

        return Finished();
    }

    /// <summary>Fills the first <paramref name="count"/> slices that a stream holds back.</summary>
    private void Fill(Stream stream, int count, CancellationToken cancellation)
    {
        Slice[] held = [.. stream.Held.Select(waiting => waiting.Slice)];
        if (_model.Schema.IsTable)
        {
            (Slice filled, IReadOnlyList<Posterior?> posteriors) = stream.Session.Fill(held[0]);
            stream.Held[0].Done = new FilledSlice(held[0], filled.Values, posteriors);
            return;
        }

        CellAddress[] holes =
        [
            .. Enumerable.Range(0, count).SelectMany(i => held[i].Values.Select((value, c) => (Value: value, Cell: new CellAddress(c, i + 1 - held.Length))))
                .Where(cell => double.IsNaN(cell.Value)).Select(cell => cell.Cell),
        ];
        IReadOnlyList<Posterior> answers = holes.Length == 0 ? [] : stream.Session.Answer(
            held, new Question { Asked = holes }, new AnswerOptions { Effort = _options.Effort, Seed = _options.Seed, Threads = _options.Threads }, cancellation).Cells;
        for (int i = 0, next = 0; i < count; i++)
        {
            double[] values = [.. held[i].Values];
            var posteriors = new Posterior?[values.Length];
            for (int c = 0; c < values.Length; c++)
            {
                if (double.IsNaN(values[c]))
                {
                    posteriors[c] = answers[next++];
                    values[c] = posteriors[c]!.Best;
                }
            }

            stream.Held[i].Done = new FilledSlice(held[i], values, posteriors);
        }
    }

    /// <summary>A stream takes in what is filled, as it was read, and whole slices that no hole precedes.</summary>
    private static void Release(Stream stream)
    {
        int count = 0;
        while (count < stream.Held.Count && (stream.Held[count].Done is not null || !stream.Held[count].HasHoles))
        {
            Waiting first = stream.Held[count++];
            first.Done ??= new FilledSlice(first.Slice, first.Slice.Values, new Posterior?[first.Slice.Values.Length]);
            stream.Session.Advance(first.Slice);
        }

        stream.Held.RemoveRange(0, count);
    }

    private List<FilledSlice> Finished()
    {
        var finished = new List<FilledSlice>();
        while (_waiting.TryPeek(out Waiting? first) && first.Done is { } done)
        {
            finished.Add(done);
            _waiting.Dequeue();
        }

        return finished;
    }

    /// <summary>A series, and what it holds back.</summary>
    private sealed class Stream(Session session)
    {
        /// <summary>Has taken in all slices before those held back.</summary>
        public Session Session { get; } = session;

        public List<Waiting> Held { get; } = [];

        /// <summary>Whole slices since the last one with a hole.</summary>
        public int SinceHole { get; set; }
    }

    private sealed class Waiting(Slice slice, Stream stream)
    {
        public Slice Slice { get; } = slice;

        public Stream Stream { get; } = stream;

        public bool HasHoles { get; } = Array.Exists(slice.Values, double.IsNaN);

        public FilledSlice? Done { get; set; }
    }
}
