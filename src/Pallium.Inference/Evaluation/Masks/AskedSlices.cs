using Pallium.Learning;
using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>The slices of a test that all clamp sets are asked about, each with the stream as it was before it.</summary>
internal sealed class AskedSlices
{
    private readonly WorldModel _model;
    private readonly List<(StreamState State, ClampCalibration Levels, Slice Slice)> _slices = [];
    private readonly Rng _rng;

    /// <summary>Draws slices and streams over the test.</summary>
    /// <param name="model">The model.</param>
    /// <param name="cells">How the baselines read slices.</param>
    /// <param name="test">The test.</param>
    /// <param name="options">How many slices, and their history.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="InputException">No slice has a full past, or a history does not end before its test.</exception>
    public AskedSlices(WorldModel model, SetCells cells, Frame test, MaskOptions options, CancellationToken cancellation)
    {
        _model = model;
        _rng = new Rng(options.Seed).For("asked");
        Frame? after = options.After is { } frame ? SchemaCheck.Fitting(frame, model.Schema) : null;
        (Series Series, int From)[] whole = [.. test.Series.Select(series => Joined(after?.Series.FirstOrDefault(past => past.Name == series.Name), series))];
        HashSet<(int Series, int At)> chosen = Choose(whole, cells.Past, options.Slices);
        if (chosen.Count == 0)
        {
            throw new InputException($"{test.Source}: found no slice with {cells.Past} before it, expected at least one to ask about.");
        }

        var rows = new List<SetRows>();
        var observer = new SliceObserver(model.Engine);
        for (int s = 0; s < whole.Length; s++)
        {
            (Series series, int from) = whole[s];
            int[] own = [.. chosen.Where(place => place.Series == s).Select(place => place.At).Order()];
            rows.AddRange(own.Select(at => Row(cells, series, at)));
            var state = new StreamState(model.Engine, series.Static);
            var levels = new ClampCalibration(model.Schema.Channels.Count);
            Rng rng = _rng.For("stream").For(s);
            for (int t = 0, next = 0; next < own.Length; t++)
            {
                cancellation.ThrowIfCancellationRequested();
                var slice = new Slice(series.Times[t], series.Row(t).ToArray());
                if (own[next] == t)
                {
                    _slices.Add((state.Copy(), levels.Copy(), slice));
                    next++;
                }

                if (t >= from)
                {
                    Follow(observer, state, levels, slice, rng.For(t));
                }

                observer.Advance(state, slice.Time, slice.Values);
            }
        }

        Rows = SetRows.Join(rows);
    }

    /// <summary>The slices as the baselines read them.</summary>
    public SetRows Rows { get; }

    /// <summary>A slice's values.</summary>
    public double[] Values(int slice) => _slices[slice].Slice.Values;

    /// <summary>Lets the model answer every set.</summary>
    public void Answer(bool[][] sets, SetTally[] tallies, ChunkRunner runner, Action<double>? progress, CancellationToken cancellation)
    {
        using var observers = new ThreadLocal<SliceObserver>(() => new SliceObserver(_model.Engine));
        for (int i = 0; i < _slices.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            (StreamState state, ClampCalibration levels, Slice slice) = _slices[i];
            Rng ranks = _rng.For("ranks").For(i);
            runner.Run(sets.Length, s =>
            {
                Rng rng = ranks.For(s);
                bool[] given = Seen(sets[s], slice.Values);
                CellPosterior?[] cells = observers.Value!.Answer(state, slice.Time, slice.Values, given);
                for (int c = 0; c < given.Length; c++)
                {
                    double value = slice.Values[c];
                    if (cells[c] is { } cell && !double.IsNaN(value))
                    {
                        tallies[s].Add(c, cell, value, levels.Covers(given, c, cell.Rank(value, ref rng)));
                    }
                }
            });
            progress?.Invoke((double)i / _slices.Count);
        }
    }

    /// <summary>Asks about a slice as it comes, so that levels follow.</summary>
    private void Follow(SliceObserver observer, StreamState state, ClampCalibration levels, Slice slice, Rng rng)
    {
        bool[] given = Seen(ClampSets.Draw(_model.Schema.Channels, rng.For("set")), slice.Values);
        Rng ranks = rng.For("ranks");
        levels.Update(given, observer.Answer(state, slice.Time, slice.Values, given), slice.Values, ref ranks);
    }

    private static bool[] Seen(bool[] given, double[] values) => [.. given.Select((known, c) => known && !double.IsNaN(values[c]))];

    private HashSet<(int Series, int At)> Choose((Series Series, int From)[] whole, int past, int count)
    {
        (int Series, int At)[] all =
        [
            .. whole.SelectMany((part, s) => Enumerable.Range(part.From, part.Series.Length - part.From).Where(at => at >= past).Select(at => (s, at))),
        ];
        var order = new int[all.Length];
        Rng rng = _rng.For("slices");
        rng.Permutation(order);
        return [.. order.Take(count).Select(i => all[i])];
    }

    private static SetRows Row(SetCells cells, Series series, int at) =>
        new(cells.Rows(series.Part(Math.Max(0, at - cells.Past), at + 1), out double[] own), own, 1);

    private (Series Series, int From) Joined(Series? past, Series series)
    {
        if (past is null || past.Length == 0)
        {
            return (series, 0);
        }

        TimeAxis axis = _model.Schema.Time;
        return past.Times[^1] < series.Times[0]
            ? (new Series(series.Name, [.. past.Times, .. series.Times], [.. past.Values, .. series.Values], series.Static), past.Length)
            : throw new InputException($"Option after: found history up to {axis.Format(past.Times[^1])}, expected it to end before {axis.Format(series.Times[0])}, where the test begins.");
    }
}
