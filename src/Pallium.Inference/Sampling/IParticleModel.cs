namespace Pallium.Inference;

/// <summary>What the sampler needs of a model for one question: streams with a state, a step, and the conditionals of a slice's cells.</summary>
/// <remarks>
/// Streams take in the same cells and differ in values alone, so that what is linear and Gaussian in the model has one covariance for all of
/// them. The learned model is one such model, a Kalman filter in innovations form another.
/// </remarks>
internal interface IParticleModel
{
    /// <summary>Channels and coordinates.</summary>
    SliceLayout Layout { get; }

    /// <summary>The slices to be sampled.</summary>
    IReadOnlyList<SlicePlan> Slices { get; }

    /// <summary>Numbers in a stream's state.</summary>
    int StateSize { get; }

    /// <summary>Writes the state before the first slice.</summary>
    void Start(Span<double> state);

    /// <summary>The linear-Gaussian part's covariance of a slice given all before it, [D, D].</summary>
    ReadOnlySpan<double> Covariance(int slice);

    /// <summary>Its mean of a slice when nothing from the first one on is known, [D].</summary>
    ReadOnlySpan<double> FreeMean(int slice);

    /// <summary>How its mean of a later slice moves when the coordinates of <paramref name="slice"/> turn out otherwise than predicted, [D, D].</summary>
    ReadOnlySpan<double> Response(int slice, int ahead);

    /// <summary>Working memory for some streams.</summary>
    IParticleRows NewRows(int most);
}

/// <summary>Some streams of an <see cref="IParticleModel"/>, slice by slice. Belongs to one thread.</summary>
internal interface IParticleRows
{
    /// <summary>Predicts a slice.</summary>
    /// <param name="slice">Which.</param>
    /// <param name="rows">How many streams.</param>
    /// <param name="states">[rows, StateSize].</param>
    /// <param name="means">Receives the linear-Gaussian part's means, [rows, D].</param>
    void Begin(int slice, int rows, ReadOnlySpan<double> states, Span<double> means);

    /// <summary>What the streams believe about a channel of the slice, given what is known of it.</summary>
    /// <param name="channel">Which; not known yet.</param>
    /// <param name="covariance">The linear-Gaussian part's covariance given what is known.</param>
    /// <param name="means">Its means, [rows, D].</param>
    /// <param name="belief">Receives the beliefs.</param>
    void Believe(int channel, SharedCovariance covariance, ReadOnlySpan<double> means, CellBelief belief);

    /// <summary>A channel of the slice becomes known.</summary>
    /// <param name="channel">Which.</param>
    /// <param name="coordinates">Encoded slices, [rows, D].</param>
    void Know(int channel, ReadOnlySpan<double> coordinates);

    /// <summary>Takes the slice in.</summary>
    /// <param name="coordinates">Encoded slices, [rows, D]; NaN for holes.</param>
    /// <param name="means">The linear-Gaussian part's means given what is known, [rows, D].</param>
    /// <param name="states">[rows, StateSize], advanced.</param>
    void End(ReadOnlySpan<double> coordinates, ReadOnlySpan<double> means, Span<double> states);
}
