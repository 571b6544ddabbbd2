using Pallium.Numerics;

namespace Pallium.Learning;

/// <summary>Pairs of a key and a value that come and go in a stream: some are asked about to the end, the others are replaced, one by each new pair, and never asked about again.</summary>
/// <remarks>
/// Every pair takes 1 + noise + questions slices: key, value and the first mark; random vectors without a mark; keys alone with the second mark, at which the value is asked for. Asked is one of the
/// pairs that live, each as likely: the first few of the sequence, which live to its end, and the last few. No key comes twice in a sequence. What has to be kept does not grow with the sequence.
/// </remarks>
/// <param name="keyBits">Bits of a key, which come first in a vector.</param>
/// <param name="valueBits">Bits of a value.</param>
/// <param name="lasting">Pairs that live to the end.</param>
/// <param name="passing">Of the other pairs, so many of the last ones live.</param>
public sealed class LastingPairsTask(int keyBits = 8, int valueBits = 6, int lasting = 2, int passing = 2) : VectorTask(keyBits + valueBits)
{
    /// <summary>Vectors without a mark after every pair.</summary>
    public int Noise { get; init; } = 2;

    /// <summary>Questions after every pair.</summary>
    public int Questions { get; init; } = 2;

    private int PairSlices => 1 + Noise + Questions;

    /// <inheritdoc/>
    public override int StepsOf(int count) => count * PairSlices;

    private protected override void DrawSequence<T>(ref Rng rng, int count, Span<T> inputs, Span<T> targets)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, 1 << keyBits);
        var keys = new int[1 << keyBits];
        rng.Permutation(keys);
        var values = new int[count];
        for (int pair = 0; pair < count; pair++)
        {
            values[pair] = rng.Below(1 << valueBits);
            int slice = pair * PairSlices;
            Span<T> told = Input(inputs, slice);
            Write(keys[pair], told[..keyBits]);
            Write(values[pair], told[keyBits..Bits]);
            told[Bits] = T.One;
            for (int noise = 0; noise < Noise; noise++)
            {
                DrawVector(ref rng, Input(inputs, ++slice));
            }

            for (int question = 0; question < Questions; question++)
            {
                int asked = Living(ref rng, pair);
                Span<T> input = Input(inputs, ++slice);
                Write(keys[asked], input[..keyBits]);
                input[Bits + 1] = T.One;
                Write(values[asked], targets.Slice((slice * Bits) + keyBits, valueBits));
            }
        }
    }

    /// <summary>One of the pairs that live when <paramref name="last"/> is the last one told.</summary>
    private int Living(ref Rng rng, int last)
    {
        int living = Math.Min(last + 1, lasting + passing);
        int place = rng.Below(living);
        return place < lasting ? place : last - (living - 1 - place);
    }

    private Span<T> Input<T>(Span<T> inputs, int slice) => inputs.Slice(slice * Inputs, Inputs);

    private static void Write<T>(int number, Span<T> bits)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        for (int bit = 0; bit < bits.Length; bit++)
        {
            bits[bit] = T.CreateChecked((number >> bit) & 1);
        }
    }
}
