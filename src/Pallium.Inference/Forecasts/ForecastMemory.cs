namespace Pallium.Inference;

/// <summary>How many cells of a channel came to lie inside the 90 % intervals that were forecast for them.</summary>
/// <param name="Cells">Cells that came.</param>
/// <param name="Inside">Those inside.</param>
public readonly record struct Coverage(long Cells, long Inside)
{
    /// <summary>Inside/Cells; NaN before any came.</summary>
    public double Share => Cells == 0 ? double.NaN : (double)Inside / Cells;
}

/// <summary>What a stream remembers of its forecasts until they come true: levels per horizon and channel that follow where the truth lay, and coverage.</summary>
/// <remarks>
/// Of a forecast the ends of its intervals are kept, a few forecasts at a time: memory is bounded, and there is no work but for forecasts that are asked
/// for anyway. The levels begin as the model's, found on its validation part. Source: Gibbs and Candès, NeurIPS 2021.
/// </remarks>
internal sealed class ForecastMemory
{
    private const double Gain = 0.1;
    private const double Share = 0.9;
    private const int LongestHorizon = 96;
    private const int MostForecasts = 32;
    private const int MostHorizons = 10_000;

    private readonly int _channels;
    private readonly long[] _cells;
    private readonly long[] _inside;
    private readonly List<Pending> _pending = [];

    public ForecastMemory(HorizonCalibration levels, int channels)
    {
        (Levels, _channels) = (levels.Copy(), channels);
        _cells = new long[channels];
        _inside = new long[channels];
    }

    /// <summary>Levels as far as they have come.</summary>
    public HorizonCalibration Levels { get; private set; }

    /// <summary>Per channel.</summary>
    public IReadOnlyList<Coverage> Coverage => [.. _cells.Select((cells, c) => new Coverage(cells, _inside[c]))];

    public ForecastMemory Copy()
    {
        var copy = new ForecastMemory(Levels, _channels);
        _cells.CopyTo(copy._cells, 0);
        _inside.CopyTo(copy._inside, 0);
        copy._pending.AddRange(_pending);
        return copy;
    }

    /// <summary>Remembers a forecast, unless enough of them are waiting already.</summary>
    public void Remember(Forecast forecast)
    {
        int horizon = Math.Min(forecast.Horizon, LongestHorizon);
        if (_pending.Count >= MostForecasts)
        {
            return;
        }

        if (horizon > Levels.Horizons)
        {
            Levels = Levels.Extended(horizon, _channels);
        }

        var ends = new double[horizon * _channels * 2];
        for (int h = 0; h < horizon; h++)
        {
            for (int c = 0; c < _channels; c++)
            {
                int cell = (h * _channels) + c;
                (ends[2 * cell], ends[(2 * cell) + 1]) = forecast[h + 1, c].Channel.IsNumeric ? forecast[h + 1, c].Interval(Share) : default;
            }
        }

        _pending.Add(new Pending([.. forecast.Times.Take(horizon)], ends));
    }

    /// <summary>A slice has come: what was forecast for it is compared, and forgotten when it was the last of its forecast.</summary>
    /// <param name="time">Its stamp.</param>
    /// <param name="values">One per channel.</param>
    /// <param name="channels">The channels.</param>
    public void Take(double time, ReadOnlySpan<double> values, IReadOnlyList<Channel> channels)
    {
        if (_pending.Count == 0)
        {
            return;
        }

        foreach (Pending forecast in _pending)
        {
            int h = Array.BinarySearch(forecast.Times, time);
            for (int c = 0; h >= 0 && c < _channels; c++)
            {
                int cell = (h * _channels) + c;
                if (channels[c].IsNumeric && !double.IsNaN(values[c]))
                {
                    bool below = values[c] < forecast.Ends[2 * cell];
                    bool above = values[c] > forecast.Ends[(2 * cell) + 1];
                    Levels.Update(h + 1, c, below, above, Gain);
                    _cells[c]++;
                    _inside[c] += below || above ? 0 : 1;
                }
            }
        }

        for (int i = _pending.Count - 1; i >= 0; i--)
        {
            if (_pending[i].Times[^1] <= time)
            {
                _pending.RemoveAt(i);
            }
        }
    }

    /// <summary>Everything as numbers, for saving.</summary>
    public double[] Save() =>
    [
        Levels.Horizons, .. Levels.Values, .. _cells.Select(count => (double)count), .. _inside.Select(count => (double)count), _pending.Count,
        .. _pending.SelectMany(forecast => (double[])[forecast.Times.Length, .. forecast.Times, .. forecast.Ends]),
    ];

    /// <summary>Takes over what <see cref="Save"/> gave.</summary>
    /// <exception cref="InputException">The numbers are not of that form.</exception>
    public void Restore(ReadOnlySpan<double> numbers)
    {
        ReadOnlySpan<double> rest = numbers;
        int horizons = (int)Count(ref rest, MostHorizons);
        Levels = new HorizonCalibration(horizons, _channels) { Values = Take(ref rest, horizons * 2 * _channels) };
        for (int c = 0; c < _channels; c++)
        {
            _cells[c] = Count(ref rest, long.MaxValue);
        }

        for (int c = 0; c < _channels; c++)
        {
            _inside[c] = Count(ref rest, _cells[c]);
        }

        _pending.Clear();
        for (long forecasts = Count(ref rest, MostForecasts); forecasts > 0; forecasts--)
        {
            int length = (int)Count(ref rest, LongestHorizon);
            _pending.Add(new Pending(Take(ref rest, length), Take(ref rest, length * _channels * 2)));
        }

        if (!rest.IsEmpty)
        {
            throw Damaged();
        }
    }

    private static long Count(ref ReadOnlySpan<double> rest, long most)
    {
        double value = Take(ref rest, 1)[0];
        return value >= 0 && value <= most && value == Math.Floor(value) ? (long)value : throw Damaged();
    }

    private static double[] Take(ref ReadOnlySpan<double> rest, int count)
    {
        double[] taken = count <= rest.Length ? rest[..count].ToArray() : throw Damaged();
        rest = rest[count..];
        return taken;
    }

    private static InputException Damaged() => new("Found a saved session whose forecasts cannot be read, expected one as it was saved.");

    /// <summary>A forecast that has not come true yet: stamps, and the ends of the interval of each cell.</summary>
    private sealed record Pending(double[] Times, double[] Ends);
}
