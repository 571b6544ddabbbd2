using Pallium.Numerics;

namespace Pallium.Learning;

/// <summary>Selective copying: a few data tokens scattered in blanks, then as many markers, at which the data are asked for in order.</summary>
/// <remarks>Token 0 is the blank, 1 .. D are data, D + 1 is the marker. Source: Gu and Dao, 2023, arXiv 2312.00752, section 4.1.1.</remarks>
public sealed class SelectiveCopyTask : TokenTask
{
    private readonly int _copied;

    /// <summary>A task.</summary>
    /// <param name="data">D, different data tokens.</param>
    /// <param name="copied">Data tokens in a sequence.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is not positive.</exception>
    public SelectiveCopyTask(int data = 14, int copied = 16)
        : base(data + 2, data, 2 * copied)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(data);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(copied);
        _copied = copied;
    }

    /// <inheritdoc/>
    protected override void DrawSequence(ref Rng rng, Span<int> tokens, Span<int> targets)
    {
        int places = tokens.Length - _copied;
        int copied = 0;
        for (int i = 0; i < places; i++)
        {
            // Every set of places is as likely as any other.
            tokens[i] = 0;
            if (rng.Below(places - i) < _copied - copied)
            {
                int data = rng.Below(Classes);
                tokens[i] = data + 1;
                targets[places + copied++] = data;
            }
        }

        tokens[places..].Fill(Classes + 1);
    }
}
