using Pallium.Learning;
using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>A hierarchical predictive-coding graph: every layer predicts the one below; clamp any nodes, let the rest settle, read it.</summary>
/// <remarks>
/// The equations stand at <see cref="PredictiveCodingEnergy"/>. A node's posterior is its settled state with the inverse curvature of the free
/// energy as covariance (Laplace), exact in a linear graph. Of a bent graph, an answer with effort draws from that posterior, weighs the draws
/// by the true density, and refines them by Langevin chains.
/// The bottom layer holds a table's channels, encoded (z-scores, positive channels through an inverse softplus).
/// </remarks>
public sealed class PredictiveCodingGraph : IConditional
{
    private readonly TableScales _scales;
    private readonly PredictiveCodingOptions _options;

    /// <summary>A graph of known layers, its channels in their own units.</summary>
    /// <param name="channels">The nodes of the bottom layer: real channels.</param>
    /// <param name="layers">Bottom first, at least two.</param>
    /// <param name="options">Its settling; null: the defaults.</param>
    /// <exception cref="ArgumentException">Sizes do not fit one another, or a precision is not positive definite.</exception>
    /// <exception cref="InputException">A channel is not real.</exception>
    public PredictiveCodingGraph(IReadOnlyList<Channel> channels, IReadOnlyList<PredictiveCodingLayer> layers, PredictiveCodingOptions? options = null)
        : this(TableScales.Plain(channels), layers, options ?? new PredictiveCodingOptions(), [])
    {
    }

    private PredictiveCodingGraph(
        TableScales scales, IReadOnlyList<PredictiveCodingLayer> layers, PredictiveCodingOptions options, IReadOnlyList<double> freeEnergies)
    {
        ArgumentNullException.ThrowIfNull(layers);
        options.Check();
        CheckSizes(scales.Channels.Count, layers);
        _scales = scales;
        _options = options;
        Layers = layers;
        FreeEnergies = freeEnergies;
        _ = new PredictiveCodingEnergy(layers);
    }

    /// <inheritdoc/>
    public IReadOnlyList<Channel> Channels => _scales.Channels;

    /// <summary>The layers, bottom first.</summary>
    public IReadOnlyList<PredictiveCodingLayer> Layers { get; }

    /// <summary>Mean free energy of a learning row's known cells before each pass, in nats, encoded; empty where nothing was learned.</summary>
    public IReadOnlyList<double> FreeEnergies { get; }

    /// <summary>Learns a table by local steps; holes are not clamped.</summary>
    /// <param name="frame">Rows are taken as independent; channels of numbers.</param>
    /// <param name="options">Layers and learning; null: the defaults.</param>
    /// <exception cref="InputException">A channel is not of numbers, or there are fewer than two rows.</exception>
    public static PredictiveCodingGraph Learn(Frame frame, PredictiveCodingOptions? options = null)
    {
        options ??= new PredictiveCodingOptions();
        options.Check();
        TableScales scales = TableScales.Fit(frame, "a predictive-coding graph");
        (PredictiveCodingLayer[] layers, IReadOnlyList<double> energies) = new PredictiveCodingLearner(scales.Encode(frame), options).Run();
        return new PredictiveCodingGraph(scales, layers, options, energies);
    }

    /// <summary>Clamps any nodes of any layer, settles, and returns all of them.</summary>
    /// <param name="nodes">One array per layer, bottom first, encoded: numbers are clamped, NaN is free. Not changed.</param>
    /// <exception cref="ArgumentException">The arrays do not fit the layers.</exception>
    public SettledGraph Settle(IReadOnlyList<double[]> nodes)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        if (!nodes.Select(layer => layer.Length).SequenceEqual(Layers.Select(layer => layer.Size)))
        {
            string found = string.Join(", ", nodes.Select(layer => layer.Length));
            throw new ArgumentException($"Found layers of {found} nodes, expected {string.Join(", ", Layers.Select(layer => layer.Size))}.", nameof(nodes));
        }

        var energy = new PredictiveCodingEnergy(Layers);
        double[][] state = [.. nodes.Select(layer => (double[])layer.Clone())];
        var settling = new Settling(energy, Settling.FreeOf(nodes), _options.SettleTolerance, _options.SettleSteps);
        (double value, int steps, bool converged) = settling.Run(state);
        (double[][] own, _) = settling.Curvature.Covariances();
        double[][] deviations = [.. Layers.Select(layer => new double[layer.Size])];
        for (int l = 0; l < deviations.Length; l++)
        {
            int[] free = settling.Free[l];
            for (int f = 0; f < free.Length; f++)
            {
                deviations[l][free[f]] = Math.Sqrt(own[l][f * (free.Length + 1)]);
            }
        }

