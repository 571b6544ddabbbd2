using System.Numerics;
using System.Numerics.Tensors;

namespace Pallium.Numerics;

/// <summary>A computation left the finite numbers.</summary>
public sealed class DivergenceException : ArithmeticException
{
    /// <summary>States what diverged in a sentence.</summary>
    public DivergenceException(string message)
        : base(message)
    {
    }

    private DivergenceException(string message, string what, int? step, int row, int channel)
        : base(message)
    {
        What = what;
        Step = step;
        Row = row;
        Channel = channel;
    }

    /// <summary>The layer, loss or parameter, such as <c>trunk.0</c>.</summary>
    public string? What { get; }

    /// <summary>The time step within the window, from 0; null where rows are not steps.</summary>
    public int? Step { get; }

    /// <summary>The row (of the batch, where rows are steps), from 0.</summary>
    public int? Row { get; }

    /// <summary>The column, from 0.</summary>
    public int? Channel { get; }

    /// <summary>Refuses the first number that is NaN or infinite.</summary>
    /// <param name="values">A row-major matrix.</param>
    /// <param name="what">What the values are.</param>
    /// <param name="columns">Its columns.</param>
    /// <param name="rowsPerStep">B of a time-major [T, B, ·]; 0: rows are not steps.</param>
    /// <exception cref="DivergenceException">There is one.</exception>
    public static void ThrowIfNotFinite<T>(ReadOnlySpan<T> values, string what, int columns, int rowsPerStep = 0)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // The library calls an empty span not finite.
        if (values.IsEmpty || TensorPrimitives.IsFiniteAll(values))
        {
            return;
        }

        int place = 0;
        while (T.IsFinite(values[place]))
        {
            place++;
        }

        int row = place / columns;
        int channel = place % columns;
        if (rowsPerStep == 0)
        {
            throw new DivergenceException($"'{what}' diverged: row {row}, channel {channel} is {values[place]}; a finite number was expected.", what, null, row, channel);
        }

        int step = row / rowsPerStep;
        row %= rowsPerStep;
        throw new DivergenceException($"'{what}' diverged: step {step}, row {row}, channel {channel} is {values[place]}; a finite number was expected.", what, step, row, channel);
    }
}
