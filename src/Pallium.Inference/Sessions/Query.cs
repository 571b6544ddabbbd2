using System.Globalization;

namespace Pallium.Inference;

/// <summary>Known cells of one slice, and the question what the others are. A value: <see cref="Given(string, double)"/> returns a new one.</summary>
public sealed class Query
{
    private readonly WorldEngine _engine;
    private readonly StreamState _state;
    private readonly double _time;
    private readonly double[] _values;

    internal Query(WorldEngine engine, StreamState state, double time)
        : this(engine, state, time, Holes(engine))
    {
    }

    private Query(WorldEngine engine, StreamState state, double time, double[] values)
    {
        _engine = engine;
        _state = state;
        _time = time;
        _values = values;
    }

    /// <summary>Adds a known number (0 or 1 for a binary channel).</summary>
    /// <exception cref="InputException">No such channel, known already, or a value that it cannot have.</exception>
    public Query Given(string channel, double value)
    {
        int index = Index(channel);
        Channel found = _engine.Schema.Channels[index];
        string shown = value.ToString("R", CultureInfo.InvariantCulture);
        string? expected = found.Kind == ChannelKind.Categorical ? $"one of {string.Join(", ", found.Categories)}"
            : double.IsNaN(value) ? "a number" : SchemaCheck.Expected(found, value);
        if (expected is not null)
        {
            throw new InputException($"Channel '{found.Name}': found {shown}, expected {expected}.");
        }

        return With(index, value);
    }

    /// <summary>Adds a known category, or a number as text.</summary>
    /// <exception cref="InputException">No such channel, known already, or no such category.</exception>
    public Query Given(string channel, string category)
    {
        int index = Index(channel);
        Channel found = _engine.Schema.Channels[index];
        for (int k = 0; k < found.Categories.Count; k++)
        {
            if (found.Categories[k] == category)
            {
                return With(index, k);
            }
        }

        if (found.Kind != ChannelKind.Categorical && double.TryParse(category, NumberStyles.Float, CultureInfo.InvariantCulture, out double value))
        {
            return Given(channel, value);
        }

        string expected = found.Categories.Count > 0 ? $"one of {string.Join(", ", found.Categories)}" : "a number";
        throw new InputException($"Channel '{found.Name}': found '{category}', expected {expected}.");
    }

    /// <summary>What is believed about one channel.</summary>
    /// <exception cref="InputException">No such channel, or its value was given.</exception>
    public Posterior Infer(string channel) => Infer([channel])[0];

    /// <summary>What is believed about several channels, each on its own.</summary>
    /// <exception cref="InputException">No such channel, or its value was given.</exception>
    public IReadOnlyList<Posterior> Infer(IEnumerable<string> channels)
    {
        ArgumentNullException.ThrowIfNull(channels);
        int[] asked = [.. channels.Select(Index)];
        foreach (int c in asked)
        {
            if (!double.IsNaN(_values[c]))
            {
                throw new InputException($"Channel '{_engine.Schema.Channels[c].Name}' is both given and asked for; expected one of the two.");
            }
        }

        bool[] clamped = [.. _values.Select(value => !double.IsNaN(value))];
        CellPosterior?[] cells = new SliceObserver(_engine).Answer(_state, _time, _values, clamped);
        return [.. asked.Select(c => cells[c]!)];
    }

    private static double[] Holes(WorldEngine engine)
    {
        var values = new double[engine.Schema.Channels.Count];
        values.AsSpan().Fill(double.NaN);
        return values;
    }

    private int Index(string channel)
    {
        int index = _engine.Schema.IndexOf(channel);
        return index >= 0
            ? index
            : throw new InputException(
                $"Found no channel '{channel}', expected one of {string.Join(", ", _engine.Schema.Channels.Select(c => c.Name))}.");
    }

    private Query With(int index, double value)
    {
        if (!double.IsNaN(_values[index]))
        {
            throw new InputException($"Channel '{_engine.Schema.Channels[index].Name}' is given twice; expected once.");
        }

        double[] values = [.. _values];
        values[index] = value;
        return new Query(_engine, _state, _time, values);
    }
}
