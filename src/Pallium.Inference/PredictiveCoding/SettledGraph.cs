namespace Pallium.Inference;

/// <summary>A graph that has settled under clamped nodes.</summary>
/// <param name="Means">The settled state of every layer, bottom first, encoded; clamped nodes as they were given.</param>
/// <param name="Deviations">Standard deviations of every node by Laplace's method, 0 of clamped ones.</param>
public sealed record SettledGraph(IReadOnlyList<double[]> Means, IReadOnlyList<double[]> Deviations)
{
    /// <summary>F at the settled state, in nats.</summary>
    public required double FreeEnergy { get; init; }

    /// <summary>log p of the clamped nodes, in nats, encoded: by Laplace's method, exact in a linear graph.</summary>
    public required double LogEvidence { get; init; }

    /// <summary>Steps of settling.</summary>
    public required int Steps { get; init; }

    /// <summary>Whether the last step was below the tolerance.</summary>
    public required bool Converged { get; init; }
}
