using System.Globalization;

namespace Pallium.Inference;

/// <summary>A <see cref="GaussianModel"/> that has seen a history: a value, which any number of threads may ask.</summary>
/// <remarks>Cells of the history that are asked for count as not seen, so that the answer says what they were, given all else.</remarks>
public sealed class GaussianHistory : IConditional
{
    private readonly FilteredPath _path;

    internal GaussianHistory(GaussianModel model, FilteredPath path)
    {
        Model = model;
        _path = path;
    }

    /// <summary>The model.</summary>
    public GaussianModel Model { get; }

    /// <inheritdoc/>
    public IReadOnlyList<Channel> Channels => Model.Channels;

    /// <summary>Slices seen: offsets go from 1 - Count.</summary>
    public int Count => _path.Length;

    /// <summary>log density of all cells seen, in nats.</summary>
    public double LogLikelihood => _path.LogLikelihood;

    /// <summary>What is believed of the state of the next slice.</summary>
    internal StateBelief Next => _path.Before(Count);

    /// <summary>This stream after more slices; it is not changed itself. O(T) copies, no covariances.</summary>
    /// <exception cref="InputException">A slice has another number of channels, or a cell that the model holds to be impossible.</exception>
    public GaussianHistory Then(IEnumerable<Slice> slices)
    {
        ArgumentNullException.ThrowIfNull(slices);
        FilteredPath path = _path.Fork();
        foreach (Slice slice in slices)
        {
            SchemaCheck.Values(Channels, slice.Values, "Slice");
            path.Add((double[])slice.Values.Clone());
            if (path.Conflict is (int at, int channel))
            {
                throw new InputException(string.Create(
                    CultureInfo.InvariantCulture, $"Slice {at + 1}, column '{Channels[channel].Name}': found {slice.Values[channel]:R}, expected the value that follows, under this model, from what was seen before."));
            }
        }

        return new GaussianHistory(Model, path);
    }

    /// <summary>
    /// Answers exactly, but for two things that take draws, by the effort, at least 256: events, whose probabilities are shares of them, and bounds of several linear forms at
    /// once, which have no closed form.
    /// </summary>
    /// <remarks>
    /// Log evidence is the log density of the clamped values, given the history without the cells that are asked for; clamps that follow from those before them
    /// add nothing, a bounded form adds its log probability.
    /// </remarks>
    /// <exception cref="InputException">
    /// A cell that is not there, a set of categories, more memory than allowed, a negative effort, a step (the model's slices are equal steps).
    /// </exception>
    /// <exception cref="ContradictionException">The clamps cannot hold together, or not with the history.</exception>
    public GaussianAnswer Answer(Question question, AnswerOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(question);
        options ??= new AnswerOptions();
        if (options.Effort < 0)
        {
            throw new InputException($"Found an effort of {options.Effort}, expected none below zero.");
        }

        if (options.Every is double every)
        {
            throw new InputException(string.Create(CultureInfo.InvariantCulture, $"Found slices every {every:R}, expected none: the exact engine's slices are equal steps of learning."));
        }

        return new ExactEngine(Channels, _path).Answer(question, options, cancellation);
    }

    Answer IConditional.Answer(Question question, AnswerOptions? options, CancellationToken cancellation) => Answer(question, options, cancellation);
}
