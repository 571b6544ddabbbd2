using Pallium.Numerics;

namespace Pallium.Learning;

/// <summary>Copying: a first mark, n vectors, a second mark, and then n slices without input at which the vectors are asked for in order.</summary>
/// <remarks>Source: Graves et al., 2014 (arXiv 1410.5401), section 4.1.</remarks>
/// <param name="bits">Bits of a vector.</param>
public sealed class VectorCopyTask(int bits = 8) : VectorTask(bits)
{
    /// <inheritdoc/>
    public override int StepsOf(int count) => (2 * count) + 2;

    private protected override void DrawSequence<T>(ref Rng rng, int count, Span<T> inputs, Span<T> targets)
    {
        inputs[Bits] = T.One;
        inputs[((count + 1) * Inputs) + Bits + 1] = T.One;
        for (int i = 0; i < count; i++)
        {
            Span<T> vector = inputs.Slice((1 + i) * Inputs, Bits);
            DrawVector(ref rng, vector);
            vector.CopyTo(targets[((count + 2 + i) * Bits)..]);
        }
    }
}
