using Pallium.Learning;

namespace Pallium.Inference;

/// <summary>The normal observation of a number that stands for an interval: it gives what was predicted the moments that it has within.</summary>
/// <param name="Value">What is observed.</param>
/// <param name="Variance">Of its noise, positive.</param>
internal readonly record struct IntervalSite(double Value, double Variance)
{
    /// <summary>Precision, in that of the prediction, below which an interval says nothing.</summary>
    private const double LeastPrecision = 1e-3;

    /// <summary>The site of an interval; null: it leaves the prediction as it is.</summary>
    /// <param name="mean">Predicted.</param>
    /// <param name="deviation">Predicted; 0 leaves nothing to say.</param>
    /// <param name="low">Lower bound; may be -∞.</param>
    /// <param name="high">Upper bound; may be ∞.</param>
    public static IntervalSite? Of(double mean, double deviation, double low, double high)
    {
        if (!(deviation > 0))
        {
            return null;
        }

        (double within, double left) = NormalInterval.Moments((low - mean) / deviation, (high - mean) / deviation);
        double precision = (1 / left) - 1;
        return precision > LeastPrecision
            ? new IntervalSite(mean + (deviation * (within / left / precision)), deviation * deviation / precision)
            : null;
    }
}
