using System.Numerics;

namespace Pallium.Layers;

/// <summary>What a low-rank map is made from, y = B f(A x) + b.</summary>
/// <param name="Inputs">Channels I of x.</param>
/// <param name="Rank">Channels R between the factors.</param>
/// <param name="Outputs">Channels O of y.</param>
internal sealed record LowRankOptions(int Inputs, int Rank, int Outputs)
{
    /// <summary>f; the identity if not given.</summary>
    public ActivationKind? Activation { get; init; }

    /// <summary>A newly drawn b; there is no b if not given.</summary>
    public Func<int, double>? StartBias { get; init; }
}

/// <summary>Low-rank maps: two linear layers with a function between them, drawn so small that y starts near b.</summary>
internal static class LowRank
{
    /// <summary>Makes one; the published code draws A as 0, and B with entries of variance 0.01/O.</summary>
    public static StackedLayers<T> Create<T>(LowRankOptions options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var narrow = new Linear<T>(new(options.Inputs, options.Rank) { HasBias = false, Bound = 0.01 / Math.Sqrt(options.Inputs) });
        var widen = new Linear<T>(new(options.Rank, options.Outputs)
        {
            HasBias = options.StartBias is not null,
            Bound = 0.1 * Math.Sqrt(3.0 / options.Outputs),
            StartBias = options.StartBias,
        });
        return options.Activation is { } kind
            ? new StackedLayers<T>([("in", narrow), ("f", new Activation<T>(new(options.Rank, kind))), ("out", widen)])
            : new StackedLayers<T>([("in", narrow), ("out", widen)]);
    }
}