        return new SettledGraph(state, deviations)
        {
            FreeEnergy = value,
            LogEvidence = -settling.FreeEnergy(value),
            Steps = steps,
            Converged = converged,
        };
    }

    /// <summary>How unusual a row is: -log p of its known cells by Laplace's method, each as its rounding interval's mass, in nats.</summary>
    /// <param name="row">One value per channel; NaN is a hole.</param>
    /// <exception cref="InputException">Another number of values, or one that its channel cannot have.</exception>
    public double Energy(ReadOnlySpan<double> row)
    {
        double energy = -Settle(Nodes(_scales.EncodeChecked(row))).LogEvidence;
        for (int c = 0; c < row.Length; c++)
        {
            energy -= double.IsNaN(row[c]) ? 0 : _scales.LogWidth(c, row[c]);
        }

        return energy;
    }

    /// <inheritdoc/>
    /// <remarks>
    /// Values are clamped and the rest settles; relations and intervals of channels are then taken by the Gaussian that it leaves, which is exact in a linear
    /// graph. A bent graph with effort is refined by sampling, where intervals are exact too, and relations refused.
    /// </remarks>
    public Answer Answer(Question question, AnswerOptions? options = null, CancellationToken cancellation = default)
    {
        options ??= new AnswerOptions();
        TableQuestion read = TableQuestion.Read(_scales, question, options);
        var row = new double[Channels.Count];
        row.AsSpan().Fill(double.NaN);
        double evidence = 0;
        foreach (TableForm form in read.Equalities.Where(form => !form.Clamp.IsRelation))
        {
            int channel = form.Clamp.Cell.Channel;
            if (!double.IsNaN(row[channel]) && row[channel] != form.Low)
            {
                throw EngineQuestion.Contradiction(Channels, form.Clamp);
            }

            evidence += double.IsNaN(row[channel]) ? form.LogWidth : 0;
            row[channel] = form.Low;
        }

        var energy = new PredictiveCodingEnergy(Layers);
        double[][] nodes = Nodes(row);
        var settling = new Settling(energy, Settling.FreeOf(nodes), _options.SettleTolerance, _options.SettleSteps);
        (double value, int steps, bool converged) = settling.Run(nodes);
        evidence -= settling.FreeEnergy(value);
        GaussianMixture rest = Rest(settling, nodes[0]);
        Answer answer;
        if (!energy.IsLinear && options.Effort > 0)
        {
            answer = new PredictiveCodingSampler(_scales, energy, settling, nodes, rest, read).Answer(evidence, options, cancellation);
        }
        else
        {
            evidence += TableAnswer.Clamp(rest, [.. read.Equalities.Where(form => form.Clamp.IsRelation)], Channels);
            answer = TableAnswer.Of(_scales, rest, evidence, read, options, cancellation);
        }

        string unsettled = $"The graph had not settled after {steps} steps; more of them (SettleSteps) would help.";
        return converged ? answer : answer with { Warnings = [.. answer.Warnings, unsettled] };
    }

    /// <summary>The channels' joint Gaussian at the settled state; clamped channels have no variance.</summary>
    private static GaussianMixture Rest(Settling settling, double[] channels)
    {
        int[] free = settling.Free[0];
        int d = channels.Length;
        double[] own = settling.Curvature.Covariances().Own[0];
        var covariance = new double[d * d];
        for (int i = 0; i < free.Length; i++)
        {
            for (int j = 0; j < free.Length; j++)
            {
                covariance[(free[i] * d) + free[j]] = own[(i * free.Length) + j];
            }
        }

        return new GaussianMixture(d, [0], [[.. channels]], [covariance]);
    }

    private double[][] Nodes(double[] channels)
    {
        double[][] nodes = [channels, .. Layers.Skip(1).Select(layer => new double[layer.Size])];
        foreach (double[] latents in nodes.Skip(1))
        {
            latents.AsSpan().Fill(double.NaN);
        }

        return nodes;
    }

    private static void CheckSizes(int channels, IReadOnlyList<PredictiveCodingLayer> layers)
    {
        if (layers.Count < 2 || layers[0].Size != channels)
        {
            string sizes = string.Join(", ", layers.Select(layer => layer.Size));
            throw new ArgumentException($"Found layers of {sizes} nodes, expected at least two layers, the bottom one of {channels} nodes, one a channel.", nameof(layers));
        }

        for (int l = 0; l < layers.Count; l++)
        {
            int above = l + 1 < layers.Count ? layers[l + 1].Size : 0;
            PredictiveCodingLayer layer = layers[l];
            if (layer.Weights.Length != layer.Size * above || layer.Bias.Length != layer.Size || layer.Precision.Length != layer.Size * layer.Size)
            {
                throw new ArgumentException(
                    $"Layer {l} of {layer.Size} nodes under {above}: found {layer.Weights.Length} weights, {layer.Bias.Length} biases and "
                    + $"{layer.Precision.Length} precisions, expected {layer.Size * above}, {layer.Size} and {layer.Size * layer.Size}.", nameof(layers));
            }
        }
    }
}
