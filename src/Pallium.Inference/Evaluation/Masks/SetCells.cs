using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>How the baselines of clamp sets read slices: channels as standardised coordinates, the slice's own and those of its last slices.</summary>
/// <remarks>A number is one coordinate, a category one per outcome, yes/no one; all have mean 0 and deviation 1 in the training data. A hole is 0, the mean; one of the past is the value before it.</remarks>
internal sealed class SetCells
{
    /// <summary>Slices of the past that are read.</summary>
    public const int Lags = 8;

    private readonly IReadOnlyList<Channel> _channels;
    private readonly int _lags;
    private readonly int[] _start;
    private readonly double[] _mean;
    private readonly double[] _deviation;

    /// <summary>Fits means and deviations.</summary>
    public SetCells(Frame training)
    {
        _channels = training.Channels;
        _lags = training.Schema.IsTable ? 0 : Lags;
        _start = new int[_channels.Count + 1];
        for (int c = 0; c < _channels.Count; c++)
        {
            _start[c + 1] = _start[c] + (_channels[c].Kind == ChannelKind.Categorical ? _channels[c].Categories.Count : 1);
        }

        _mean = new double[Width];
        _deviation = new double[Width];
        for (int c = 0; c < _channels.Count; c++)
        {
            double[] seen = [.. training.Column(c).Where(value => !double.IsNaN(value))];
            for (int i = _start[c]; i < _start[c + 1]; i++)
            {
                double[] values = [.. seen.Select(value => Raw(c, i, value))];
                _mean[i] = values.Length == 0 ? 0 : values.Average();
                double variance = values.Length == 0 ? 0 : values.Sum(value => (value - _mean[i]) * (value - _mean[i])) / values.Length;
                _deviation[i] = variance > 0 ? Math.Sqrt(variance) : 1;
            }
        }
    }

    /// <summary>The channels.</summary>
    public IReadOnlyList<Channel> Channels => _channels;

    /// <summary>D, coordinates of a slice.</summary>
    public int Width => _start[^1];

    /// <summary>D and the coordinates of the past: what a baseline can read.</summary>
    public int Features => Width * (1 + _lags);

    /// <summary>Slices that must lie before one that is read.</summary>
    public int Past => _lags;

    /// <summary>The coordinates of a channel.</summary>
    public IEnumerable<int> Of(int channel) => Enumerable.Range(_start[channel], _start[channel + 1] - _start[channel]);

    /// <summary>Standard deviation of a coordinate, in the units of its channel.</summary>
    public double Deviation(int coordinate) => _deviation[coordinate];

    /// <summary>The squared error that the training mean has: the variance, or the Brier score of the training frequencies.</summary>
    public double Variance(int channel)
    {
        double sum = 0;
        for (int i = _start[channel]; i < _start[channel + 1]; i++)
        {
            sum += _deviation[i] * _deviation[i];
        }

        return sum;
    }

    /// <summary>A coordinate in its channel's units: a number, or the probability of an outcome.</summary>
    public double Decode(int coordinate, double z) => _mean[coordinate] + (_deviation[coordinate] * z);

    /// <summary>A coordinate of a value, 0 or 1 for outcomes.</summary>
    public double Raw(int channel, int coordinate, double value) => _channels[channel].Kind == ChannelKind.Categorical
        ? value == coordinate - _start[channel] ? 1 : 0
        : value;

    /// <summary>The slices of a series as rows of [own coordinates | coordinates of the slice before | ...], [n, features], from the first that has a full past.</summary>
    /// <param name="series">The series.</param>
    /// <param name="own">The own coordinates alone, NaN for holes, [n, D].</param>
    public double[] Rows(Series series, out double[] own)
    {
        int d = Width;
        int n = Math.Max(0, series.Length - _lags);
        double[] all = Encode(series);
        double[] carried = [.. all];
        for (int i = 0; i < carried.Length; i++)
        {
            carried[i] = !double.IsNaN(all[i]) ? all[i] : i < d ? 0 : carried[i - d];
        }

        var rows = new double[n * Features];
        for (int t = 0; t < n; t++)
        {
            Span<double> row = rows.AsSpan(t * Features, Features);
            for (int i = 0; i < d; i++)
            {
                double value = all[((t + _lags) * d) + i];
                row[i] = double.IsNaN(value) ? 0 : value;
            }

            for (int lag = 1; lag <= _lags; lag++)
            {
                carried.AsSpan((t + _lags - lag) * d, d).CopyTo(row[(lag * d)..]);
            }
        }

        own = all[(series.Length * d - (n * d))..];
        return rows;
    }

    private double[] Encode(Series series)
    {
        int d = Width;
        var all = new double[series.Length * d];
        for (int t = 0; t < series.Length; t++)
        {
            ReadOnlySpan<double> values = series.Row(t);
            for (int c = 0; c < _channels.Count; c++)
            {
                for (int i = _start[c]; i < _start[c + 1]; i++)
                {
                    all[(t * d) + i] = double.IsNaN(values[c]) ? double.NaN : (Raw(c, i, values[c]) - _mean[i]) / _deviation[i];
                }
            }
        }

        return all;
    }
}
