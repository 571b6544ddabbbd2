using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>The joint density of a table's rows as a mixture of Gaussians: answers any cells from any cells, and ranks what is unusual.</summary>
/// <remarks>
/// p(x) = Σ π_k·N(x; μ_k, Σ_k) over encoded cells (z-scores; positive channels through an inverse softplus). Equalities, relations of real channels among them,
/// are clamped exactly; intervals and events by draws (<see cref="IntervalSampler"/>). Evidence of a value is its rounding interval's mass by the midpoint
/// rule, of a relation its density.
/// </remarks>
public sealed class MixtureModel : IConditional
{
    private readonly GaussianMixture _mixture;
    private readonly TableScales _scales;

    internal MixtureModel(GaussianMixture mixture, TableScales scales, IReadOnlyList<double> logDensities)
    {
        _mixture = mixture;
        _scales = scales;
        LogDensities = logDensities;
    }

    /// <inheritdoc/>
    public IReadOnlyList<Channel> Channels => _scales.Channels;

    /// <summary>How many components it has.</summary>
    public int Components => _mixture.Count;

    /// <summary>Mean log density of a learning row's known cells before each pass, in nats, encoded.</summary>
    public IReadOnlyList<double> LogDensities { get; }

    internal GaussianMixture Joint => _mixture;

    internal TableScales Scales => _scales;

    /// <summary>Learns a table by expectation maximisation; holes are integrated out.</summary>
    /// <param name="frame">Rows are taken as independent; channels of numbers.</param>
    /// <param name="options">How; null: the defaults.</param>
    /// <exception cref="InputException">A channel is not of numbers, or there are fewer than two rows.</exception>
    public static MixtureModel Learn(Frame frame, MixtureOptions? options = null)
    {
        options ??= new MixtureOptions();
        options.Check();
        TableScales scales = TableScales.Fit(frame, "a mixture model");
        (GaussianMixture mixture, IReadOnlyList<double> densities) = new MixtureFit(scales.Encode(frame), options).Run();
        return new MixtureModel(mixture, scales, densities);
    }

    /// <inheritdoc/>
    /// <remarks>In closed form, whatever the effort, unless there are intervals or events: then at least 256 draws are made.</remarks>
    public Answer Answer(Question question, AnswerOptions? options = null, CancellationToken cancellation = default)
    {
        options ??= new AnswerOptions();
        TableQuestion read = TableQuestion.Read(_scales, question, options);
        GaussianMixture clamped = _mixture.Copy();
        double evidence = TableAnswer.Clamp(clamped, read.Equalities, Channels);
        return TableAnswer.Of(_scales, clamped, evidence, read, options, cancellation);
    }

    /// <summary>How unusual a row is: -log p of its known cells, each as its rounding interval's mass, in nats; 0 of a row of holes.</summary>
    /// <param name="row">One value per channel; NaN is a hole.</param>
    /// <exception cref="InputException">Another number of values, or one that its channel cannot have.</exception>
    public double Energy(ReadOnlySpan<double> row)
    {
        double[] encoded = _scales.EncodeChecked(row);
        int[] seen = [.. Enumerable.Range(0, encoded.Length).Where(c => !double.IsNaN(encoded[c]))];
        if (seen.Length == 0)
        {
            return 0;
        }

        double energy = -new MixtureCells(_mixture, seen).LogDensity(encoded, new double[_mixture.Count]);
        foreach (int c in seen)
        {
            energy -= _scales.LogWidth(c, row[c]);
        }

        return energy;
    }

    /// <summary>Joint draws of a row under a question's clamps, in the channels' units, [count][channels].</summary>
    /// <param name="clamps">What is known.</param>
    /// <param name="count">How many.</param>
    /// <param name="seed">Same seed, same bits.</param>
    /// <exception cref="InputException">A clamp that it cannot take.</exception>
    /// <exception cref="ContradictionException">The clamps cannot hold together.</exception>
    public IReadOnlyList<double[]> Draw(IReadOnlyList<Clamp> clamps, int count, ulong seed = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        TableQuestion read = TableQuestion.Read(_scales, new Question { Clamps = clamps }, new AnswerOptions());
        GaussianMixture clamped = _mixture.Copy();
        TableAnswer.Clamp(clamped, read.Equalities, Channels);
        IntervalDraws draws = new IntervalSampler(clamped, read.Intervals, Channels).Draw(count, new Rng(seed).For("table draws"));
        return [.. draws.Equal(new Rng(seed).For("table resampling")).Select(row => row.Select((z, c) => _scales.Scales[c].Decode(z)).ToArray())];
    }
}
