using Pallium.Numerics;

namespace Pallium.Learning;

/// <summary>
/// Associative recall: n items of a few vectors each, a first mark before every item; then one of them again between two second marks, and
/// slices without input at which the item that followed it is asked for.
/// </summary>
/// <remarks>Source: Graves et al., 2014 (arXiv 1410.5401), section 4.3. The item asked about is never the last; there are at least two.</remarks>
/// <param name="bits">Bits of a vector.</param>
/// <param name="vectors">Vectors of an item.</param>
public sealed class VectorRecallTask(int bits = 6, int vectors = 3) : VectorTask(bits)
{
    /// <summary>Vectors of an item.</summary>
    public int Vectors => vectors;

    /// <inheritdoc/>
    public override int StepsOf(int count) => (count * (1 + vectors)) + 2 + (2 * vectors);

    private protected override void DrawSequence<T>(ref Rng rng, int count, Span<T> inputs, Span<T> targets)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 2);
        int item = 1 + vectors;
        for (int i = 0; i < count; i++)
        {
            inputs[(i * item * Inputs) + Bits] = T.One;
            for (int j = 0; j < vectors; j++)
            {
                DrawVector(ref rng, inputs[(((i * item) + 1 + j) * Inputs)..]);
            }
        }

        int asked = rng.Below(count - 1);
        int query = count * item;
        inputs[(query * Inputs) + Bits + 1] = T.One;
        inputs[((query + item) * Inputs) + Bits + 1] = T.One;
        for (int j = 0; j < vectors; j++)
        {
            inputs.Slice(((asked * item) + 1 + j) * Inputs, Bits).CopyTo(inputs[((query + 1 + j) * Inputs)..]);
            inputs.Slice((((asked + 1) * item) + 1 + j) * Inputs, Bits).CopyTo(targets[((query + item + 1 + j) * Bits)..]);
        }
    }
}
