using System.Numerics;
using Pallium.Numerics;

namespace Pallium.Learning;

/// <summary>A synthetic task over vectors of random bits: a sequence of them and of marks is read, and after it vectors are asked for, bit by bit.</summary>
/// <remarks>The inputs are the bits and two channels of marks, all of them 0 or 1, all 0 while answers are asked for. The goal is <see cref="StepwiseGoal.Bits"/>.</remarks>
/// <param name="bits">Bits of a vector.</param>
public abstract class VectorTask(int bits)
{
    /// <summary>Marks, after the bits.</summary>
    protected const int Marks = 2;

    /// <summary>Bits of a vector.</summary>
    public int Bits => bits;

    /// <summary>Channels of the inputs.</summary>
    public int Inputs => bits + Marks;

    /// <summary>Slices of a sequence of so many things.</summary>
    public abstract int StepsOf(int count);

    /// <summary>Draws sequences, each of any number of things between two as likely as another, all in windows of the length of the longest.</summary>
    /// <param name="windows">N.</param>
    /// <param name="least">Things in the shortest.</param>
    /// <param name="most">Things in the longest.</param>
    /// <param name="rng">Draws them, each from its own stream.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is not positive, or the least is above the most.</exception>
    public SequenceWindows<T> Draw<T>(int windows, int least, int most, Rng rng)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(windows);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(least);
        ArgumentOutOfRangeException.ThrowIfLessThan(most, least);
        int steps = StepsOf(most);
        var inputs = new T[windows * steps * Inputs];
        var targets = new T[windows * steps * bits];
        targets.AsSpan().Fill(T.NaN);
        for (int window = 0; window < windows; window++)
        {
            Rng own = rng.For(window);
            DrawSequence(ref own, least + own.Below(most - least + 1), inputs.AsSpan(window * steps * Inputs, steps * Inputs), targets.AsSpan(window * steps * bits, steps * bits));
        }

        return new SequenceWindows<T>(steps, inputs, Inputs, targets, bits);
    }

    /// <summary>Writes a sequence of <paramref name="count"/> things.</summary>
    /// <param name="rng">Draws it.</param>
    /// <param name="count">Things.</param>
    /// <param name="inputs">[T, I], zeros.</param>
    /// <param name="targets">[T, bits], NaN.</param>
    private protected abstract void DrawSequence<T>(ref Rng rng, int count, Span<T> inputs, Span<T> targets)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>Draws a vector into the first channels of an input.</summary>
    private protected void DrawVector<T>(ref Rng rng, Span<T> input)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int bit = 0; bit < bits; bit++)
        {
            input[bit] = T.CreateChecked(rng.Below(2));
        }
    }
}
