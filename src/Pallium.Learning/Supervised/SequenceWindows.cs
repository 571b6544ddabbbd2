using System.Numerics;

namespace Pallium.Learning;

/// <summary>Independent windows of equal length with a target at every step: what a protocol of short sequences learns from or is tested on.</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class SequenceWindows<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Windows over the given arrays, which are kept, not copied.</summary>
    /// <param name="steps">T, slices of a window.</param>
    /// <param name="inputs">x, [N, T, I].</param>
    /// <param name="inputWidth">I.</param>
    /// <param name="targets">[N, T, O]: numbers to regress on, the index of a class (O = 1), or bits, NaN where none is asked for.</param>
    /// <param name="targetWidth">O.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is not positive.</exception>
    /// <exception cref="ArgumentException">The arrays do not hold the same, whole number of windows.</exception>
    public SequenceWindows(int steps, T[] inputs, int inputWidth, T[] targets, int targetWidth)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(steps);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(inputWidth);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(targetWidth);
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(targets);
        Count = inputs.Length / (steps * inputWidth);
        if (inputs.Length != Count * steps * inputWidth || targets.Length != Count * steps * targetWidth)
        {
            throw new ArgumentException(
                $"Found {inputs.Length} inputs and {targets.Length} targets; N windows of {steps} steps hold N·{steps * inputWidth} and N·{steps * targetWidth}.",
                nameof(inputs));
        }

        Steps = steps;
        Inputs = inputs;
        InputWidth = inputWidth;
        Targets = targets;
        TargetWidth = targetWidth;
    }

    /// <summary>N.</summary>
    public int Count { get; }

    /// <summary>T.</summary>
    public int Steps { get; }

    /// <summary>I.</summary>
    public int InputWidth { get; }

    /// <summary>O.</summary>
    public int TargetWidth { get; }

    /// <summary>Elapsed time of every step, [N, T]; null: 1 throughout.</summary>
    /// <exception cref="ArgumentException">It does not hold one number per step.</exception>
    public T[]? Elapsed
    {
        get;
        init => field = value is null || value.Length == Count * Steps
            ? value
            : throw new ArgumentException($"Found {value.Length} elapsed times, expected {Count * Steps}, one per step.", nameof(value));
    }

    /// <summary>How much every step counts in losses and errors, [N, T], at least 0: 0 where a target is not known; null: 1 throughout.</summary>
    /// <exception cref="ArgumentException">It does not hold one number per step.</exception>
    public T[]? Weights
    {
        get;
        init => field = value is null || value.Length == Count * Steps
            ? value
            : throw new ArgumentException($"Found {value.Length} weights, expected {Count * Steps}, one per step.", nameof(value));
    }

    /// <summary>x, [N, T, I].</summary>
    internal T[] Inputs { get; }

    /// <summary>[N, T, O].</summary>
    public T[] Targets { get; }
}
