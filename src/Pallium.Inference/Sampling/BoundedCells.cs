using Pallium.Learning;
using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>What intervals and sets say about all other cells in one pass: normal observations for the base's smoother.</summary>
/// <remarks>
/// An interval counts as the normal observation that gives its cell, as it is known from all values and the bounds before it, the moments that it has
/// within. Of one interval in a linear-Gaussian model that is exact: means and covariances of all else depend on its first two moments alone. Of several it is assumed-density
/// filtering (Maybeck, Stochastic Models, Estimation and Control 2, 1982; Minka 2001), one after the other. Outcomes outside a set are indicators known to be zero. An interval that
/// reaches down to the atom of a positive channel says nothing about other cells.
/// </remarks>
internal sealed class BoundedCells(WorldEngine engine, IReadOnlyList<SlicePlan> slices, BaseSmoother smoother)
{
    private readonly SliceCore _core = engine.Core;
    private readonly SliceGaussian _gaussian = engine.Core.Base.CreateSlice();

    /// <summary>Whether a question has any.</summary>
    public static bool Any(IReadOnlyList<SlicePlan> slices) => slices.Any(slice => Array.Exists(slice.Cells, cell => cell.IsBounded));

    /// <summary>Has the smoother take them in.</summary>
    /// <returns>log of their probability given all values, by the base.</returns>
    public double Take()
    {
        double log = 0;
        for (int h = 0; h < slices.Count; h++)
        {
            foreach (int channel in Enumerable.Range(0, slices[h].Cells.Length).Where(c => slices[h].Cells[c].IsBounded))
            {
                Believe(h);
                log += Elementary.Log(Take(h, channel, CellBounds.Of(slices[h].Cells[channel], 0)));
            }
        }

        return log;
    }

    /// <summary>What is known of a slice by now.</summary>
    private void Believe(int h)
    {
        smoother.Fill(h, _gaussian);
        CellPlan[] cells = slices[h].Cells;
        var coordinates = new double[_core.Layout.Coordinates];
        _core.Layout.Encode([.. cells.Select(cell => cell.Value)], coordinates);
        for (int c = 0; c < cells.Length; c++)
        {
            if (cells[c].Role == CellRole.Known)
            {
                _core.Clamp(_gaussian, c, coordinates);
            }
        }
    }

    /// <summary>Takes a cell in; returns the probability that it is within its bounds.</summary>
    private double Take(int h, int channel, CellBounds bounds)
    {
        int discrete = _core.Layout.DiscreteOf(channel);
        int real = _core.Layout.RealOf(channel);
        double[] outcomes = discrete < 0 ? [] : Outcomes(_core.Layout.Variables[discrete]);
        if (real < 0)
        {
            return TakeSet(h, _core.Layout.Variables[discrete], bounds, outcomes);
        }

        Standard size = _core.StandardOf(_gaussian, _core.Layout.Variables[real]);
        (double low, double high) = _core.Layout.Scale(channel).Edges(bounds.Low, bounds.High);
        double within = Elementary.Exp(NormalInterval.LogMass((low - size.Mean) / size.Scale, (high - size.Mean) / size.Scale));
        if (discrete >= 0 && bounds.Low <= 0)
        {
            return outcomes[0] + (outcomes[1] * within);
        }

        if (discrete >= 0)
        {
            smoother.Observe(h, channel, _core.Layout.Variables[discrete].Coordinate, 1, BaseSmoother.OutcomeDoubt);
        }

        if (IntervalSite.Of(size.Mean, size.Scale, low, high) is { } site)
        {
            smoother.Observe(h, channel, _core.Layout.Variables[real].Coordinate, site.Value, 0, site.Variance);
        }

        return discrete < 0 ? within : outcomes[1] * within;
    }

    private double TakeSet(int h, SliceVariable variable, CellBounds bounds, double[] outcomes)
    {
        double within = 0;
        for (int k = 0; k < outcomes.Length; k++)
        {
            if (bounds.Allows(k))
            {
                within += outcomes[k];
            }
            else if (variable.Coordinates > 1)
            {
                smoother.Observe(h, variable.Channel, variable.Coordinate + k, 0, BaseSmoother.OutcomeDoubt);
            }
        }

        return within;
    }

    private double[] Outcomes(SliceVariable variable)
    {
        var logits = new double[variable.Outcomes];
        _core.Logits(_gaussian, variable, logits);
        double total = Reduction.LogSumExp<double>(logits);
        return [.. logits.Select(logit => Elementary.Exp(logit - total))];
    }
}
