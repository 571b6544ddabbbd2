namespace Pallium.Inference;

/// <content>How predictions respond to what streams took in, and which coordinates they track.</content>
internal sealed partial class LinearBase
{
    /// <summary>How the prediction of the next slice responds to the values of those before it; null where it does not.</summary>
    /// <param name="state">A stream's state.</param>
    /// <param name="elapsed">Time to the next slice in median steps.</param>
    /// <param name="slice">Scratch.</param>
    public LinearResponse? Response(ReadOnlySpan<double> state, double elapsed, SliceGaussian slice)
    {
        if (Stage(state) is not { } stage)
        {
            return null;
        }

        int d = Coordinates;
        double[]? transform = null;
        if (elapsed > 1)
        {
            transform = new double[d * d];
            stage.Dynamics.Power(elapsed - 1, transform);
        }

        Tracking tracking = Track(state, slice);
        if (tracking.Untracked > 0)
        {
            transform = WithUntracked(transform, slice, tracking);
        }

        return new LinearResponse(stage, d, Math.Min(elapsed, 1), transform);
    }

    /// <summary>A predicted deviation within what is believed of coordinate <paramref name="j"/> at the most.</summary>
    public double Limited(int j, double deviation) => Math.Clamp(deviation, -LimitFactor * _limits[j], LimitFactor * _limits[j]);

    /// <summary>Rows of coordinates that are not tracked follow from the others'.</summary>
    private double[] WithUntracked(double[]? transform, SliceGaussian slice, Tracking tracking)
    {
        int d = Coordinates;
        double[] result = transform ?? new double[d * d];
        for (int i = 0; transform is null && i < d; i++)
        {
            result[(i * d) + i] = 1;
        }

        MarginalRegression regression = RegressionOn(slice, tracking);
        double[] column = new double[d];
        for (int from = 0; from < d; from++)
        {
            for (int i = 0; i < d; i++)
            {
                column[i] = result[(i * d) + from];
            }

            for (int i = 0; i < tracking.Untracked; i++)
            {
                result[(slice.Unknown[i] * d) + from] = regression.Mean(i, column);
            }
        }

        return result;
    }

    /// <summary>How many coordinates a stream tracks, and how many not: listed in the slice's Known and Unknown.</summary>
    private readonly record struct Tracking(int Tracked, int Untracked);

    private Tracking Track(ReadOnlySpan<double> state, SliceGaussian slice)
    {
        int tracked = 0;
        int untracked = 0;
        for (int j = 0; j < Coordinates; j++)
        {
            if (IsTracked(state, j))
            {
                slice.Known[tracked++] = j;
            }
            else
            {
                slice.Unknown[untracked++] = j;
            }
        }

        return new Tracking(tracked, untracked);
    }

    private MarginalRegression RegressionOn(SliceGaussian slice, Tracking tracking) => tracking.Untracked == 0
        ? default
        : new MarginalRegression(_marginal, Coordinates, slice.Known.AsSpan(0, tracking.Tracked), slice.Unknown.AsSpan(0, tracking.Untracked), slice.Scratch);
}
