using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>Forecasts by iteration from several origins, scored on deviations: what the structure of the base is chosen by.</summary>
/// <remarks>
/// The score is the mean, over octaves of the horizon (1, 2, 3-4, 5-8, ... steps), of the log of the mean squared error in units of the
/// variables' variances: one step and many weigh alike, and so do channels. Slices are kept as [time][D][origins], so that all is matrix products.
/// </remarks>
internal sealed class RolloutTask
{
    private readonly int _d;
    private readonly int _depth;
    private readonly int _horizon;
    private readonly int _origins;
    private readonly double[] _past;
    private readonly double[] _truth;
    private readonly double[] _precision;
    private readonly double[] _buffer;

    /// <summary>Takes what it needs from <paramref name="table"/>.</summary>
    /// <param name="table">Deviations.</param>
    /// <param name="origins">Rows to be forecast first; each has <paramref name="depth"/> rows before it and <paramref name="horizon"/> from it in its series.</param>
    /// <param name="depth">Slices of the past that predictors may ask for.</param>
    /// <param name="horizon">Steps.</param>
    /// <param name="variances">[D]: the unit of each coordinate's squared errors.</param>
    public RolloutTask(DeviationTable table, IReadOnlyList<int> origins, int depth, int horizon, ReadOnlySpan<double> variances)
    {
        _d = table.Coordinates;
        _depth = depth;
        _horizon = horizon;
        _origins = origins.Count;
        _past = new double[depth * _d * _origins];
        _truth = new double[horizon * _d * _origins];
        _buffer = new double[(depth + horizon) * _d * _origins];
        _precision = new double[_d];
        foreach (BaseGroup group in table.Groups)
        {
            for (int i = group.Start; i < group.Start + group.Count; i++)
            {
                _precision[i] = 1 / (variances[i] * group.Count);
            }
        }

        for (int o = 0; o < _origins; o++)
        {
            for (int t = -depth; t < horizon; t++)
            {
                for (int j = 0; j < _d; j++)
                {
                    int cell = ((origins[o] + t) * _d) + j;
                    if (t < 0)
                    {
                        _past[((((t + depth) * _d) + j) * _origins) + o] = table.Deviations[cell];
                    }
                    else
                    {
                        _truth[(((t * _d) + j) * _origins) + o] = table.Missing[cell] ? double.NaN : table.Deviations[cell];
                    }
                }
            }
        }
    }

    /// <summary>The score of a predictor: lower is better, 0 for one that knows nothing.</summary>
    /// <param name="own">[D, L].</param>
    /// <param name="cross">[p, D, D].</param>
    public double Score(ReadOnlySpan<double> own, ReadOnlySpan<double> cross)
    {
        int lookback = own.Length / _d;
        double[] reversed = new double[own.Length];
        for (int j = 0; j < _d; j++)
        {
            for (int l = 0; l < lookback; l++)
            {
                reversed[(j * lookback) + lookback - 1 - l] = own[(j * lookback) + l];
            }
        }

        int slice = _d * _origins;
        _buffer.AsSpan().Clear();
        _past.CopyTo(_buffer, 0);
        double total = 0;
        double error = 0;
        double cells = 0;
        int octaves = 0;
        for (int h = 0, end = 1; h < _horizon; h++)
        {
            Step(h + _depth, lookback, reversed, cross);
            AddErrors(_buffer.AsSpan((h + _depth) * slice, slice), _truth.AsSpan(h * slice, slice), ref error, ref cells);
            if (h + 1 == Math.Min(end, _horizon))
            {
                if (cells > 0)
                {
                    total += Elementary.Log((error / cells) + 1e-12);
                    octaves++;
                }

                error = 0;
                cells = 0;
                end *= 2;
            }
        }

        return octaves == 0 ? 0 : total / octaves;
    }

    private void Step(int time, int lookback, double[] reversed, ReadOnlySpan<double> cross)
    {
        int slice = _d * _origins;
        Span<double> next = _buffer.AsSpan(time * slice, slice);
        for (int j = 0; j < _d && lookback > 0; j++)
        {
            ReadOnlySpan<double> past = _buffer.AsSpan(((time - lookback) * slice) + (j * _origins));
            MatrixProduct.Accumulate(1, _origins, lookback, reversed.AsSpan(j * lookback, lookback), lookback, past, slice, next[(j * _origins)..], _origins);
        }

        for (int k = 0; k < cross.Length / (_d * _d); k++)
        {
            ReadOnlySpan<double> past = _buffer.AsSpan((time - 1 - k) * slice, slice);
            MatrixProduct.Accumulate(_d, _origins, _d, cross.Slice(k * _d * _d, _d * _d), _d, past, _origins, next, _origins);
        }
    }

    private void AddErrors(ReadOnlySpan<double> forecast, ReadOnlySpan<double> truth, ref double error, ref double cells)
    {
        for (int j = 0; j < _d; j++)
        {
            for (int o = 0; o < _origins; o++)
            {
                double difference = forecast[(j * _origins) + o] - truth[(j * _origins) + o];
                if (!double.IsNaN(difference))
                {
                    // A forecast that runs away must not spoil the sum beyond comparison.
                    error += Math.Min(difference * difference * _precision[j], 1e6);
                    cells += _precision[j] == 0 ? 0 : 1;
                }
            }
        }
    }
}
