namespace Pallium.Inference;

/// <summary>Running scores of one forecaster for one channel.</summary>
internal sealed class ForecastTally
{
    private double _square;
    private double _absolute;
    private double _crps;
    private bool _isClass;

    public long Count { get; private set; }

    /// <summary>Cells inside the central interval.</summary>
    public long Inside { get; private set; }

    public void AddNumber(double mean, double median, double crps, bool inside, double truth)
    {
        Count++;
        _square += (mean - truth) * (mean - truth);
        _absolute += Math.Abs(median - truth);
        _crps += crps;
        Inside += inside ? 1 : 0;
    }

    public void AddClass(ReadOnlySpan<double> probabilities, int truth)
    {
        Count++;
        _isClass = true;
        int likeliest = 0;
        for (int k = 1; k < probabilities.Length; k++)
        {
            likeliest = probabilities[k] > probabilities[likeliest] ? k : likeliest;
        }

        _absolute += likeliest == truth ? 0 : 1;
        _crps += EnsembleScore.Brier(probabilities, truth);
    }

    public Scores Scores()
    {
        double error = _isClass ? _absolute / Count : Math.Sqrt(_square / Count);
        return Count == 0
            ? new Scores(double.NaN, double.NaN, double.NaN, double.NaN, 0)
            : new Scores(error, _absolute / Count, _crps / Count, _isClass ? double.NaN : (double)Inside / Count, Count);
    }
}
