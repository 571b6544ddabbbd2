using System.Globalization;

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

    /// <summary>
    /// <see cref="Cost"/> less <see cref="UsualCost"/>: both meet the same noise, so that much of its error cancels; negative where the plan saves.
    /// </summary>
    public double Difference => Cost - UsualCost;

    /// <summary>Monte Carlo standard error of <see cref="Difference"/>.</summary>
    public required double DifferenceError { get; init; }

    /// <summary>Whether the plan costs less than doing as usual by more than <see cref="DifferenceError"/>.</summary>
    public bool IsBetter => Difference < -DifferenceError;

    /// <summary>What should be known about the plan, in sentences: that it is not better than doing as usual.</summary>
    public IReadOnlyList<string> Warnings => IsBetter
        ? []
        : [string.Create(CultureInfo.InvariantCulture, $"The plan is not better than doing as usual: its cost less the usual one is {Difference:G3} with a standard error of {DifferenceError:G3}; go on as usual, or plan with more effort or a shorter horizon.")];

    /// <summary>T of the last weights.</summary>
    public required double Temperature { get; init; }

    /// <summary>Roll-outs that were made.</summary>
    public required int Effort { get; init; }
}
