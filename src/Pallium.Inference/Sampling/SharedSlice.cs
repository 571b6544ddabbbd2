namespace Pallium.Inference;

/// <summary>What all streams of a learned model share about a slice: what the guide found; see <see cref="WorldParticles"/>.</summary>
internal sealed class SharedSlice
{
    public SharedSlice(
        WorldEngine engine, StreamState start, SlicePlan plan, double elapsed, int ahead, Span<double> guide, SliceGaussian gaussian, SliceGaussian scratch)
    {
        SliceCore core = engine.Core;
        SliceLayout layout = core.Layout;
        Elapsed = elapsed;
        Ahead = ahead;
        Features = new double[core.Exogenous];
        engine.WriteFeatures(start, plan.Time, Features);
        if (double.IsNaN(plan.Time) && start.Count == 0)
        {
            core.PredictWithoutTime(Features, gaussian);
        }
        else
        {
            core.Predict(guide, Features, elapsed, gaussian);
        }

        Knowledge = gaussian.Knowledge;
        Covariance = gaussian.PriorCovariance.ToArray();
        Mean = gaussian.PriorMean.ToArray();
        Response = core.Base.Response(guide, elapsed, scratch);
        MarginalMean = new double[layout.Coordinates];
        core.Base.MarginalMean(Features, MarginalMean);
        var coordinates = new double[layout.Coordinates];
        layout.Encode(plan.Values, coordinates);
        for (int c = 0; c < plan.Cells.Length; c++)
        {
            if (plan.Cells[c].Role == CellRole.Known)
            {
                core.Clamp(gaussian, c, coordinates);
            }
        }

        foreach (SliceVariable variable in layout.Variables)
        {
            for (int i = variable.Coordinate; plan.Cells[variable.Channel].Role == CellRole.Drawn && i < variable.Coordinate + variable.Coordinates; i++)
            {
                coordinates[i] = gaussian.Mean[i];
            }
        }

        gaussian.Release();
        core.Base.Update(guide, Features, elapsed, coordinates, gaussian);
        Taken = [.. coordinates.Select((value, i) => double.IsNaN(value) ? gaussian.Mean[i] : value)];
    }

    public double Elapsed { get; }

    /// <summary>How far ahead the slice lies of the last one that was mostly known.</summary>
    public int Ahead { get; }

    public double[] Features { get; }

    public SliceKnowledge Knowledge { get; }

    /// <summary>[D, D], before any clamp.</summary>
    public double[] Covariance { get; }

    /// <summary>The guide's predicted means, [D].</summary>
    public double[] Mean { get; }

    public double[] MarginalMean { get; }

    /// <summary>How predictions respond to the slices before; null: not at all.</summary>
    public LinearResponse? Response { get; }

    /// <summary>What the guide took in, [D].</summary>
    public double[] Taken { get; }
}
