namespace Pallium.Inference;

/// <summary>What is believed about a state before its slice is seen.</summary>
/// <param name="Mean">[N].</param>
/// <param name="Covariance">[N, N].</param>
internal readonly record struct StateBelief(double[] Mean, double[] Covariance);

/// <summary>A Kalman filter's way through a run of slices. O(T·(N³ + D³)) at first, O(T·N²) once covariances have settled.</summary>
internal sealed class FilteredPath
{
    private readonly List<KalmanStep> _steps = [];
    private readonly List<double[]> _values = [];
    private readonly List<double[]> _predicted = [];
    private readonly List<double[]> _filtered = [];
    private readonly StateBelief _start;

    /// <param name="space">The model.</param>
    /// <param name="start">What is believed of the first slice's state.</param>
    public FilteredPath(StateSpace space, StateBelief start)
    {
        Space = space;
        _start = start;
    }

    /// <summary>The model.</summary>
    public StateSpace Space { get; }

    /// <summary>Slices seen, T.</summary>
    public int Length => _steps.Count;

    /// <summary>log density of all that was seen.</summary>
    public double LogLikelihood { get; private set; }

    /// <summary>Where a value could not be: slice and channel; null: nowhere. What comes after it means nothing.</summary>
    public (int Slice, int Channel)? Conflict { get; private set; }

    /// <summary>The covariances of slice t.</summary>
    public KalmanStep Step(int t) => _steps[t];

    /// <summary>The values of slice t, [D].</summary>
    public double[] Values(int t) => _values[t];

    /// <summary>The state's mean after slice t was seen, [N].</summary>
    public double[] Filtered(int t) => _filtered[t];

    /// <summary>The state's mean before slice t was seen, [N].</summary>
    public double[] Predicted(int t) => _predicted[t];

    /// <summary>What was believed of the state of slice t, 0 to T, before it was seen.</summary>
    public StateBelief Before(int t)
    {
        if (t < Length)
        {
            return new StateBelief(_predicted[t], _steps[t].Predicted);
        }

        return Length == 0 ? _start : new StateBelief(NextMean(), _steps[^1].NextPredicted);
    }

    /// <summary>Takes in the next slice, [D], which is kept; NaN is not seen.</summary>
    public void Add(double[] values)
    {
        double[] predicted = NextMean();
        KalmanStep step = Length == 0 ? KalmanStep.For(Space, _start.Covariance, values) : _steps[^1].Next(values);
        double[] filtered = (double[])predicted.Clone();
        LogLikelihood += step.Update(values, filtered, new double[2 * step.Seen.Length], out int conflict);
        if (conflict >= 0)
        {
            Conflict ??= (Length, conflict);
        }

        _steps.Add(step);
        _values.Add(values);
        _predicted.Add(predicted);
        _filtered.Add(filtered);
    }

    /// <summary>An independent copy that goes on from here.</summary>
    public FilteredPath Fork()
    {
        var copy = new FilteredPath(Space, _start) { LogLikelihood = LogLikelihood, Conflict = Conflict };
        copy._steps.AddRange(_steps);
        copy._values.AddRange(_values);
        copy._predicted.AddRange(_predicted);
        copy._filtered.AddRange(_filtered);
        return copy;
    }

    private double[] NextMean()
    {
        if (Length == 0)
        {
            return _start.Mean;
        }

        double[] next = new double[Space.N];
        Space.NextMean(_filtered[^1], next);
        return next;
    }
}
