namespace Pallium.Inference;

/// <summary>One pass through the slices of a question: a stream takes them in, unknown cells as holes, and each may be asked about on the way.</summary>
/// <remarks>The base of what is asked knows all other slices, later ones too (<see cref="BaseSmoother"/>); the network knows those before.</remarks>
internal sealed class OnePassWalk
{
    private readonly WorldEngine _engine;
    private readonly IReadOnlyList<SlicePlan> _slices;
    private readonly BaseSmoother _smoother;
    private readonly SliceObserver _observer;
    private readonly bool _smooths;

    /// <param name="engine">The model.</param>
    /// <param name="start">The stream before the first slice; not changed.</param>
    /// <param name="slices">What is known.</param>
    /// <param name="observer">Working memory.</param>
    public OnePassWalk(WorldEngine engine, StreamState start, IReadOnlyList<SlicePlan> slices, SliceObserver observer)
    {
        (_engine, _slices, _observer) = (engine, slices, observer);
        SliceCore core = engine.Core;
        State = start.Copy();
        Coordinates = new double[core.Layout.Coordinates];
        Features = new double[core.Exogenous];
        Gaussian = core.Base.CreateSlice();
        _smoother = new BaseSmoother(engine, State.Copy(), slices);
        _smooths = slices.Count > 1 || BoundedCells.Any(slices);
        LogBounds = BoundedCells.Any(slices) ? new BoundedCells(engine, slices, _smoother).Take() : 0;
    }

    /// <summary>log of the probability of all intervals and sets given the values, by the base; 0 without any.</summary>
    public double LogBounds { get; }

    /// <summary>Which slice; -1 before the first.</summary>
    public int Index { get; private set; } = -1;

    /// <summary>How far ahead it lies of the last one that was wholly known.</summary>
    public int Ahead { get; private set; } = 1;

    /// <summary>The stream before the slice.</summary>
    public StreamState State { get; }

    /// <summary>The slice's values, NaN where they are not known.</summary>
    public double[] Values { get; private set; } = [];

    /// <summary>Which of them are known.</summary>
    public bool[] Known { get; private set; } = [];

    /// <summary>The slice encoded, once it is asked about.</summary>
    public double[] Coordinates { get; }

    /// <summary>Its exogenous features, likewise.</summary>
    public double[] Features { get; }

    /// <summary>Time since the slice before, likewise.</summary>
    public double Elapsed { get; private set; }

    /// <summary>The base's distribution of the slice given all that is known, likewise.</summary>
    public SliceGaussian Gaussian { get; }

    /// <summary>Goes to the next slice; false: there is none.</summary>
    public bool MoveNext()
    {
        if (Index + 1 >= _slices.Count)
        {
            return false;
        }

        if (Index >= 0)
        {
            _observer.Advance(State, _slices[Index].Time, Values);
            Ahead = Array.TrueForAll(Known, known => known) ? 1 : Ahead + 1;
        }

        CellPlan[] cells = _slices[++Index].Cells;
        Values = [.. cells.Select(cell => cell.Value)];
        Known = [.. cells.Select(cell => cell.Role == CellRole.Known)];
        return true;
    }

    /// <summary>Asks about the slice.</summary>
    /// <param name="except">The bounded channel that is asked about as if it had no bounds; -1: none.</param>
    public void Ask(int except = -1)
    {
        double time = _slices[Index].Time;
        Elapsed = _engine.Elapsed(State, time);
        _engine.WriteFeatures(State, time, Features);
        _engine.Core.Layout.Encode(Values, Coordinates);
        if (_smooths)
        {
            _smoother.Fill(Index, Gaussian, except);
        }
        else if (double.IsNaN(time))
        {
            _engine.Core.PredictWithoutTime(Features, Gaussian);
        }
        else
        {
            _engine.Core.Predict(State.Core, Features, Elapsed, Gaussian);
        }

        for (int c = 0; c < Known.Length; c++)
        {
            if (Known[c])
            {
                _engine.Core.Clamp(Gaussian, c, Coordinates);
            }
        }
    }
}
