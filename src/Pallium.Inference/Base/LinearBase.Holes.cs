namespace Pallium.Inference;

/// <content>What a stream holds of cells that were not seen, and when it gives up their own past.</content>
internal sealed partial class LinearBase
{
    /// <summary>A stream gives up a hidden channel's own past when its variance is this many times what the seen channels alone would give.</summary>
    private const double Reluctance = 2;

    /// <summary>Whether a stream still estimates coordinate <paramref name="j"/> from its own past, and not from the other coordinates alone.</summary>
    internal bool IsTracked(ReadOnlySpan<double> state, int j) => _followsDynamics || state[FreshnessStart + j] > 0;

    /// <summary>What a stream holds as the variance of coordinate <paramref name="j"/> of the last slice.</summary>
    internal double Uncertainty(ReadOnlySpan<double> state, int j) => state[(Coordinates * _ring) + (j * Coordinates) + j];

    /// <summary>What it would hold if it had seen no other one either since it last saw this.</summary>
    internal double PathVariance(ReadOnlySpan<double> state, int j) =>
        state[FreshnessStart + j] > 0 ? Stage(state)!.Dynamics.PathVariance(j, state[FreshnessStart + j] - 1) : _marginal[(j * Coordinates) + j];

    private void UpdateWithHoles(Span<double> state, ReadOnlySpan<double> exogenous, double elapsed, ReadOnlySpan<double> observed, SliceGaussian slice)
    {
        Forecast(state, exogenous, elapsed, slice, doubting: false);
        Span<double> freshness = state.Slice(FreshnessStart, Coordinates);
        int known = 0;
        int tracked = 0;
        for (int j = 0; j < Coordinates; j++)
        {
            if (!double.IsNaN(observed[j]))
            {
                slice.Clamp(j, observed[j]);
                freshness[j] = 1;
                slice.Known[known++] = j;
            }
            else if (freshness[j] > 0)
            {
                freshness[j] += elapsed;
                slice.Unknown[tracked++] = j;
            }
        }

        slice.Covariance.CopyTo(state.Slice(Coordinates * _ring, Coordinates * Coordinates));
        if (tracked > 0 && !_followsDynamics)
        {
            LoseTrack(state, exogenous, slice, slice.Known.AsSpan(0, known), slice.Unknown.AsSpan(0, tracked));
        }

        MarginalMean(exogenous, slice.Row);
        Push(state, slice.Mean, slice.Row, hidden: true);
    }

    /// <summary>Gives up a hidden coordinate's own past once the seen ones alone tell more about it, as far as the covariances can be trusted.</summary>
    private void LoseTrack(Span<double> state, ReadOnlySpan<double> exogenous, SliceGaussian slice, ReadOnlySpan<int> known, ReadOnlySpan<int> tracked)
    {
        var regression = new MarginalRegression(_marginal, Coordinates, known, tracked, slice.Scratch);
        Span<double> deviations = slice.Row;
        MarginalMean(exogenous, deviations);
        for (int j = 0; j < Coordinates; j++)
        {
            deviations[j] = slice.Mean[j] - deviations[j];
        }

        Span<double> uncertainty = state.Slice(Coordinates * _ring, Coordinates * Coordinates);
        for (int i = 0; i < tracked.Length; i++)
        {
            int j = tracked[i];
            if (Doubted(state, j) < Reluctance * regression.Variance(i))
            {
                continue;
            }

            slice.MeanStore[j] += regression.Mean(i, deviations) - deviations[j];
            state[FreshnessStart + j] = 0;
            for (int k = 0; k < Coordinates; k++)
            {
                uncertainty[(j * Coordinates) + k] = 0;
                uncertainty[(k * Coordinates) + j] = 0;
            }

            uncertainty[(j * Coordinates) + j] = regression.Variance(i);
        }
    }

    /// <summary>The held variance of coordinate <paramref name="j"/>, moved towards its path variance by its doubt.</summary>
    private double Doubted(ReadOnlySpan<double> state, int j)
    {
        double held = Uncertainty(state, j);
        return held + (_doubt[j] * Math.Max(0, PathVariance(state, j) - held));
    }

    /// <summary>Lists the coordinates of the last slice that are uncertain; returns their number.</summary>
    private int Hidden(ReadOnlySpan<double> state, Span<int> hidden)
    {
        int count = 0;
        if (state[StateSize - 1] == 0)
        {
            return count;
        }

        for (int j = 0; j < Coordinates; j++)
        {
            if (state[(Coordinates * _ring) + (j * Coordinates) + j] > 0)
            {
                hidden[count++] = j;
            }
        }

        return count;
    }
}
