using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>Learns a graph from encoded rows: clamp what a row has, settle, average what neighbouring layers do, step.</summary>
/// <remarks>
/// dW_l ∝ E[(f'⊙Π_l·e_l)·x_l+1'] and Π_l⁻¹ ← running mean of e_l·e_l', both over a pass (<see cref="PredictiveCodingMoments"/>).
/// The top layer stays N(0, I), which fixes the scale of the latents. The state with the least free energy is kept.
/// </remarks>
internal sealed class PredictiveCodingLearner
{
    /// <summary>Passes without a gain before learning stops: Laplace's free energy of a bent graph may rise for a while.</summary>
    private const int Patience = 5;

    private readonly HoleGroup[] _groups;
    private readonly PredictiveCodingOptions _options;
    private readonly int _count;

    /// <param name="rows">[n][channels]; NaN is a hole.</param>
    /// <param name="options">How.</param>
    public PredictiveCodingLearner(double[][] rows, PredictiveCodingOptions options)
    {
        _options = options;
        _count = rows.Length;
        _groups = HoleGroup.Of(rows);
    }

    /// <summary>The layers, and the mean free energy of a row before each pass, in nats.</summary>
    public (PredictiveCodingLayer[] Layers, IReadOnlyList<double> FreeEnergies) Run()
    {
        PredictiveCodingLayer[] layers = Start();
        PredictiveCodingLayer[] best = layers;
        double least = double.PositiveInfinity;
        var energies = new List<double>();
        for (int pass = 0, idle = 0; pass < _options.Passes && idle < Patience; pass++)
        {
            (PredictiveCodingLayer[] next, double energy) = Pass(layers);
            idle = least - energy < _options.Tolerance ? idle + 1 : 0;
            (best, least) = energy < least ? (layers, energy) : (best, least);
            energies.Add(energy);
            layers = next;
        }

        return (best, energies);
    }

    private (PredictiveCodingLayer[] Next, double Energy) Pass(PredictiveCodingLayer[] layers)
    {
        var energy = new PredictiveCodingEnergy(layers);
        PredictiveCodingMoments[] moments = [.. layers.SkipLast(1).Select((layer, l) => new PredictiveCodingMoments(layer.Size, layers[l + 1].Size))];
        double total = 0;
        foreach (HoleGroup group in _groups)
        {
            int[][] free = [.. layers.Select((layer, l) => l == 0 ? group.Hidden : [.. Enumerable.Range(0, layer.Size)])];
            var settling = new Settling(energy, free, _options.SettleTolerance, _options.SettleSteps);
            double[][] nodes = [.. layers.Select(layer => new double[layer.Size])];
            (double[][] Own, double[][] WithBelow)? spread = null;
            foreach (double[] row in group.Rows)
            {
                row.CopyTo(nodes[0], 0);
                total += settling.FreeEnergy(settling.Run(nodes).Energy);
                spread = energy.IsLinear && spread is not null ? spread : Spread(settling, layers);
                for (int l = 0; l < moments.Length; l++)
                {
                    moments[l].Add(energy, l, nodes, spread.Value.Own, spread.Value.WithBelow);
                }
            }
        }

        return ([.. layers.Select((layer, l) => l < moments.Length ? moments[l].Step(layer, _options) : layer)], total / _count);
    }

    /// <summary>Covariances of all nodes: of the bottom layer only holes have any.</summary>
    private static (double[][] Own, double[][] WithBelow) Spread(Settling settling, PredictiveCodingLayer[] layers)
    {
        (double[][] own, double[][] withBelow) = settling.Curvature.Covariances();
        int[] hidden = settling.Free[0];
        int n = layers[0].Size;
        int above = layers[1].Size;
        var bottom = new double[n * n];
        var next = new double[above * n];
        for (int j = 0; j < hidden.Length; j++)
        {
            for (int i = 0; i < hidden.Length; i++)
            {
                bottom[(hidden[i] * n) + hidden[j]] = own[0][(i * hidden.Length) + j];
            }

            for (int c = 0; c < above; c++)
            {
                next[(c * n) + hidden[j]] = withBelow[1][(c * hidden.Length) + j];
            }
        }

        own[0] = bottom;
        withBelow[1] = next;
        return (own, withBelow);
    }

    private PredictiveCodingLayer[] Start()
    {
        Rng rng = new Rng(_options.Seed).For("predictive coding");
        int[] sizes = [_groups[0].Rows[0].Length, .. _options.Latents];
        return [.. sizes.Select((n, l) => Start(n, l, l + 1 < sizes.Length ? sizes[l + 1] : 0, rng.For(l)))];
    }

    /// <summary>Bent latents begin with predictions that reach into the bend, and are held to them: as unsure as the top layer they would stay linear.</summary>
    private PredictiveCodingLayer Start(int size, int layer, int above, Rng rng)
    {
        const double BentGain = 2;
        const double BentPrecision = 10;
        bool isBent = layer > 0 && above > 0 && _options.Activation != Activation.Linear;
        var weights = new double[size * above];
        rng.Normal<double>(weights, (isBent ? BentGain : 1) / Math.Sqrt(Math.Max(1, above)));
        double[] precision = Dense.Identity(size);
        return new PredictiveCodingLayer(size)
        {
            Weights = weights,
            Precision = isBent ? [.. precision.Select(p => BentPrecision * p)] : precision,
            Activation = layer == 0 ? Activation.Linear : _options.Activation,
        };
    }
}
