namespace Pallium.Layers;

/// <summary>What an <see cref="ExpertGate{T}"/> is made from.</summary>
/// <param name="Experts">Experts E to choose among.</param>
/// <param name="Chosen">How many of them a slice is given to, k.</param>
public sealed record ExpertGateOptions(int Experts, int Chosen)
{
    /// <summary>Whether the weights of the chosen are divided by their sum; otherwise they are the probabilities as they are.</summary>
    public bool Normalizes { get; init; }

    /// <summary>An expert after the first is chosen only if its probability falls short of the first's by less than this; null: always.</summary>
    public double? Margin { get; init; }

    /// <summary>Weight of the balance loss E/k Σ η f P, whose least is 1 where η is.</summary>
    public double Balance { get; init; }

    /// <summary>Weight of the loss log²Σ exp(r), which keeps scores small.</summary>
    public double ScoreLoss { get; init; }

    /// <summary>
    /// Weight of the loss that moves a bias of every expert, by which experts are chosen and not weighted, until each takes its share; 0: no bias. An optimiser that scales gradients,
    /// such as Adam, moves it at its own rate, whatever the weight.
    /// </summary>
    public double BiasLoss { get; init; }

    /// <summary>What each expert is expected to take, [E], in any unit; null: all the same. η is the largest of them divided by each.</summary>
    public IReadOnlyList<double>? Shares { get; init; }

    /// <summary>Slices that an expert may take in a window of learning, in fair shares; later ones pass it by. Null: any number. At least 1.</summary>
    public double? Capacity { get; init; }

    /// <summary>Whether learning begins with all experts, at a high temperature, and comes down to k.</summary>
    public bool BeginsDense { get; init; }
}
