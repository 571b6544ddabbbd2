using System.Numerics;

namespace Pallium.Layers;

/// <summary>What <see cref="Adapters"/> are made from.</summary>
/// <param name="Channels">Channels C of x.</param>
/// <param name="Count">Adapters N.</param>
public sealed record AdaptersOptions(int Channels, int Count)
{
    /// <summary>Rank R of the maps; 0: vectors that scale the channels.</summary>
    public int Rank { get; init; }

    /// <summary>How many a slice is given to; 0: all of them, by their probabilities.</summary>
    public int Chosen { get; init; }

    /// <summary>Newly drawn v and B are uniform in plus and minus this; 0: the layer begins as the identity, to the bit.</summary>
    internal double Bound { get; init; }

    /// <summary>How many a slice is given to.</summary>
    internal int Given => Chosen == 0 ? Count : Chosen;

    /// <summary>Weights in all: of N adapters, and of the router, which one alone does not need.</summary>
    internal long Weights => Channels * (long)Count * ((Rank == 0 ? 1 : 2 * Rank) + (Count == 1 ? 0 : 1));
}

/// <summary>Experts of very few weights around the identity: y = x + Σ p_i a_i(x), p = softmax(W x), all of them or the likeliest few.</summary>
/// <remarks>
/// <code>
/// vectors   a_i(x) = v_i ⊙ x          C weights each:   (IA)³, with v = l - 1
/// rank R    a_i(x) = B_i A_i x        2 R C weights each: LoRA
/// </code>
/// v and B begin at 0, so that a stack with new adapters gives what it gave before, to the bit (but for the sign of a zero). Sources: Zadouri et al., 2023 (arXiv 2309.05444), section 2:
/// mixtures of vectors and of low-rank maps, softly routed; Liu et al., 2022 (arXiv 2205.05638), eq. 1; Hu et al., 2021 (arXiv 2106.09685), eq. 3.
/// </remarks>
public static class Adapters
{
    private const double Balance = 0.01;

    /// <summary>Makes them.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A number is not positive, the rank is negative, or more are to be chosen than there are.</exception>
    public static ISequenceLayer<T> Create<T>(AdaptersOptions options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Channels);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Count);
        ArgumentOutOfRangeException.ThrowIfNegative(options.Rank);
        ArgumentOutOfRangeException.ThrowIfNegative(options.Chosen);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Chosen, options.Count);
        if (options.Count == 1)
        {
            return new Residual<T>(One<T>(options));
        }

        // The shares of all are 1 whatever the router says: there is nothing to balance.
        var mixture = new MixtureOfExpertsOptions(options.Channels, options.Count, options.Given) { Balance = options.Given < options.Count ? Balance : 0 };
        return new Residual<T>(MixtureOfExperts.Create(mixture, () => One<T>(options)));
    }

    private static ISequenceLayer<T> One<T>(AdaptersOptions options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => options.Rank == 0
        ? new ChannelGain<T>(options.Channels, options.Bound)
        : new StackedLayers<T>(
        [
            ("A", new Linear<T>(new(options.Channels, options.Rank) { HasBias = false })),
            ("B", new Linear<T>(new(options.Rank, options.Channels) { HasBias = false, Bound = options.Bound })),
        ]);
}
