using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>The rivals of every model: persistence, seasonal-naive and ridge autoregression, each with the spread of its own training residuals.</summary>
/// <remarks>
/// Fitted on the training part alone. A forecast of a numeric channel is its point forecast plus each of the stored residual quantiles of
/// that channel and horizon; of a discrete channel the training frequencies of what followed the predicted class at that horizon
/// (autoregression of classes does not exist).
/// </remarks>
internal sealed class ReferenceForecasts
{
    public const int Methods = 3;
    public const int Persistence = 0;
    public const int Seasonal = 1;
    public const int Autoregression = 2;
    private const int Levels = 40;
    private const int MostOrigins = 1000;
    private const double LongerMustPay = 0.97;
    private static readonly int[] Grid = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96];

    private readonly IReadOnlyList<Channel> _channels;
    private readonly double[][] _residuals;
    private readonly double[][] _coefficients;

    private ReferenceForecasts(IReadOnlyList<Channel> channels, int season, double[][] residuals, double[][] coefficients)
    {
        _channels = channels;
        Season = season;
        _residuals = residuals;
        _coefficients = coefficients;
    }

    /// <summary>Slices in a season; 1: there is none.</summary>
    public int Season { get; }

    /// <summary>Slices of history that a forecast looks at.</summary>
    public int Look => Math.Max(Season, _coefficients.Max(c => c.Length));

    /// <summary>Fits the rivals.</summary>
    public static ReferenceForecasts Fit(Frame training, Clock clock)
    {
        Series[] series = [.. training.Series.Where(s => s.Length > 1).Select(Carried)];
        int channels = training.Channels.Count;
        double[][] coefficients = [.. Enumerable.Range(0, channels).Select(c => training.Channels[c].IsNumeric ? RidgeAutoregression.Fit(series, c) : [])];
        int season = ChooseSeason(training, clock, series);
        var draft = new ReferenceForecasts(training.Channels, season, [], coefficients);
        double[][] residuals = [.. Enumerable.Range(0, channels * Methods * Grid.Length).Select(_ => Array.Empty<double>())];
        for (int c = 0; c < channels; c++)
        {
            draft.Residuals(series, c, residuals);
        }

        return new ReferenceForecasts(training.Channels, season, residuals, coefficients);
    }

    /// <summary>From what <see cref="Flat"/> gave.</summary>
    /// <exception cref="FormatException">The numbers do not fit the channels.</exception>
    public static ReferenceForecasts FromFlat(IReadOnlyList<Channel> channels, ReadOnlySpan<double> flat)
    {
        var numbers = new Queue<double>(flat.ToArray());
        double[] Take()
        {
            if (!numbers.TryDequeue(out double length) || length < 0 || length > numbers.Count || length != Math.Floor(length))
            {
                throw new FormatException("The reference forecasts of the model file are cut short.");
            }

            return [.. Enumerable.Range(0, (int)length).Select(_ => numbers.Dequeue())];
        }

        double[] head = Take();
        if (head.Length != 1 || head[0] is not (>= 1 and <= 1_000_000))
        {
            throw new FormatException("The reference forecasts of the model file name no season.");
        }

        double[][] coefficients = [.. channels.Select(_ => Take())];
        double[][] residuals = [.. Enumerable.Range(0, channels.Count * Methods * Grid.Length).Select(_ => Take())];
        var read = new ReferenceForecasts(channels, (int)head[0], residuals, coefficients);
        bool fits = Array.TrueForAll(coefficients, c => c.Length is 0 or (>= 2 and <= RidgeAutoregression.MostOrder + 1));
        for (int slot = 0; slot < residuals.Length; slot++)
        {
            int channel = slot / (Methods * Grid.Length);
            int classes = read.Classes(channel);
            fits &= residuals[slot].Length == 0 || residuals[slot].Length == (channels[channel].IsNumeric ? Levels : classes * classes);
        }

        return fits && numbers.Count == 0 ? read : throw new FormatException("The reference forecasts of the model file do not fit its channels.");
    }

    /// <summary>All numbers, each run preceded by its length, for saving.</summary>
    public double[] Flat()
    {
        var flat = new List<double> { 1, Season };
        foreach (double[] part in _coefficients.Concat(_residuals))
        {
            flat.Add(part.Length);
            flat.AddRange(part);
        }

        return [.. flat];
    }

    /// <summary>An ensemble (numeric channel) or class probabilities (discrete) for <paramref name="horizon"/> slices ahead; empty: the method has none.</summary>
    /// <param name="history">The channel's last values, latest last, holes carried forward; at least one.</param>
    /// <param name="method"><see cref="Persistence"/>, <see cref="Seasonal"/> or <see cref="Autoregression"/>.</param>
    /// <param name="channel">Which channel.</param>
    /// <param name="horizon">From 1.</param>
    public double[] Forecast(ReadOnlySpan<double> history, int method, int channel, int horizon)
    {
        double[] residuals = _residuals[Slot(channel, method, NearestInGrid(horizon))];
        if (residuals.Length == 0)
        {
            return [];
        }

        double point = Point(history, method, channel, horizon);
        if (!_channels[channel].IsNumeric)
        {
            int classes = Classes(channel);
            return residuals.AsSpan((int)point * classes, classes).ToArray();
        }

        double least = _channels[channel].Kind == ChannelKind.Positive ? 0 : double.NegativeInfinity;
        return [.. residuals.Select(residual => Math.Max(least, point + residual))];
    }

    private double Point(ReadOnlySpan<double> history, int method, int channel, int horizon)
    {
        int n = history.Length;
        switch (method)
        {
            case Seasonal:
                int back = Season * ((horizon + Season - 1) / Season);
                return history[Math.Max(0, n - 1 + horizon - back)];
            case Autoregression when _coefficients[channel].Length > 0:
                double[] weights = _coefficients[channel];
                int order = weights.Length - 1;
                Span<double> lags = stackalloc double[order];
                for (int i = 0; i < order; i++)
                {
                    lags[i] = history[Math.Max(0, n - 1 - i)];
                }

                double next = 0;
                for (int h = 0; h < horizon; h++)
                {
                    next = weights[order] + Reduction.Dot<double>(weights.AsSpan(0, order), lags);
                    lags[..(order - 1)].CopyTo(lags[1..]);
                    lags[0] = next;
                }

                return next;
            default:
                return history[n - 1];
        }
    }

    private void Residuals(Series[] series, int channel, double[][] into)
    {
        bool numeric = _channels[channel].IsNumeric;
        int classes = Classes(channel);
        for (int method = 0; method < (numeric ? Methods : Autoregression); method++)
        {
            for (int g = 0; g < Grid.Length; g++)
            {
                var found = new List<double>();
                var counts = new double[numeric ? 0 : classes * classes];
                counts.AsSpan().Fill(0.5);
                foreach (Series s in series)
                {
                    double[] column = RidgeAutoregression.ColumnOf(s, channel);
                    int first = Math.Min(Look, s.Length / 2);
                    int stride = Math.Max(1, (s.Length - first) / MostOrigins);
                    for (int origin = Math.Max(1, first); origin + Grid[g] <= s.Length; origin += stride)
                    {
                        double truth = column[origin + Grid[g] - 1];
                        double point = Point(column.AsSpan(0, origin), method, channel, Grid[g]);
                        if (double.IsNaN(truth) || double.IsNaN(point))
                        {
                            continue;
                        }

                        if (numeric)
                        {
                            found.Add(truth - point);
                        }
                        else
                        {
                            counts[((int)point * classes) + (int)truth]++;
                        }
                    }
                }

                into[Slot(channel, method, g)] = numeric ? Quantiles(found) : Normalised(counts, classes);
            }
        }
    }

    private static double[] Quantiles(List<double> values)
    {
        if (values.Count < 5)
        {
            return [];
        }

        values.Sort();
        return [.. Enumerable.Range(0, Levels).Select(i => values[(int)((i + 0.5) / Levels * values.Count)])];
    }

    private static double[] Normalised(double[] counts, int classes)
    {
        for (int row = 0; row < classes; row++)
        {
            Span<double> own = counts.AsSpan(row * classes, classes);
            double sum = Reduction.Sum<double>(own);
            foreach (ref double count in own)
            {
                count /= sum;
            }
        }

        return counts;
    }

    // Day, week, year: where the data swing by the day, a week ago is as good as yesterday, and proves nothing.
    private static int ChooseSeason(Frame training, Clock clock, Series[] series)
    {
        int[] seasons =
        [
            .. clock.Periods.Select(period => (int)Math.Round(period / training.Time.Step)).Where(season => season > 1 && series.Any(s => s.Length >= 2 * season)),
        ];
        int best = 1;
        double bestError = double.PositiveInfinity;
        foreach (int season in seasons)
        {
            double error = 0;
            for (int c = 0; c < training.Channels.Count; c++)
            {
                error += SeasonError(series, c, season, seasons.Max());
            }

            if (error < bestError * LongerMustPay)
            {
                (best, bestError) = (season, error);
            }
        }

        return best;
    }

    /// <summary>Squared change over a season beside the variance, from slice <paramref name="from"/> on, the same for every season; 2, what independent values give, where nothing varies.</summary>
    private static double SeasonError(Series[] series, int channel, int season, int from)
    {
        double square = 0;
        double total = 0;
        double totalSquare = 0;
        long count = 0;
        foreach (Series s in series)
        {
            double[] column = RidgeAutoregression.ColumnOf(s, channel);
            for (int t = from; t < s.Length; t++)
            {
                double difference = column[t] - column[t - season];
                if (!double.IsNaN(difference))
                {
                    square += difference * difference;
                    total += column[t];
                    totalSquare += column[t] * column[t];
                    count++;
                }
            }
        }

        double variance = count == 0 ? 0 : totalSquare - (total * total / count);
        return variance > 0 ? square / variance : 2;
    }

    /// <summary>The series with holes filled by the value before.</summary>
    private static Series Carried(Series series)
    {
        int channels = series.Values.Length / series.Length;
        double[] values = [.. series.Values];
        for (int i = channels; i < values.Length; i++)
        {
            values[i] = double.IsNaN(values[i]) ? values[i - channels] : values[i];
        }

        return new Series(series.Name, series.Times, values, series.Static);
    }

    private static int NearestInGrid(int horizon)
    {
        int index = Array.FindIndex(Grid, step => step >= horizon);
        return index < 0 ? Grid.Length - 1 : index > 0 && horizon - Grid[index - 1] < Grid[index] - horizon ? index - 1 : index;
    }

    private static int Slot(int channel, int method, int grid) => (((channel * Methods) + method) * Grid.Length) + grid;

    private int Classes(int channel) => _channels[channel].Kind == ChannelKind.Binary ? 2 : Math.Max(1, _channels[channel].Categories.Count);
}
