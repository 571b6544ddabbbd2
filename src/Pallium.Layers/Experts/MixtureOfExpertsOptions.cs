namespace Pallium.Layers;

/// <summary>How experts are scored.</summary>
public enum ExpertRouter
{
    /// <summary>By a linear map of x.</summary>
    Linear,

    /// <summary>By the angle between a projection of x and a direction for each expert.</summary>
    Cosine,

    /// <summary>By a linear map of x and of the slices just before that resemble it.</summary>
    Similar,
}

/// <summary>What a mixture of experts is made from.</summary>
/// <param name="Channels">Channels of x.</param>
/// <param name="Blocks">Experts that are blocks.</param>
/// <param name="Chosen">How many experts a slice is given to.</param>
public sealed record MixtureOfExpertsOptions(int Channels, int Blocks, int Chosen)
{
    /// <summary>How they are scored.</summary>
    public ExpertRouter Router { get; init; }

    /// <summary>Slices, the present one included, that the router for similar slices looks at.</summary>
    public int Window { get; init; } = 8;

    /// <summary>Prototypes: groups of equally many experts, of each of which one is chosen by its share within the group; 1: experts are chosen among all.</summary>
    public int Prototypes { get; init; } = 1;

    /// <summary>Groups of equally many blocks of which one is chosen first, and then experts within it; 1: experts are chosen among all.</summary>
    public int Groups { get; init; } = 1;

    /// <summary>Experts that give nothing.</summary>
    public int Zeros { get; init; }

    /// <summary>Experts that give what they read.</summary>
    public int Copies { get; init; }

    /// <summary>Experts that mix what they read with a learned vector.</summary>
    public int Constants { get; init; }

    /// <summary>Further blocks that were added later, each with a row of the router of its own, so that the weights before them stay as they were.</summary>
    public int Grown { get; init; }

    /// <summary>What a block is expected to take, for each slice that an expert without a block (zero, copy, constant) takes; τ, in (0, 1].</summary>
    public double BlockShare { get; init; } = 0.75;

    /// <summary>Mixtures one after another, y = x + mixture(x), whose scores add a linear map of the scores before.</summary>
    public int Layers { get; init; } = 1;

    /// <summary>Whether the weights of the chosen are divided by their sum; otherwise they are the probabilities as they are.</summary>
    public bool Normalizes { get; init; }

    /// <summary>See <see cref="ExpertGateOptions.Margin"/>.</summary>
    public double? Margin { get; init; }

    /// <summary>See <see cref="ExpertGateOptions.Balance"/>.</summary>
    public double Balance { get; init; } = 0.01;

    /// <summary>See <see cref="ExpertGateOptions.BiasLoss"/>.</summary>
    public double BiasLoss { get; init; }

    /// <summary>See <see cref="ExpertGateOptions.ScoreLoss"/>.</summary>
    public double ScoreLoss { get; init; }

    /// <summary>See <see cref="ExpertGateOptions.Capacity"/>.</summary>
    public double? Capacity { get; init; }

    /// <summary>See <see cref="ExpertGateOptions.BeginsDense"/>.</summary>
    public bool BeginsDense { get; init; }

    /// <summary>Experts in all.</summary>
    internal int Experts => Blocks + Zeros + Copies + Constants + Grown;

    /// <summary>The gate over all experts.</summary>
    internal ExpertGateOptions Gate => new(Experts, Chosen)
    {
        Normalizes = Normalizes,
        Margin = Margin,
        Balance = Balance,
        BiasLoss = BiasLoss,
        ScoreLoss = ScoreLoss,
        Shares = [.. Enumerable.Range(0, Experts).Select(expert => IsBlock(expert) && Zeros + Copies + Constants > 0 ? BlockShare : 1)],
        Capacity = Capacity,
        BeginsDense = BeginsDense,
    };

    private bool IsBlock(int expert) => expert < Blocks || expert >= Experts - Grown;
}
