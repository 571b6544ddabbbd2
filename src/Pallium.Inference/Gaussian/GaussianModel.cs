using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>A linear-Gaussian state space: every answer to linear clamps in closed form.</summary>
/// <remarks>
/// <para>s[t+1] = A·s[t] + w, w ~ N(0, Q); y[t] = C·s[t] + d + v, v ~ N(0, R); s[1] ~ N(m₁, P₁). Slices are equal steps: their stamps are not read.</para>
/// <para>
/// Channels count as numbers on a line: real ones as they are, positive ones although the model gives some mass to what is below zero, binary ones as 0 and 1,
/// their mean (cut to 0..1) the probability of 1. Categorical channels are refused.
/// </para>
/// <para>
/// Answers take values of cells, linear relations, and bounds of one linear form. The model itself answers without history, from offset 1 on (a first
/// slice, or a row of a table); <see cref="After(Frame)"/> answers after one. See docs/exact-engine.md.
/// Sources: Kalman 1960; Rauch, Tung and Striebel 1965.
/// </para>
/// </remarks>
public sealed class GaussianModel : IConditional
{
    /// <summary>A model from its matrices.</summary>
    /// <param name="channels">d channels.</param>
    /// <param name="parameters">In the channels' units.</param>
    /// <exception cref="ArgumentException">Shapes do not fit, a number is not finite, a covariance is not symmetric and positive semidefinite.</exception>
    /// <exception cref="InputException">A channel is categorical.</exception>
    public GaussianModel(IReadOnlyList<Channel> channels, StateSpaceParameters parameters)
        : this(Numeric(channels), (parameters ?? throw new ArgumentNullException(nameof(parameters))).Checked(channels.Count))
    {
    }

    internal GaussianModel(IReadOnlyList<Channel> channels, StateSpace space)
    {
        Channels = channels;
        Space = space;
    }

    /// <inheritdoc/>
    public IReadOnlyList<Channel> Channels { get; }

    /// <summary>n: numbers of the state; 0: slices are independent.</summary>
    public int StateSize => Space.N;

    /// <summary>The matrices, in the channels' units.</summary>
    public StateSpaceParameters Parameters => StateSpaceParameters.Of(Space);

    /// <summary>How the fit went; null where the matrices were given.</summary>
    public GaussianFitRecord? Record { get; internal init; }

    internal StateSpace Space { get; }

    /// <summary>Fits a model by maximum likelihood: expectation maximisation from a subspace method's first guess, holes taken exactly. Deterministic.</summary>
    /// <param name="frame">Slices as equal steps; each series begins anew. Of a table: independent rows.</param>
    /// <param name="options">State size, and when to end.</param>
    /// <param name="progress">Loss is minus the log density, in nats per seen cell.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <remarks>A pass costs O(T·(n³ + d³)) where holes differ from slice to slice, O(T·n²) where they do not.</remarks>
    /// <exception cref="InputException">A channel is categorical or has no value, there are no slices, an option is out of range.</exception>
    public static GaussianModel Fit(
        Frame frame, GaussianOptions? options = null, IProgress<LearnProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(frame);
        return GaussianFit.Run(frame, options ?? new GaussianOptions(), progress, cancellation);
    }

    /// <summary>A joint Gaussian without time: the rows of a table. Its cells stand at offset 1.</summary>
    /// <param name="channels">d channels.</param>
    /// <param name="mean">[d].</param>
    /// <param name="covariance">[d, d], symmetric, positive semidefinite.</param>
    /// <exception cref="ArgumentException">Shapes do not fit, a number is not finite, the covariance is none.</exception>
    /// <exception cref="InputException">A channel is categorical.</exception>
    public static GaussianModel Joint(IReadOnlyList<Channel> channels, IReadOnlyList<double> mean, double[,] covariance)
    {
        ArgumentNullException.ThrowIfNull(channels);
        return new GaussianModel(channels, new StateSpaceParameters
        {
            Transition = new double[0, 0],
            ProcessNoise = new double[0, 0],
            Observation = new double[channels.Count, 0],
            Offset = mean,
            ObservationNoise = covariance,
            StartMean = [],
            StartCovariance = new double[0, 0],
        });
    }

    /// <summary>Answers without history: offset 1 is the first slice.</summary>
    /// <exception cref="InputException">As for <see cref="GaussianHistory.Answer"/>.</exception>
    /// <exception cref="ContradictionException">The clamps cannot hold together.</exception>
    public GaussianAnswer Answer(Question question, AnswerOptions? options = null, CancellationToken cancellation = default) =>
        Begin().Answer(question, options, cancellation);

    Answer IConditional.Answer(Question question, AnswerOptions? options, CancellationToken cancellation) => Answer(question, options, cancellation);

    /// <summary>Reads a model that <see cref="Save"/> wrote.</summary>
    /// <exception cref="InputException">It cannot be read, or is no whole Gaussian model; the message says why.</exception>
    public static GaussianModel Load(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        try
        {
            return GaussianFile.Read(File.ReadAllBytes(path), Path.GetFileName(path));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path}: the model cannot be read ({fault.Message.TrimEnd('.')}).", fault);
        }
    }

    /// <summary>Writes the model as one sealed safetensors file: written aside and renamed, so that an interrupted save leaves the old file whole.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Save(string path) => AtomicFile.Write(path, stream => stream.Write(GaussianFile.Write(this)));

    /// <summary>A stream that has seen nothing.</summary>
    public GaussianHistory Begin() => new(this, new FilteredPath(Space, new StateBelief(Space.StartMean, Space.StartCovariance)));

    /// <summary>A stream that has seen the last series of <paramref name="history"/>. O(T).</summary>
    /// <exception cref="InputException">The history has other channels, or no slices; or a cell that the model holds to be impossible.</exception>
    public GaussianHistory After(Frame history)
    {
        ArgumentNullException.ThrowIfNull(history);
        SchemaCheck.Fitting(history, history.Schema with { Channels = Channels });
        return After(history.Series[^1].Slices());
    }

    /// <summary>A stream that has seen these slices, one after the other. O(T).</summary>
    /// <exception cref="InputException">A slice has another number of channels, or a cell that the model holds to be impossible.</exception>
    public GaussianHistory After(IEnumerable<Slice> history)
    {
        ArgumentNullException.ThrowIfNull(history);
        return Begin().Then(history);
    }

    /// <summary>log density of all seen cells of a frame, series by series, in nats.</summary>
    /// <exception cref="InputException">The frame does not fit the model.</exception>
    public double LogLikelihood(Frame frame)
    {
        ArgumentNullException.ThrowIfNull(frame);
        SchemaCheck.Fitting(frame, frame.Schema with { Channels = Channels });
        return frame.Series.Sum(series => After(series.Slices()).LogLikelihood);
    }

    internal static IReadOnlyList<Channel> Numeric(IReadOnlyList<Channel> channels)
    {
        ArgumentNullException.ThrowIfNull(channels);
        return channels.FirstOrDefault(channel => channel.Kind == ChannelKind.Categorical) is { } categorical
            ? throw new InputException($"Column '{categorical.Name}': found a categorical channel, expected only real, positive and binary ones; leave it out, or learn a WorldModel.")
            : [.. channels];
    }
}
