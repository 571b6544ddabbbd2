namespace Pallium.Inference;

/// <summary>What to do in the slices to come, what that is expected to cost, and what is then expected to happen.</summary>
/// <param name="Times">Stamps of the slices, [horizon].</param>
/// <param name="Act">The channels that are acted on.</param>
/// <param name="Actions">What to do, [horizon][act], in the channels' units (outcomes by their index).</param>
/// <param name="Costs">Expected cost of each slice, [horizon].</param>
/// <param name="Cells">What is expected of each channel along the plan, [horizon][channel].</param>
public sealed record Plan(
    IReadOnlyList<double> Times, IReadOnlyList<Channel> Act, IReadOnlyList<double[]> Actions, IReadOnlyList<double> Costs, IReadOnlyList<IReadOnlyList<Posterior>> Cells)
{
    /// <summary>Expected cost of all slices, on noise that the search has not met.</summary>
    public required double Cost { get; init; }

    /// <summary>Monte Carlo standard error of <see cref="Cost"/>.</summary>
    public required double StandardError { get; init; }

    /// <summary>Expected cost of doing as usual: what the model itself expects to be done.</summary>
    public required double UsualCost { get; init; }

    /// <summary>Monte Carlo standard error of <see cref="UsualCost"/>.</summary>
    public required double UsualError { get; init; }

    /// <summary>T of the last weights.</summary>
    public required double Temperature { get; init; }

    /// <summary>Roll-outs that were made.</summary>
    public required int Effort { get; init; }
}
