using System.Globalization;
using System.Numerics;

namespace Pallium.Layers;

/// <summary>A mixture of experts: a router scores them for every slice, a gate gives the slice to a few, y = Σ r_i expert_i(x).</summary>
/// <remarks>
/// <code>
/// linear       r = W x
/// cosine       r_i = cos(W x, e_i)/τ
/// similar      r = W' Σ_s softmax(q_t · k_s/√E) v_s over the last slices: similar slices are routed alike
/// prototypes   one expert of each of several groups, each by the softmax within its group
/// groups       first a group, then experts within it, so that few scores are computed
/// layers       x ← x + Σ r_i expert_i(x), with scores r = W x + G (scores of the layer before)
/// </code>
/// Experts without a block come after the blocks: zero 0, copy x, constant a_1 x + a_2 v; then those that were added later.
/// Sources: Fedus et al., 2021 (arXiv 2101.03961); Shazeer et al., ICLR 2017; Yang et al., 2021 (arXiv 2105.15082), prototypes; Chi et al., NeurIPS 2022 (arXiv 2204.09179),
/// cosine; Nguyen et al., 2025 (arXiv 2505.00792), similar, here causal; Jin et al., 2024 (arXiv 2410.07348), experts without blocks and gating residuals.
/// </remarks>
public static class MixtureOfExperts
{
    /// <summary>Makes it from its parts: route, then experts.</summary>
    /// <param name="options">Sizes and choices.</param>
    /// <param name="newBlock">Makes one block that reads the channels of x.</param>
    /// <exception cref="ArgumentException">Sizes do not fit one another; the message says which.</exception>
    public static StackedLayers<T> Create<T>(MixtureOfExpertsOptions options, Func<ISequenceLayer<T>> newBlock)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(newBlock);
        Check(options);
        return options switch
        {
            { Layers: > 1 } => Layers(options, newBlock),
            { Groups: > 1 } => Grouped(options, newBlock),
            _ => new(
            [
                ("route", new Alongside<T>("scores", new StackedLayers<T>([("router", Router<T>(options)), ("gate", Gate<T>(options))]))),
                ("experts", Run(options, newBlock)),
            ]),
        };
    }

    /// <summary>One of several layers that hand their scores on: (x, scores before) to (y, scores); the first reads x alone.</summary>
    internal static StackedLayers<T> WithScores<T>(MixtureOfExpertsOptions options, Func<ISequenceLayer<T>> newBlock, bool isFirst, bool isResidual)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (int x, int r) = (options.Channels, options.Experts);
        Linear<T> Map(int inputs) => new(new(inputs, r) { HasBias = false });
        ISequenceLayer<T> score = isFirst
            ? new Alongside<T>("scores", Map(x))
            : new StackedLayers<T>(
            [
                ("arrange", new ChannelSelection<T>(x + r, (0, x), (0, x + r))),
                ("beside", new Beside<T>(
                [
                    ("pass", new Pass<T>(x)),
                    ("scores", new StackedLayers<T>([("maps", new Beside<T>([("own", Map(x)), ("before", Map(r))])), ("sum", new ChannelSum<T>(r, 2))])),
                ])),
            ]);
        var experts = new List<(string Name, ISequenceLayer<T> Layer)> { ("run", Run(options, newBlock)), ("scores", new Pass<T>(r)) };
        var gates = new List<(string Name, ISequenceLayer<T> Layer)> { ("x", new Pass<T>(x)), ("gate", Gate<T>(options)), ("scores", new Pass<T>(r)) };
        var runs = new List<(int, int)> { (0, x), (x, r), (x, r) };
        if (isResidual)
        {
            experts.Insert(0, ("residual", new Pass<T>(x)));
            gates.Insert(0, ("residual", new Pass<T>(x)));
            runs.Insert(0, (0, x));
        }

        var parts = new List<(string Name, ISequenceLayer<T> Layer)>
        {
            ("score", score), ("twice", new ChannelSelection<T>(x + r, [.. runs])), ("gates", new Beside<T>(gates)), ("experts", new Beside<T>(experts)),
        };
        if (isResidual)
        {
            parts.Add(("sum", new Beside<T>([("sum", new ChannelSum<T>(x, 2)), ("scores", new Pass<T>(r))])));
        }

        return new(parts);
    }

    private static StackedLayers<T> Layers<T>(MixtureOfExpertsOptions options, Func<ISequenceLayer<T>> newBlock)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => new(
    [
        .. Enumerable.Range(0, options.Layers).Select(layer =>
            (layer.ToString(CultureInfo.InvariantCulture), (ISequenceLayer<T>)WithScores(options, newBlock, isFirst: layer == 0, isResidual: true))),
        ("y", new ChannelSelection<T>(options.Channels + options.Experts, (0, options.Channels))),
    ]);

    private static StackedLayers<T> Grouped<T>(MixtureOfExpertsOptions options, Func<ISequenceLayer<T>> newBlock)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        MixtureOfExpertsOptions inner = options with { Blocks = options.Blocks / options.Groups, Groups = 1 };
        return Create(inner with { Blocks = options.Groups, Chosen = 1, Margin = null, Normalizes = false }, () => Create(inner, newBlock));
    }

    private static ISequenceLayer<T> Router<T>(MixtureOfExpertsOptions options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => options.Router switch
        {
            ExpertRouter.Linear => new ChannelMaps<T>(
                options.Channels,
                [
                    ("first", options.Experts - options.Grown, false),
                    .. Enumerable.Range(1, options.Grown).Select(grown => (grown.ToString(CultureInfo.InvariantCulture), 1, true)),
                ]),
            ExpertRouter.Similar => RotaryAttention.Create<T>(new(options.Channels, options.Experts, options.Window) { Rotary = 0 }),
            _ => Cosine<T>(options.Channels, Math.Max(2, options.Experts / 2), options.Experts),
        };

    /// <summary>The router on the unit sphere: project to C channels, normalise, compare.</summary>
    internal static StackedLayers<T> Cosine<T>(int inputs, int channels, int experts)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => new(
    [
        ("project", new Linear<T>(new(inputs, channels) { HasBias = false })),
        ("normalize", new UnitNorm<T>(new(channels) { Epsilon = 1e-24 })),
        ("compare", new CosineScores<T>(channels, experts)),
    ]);

    private static ISequenceLayer<T> Gate<T>(MixtureOfExpertsOptions options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (options.Prototypes == 1)
        {
            return new ExpertGate<T>(options.Gate);
        }

        MixtureOfExpertsOptions group = options with { Blocks = options.Blocks / options.Prototypes, Chosen = 1 };
        return new Beside<T>([.. Enumerable.Range(0, options.Prototypes).Select(_ => new ExpertGate<T>(group.Gate))]);
    }

    /// <summary>y from x and the weights of all experts, of which those of zero experts are left out.</summary>
    private static StackedLayers<T> Run<T>(MixtureOfExpertsOptions options, Func<ISequenceLayer<T>> newBlock)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var blocks = new List<ISequenceLayer<T>>();
        blocks.AddRange(Enumerable.Range(0, options.Blocks).Select(_ => newBlock()));
        blocks.AddRange(Enumerable.Range(0, options.Copies).Select(_ => new Pass<T>(options.Channels)));
        blocks.AddRange(Enumerable.Range(0, options.Constants).Select(_ => new ConstantExpert<T>(options.Channels)));
        blocks.AddRange(Enumerable.Range(0, options.Grown).Select(_ => newBlock()));
        int chosen = Math.Min(options.Chosen, blocks.Count);
        var parts = new List<(string Name, ISequenceLayer<T> Layer)>();
        if (options.Zeros > 0)
        {
            int given = options.Channels + options.Blocks;
            var runs = new List<(int, int)> { (0, given) };
            if (blocks.Count > options.Blocks)
            {
                runs.Add((given + options.Zeros, blocks.Count - options.Blocks));
            }

            parts.Add(("given", new ChannelSelection<T>(options.Channels + options.Experts, [.. runs])));
        }

        parts.Add(("each", new Experts<T>(blocks, options.BeginsDense ? null : chosen, (double)chosen / blocks.Count)));
        return new(parts);
    }

    private static void Check(MixtureOfExpertsOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Channels, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Blocks, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Layers, nameof(options));
        if (options.BlockShare is not (> 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(options), options.BlockShare, "A block's share lies above 0 and is at most 1.");
        }

        bool isPlain = options.Experts == options.Blocks;
        if (options.Grown > 0 && (options.Router != ExpertRouter.Linear || options.Layers > 1))
        {
            throw new ArgumentException("Experts that were added later need a linear router, and one layer.", nameof(options));
        }

        Divides(options.Prototypes, options, "prototypes", isPlain && options.Groups == 1);
        Divides(options.Groups, options, "groups", isPlain && options.Layers == 1);
        if (options.Prototypes > 1 && options.Chosen != options.Prototypes)
        {
            throw new ArgumentException($"Found {options.Chosen} chosen experts of {options.Prototypes} prototypes, expected one of each.", nameof(options));
        }
    }

    private static void Divides(int groups, MixtureOfExpertsOptions options, string what, bool isPossible)
    {
        if (groups != 1 && !(isPossible && groups > 0 && options.Blocks % groups == 0 && groups < options.Blocks))
        {
            throw new ArgumentException($"Found {groups} {what} of {options.Blocks} blocks, expected a smaller divisor, and blocks alone.", nameof(options));
        }
    }
}
