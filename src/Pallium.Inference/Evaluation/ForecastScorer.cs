namespace Pallium.Inference;

/// <summary>Scores forecasts of the model and of its rivals against what came, per channel, over all origins and horizons.</summary>
internal sealed class ForecastScorer
{
    private const double Level = 0.9;

    private readonly IReadOnlyList<Channel> _channels;
    private readonly ReferenceForecasts _references;
    private readonly ForecastTally[][] _tallies;

    public ForecastScorer(WorldModel model)
    {
        _channels = model.Schema.Channels;
        _references = model.References;
        _tallies = [.. _channels.Select(_ => Enumerable.Range(0, 1 + ReferenceForecasts.Methods).Select(_ => new ForecastTally()).ToArray())];
    }

    /// <summary>The model's scores.</summary>
    public ForecastTally Model(int channel) => _tallies[channel][0];

    /// <summary>Scores of a rival, one of the methods of <see cref="ReferenceForecasts"/>.</summary>
    public ForecastTally Rival(int channel, int method) => _tallies[channel][1 + method];

    /// <summary>Scores a forecast whose paths have been sampled; those of a series must come in the order of their origins.</summary>
    public void Add(TestedForecast forecast)
    {
        OutcomeCalibration calibration = forecast.Series.Calibration;
        calibration.AdvanceTo(forecast.Index);
        for (int h = 0; h < forecast.Horizon; h++)
        {
            for (int c = 0; c < _channels.Count; c++)
            {
                int at = (h * _channels.Count) + c;
                double truth = forecast.Truth[at];
                if (!double.IsNaN(truth))
                {
                    double[] samples = [.. forecast.Paths.Select(path => path[at])];
                    AddModel(calibration, forecast.Due, h + 1, c, samples, truth);
                    AddRivals(forecast.Histories[c], h + 1, c, truth);
                }
            }
        }
    }

    private void AddModel(OutcomeCalibration calibration, long due, int horizon, int channel, double[] samples, double truth)
    {
        // The posterior sorts the samples.
        var posterior = new SamplePosterior(_channels[channel], samples);
        double rank = calibration.Rank(due, horizon, channel, samples, truth);
        if (_channels[channel].IsNumeric)
        {
            Model(channel).AddNumber(
                posterior.Mean, posterior.Median, EnsembleScore.Crps(samples, truth), calibration.Covers(Level, horizon, channel, rank), truth);
        }
        else
        {
            Model(channel).AddClass(Frequencies(_channels[channel], samples), (int)truth);
        }
    }

    private void AddRivals(double[] history, int horizon, int channel, double truth)
    {
        for (int method = 0; method < ReferenceForecasts.Methods && history.Length > 0; method++)
        {
            double[] rival = _references.Forecast(history, method, channel, horizon);
            if (rival.Length == 0)
            {
                continue;
            }

            if (_channels[channel].IsNumeric)
            {
                Array.Sort(rival);
                var spread = new SamplePosterior(_channels[channel], rival);
                bool inside = truth >= spread.Quantile((1 - Level) / 2) && truth <= spread.Quantile((1 + Level) / 2);
                Rival(channel, method).AddNumber(spread.Mean, spread.Median, EnsembleScore.Crps(rival, truth), inside, truth);
            }
            else
            {
                Rival(channel, method).AddClass(rival, (int)truth);
            }
        }
    }

    private static double[] Frequencies(Channel channel, double[] samples)
    {
        var frequencies = new double[Math.Max(2, channel.Categories.Count)];
        foreach (double sample in samples)
        {
            frequencies[(int)sample] += 1.0 / samples.Length;
        }

        return frequencies;
    }
}
